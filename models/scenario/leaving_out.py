"""A base without some of its customers, as if it had been made of the others alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from models.scenario.base import Array, Base


def without(base: Base, keys: Collection[str]) -> Base:
    """Leave customers out of a base, in a tenth of the time of making one.

    Answers are those of a base made of the others alone, to the last bit: rows stay in their order, and
    combinations of groups that nobody is in any more are gone.

    Parameters
    ----------
    keys : collection of str
        Who is left out; those who are not there do no harm.
    """
    wanted = np.array([key.encode() for key in keys], dtype="S")
    keep = ~np.isin(base.arrays["keys"], wanted) if len(wanted) else np.ones(base.rows, dtype=bool)
    if keep.all():
        return base
    arrays = {name: of_rows[keep] for name, of_rows in base.arrays.items() if name != "starts"}
    arrays |= {name: _closed_up(arrays[name]) for name in ("rank", "row")}
    starts = np.asarray(base.arrays["starts"])
    before = np.concatenate([[0], np.cumsum(keep)])[starts]
    inhabited = np.diff(np.append(before, len(arrays["log_odds"]))) > 0
    cells = [cell for cell, anybody in zip(base.cells, inhabited, strict=True) if anybody]
    return replace(base, arrays=arrays | {"starts": before[inhabited]}, cells=cells)


def _closed_up(numbers: Array) -> npt.NDArray[np.uint32]:
    """Close the gaps: the same order, counted from 0."""
    closed = np.empty(len(numbers), dtype=np.uint32)
    closed[np.argsort(numbers, kind="stable")] = np.arange(len(numbers), dtype=np.uint32)
    return closed
