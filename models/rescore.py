"""The portfolio kernel: what a change does to every customer, touching only the terms it is in.

The chance is 1 / (1 + rest x factor): rest = exp(-log-odds without the touched terms) is
kept per row, factor = exp(-score) is a table, so a move runs no exponential over the rows.
Log-odds are exact sums on the grid, equal to the bit to scoring the changed table anew.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.edge_grid import EdgeGrid
from models.scorecard import Floats, Scorecard, linear_score, numbers
from models.scorecard_format import CategoricalFeature, LinearTerm, NumericFeature, ScorecardError
from models.values import number

_CHUNK = 1 << 16
"""Rows of one step: its arrays stay in the cache, and its calls cost little."""
_KEPT = 4

Bins = npt.NDArray[Any]
Changes = Mapping[str, Any]


@dataclass(frozen=True)
class _Move:
    """How one feature changes: its bins in a chunk, a new bin for each, its values for linear terms."""

    bins: Callable[[slice], Bins]
    remap: npt.NDArray[np.intp] | None = None
    values: Floats | None = None


@dataclass(frozen=True)
class _Lookup:
    """What a touched term gives: ``table`` at the sum of its axes' maps; a map of None is the bin itself."""

    axes: Sequence[tuple[int, npt.NDArray[np.intp] | None]]
    table: Floats


