"""The rule: categories by co-choices with the picked item's, inside one by who chose both items."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Mask, Numbers
from models.cooccurrence.memory import Memory

Some = Collection[int] | npt.NDArray[np.integer]


@dataclass(frozen=True)
class Rules:
    """What the rule leaves out.

    Attributes
    ----------
    allow_self : bool
        Whether co-choices inside one category count as evidence for it.
    leave_out_same_category : bool
        Whether items that share a category with the picked one are left out.
    least_people : int
        Cells with fewer people behind them are no evidence; at least 1.
    """

    allow_self: bool = False
    leave_out_same_category: bool = True
    least_people: int = 1

    def __post_init__(self) -> None:
        if self.least_people < 1:
            raise ValueError(
                f"least_people is {self.least_people}, but no evidence comes from nobody: give 1 or more."
            )


RULES = Rules()


@dataclass(frozen=True)
class Cell:
    """A cell used as evidence: a category of the picked item (``row``) and one of the item suggested."""

    row: int
    column: int
    co_choices: int
    people: int


@dataclass(frozen=True)
class Suggestion:
    """An item suggested, and all that words about it need.

    Attributes
    ----------
    item : int
        Its number.
    category : int or None
        The best ranked of the item's categories, the one it comes by; None for an item in no category, which
        only the item ranker can suggest.
    cells : tuple of Cell
        Those with evidence between the picked item's categories and ``category``.
    co_choices : int
        Their sum, which ranks the category.
    together : int
        How many people chose both the picked item and this one.
    chosen_by : int
        How many people chose this one.
    score : float
        What the item ranker ranks by; 0 from the rule.
    """

    item: int
    category: int | None
    cells: tuple[Cell, ...]
    co_choices: int
    together: int
    chosen_by: int
    score: float = 0


def by_rule(
    memory: Memory,
    picked: int,
    *,
    taken: Some,
    hidden_items: Collection[int] = frozenset(),
    hidden_categories: Collection[int] = frozenset(),
    rules: Rules = RULES,
    count: int = 10,
) -> list[Suggestion]:
    """Suggest items for the picked one, best first.

    Categories come in order of co-choices with those of the picked item (of cells with enough people; ties
    in the catalogue's fixed order), inside one items that most people chose together with the picked one,
    then those that most people chose, then by title. An item in several categories comes by the first.

    Parameters
    ----------
    taken : collection of int
        Items that the person chose already.
    hidden_items, hidden_categories : collection of int
        What the person wants to see no more; an item in a hidden category is hidden.
    count : int
        The most items to give; there are fewer where the evidence ends.
    """
    out = left_out(memory, picked, taken, hidden_items, hidden_categories, rules)
    row, popularity = memory.pairs.row(picked), memory.histories.popularity
    suggestions: list[Suggestion] = []
    evidence = _evidence(memory, picked, rules)
    for category in _ranked(evidence):
        if len(suggestions) >= count:
            break
        items = memory.catalogue.items_of[category]
        items = items[~out[items]]
        best = first(row[items], popularity[items], count - len(suggestions))
        items = items[best]
        out[items] = True
        cells, co_choices = _cells(memory, picked, category, rules), int(evidence[category])
        figures = zip(items.tolist(), row[items].tolist(), popularity[items].tolist(), strict=True)
        suggestions += [
            Suggestion(item, category, cells, co_choices, together, chosen_by)
            for item, together, chosen_by in figures
        ]
    return suggestions


def popular(
    memory: Memory,
    picked: int | None,
    *,
    taken: Some,
    hidden_items: Collection[int] = frozenset(),
    hidden_categories: Collection[int] = frozenset(),
    rules: Rules = RULES,
    count: int = 10,
) -> list[int]:
    """Give the items that most people chose, then by title, leaving out what :func:`by_rule` leaves out.

    This is no evidence for anything: it is what there is to show where there is none. Items that nobody
    chose are not popular. With nothing picked yet, ``picked`` is None.
    """
    out = left_out(memory, picked, taken, hidden_items, hidden_categories, rules)
    popularity = memory.histories.popularity
    items = memory.catalogue.by_title
    items = items[~out[items] & (popularity[items] > 0)]
    return items[first(popularity[items], popularity[items], count)].tolist()


def without_evidence(memory: Memory, picked: int, rules: Rules = RULES) -> list[int]:
    """Name the categories, in their fixed order, that no suggestion can come by for want of evidence.

    With the same-category rule the picked item's own categories are no part of it: they are left out anyway.
    """
    own = memory.catalogue.membership[picked] if rules.leave_out_same_category else ()
    return [n for n in np.flatnonzero(_evidence(memory, picked, rules) == 0).tolist() if n not in own]


def ranked_categories(
    memory: Memory, picked: int, rules: Rules = RULES
) -> list[tuple[int, tuple[Cell, ...]]]:
    """Give each category that has evidence for the picked item, best first, with the cells it comes from."""
    ranked = _ranked(_evidence(memory, picked, rules))
    return [(category, _cells(memory, picked, category, rules)) for category in ranked]


def _evidence(memory: Memory, picked: int, rules: Rules) -> npt.NDArray[np.int64]:
    """Add up the co-choices of each category with those of the picked item, of shape (categories,).

    Those that the same-category rule leaves out have none.
    """
    own = memory.catalogue.membership[picked]
    total = np.zeros(len(memory.catalogue.categories), dtype=np.int64)
    for row in own:
        counts = memory.cells.counts[row] * (memory.cells.people[row] >= rules.least_people)
        if not rules.allow_self:
            counts[row] = 0
        total += counts
    if rules.leave_out_same_category:
        total[list(own)] = 0
    return total


def _ranked(evidence: npt.NDArray[np.int64]) -> list[int]:
    """Order categories by evidence, those with the same in their fixed order; without any they are out."""
    return [n for n in np.argsort(-evidence, kind="stable").tolist() if evidence[n]]


def _cells(memory: Memory, picked: int, category: int, rules: Rules) -> tuple[Cell, ...]:
    """Give the cells with evidence between the picked item's categories and one."""
    counts, people = memory.cells.counts, memory.cells.people
    return tuple(
        Cell(row, category, int(counts[row, category]), int(people[row, category]))
        for row in memory.catalogue.membership[picked]
        if (row != category or rules.allow_self) and people[row, category] >= rules.least_people
    )


def left_out(
    memory: Memory,
    picked: int | None,
    taken: Some,
    hidden_items: Collection[int],
    hidden_categories: Collection[int],
    rules: Rules,
) -> Mask:
    """Say of each item, of shape (items,), whether it may not be suggested; the answer is the caller's."""
    catalogue = memory.catalogue
    out = catalogue.in_categories(sorted(hidden_categories))
    for some in (taken, hidden_items):
        out[some if isinstance(some, np.ndarray) else list(some)] = True
    if picked is not None:
        out[picked] = True
        if rules.leave_out_same_category:
            out |= catalogue.sharing(picked)
    return out


def first(together: npt.NDArray[np.integer], chosen_by: npt.NDArray[np.integer], count: int) -> Numbers:
    """Give the places of the first ``count`` by together, then chosen by, then as they stand."""
    key = together.astype(np.int64) * (int(chosen_by.max(initial=0)) + 1) + chosen_by
    if 0 < count < len(key):
        least = np.partition(key, len(key) - count)[len(key) - count]
        above = np.flatnonzero(key > least)
        places = np.concatenate([above, np.flatnonzero(key == least)[: count - len(above)]])
    else:
        places = np.arange(len(key))
    return places[np.argsort(-key[places], kind="stable")][:count]
