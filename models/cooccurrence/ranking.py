"""The second ranker: items by their pairs with one picked item or a whole history, best first."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Mask, Numbers
from models.cooccurrence.memory import Memory
from models.cooccurrence.rule import RULES, Cell, Some, Suggestion, left_out
from models.cooccurrence.scoring import WEIGHTS, Floats32, Weights, scores

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
    together = _together(memory, items, found).tolist()
    return _suggestions(memory, items, found, together, score[found].tolist())


def _together(memory: Memory, given: Numbers, found: Numbers) -> npt.NDArray[np.int64]:
    """Count the people of each pair of one given and one found, summed over the given, of shape (found,)."""
    return memory.pairs.between(given, found).sum(axis=0)


def _best(memory: Memory, score: Floats32, count: int) -> Numbers:
    """Give the items with the highest scores above 0, best first."""
    least = _bound(score, count)
    near = np.flatnonzero(score >= least if least > 0 else score > 0)
    popularity, titles = memory.histories.popularity, memory.catalogue.titles
    keys = zip((-score[near]).tolist(), (-popularity[near]).tolist(), near.tolist(), strict=True)
    best = sorted((score, chosen_by, titles[item], item) for score, chosen_by, item in keys)[: max(0, count)]
    return np.array([item for *_, item in best], dtype=np.intp)


def _bound(score: Floats32, count: int) -> float:
    """Give a bound that at least ``count`` scores reach, and few besides, in a third of a partition's time.

    The scores are laid out in columns: where ``count`` columns have a highest score of at least the bound,
    so have that many scores.
    """
    width = COLUMNS * count
    if count < 1 or len(score) < 2 * width:
        return 0.0
    highest = score[: len(score) // width * width].reshape(-1, width).max(axis=0)
    return float(np.partition(highest, width - count)[width - count])


def _suggestions(
    memory: Memory, given: Numbers, found: Numbers, together: list[int], score: list[float]
) -> list[Suggestion]:
    """Give each item with its best category (most co-choices with those given) and the cells behind it."""
    items = found.tolist()
    membership = [memory.catalogue.membership[item] for item in items]
    own = memory.catalogue.membership[given[0]] if len(given) == 1 else _categories(memory, given)
    evidence = _evidence(memory, own, sorted(set().union(*membership)))
    chosen_by = memory.histories.popularity[found].tolist()
    suggestions = []
    for item, numbers, *figures in zip(items, membership, together, chosen_by, score, strict=True):
        # Of categories with as many co-choices the first, as the catalogue's fixed order has it.
        category = max(numbers, key=lambda one: evidence[one][0]) if numbers else None
        co_choices, cells = (0, ()) if category is None else evidence[category]
        suggestions.append(Suggestion(item, category, cells, co_choices, *figures))
    return suggestions


def _categories(memory: Memory, given: Numbers) -> tuple[int, ...]:
    return tuple(np.flatnonzero(memory.catalogue.counts(given)).tolist())


Evidence = tuple[int, tuple[Cell, ...]]


def _evidence(memory: Memory, own: tuple[int, ...], categories: list[int]) -> dict[int, Evidence]:
    """Give for each category its co-choices with those given, the diagonal aside, and the cells with most."""
    known: dict[int, Evidence] = memory.cells.keep(("evidence", own), dict)
    for category in categories:
        if category not in known:
            known[category] = _behind(memory, own, category)
    return known


def _behind(memory: Memory, own: tuple[int, ...], category: int) -> Evidence:
    cells = memory.cells
    met, who = cells.keep(
        ("row", category), lambda: (cells.counts[category].tolist(), cells.people[category].tolist())
    )
    rows = [row for row in own if who[row] and row != category]
    rows.sort(key=met.__getitem__, reverse=True)
    named = [Cell(row, category, met[row], who[row]) for row in rows[:MOST_CELLS]]
    return sum([met[row] for row in rows]), tuple(named)