class Portfolio:
    """All customers, ready to be scored anew when some columns change.

    Parameters
    ----------
    scorecard : Scorecard
        The model.
    frame : DataFrame
        The customers, n rows; encoded once and not kept.
    threads : int, optional
        How many threads share the rows; one per processor, at most two, when absent.

    Notes
    -----
    ``changes`` map columns to an array of new values of shape (n,), to one value for all
    rows (None for missing), or, for levels, to a mapping of old levels to new ones.
    """

    def __init__(self, scorecard: Scorecard, frame: pd.DataFrame, *, threads: int | None = None) -> None:
        self.scorecard = scorecard
        self.codes = scorecard.encode(frame)
        self.log_odds = scorecard.log_odds(self.codes)
        self._grids = {
            place: EdgeGrid(feature.edges)
            for place, feature in enumerate(scorecard.features)
            if isinstance(feature, NumericFeature)
        }
        self._kept: OrderedDict[tuple[tuple[int, ...], bool], Floats] = OrderedDict()
        self._threads = threads or min(2, os.cpu_count() or 1)

    @property
    def rows(self) -> int:
        """How many customers there are."""
        return self.codes.rows

    def moved_log_odds(self, changes: Changes, *, out: Floats | None = None) -> Floats:
        """Give the log-odds of every row, of shape (n,), after the changes.

        Raises
        ------
        ScorecardError
            If a column is none of the model's, or an array is not of n values.
        """
        return self._moved(changes, False, out)

    def moved_probability(self, changes: Changes, *, out: Floats | None = None) -> Floats:
        """Give the chance of every row after the changes, as :meth:`moved_log_odds` does the log-odds.

        ``out``, of shape (n,), is filled and given back; without it an array is made.
        """
        return self._moved(changes, True, out)

    def _moved(self, changes: Changes, odds: bool, out: Floats | None) -> Floats:
        moves = dict(self._move(column, change) for column, change in changes.items())
        terms = self.scorecard.terms
        touched = tuple(
            place for place, term in enumerate(terms) if not moves.keys().isdisjoint(term.features)
        )
        rest = self._rest(touched, odds)
        lookups = [self._lookup(place, moves, odds) for place in touched]
        answer = np.empty(self.rows) if out is None else out
        threads = self._threads if self.rows > _CHUNK else 1
        bounds = np.linspace(0, self.rows, threads + 1).astype(int).tolist()
        parts = [range(start, stop, _CHUNK) for start, stop in pairwise(bounds)]
        fill = partial(self._fill, answer, rest, lookups, moves, odds)
        if threads == 1:
            fill(parts[0])
        else:
            with ThreadPoolExecutor(threads) as pool:  # made per call, since threads do not survive a fork
                list(pool.map(fill, parts))
        return answer

    def _fill(
        self,
        answer: Floats,
        rest: Floats,
        lookups: list[_Lookup | LinearTerm],
        moves: dict[int, _Move],
        odds: bool,
        starts: range,
    ) -> None:
        """Answer for one thread's rows, a chunk that stays in the cache at a time."""
        join = np.multiply if odds else np.add
        for start in starts:
            rows = slice(start, min(start + _CHUNK, starts.stop))
            fresh = {place: move.bins(rows) for place, move in moves.items()}
            chunk, joined = answer[rows], rest[rows]
            for lookup in lookups:
                if isinstance(lookup, LinearTerm):
                    given = _linear(lookup, moves[lookup.feature], rows, odds)
                else:
                    given = self._looked_up(lookup, fresh, rows)
                joined = join(joined, given, out=chunk)
            if not lookups:
                chunk[:] = joined
            if odds:
                chunk += 1.0
                np.divide(1.0, chunk, out=chunk)

    def _looked_up(self, lookup: _Lookup, fresh: dict[int, Bins], rows: slice) -> Any:
        if not lookup.axes:
            return lookup.table[0]
        parts = [
            (fresh[feature] if feature in fresh else self.codes.bins[feature][rows], cells)
            for feature, cells in lookup.axes
        ]
        places = [bins if cells is None else cells.take(bins, mode="clip") for bins, cells in parts]
        return lookup.table.take(places[0] if len(places) == 1 else places[0] + places[1], mode="clip")

    def _move(self, column: str, change: Any) -> tuple[int, _Move]:
        """Understand a change: which feature, and how."""
        if column not in self.scorecard.columns:
            raise ScorecardError(
                f"{column!r} is no column of the model; change one of {', '.join(self.scorecard.columns)}."
            )
        place = self.scorecard.columns.index(column)
        feature = self.scorecard.features[place]
        if np.ndim(change) and len(change) != self.rows:
            raise ScorecardError(
                f"{column} has {len(change)} new values for {self.rows} rows; give one for each."
            )
        kept = self.codes.bins[place].__getitem__
        if isinstance(feature, NumericFeature):
            if np.ndim(change):
                new = numbers(change)
                return place, _Move(lambda rows: self._grids[place].bins(new[rows]), values=new)
            return place, _Move(
                kept, self._constant(place, change), np.broadcast_to(np.float64(number(change)), self.rows)
            )
        if isinstance(change, Mapping):
            return place, _Move(kept, self._remap(place, feature, change))
        if np.ndim(change):
            return place, _Move(self.scorecard.encode_column(place, change).__getitem__)
        return place, _Move(kept, self._constant(place, change))

    def _remap(
        self, place: int, feature: CategoricalFeature, change: Mapping[str | None, str | None]
    ) -> npt.NDArray[np.intp]:
        remap = np.arange(feature.bins, dtype=np.intp)
        for old, new in change.items():
            if old is not None and old not in feature.levels:
                raise ScorecardError(
                    f"{old!r} is no level of {feature.column} that the model knows; "
                    f"change one of {', '.join(feature.levels)}."
                )
            remap[self.scorecard.bin_of(place, old)] = self.scorecard.bin_of(place, new)
        return remap

    def _constant(self, place: int, value: Any) -> npt.NDArray[np.intp]:
        return np.full(
            self.scorecard.features[place].bins, self.scorecard.bin_of(place, value), dtype=np.intp
        )

    def _lookup(self, place: int, moves: dict[int, _Move], odds: bool) -> _Lookup | LinearTerm:
        """Fold what a term needs into the fewest look-ups: one axis into the table, a constant away."""
        term = self.scorecard.terms[place]
        if isinstance(term, LinearTerm):
            return term
        table = np.exp(-np.asarray(term.scores)) if odds else np.asarray(term.scores)
        offset = 0
        axes: list[tuple[int, npt.NDArray[np.intp]]] = []
        for feature, cells in zip(term.features, self.scorecard.axis_maps(place), strict=True):
            remap = moves[feature].remap if feature in moves else None
            cells = cells if remap is None else cells[remap]
            if cells.min() == cells.max():
                offset += int(cells[0])
            else:
                axes.append((feature, cells))
        if len(axes) == 1:
            feature, cells = axes[0]
            return _Lookup([(feature, None)], table[offset + cells])
        return _Lookup(axes, table[offset:])

    def _rest(self, touched: tuple[int, ...], odds: bool) -> Floats:
        """Give log-odds without the touched terms, or exp of their negative; the last few are kept."""
        key = (touched, odds)
        rest = self._kept.pop(key, None)
        if rest is None:
            rest = self.log_odds.copy()
            for place in touched:
                rest -= self.scorecard.contribution(place, self.codes)
            if odds:
                np.negative(rest, out=rest)
                np.exp(rest, out=rest)
        self._kept[key] = rest
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return rest


def _linear(term: LinearTerm, move: _Move, rows: slice, odds: bool) -> Floats:
    values = np.empty(0) if move.values is None else move.values[rows]
    score = linear_score(values, term.slope, term.missing, term)
    return np.exp(-score) if odds else score
