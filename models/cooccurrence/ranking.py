"""The second ranker: items by their pairs with one picked item or a whole history, best first."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Mask, Numbers
from models.cooccurrence.memory import Memory
from models.cooccurrence.rule import RULES, Cell, Some, Suggestion, left_out
from models.cooccurrence.scoring import WEIGHTS, Floats, Weights, scores

COLUMNS = 8

MOST_CELLS = 3
"""A history meets nearly every category: so many of its cells, those with most co-choices, are named."""


def by_items(
    memory: Memory,
    given: npt.ArrayLike,
    *,
    now: float,
    taken: Some = (),
    leave_out: Mask | None = None,
    hidden_items: Collection[int] = frozenset(),
    hidden_categories: Collection[int] = frozenset(),
    weights: Weights = WEIGHTS,
    count: int = 10,
) -> list[Suggestion]:
    """Suggest items by :func:`models.cooccurrence.scoring.scores`; ties by who chose the item, then by title.

    Parameters
    ----------
    given : array of int of shape (n,)
        One picked item, or a history, the oldest choice first; what is given is never suggested.
    now : float
        Seconds since 1970 UTC, from which ages are counted where pairs decay.
    taken : collection of int
        Items that the person chose already.
    leave_out : array of bool of shape (items,), optional
        Further items to leave out, such as those that share a category with the picked one.
    hidden_items, hidden_categories : collection of int
        What the person wants to see no more; an item in a hidden category is hidden.
    count : int
        The most items to give; there are fewer where the evidence ends.
    """
    items = np.asarray(given, dtype=np.intp)
    score = scores(memory, items, weights, now=now)
    out = left_out(memory, None, taken, hidden_items, hidden_categories, RULES)
    out[items] = True
    if leave_out is not None:
        out |= leave_out
    score *= ~out
    found = _best(memory, score, count)
    reasons = _Reasons(memory, items)
    columns = _together(memory, items, found), memory.histories.popularity[found], score[found]
    rows = zip(found.tolist(), *(column.tolist() for column in columns), strict=True)
    return [reasons.suggestion(*row) for row in rows]


def _together(memory: Memory, given: Numbers, found: Numbers) -> npt.NDArray[np.int64]:
    """Count the people of each pair of one given and one found, summed over the given, of shape (found,)."""
    if len(given) < len(found):
        return memory.pairs.rows(given)[:, found].sum(axis=0, dtype=np.int64)
    return memory.pairs.rows(found)[:, given].sum(axis=1, dtype=np.int64)


def _best(memory: Memory, score: Floats, count: int) -> Numbers:
    """Give the items with the highest scores above 0, best first."""
    least = _bound(score, count)
    near = np.flatnonzero(score >= least if least > 0 else score > 0)
    popularity, titles = memory.histories.popularity, memory.catalogue.titles
    keys = zip((-score[near]).tolist(), (-popularity[near]).tolist(), near.tolist(), strict=True)
    best = sorted((score, chosen_by, titles[item], item) for score, chosen_by, item in keys)[: max(0, count)]
    return np.array([item for *_, item in best], dtype=np.intp)


def _bound(score: Floats, count: int) -> float:
    """Give a bound that at least ``count`` scores reach, and few besides, in a third of a partition's time.

    The scores are laid out in columns: where ``count`` columns have a highest score of at least the bound,
    so have that many scores.
    """
    width = COLUMNS * count
    if count < 1 or len(score) < 2 * width:
        return 0.0
    highest = score[: len(score) // width * width].reshape(-1, width).max(axis=0)
    return float(np.partition(highest, width - count)[width - count])


class _Reasons:
    """The categories of what is given, against those of the items suggested for it."""

    def __init__(self, memory: Memory, given: Numbers) -> None:
        self._memory = memory
        own = np.flatnonzero(memory.catalogue.counts(given))
        met = memory.cells.counts[own].sum(axis=0)
        met[own] -= memory.cells.counts[own, own]
        self._own, self._met = own.tolist(), met.tolist()
        self._cells: dict[int, tuple[tuple[Cell, ...], int]] = {}

    def suggestion(self, item: int, together: int, chosen_by: int, score: float) -> Suggestion:
        """Give an item with its best category (most co-choices with those given) and the cells behind it."""
        membership = self._memory.catalogue.membership[item]
        if not membership:
            return Suggestion(item, None, (), 0, together, chosen_by, score)
        category = max(membership, key=self._met.__getitem__)
        if category not in self._cells:
            cells = self._behind(category)
            self._cells[category] = cells, sum(cell.co_choices for cell in cells)
        return Suggestion(item, category, *self._cells[category], together, chosen_by, score)

    def _behind(self, category: int) -> tuple[Cell, ...]:
        table = self._memory.cells
        counts, people = table.counts[category].tolist(), table.people[category].tolist()
        rows = [row for row in self._own if row != category and people[row]]
        rows = sorted(rows, key=counts.__getitem__, reverse=True)[:MOST_CELLS]
        return tuple(Cell(row, category, counts[row], people[row]) for row in rows)
