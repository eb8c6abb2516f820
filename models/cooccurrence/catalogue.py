"""The catalogue: items with their titles, and the preselected categories that each is in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.cooccurrence.ragged import gathered

Numbers = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


class UnknownItem(LookupError):
    """No item of the catalogue has this id; search the catalogue for the one that is meant."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Items and categories by number: their places in the tuples.

    Attributes
    ----------
    items, titles : tuple of str
        Id and title of each item; ids are unique, titles need not be.
    categories : tuple of str
        Names, in the fixed order that decides between categories with the same evidence.
    membership : tuple of tuple of int
        The categories of each item, ascending; an item may be in none.

    Raises
    ------
    ValueError
        Where the tuples do not fit each other, or an id or a category is there twice.
    """

    items: tuple[str, ...]
    titles: tuple[str, ...]
    categories: tuple[str, ...]
    membership: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        if not len(self.items) == len(self.titles) == len(self.membership):
            raise ValueError(
                f"There are {len(self.items)} items, {len(self.titles)} titles and {len(self.membership)} "
                "rows of membership: each item has one of each, so give as many."
            )
        for name, names in (("item", self.items), ("category", self.categories)):
            if len(set(names)) < len(names):
                twice = next(one for n, one in enumerate(names) if one in names[:n])
                raise ValueError(f"The {name} {twice!r} is there twice: leave one of the two out.")
        known = set(range(len(self.categories)))
        for item, numbers in zip(self.items, self.membership, strict=True):
            if numbers != tuple(sorted(known.intersection(numbers))):
                raise ValueError(
                    f"Item {item!r} is in the categories {list(numbers)}: give numbers from 0 to "
                    f"{len(self.categories) - 1}, each once, in ascending order."
                )

    def number(self, item: str) -> int:
        """Give the number of an item; UnknownItem where there is none."""
        try:
            return self._numbers[item]
        except KeyError:
            raise UnknownItem(
                f"{item!r} is no item of the catalogue: search for its title, or load "
                "a catalogue that has it."
            ) from None

    def in_categories(self, numbers: npt.ArrayLike) -> Mask:
        """Say of each item, of shape (items,), whether it is in one of these categories."""
        found = np.zeros(len(self.items), dtype=bool)
        for number in np.asarray(numbers, dtype=np.intp):
            found[self.items_of[number]] = True
        return found

    def sharing(self, item: int) -> Mask:
        """Say of each item, of shape (items,), whether it shares a category with this one."""
        return self.in_categories(self.categories_of[item])

    def counts(self, history: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
        """Count the items of a history by category, of shape (categories,)."""
        if self._slots is not None:
            places = self._slots.take(history, axis=0).ravel()
        else:
            places = gathered(self.matrix.indptr, self.matrix.indices, history)
        return np.bincount(places, minlength=len(self.categories) + 1)[:-1]

    @cached_property
    def matrix(self) -> sp.csr_array:
        """Give membership as ones, of shape (items, categories)."""
        ends = np.cumsum([0, *map(len, self.membership)])
        columns = np.array([number for numbers in self.membership for number in numbers], dtype=np.int32)
        ones = np.ones(len(columns), dtype=np.int64)
        return sp.csr_array((ones, columns, ends), shape=(len(self.items), len(self.categories)))

    @cached_property
    def shares(self) -> sp.csr_array:
        """Give membership as shares (float32) that sum to 1 an item, of shape (items, categories + 1).

        The last column, which is no category's, holds the items that are in none.
        """
        slots = [numbers or (len(self.categories),) for numbers in self.membership]
        lengths = np.array([len(numbers) for numbers in slots], dtype=np.int64)
        columns = np.array([number for numbers in slots for number in numbers], dtype=np.int32)
        values = np.repeat(1 / lengths, lengths).astype(np.float32)
        shape = (len(self.items), len(self.categories) + 1)
        return sp.csr_array((values, columns, np.cumsum([0, *lengths])), shape=shape)

    @cached_property
    def categories_of(self) -> tuple[Numbers, ...]:
        """Give the categories of each item as arrays."""
        return tuple(np.array(numbers, dtype=np.intp) for numbers in self.membership)

    @cached_property
    def items_of(self) -> tuple[Numbers, ...]:
        """Give the items of each category in order of title, then of number."""
        place = np.empty(len(self.items), dtype=np.intp)
        place[self.by_title] = np.arange(len(self.items))
        columns = self.matrix.tocsc()
        parts = np.split(columns.indices.astype(np.intp), columns.indptr[1:-1])
        return tuple(part[np.argsort(place[part])] for part in parts)[: len(self.categories)]

    @cached_property
    def by_title(self) -> Numbers:
        """Give all items in order of title, then of number."""
        return np.array(sorted(range(len(self.items)), key=self.titles.__getitem__), dtype=np.intp)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {item: number for number, item in enumerate(self.items)}

    @cached_property
    def _slots(self) -> Numbers | None:
        """Give the categories of each item in a row of its own, filled up with a number that is none's.

        Counting a history by it takes a third of the time; None where one item in very many categories
        would make all rows that long.
        """
        widest = max(map(len, self.membership), default=0)
        if widest * len(self.items) > 4 * max(self.matrix.nnz, 10_000):
            return None
        slots = np.full((len(self.items), widest), len(self.categories), dtype=np.intp)
        rows = np.repeat(np.arange(len(self.items)), np.diff(self.matrix.indptr))
        slots[rows, np.arange(len(rows)) - self.matrix.indptr[rows]] = self.matrix.indices
        return slots
