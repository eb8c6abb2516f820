"""Bins of numbers by a grid lookup: what binary search finds, in fewer steps for many values at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.scorecard import Floats

_SIZES = (1 << 8, 1 << 10, 1 << 12, 1 << 14, 1 << 16)
_CROWD = 3


class EdgeGrid:
    """Find the bins of numbers by a grid lookup, exactly, for every float.

    The cell of x, floor((x - low) x scale), never falls as x rises: an edge in an earlier
    cell is passed, one in a later cell is not, and the few in the same cell are compared.
    Where edges lie too unevenly for a grid, binary search answers.

    Parameters
    ----------
    edges : list of float
        Ascending, finite.
    """

    def __init__(self, edges: list[float]) -> None:
        self.edges = np.asarray(edges, dtype=np.float64)
        self.low = float(self.edges[0]) if len(edges) else 0.0
        with np.errstate(over="ignore"):
            span = float(self.edges[-1] - self.edges[0]) if len(edges) > 1 else 1.0
        plans = [(size, (size - 1) / span) for size in _SIZES if 0 < (size - 1) / span < np.inf]
        crowds = [int(np.bincount(self._cells(self.edges, *plan)).max(initial=0)) for plan in plans]
        best = min(range(len(plans)), key=crowds.__getitem__, default=None)  # the first, so the smallest
        self.exact = best is not None and crowds[best] <= _CROWD
        if best is None or not self.exact:
            return
        self.size, self.scale = plans[best]
        own = self._cells(self.edges, self.size, self.scale)
        earlier = np.searchsorted(own, np.arange(self.size), side="left")
        self._base = earlier + 1
        self._within = []
        for nth in range(crowds[best]):
            place = np.minimum(earlier + nth, len(own) - 1)  # an edge of a later cell is never passed
            self._within.append(np.where(earlier + nth < len(own), self.edges[place], np.nan))

    def _cells(self, values: Floats, size: int, scale: float) -> npt.NDArray[np.intp]:
        """Find cells; a NaN lands in some cell, its bin is set by the caller."""
        with np.errstate(over="ignore"):
            cells = (values - self.low) * scale
        np.fmin(cells, size - 1, out=cells)
        np.fmax(cells, 0.0, out=cells)
        return cells.astype(np.intp)

    def bins(self, values: Floats) -> npt.NDArray[np.intp]:
        """Give the bin of each value of shape (n,): 0 for NaN, else one more than the edges at most it."""
        if self.exact:
            cells = self._cells(values, self.size, self.scale)
            bins = self._base.take(cells, mode="clip")
            for edges in self._within:
                bins += values >= edges.take(cells, mode="clip")
        else:
            bins = np.searchsorted(self.edges, values, side="right") + 1
        lost = np.isnan(values)
        if lost.any():
            bins[lost] = 0
        return bins
