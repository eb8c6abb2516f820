"""The table of categories: how often two of them were chosen by the same person, and by how many people."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.histories import Histories

Counts = npt.NDArray[np.int64]
Array = npt.NDArray[Any]
Made = TypeVar("Made")

MOST_KEPT = 512
"""Things that follow from the table and are kept until it changes; beyond that all are let go."""

BLOCK_CELLS = 4_000_000

DENSE_GAIN = 100.0
"""How many multiplications of a dense matrix take as long as one of a sparse matrix, with care."""


class CellChange(NamedTuple):
    """What one choice moved in a cell; ``row <= column``, as the table is the same both ways."""

    row: int
    column: int
    before: int
    after: int
    people_before: int
    people_after: int


class RowChange(NamedTuple):
    """What one choice made of the row of one of its categories: arrays of shape (categories,)."""

    row: int
    before: Array
    after: Array
    people_before: Array
    people_after: Array


class CellChanges(Sequence[CellChange]):
    """The cells that a choice moved; made out one by one only where somebody looks.

    Parameters
    ----------
    changes : list of RowChange
        Of each category of the item: all that moves is their rows, and their columns alike.
    """

    def __init__(self, changes: list[RowChange]) -> None:
        self._changes = changes

    def __len__(self) -> int:
        return len(self._places())

    def __iter__(self) -> Iterator[CellChange]:
        for change, column in self._places():
            first, second = sorted((change.row, column))
            yield CellChange(first, second, *(int(figures[column]) for figures in change[1:]))

    @overload
    def __getitem__(self, index: int) -> CellChange: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CellChange]: ...
    def __getitem__(self, index: int | slice) -> CellChange | Sequence[CellChange]:
        return tuple(self)[index]

    def _places(self) -> list[tuple[RowChange, int]]:
        """Give each cell that moved once: a cell between two categories of the item stands in two rows."""
        rows = [change.row for change in self._changes]
        return [
            (change, column)
            for place, change in enumerate(self._changes)
            for column in np.flatnonzero(change.before != change.after).tolist()
            if column not in rows[:place]
        ]


class CategoryTable:
    """Co-choices of categories: two items of one person, each category of the one with each of the other.

    A person with ``n_c`` chosen items in category c, ``n_d`` in d and ``m_cd`` in both adds
    ``n_c n_d - m_cd`` to the cell (c, d), and so to (d, c): the ordered pairs of two different items. The
    order in which they were chosen cannot matter. On the diagonal stand the unordered pairs, ``n_c (n_c - 1)
    / 2``; it is no co-choice of two categories, and shown only where self-similarity is allowed.

    Attributes
    ----------
    counts : array of int64 of shape (categories, categories)
        Co-choices.
    people : array of int32 of shape (categories, categories)
        How many people are behind each cell: those who add more than 0 to it.
    """

    def __init__(self, catalogue: Catalogue, counts: Counts, people: npt.NDArray[np.int32]) -> None:
        self._catalogue = catalogue
        self.counts = counts
        self.people = people
        self._kept: dict[Hashable, Any] = {}

    def keep(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Give what follows from the table as it stands: made once, and made anew after the next change."""
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = make()
        found: Made = self._kept[key]
        return found

    @classmethod
    def build(cls, catalogue: Catalogue, histories: Histories) -> CategoryTable:
        """Count all histories at once, by matrix algebra."""
        chosen, membership = histories.matrix(), catalogue.matrix
        held = chosen @ membership
        in_both = (membership.T @ sp.diags_array(histories.popularity, dtype=None) @ membership).toarray()
        counts, people = _gram(held), _gram(_where(held, held.data > 0)) - _only_one(chosen, membership, held)
        counts -= in_both.astype(np.int64)
        diagonal = np.diag_indices(len(catalogue.categories))
        counts[diagonal] //= 2
        people[diagonal] = np.bincount(held.indices[held.data > 1], minlength=len(people))
        return cls(catalogue, counts, people.astype(np.int32))

    def add(self, history: npt.NDArray[np.integer], item: int) -> Sequence[CellChange]:
        """Count the choice of an item by somebody who chose ``history`` before; say which cells moved."""
        return self._move(history, item, 1)

    def remove(self, history: npt.NDArray[np.integer], item: int) -> Sequence[CellChange]:
        """Take a choice back of somebody who chose ``history`` besides; say which cells moved."""
        return self._move(history, item, -1)

    def _move(self, history: npt.NDArray[np.integer], item: int, sign: int) -> CellChanges:
        """Add what the item brings with the history, or take it off.

        With the item, ``n_c`` is 1 more for its categories c, and ``m_cd`` for two of them: the cell (c, d)
        moves by ``n_d`` where d is not of the item, by ``n_c + n_d`` where it is, the diagonal by ``n_c``.
        Few categories of an item, each a short row: a loop is faster here than arrays of two dimensions.
        """
        own, held = self._catalogue.membership[item], self._catalogue.counts(history)
        owned = [int(held[category]) for category in own]
        is_settled = min(owned, default=2) >= 2  # there is a pair already wherever one can come of the item
        step = np.add if sign > 0 else np.subtract
        changes = []
        for category, mine in zip(own, owned, strict=True):
            moved = held.copy() if len(own) > 1 else held
            for other in own:
                if other != category:
                    moved[other] += mine
            before, people = self.counts[category].copy(), self.people[category].copy()
            people_after = people
            if not is_settled:
                people_after = step(people, (moved > 0) & self._unpaired(history, held, category))
            changes.append(RowChange(category, before, step(before, moved), people, people_after))
        self._kept.clear()
        for change in changes:
            self.counts[change.row] = self.counts[:, change.row] = change.after
            if not is_settled:
                self.people[change.row] = self.people[:, change.row] = change.people_after
        return CellChanges(changes)

    def _unpaired(
        self, history: npt.NDArray[np.integer], held: Counts, category: int
    ) -> npt.NDArray[np.bool_]:
        """Say with which categories a history brings this one no pair of two different items."""
        if not held[category]:
            return np.ones(len(held), dtype=bool)
        none = held == 0
        if held[category] == 1:
            only = int(history[self._catalogue.in_categories([category])[history]][0])
            for other in self._catalogue.membership[only]:
                none[other] = held[other] == 1
        return none


