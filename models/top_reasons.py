"""The weightiest reasons of very many rows at once, exact, without sorting and without words.

Every cell of every term is packed into one whole number beforehand: the size of its score (a multiple
of 2**-44) above, the term and the sign below. The largest numbers of a row are its weightiest reasons,
so that a look-up and a few comparisons per term are all there is to do.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.edge_grid import EdgeGrid
from models.scorecard import Codes, Floats, Scorecard, linear_score, numbers
from models.scorecard_format import GRID, LinearTerm, NumericFeature

Direction = Literal["both", "raising", "lowering"]
Keys = npt.NDArray[np.uint64]

SHOWN = 3
_CHUNK = 1 << 14
"""Rows of one step: its arrays stay in the cache of a core."""
_SIZE_BITS = 54
"""A score is at most 512, so its size in units of 2**-44 is at most 2**53."""


@dataclass(frozen=True)
class TopReasons:
    """The weightiest reasons of n rows, the weightiest first.

    Attributes
    ----------
    terms : array of int16 or int32, shape (n, k)
        Which term, by its place in the scorecard; -1 where a row has no further reason.
    contributions : array of float64, shape (n, k)
        What it gives, in log-odds, exact; 0 where there is none.
    """

    terms: npt.NDArray[Any]
    contributions: Floats


def top_reasons(
    scorecard: Scorecard,
    frame: pd.DataFrame | Codes,
    *,
    count: int = SHOWN,
    direction: Direction = "both",
    threads: int | None = None,
) -> TopReasons:
    """Find the terms that weigh most in each row's score.

    Parameters
    ----------
    frame : DataFrame or Codes
        The rows, n of them; encoded already where the same are asked about again.
    count : int
        How many reasons a row, k.
    direction : {'both', 'raising', 'lowering'}
        Which ones count: all by their size, or only those that raise (lower) the chance.
    threads : int, optional
        How many threads share the rows; one per processor, at most two, when absent.

    Notes
    -----
    Of equal weights the earlier term comes first, as in ``models.reasons.reasons``.
    """
    threads = threads or min(2, os.cpu_count() or 1)
    codes = frame if isinstance(frame, Codes) else _encode(scorecard, frame, threads)
    packing = _Packing(scorecard, direction)
    terms = np.empty((codes.rows, count), dtype=np.int16 if len(scorecard.terms) < 2**15 else np.int32)
    contributions = np.empty((codes.rows, count))
    answer = TopReasons(terms, contributions)

    def fill(bounds: tuple[int, int]) -> None:
        for start in range(*bounds, _CHUNK):
            packing.fill(answer, codes, slice(start, min(start + _CHUNK, bounds[1])))

    parts = list(pairwise(np.linspace(0, codes.rows, threads + 1).astype(int).tolist()))
    if threads == 1 or codes.rows <= _CHUNK:
        fill((0, codes.rows))
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(fill, parts))
    return answer


class _Packing:
    """Scores as whole numbers: size above, then the term (earlier is larger), then the sign."""

    def __init__(self, scorecard: Scorecard, direction: Direction) -> None:
        self.scorecard, self.direction = scorecard, direction
        self.bits = np.uint64(1 + max(1, len(scorecard.terms)).bit_length())
        self.lost = np.uint64(max(0, int(self.bits) + _SIZE_BITS - 64))
        self.tables = [
            None if isinstance(term, LinearTerm) else self.pack(place, np.asarray(term.scores))
            for place, term in enumerate(scorecard.terms)
        ]

    def pack(self, place: int, scores: Floats) -> Keys:
        """Pack scores of one term; what is no reason in this direction is 0."""
        counted = {"both": scores != 0, "raising": scores > 0, "lowering": scores < 0}[self.direction]
        size = (np.abs(scores) * GRID).astype(np.uint64) >> self.lost
        earlier = np.uint64((len(self.scorecard.terms) - place) << 1)
        return np.where(counted, (size << self.bits) | earlier | (scores < 0), np.uint64(0))

    def keys(self, place: int, codes: Codes, bins: list[Any], rows: slice) -> Keys:
        """Look the packed scores of one term up for some rows."""
        term, table = self.scorecard.terms[place], self.tables[place]
        if isinstance(term, LinearTerm):
            values = codes.values[term.feature][rows]
            return self.pack(place, linear_score(values, term.slope, term.missing, term))
        assert table is not None
        return table.take(self.scorecard.cell(place, bins), mode="clip")

    def fill(self, answer: TopReasons, codes: Codes, rows: slice) -> None:
        """Keep the largest keys of each row of a chunk: each new key sinks until a larger one holds it."""
        bins = [one[rows] for one in codes.bins]
        count = answer.terms.shape[1]
        best = np.zeros((count, rows.stop - rows.start), dtype=np.uint64)
        spare = np.empty(rows.stop - rows.start, dtype=np.uint64)
        for place in range(len(self.tables)):
            key = self.keys(place, codes, bins, rows)
            for rank in range(count):
                if rank + 1 < count:
                    np.minimum(best[rank], key, out=spare)
                np.maximum(best[rank], key, out=best[rank])
                key, spare = spare, key
        self._unpack(answer, best, rows)

    def _unpack(self, answer: TopReasons, best: Keys, rows: slice) -> None:
        low = best & ((np.uint64(1) << self.bits) - np.uint64(1))
        left = (low >> np.uint64(1)).astype(np.int64)
        answer.terms[rows] = np.where(left == 0, -1, len(self.tables) - left).T
        size = ((best >> self.bits) << self.lost).astype(np.float64) / GRID
        answer.contributions[rows] = np.where(low & np.uint64(1), -size, size).T


def _encode(scorecard: Scorecard, frame: pd.DataFrame, threads: int) -> Codes:
    """Encode as ``Scorecard.encode`` does, numbers by grid look-up and columns side by side."""
    if len(frame) <= _CHUNK or threads == 1 or not set(scorecard.columns) <= set(frame.columns):
        return scorecard.encode(frame)

    def column(place: int) -> npt.NDArray[Any]:
        feature, values = scorecard.features[place], frame[scorecard.columns[place]]
        if not isinstance(feature, NumericFeature):
            return scorecard.encode_column(place, values)
        grid, read = EdgeGrid(feature.edges), numbers(values)
        bins = np.empty(len(read), dtype=np.min_scalar_type(feature.bins - 1))
        for start in range(0, len(read), _CHUNK):
            bins[start : start + _CHUNK] = grid.bins(read[start : start + _CHUNK])
        return bins

    with ThreadPoolExecutor(threads) as pool:
        bins = tuple(pool.map(column, range(len(scorecard.columns))))
    linear = {term.feature for term in scorecard.terms if isinstance(term, LinearTerm)}
    return Codes(bins, {place: numbers(frame[scorecard.columns[place]]) for place in linear}, len(frame))
