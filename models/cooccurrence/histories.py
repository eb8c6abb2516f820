"""Who chose what and when, read both ways: the items of a person, and the people of an item."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.cooccurrence.ragged import gathered, grouped

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Histories:
    """Choices as they stood when built, in a few large arrays, and what changed since in small ones.

    Attributes
    ----------
    items : int
        How many items the catalogue has.
    popularity : array of int64 of shape (items,)
        How many people chose each item.
    roots : array of float32 of shape (items,)
        Square root of that, and at least 1.
    people : int
        How many people have a choice.
    """

    def __init__(self, items: int, people: Sequence[str], person: Ints, item: Ints, moment: Floats) -> None:
        self.items = items
        self._names = list(people)
        self._numbers = {name: number for number, name in enumerate(self._names)}
        # By item, by moment, then by person: each step keeps the order of the one before among equals.
        by_item = grouped(item, items)[1]
        by_moment = by_item[np.argsort(moment[by_item], kind="stable")]
        self._starts, by_person = grouped(person[by_moment], len(self._names))
        order = by_moment[by_person]
        self._items, self._moments = item[order], moment[order]
        self._item_starts, places = grouped(self._items, items)
        self._people = person[order][places]
        self._changed: dict[int, tuple[array[int], array[float]]] = {}
        self._changed_items: dict[int, array[int]] = {}
        self.popularity = np.diff(self._item_starts).astype(np.int64)
        self.roots = np.sqrt(np.maximum(self.popularity, 1)).astype(np.float32)
        self.people = int(np.count_nonzero(np.diff(self._starts)))

    @classmethod
    def build(
        cls,
        items: int,
        people: Sequence[str],
        person: npt.ArrayLike,
        item: npt.ArrayLike,
        moment: npt.ArrayLike,
    ) -> Histories:
        """Read choices, given in any order; of the same choice twice the earlier one counts.

        Parameters
        ----------
        people : sequence of str
            The key of each person by number; people may come without a choice.
        person, item : array of int of shape (choices,)
            Numbers, below ``len(people)`` and ``items``.
        moment : array of float of shape (choices,)
            When, in seconds since 1970 UTC.

        Raises
        ------
        ValueError
            Where the arrays do not fit each other, a number is out of range or a moment is not finite.
        """
        who, what = np.asarray(person, dtype=np.int32), np.asarray(item, dtype=np.int32)
        when = np.asarray(moment, dtype=np.float64)
        _check(items, people, who, what, when)
        histories = cls(items, people, who, what, when)
        twice = histories._twice()
        if len(twice):
            who = np.repeat(np.arange(len(people), dtype=np.int32), np.diff(histories._starts))
            kept = np.delete(np.arange(len(who)), twice)
            return cls(items, people, who[kept], histories._items[kept], histories._moments[kept])
        return histories

    def _twice(self) -> npt.NDArray[np.integer]:
        """Find the places, by person, of choices whose person chose the item before."""
        _, places = grouped(self._items, self.items)  # by item, then by person, then by moment
        items = self._items[places]
        return places[1:][(items[1:] == items[:-1]) & (self._people[1:] == self._people[:-1])]

    def of(self, person: str) -> Ints:
        """Give the items of a person in order of moment, then of number; none of somebody not known."""
        number = self.number(person)
        return np.empty(0, dtype=np.int32) if number is None else self.by_number(number)

    def moments(self, person: str) -> Floats:
        """Give when each was chosen, in the order of :meth:`of`: seconds since 1970 UTC."""
        number = self.number(person)
        if number is None:
            return np.empty(0)
        if number in self._changed:
            return np.array(self._changed[number][1])
        return self._moments[self._starts[number] : self._starts[number + 1]]

    def number(self, person: str) -> int | None:
        """Give the number of a person; None of somebody not known."""
        return self._numbers.get(person)

    def name(self, number: int) -> str:
        """Give the key of a person by number."""
        return self._names[number]

    def __len__(self) -> int:
        """Count the numbers given to people, with and without a choice."""
        return len(self._names)

    def by_number(self, number: int) -> Ints:
        """Give the items of a person by number, in the order of :meth:`of`."""
        if number in self._changed:
            return np.array(self._changed[number][0])
        return self._items[self._starts[number] : self._starts[number + 1]]

    def chosen_by(self, item: int) -> Ints:
        """Give the numbers of the people who chose an item, in no order that means anything."""
        if item in self._changed_items:
            return np.array(self._changed_items[item])
        return self._people[self._item_starts[item] : self._item_starts[item + 1]]

    def met(self, item: int) -> Ints:
        """Give the histories of all who chose an item, one after the other."""
        unchanged, changed = self._who_chose(item)
        parts = [np.array(self._changed[number][0]) for number in changed]
        return np.concatenate([gathered(self._starts, self._items, unchanged), *parts])

    def met_when(self, item: int) -> Floats:
        """Give when each pair of :meth:`met` with the item came about: the later of its two choices."""
        unchanged, changed = self._who_chose(item)
        items, moments = (gathered(self._starts, of, unchanged) for of in (self._items, self._moments))
        lengths = self._starts[unchanged + 1] - self._starts[unchanged]
        parts = [np.maximum(moments, np.repeat(moments[items == item], lengths))]
        for number in changed:
            items, moments = map(np.array, self._changed[number])
            parts.append(np.maximum(moments, moments[items == item]))
        return np.concatenate(parts)

    def _who_chose(self, item: int) -> tuple[Ints, list[int]]:
        """Give who chose an item: people who stand as they were built, and those who changed since."""
        people = self.chosen_by(item)
        if not self._changed:
            return people, []
        changed = [number for number in people.tolist() if number in self._changed]
        return people[np.isin(people, changed, invert=True)], changed

    def matrix(self) -> sp.csr_array:
        """Give choices as ones (int32), of shape (people, items), people by number."""
        unchanged = np.ones(len(self._starts) - 1, dtype=bool)
        unchanged[[number for number in self._changed if number < len(unchanged)]] = False
        rows = np.flatnonzero(unchanged)
        lengths = np.zeros(len(self), dtype=np.int64)
        lengths[rows] = np.diff(self._starts)[rows]
        parts = [gathered(self._starts, self._items, rows)] if self._changed else [self._items]
        people = [np.repeat(np.arange(len(self)), lengths)]
        for number, (items, _) in self._changed.items():
            parts.append(np.array(items))
            people.append(np.full(len(items), number))
        columns, numbers = np.concatenate(parts), np.concatenate(people)
        ones = np.ones(len(columns), dtype=np.int32)
        return sp.csr_array((ones, (numbers, columns)), shape=(len(self), self.items))

    def add(self, person: str, item: int, moment: float) -> None:
        """Add a choice that is not there yet, of somebody new or known."""
        number = self._numbers.setdefault(person, len(self._names))
        if number == len(self._names):
            self._names.append(person)
        items, moments = self._own(number)
        place = _place(items, moments, item, moment)
        items.insert(place, item)
        moments.insert(place, moment)
        self._own_people(item).append(number)
        self._count(item, 1)
        self.people += len(items) == 1

    def remove(self, person: str, item: int) -> None:
        """Take a choice out that is there."""
        number = self._numbers[person]
        items, moments = self._own(number)
        place = items.index(item)
        del items[place], moments[place]
        self._own_people(item).remove(number)
        self._count(item, -1)
        self.people -= len(items) == 0

    def _count(self, item: int, more: int) -> None:
        chosen = int(self.popularity[item]) + more
        self.popularity[item], self.roots[item] = chosen, max(chosen, 1) ** 0.5

    def _own(self, number: int) -> tuple[array[int], array[float]]:
        """Give the history of a person as it may be changed."""
        if number not in self._changed:
            start, end = self._starts[number : number + 2] if number < len(self._starts) - 1 else (0, 0)
            items, moments = self._items[start:end], self._moments[start:end]
            self._changed[number] = array("i", items.tobytes()), array("d", moments.tobytes())
        return self._changed[number]

    def _own_people(self, item: int) -> array[int]:
        """Give the people of an item as they may be changed."""
        if item not in self._changed_items:
            self._changed_items[item] = array("i", self.chosen_by(item).tobytes())
        return self._changed_items[item]


def _place(items: array[int], moments: array[float], item: int, moment: float) -> int:
    """Say where a choice belongs in a history: in order of moment, then of number."""
    if not moments or moments[-1] < moment:
        return len(moments)
    return bisect_left(items, item, bisect_left(moments, moment), bisect_right(moments, moment))


def _check(items: int, people: Sequence[str], person: Ints, item: Ints, moment: Floats) -> None:
    if len(set(people)) < len(people):
        raise ValueError(
            "A person is there twice: give each key of the people once, their number is its place."
        )
    if not len(person) == len(item) == len(moment):
        raise ValueError(
            f"There are {len(person)} people, {len(item)} items and {len(moment)} moments of choices: each "
            "choice has one of each, so give arrays of one length."
        )
    for name, numbers, most in (("person", person, len(people)), ("item", item, items)):
        if len(numbers) and not 0 <= numbers.min() <= numbers.max() < most:
            raise ValueError(
                f"A choice names {name} {numbers.min() if numbers.min() < 0 else numbers.max()}, but there "
                f"are {most}, numbered from 0: give every {name} of the choices before building."
            )
    if not np.isfinite(moment).all():
        raise ValueError("A choice has no moment: give seconds since 1970 UTC for each.")