def _gram(matrix: sp.csr_array) -> Counts:
    """Multiply a matrix of counts with itself, columns by columns, in whichever form is less work."""
    rows, columns = matrix.shape
    if DENSE_GAIN * np.square(np.diff(matrix.indptr), dtype=np.float64).sum() < float(rows) * columns**2:
        return (matrix.T @ matrix).toarray().astype(np.int64)
    total = np.zeros((columns, columns), dtype=np.int64)
    step = max(1, BLOCK_CELLS // columns) if columns else rows
    for start in range(0, rows, step or 1):
        block = matrix[start : start + step].toarray().astype(np.float64)
        total += (block.T @ block).astype(np.int64)
    return total


def _where(matrix: sp.csr_array, kept: npt.NDArray[np.bool_]) -> sp.csr_array:
    """Give ones where a matrix is kept."""
    ones = sp.csr_array((kept.astype(np.int64), matrix.indices, matrix.indptr), shape=matrix.shape)
    ones.eliminate_zeros()
    return ones


def _only_one(chosen: sp.csr_array, membership: sp.csr_array, held: sp.csr_array) -> Counts:
    """Count people whose only item in one category is also their only item in another.

    Where somebody holds one item of a category, the sum of the numbers of those items is that item's number.
    """
    numbers = sp.diags_array(np.arange(1, membership.shape[0] + 1), dtype=None) @ membership
    held.sort_indices()
    sums = chosen @ numbers
    sums.sort_indices()
    single = held.data == 1
    person = np.repeat(np.arange(held.shape[0], dtype=np.int64), np.diff(held.indptr))[single]
    key = person * (membership.shape[0] + 1) + sums.data[single].astype(np.int64)
    pairs, row = np.unique(key, return_inverse=True)
    ones = np.ones(len(row), dtype=np.int64)
    together = sp.csr_array((ones, (row, held.indices[single])), shape=(len(pairs), held.shape[1]))
    return _gram(together)
