"""The table of items: how many people chose both of two items."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.cooccurrence.histories import Histories

Floats32 = npt.NDArray[np.float32]

DENSE_ITEMS = 12_000
"""Up to so many items each pair has its place in memory (576 MB); above, rows are counted when asked for.

The places are float32, in which counts below 2^24 are exact: so rows are multiplied as they stand.
"""

OFTEN = 1 / 40
BLOCK_CELLS = 16_000_000


class ItemTable:
    """People who chose both of two items, dense or on demand: the answers are the same.

    Histories are changed by their owner, who tells this table of each change beforehand or afterwards, but
    always before the next row is asked for.
    """

    def __init__(self, histories: Histories, counts: Floats32 | None) -> None:
        self._histories = histories
        self._counts = counts

    @classmethod
    def build(cls, histories: Histories, dense: bool | None = None) -> ItemTable:
        """Count all histories.

        Parameters
        ----------
        dense : bool, optional
            Whether every pair has its place in memory; up to ``DENSE_ITEMS`` items where not given.
        """
        is_dense = histories.items <= DENSE_ITEMS if dense is None else dense
        return cls(histories, together(histories.matrix()) if is_dense else None)

    def row(self, item: int) -> npt.NDArray[np.integer]:
        """Give how many people chose each item and this one, of shape (items,); its own place is 0."""
        if self._counts is not None:
            return self._counts[item].astype(np.int32)
        counts = np.bincount(self._histories.met(item), minlength=self._histories.items)
        counts[item] = 0
        return counts

    def between(
        self, some: npt.NDArray[np.integer], others: npt.NDArray[np.integer]
    ) -> npt.NDArray[np.int64]:
        """Give how many people chose each of some items and each of others, of shape (some, others)."""
        if self._counts is not None:
            return self._counts[some[:, None], others].astype(np.int64)
        return self.rows(some)[:, others].astype(np.int64)

    def rows(self, items: npt.NDArray[np.integer]) -> npt.NDArray[Any]:
        """Give the rows of several items, of shape (rows, items), whole numbers in any type: a copy."""
        if self._counts is not None:
            return self._counts.take(items, axis=0)
        rows = [self.row(item) for item in items.tolist()]
        return np.array(rows, dtype=np.int64).reshape(len(rows), self._histories.items)

    def add(self, history: npt.NDArray[np.integer], item: int) -> None:
        """Count the choice of an item by somebody who chose ``history`` besides."""
        self._move(history, item, 1)

    def remove(self, history: npt.NDArray[np.integer], item: int) -> None:
        """Take a choice back of somebody who chose ``history`` besides."""
        self._move(history, item, -1)

    def _move(self, history: npt.NDArray[np.integer], item: int, sign: int) -> None:
        """Change the row and the column alike."""
        if self._counts is None:
            return
        row, column = self._counts[item], self._counts[:, item]
        counts = row[history] + np.float32(sign)
        row[history] = counts
        column[history] = counts


def together(chosen: sp.csr_array) -> Floats32:
    """Count the people who chose both of two items: X'X of choices as ones, its diagonal 0.

    Items that many people chose fill most of the work and little of the matrix: their part is multiplied
    dense, in float32 (exact, as blocks of people are far fewer than 2^24), the others' sparse.

    Parameters
    ----------
    chosen : csr_array of int32 of shape (people, items)
        1 where a person chose an item.
    """
    people, items = chosen.shape
    popularity = np.bincount(chosen.indices, minlength=items)
    often, seldom = (
        np.flatnonzero(side) for side in (popularity > OFTEN * people, popularity <= OFTEN * people)
    )
    counts = np.zeros((items, items), dtype=np.float32)
    by_item = chosen.tocsc()
    many, few = by_item[:, often].tocsr(), by_item[:, seldom].tocsr()
    step = max(1, BLOCK_CELLS // max(1, len(often)))
    for start in range(0, people if len(often) else 0, step):
        block = many[start : start + step].toarray().astype(np.float32)
        counts[np.ix_(often, often)] += block.T @ block
        mixed = few[start : start + step].T.tocsr().astype(np.float32) @ block
        counts[np.ix_(seldom, often)] += mixed
        counts[np.ix_(often, seldom)] += mixed.T
    columns = max(1, BLOCK_CELLS // max(1, items))
    turned = few.T.tocsr()
    for start in range(0, len(seldom), columns):
        rows = (turned[start : start + columns] @ few).toarray()
        counts[np.ix_(seldom[start : start + columns], seldom)] = rows
    np.fill_diagonal(counts, 0)
    return counts
