"""Why an item is not in the list for a picked one, or where in it it is: a kind of reason and its figures."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.cooccurrence.memory import Memory
from models.cooccurrence.rule import RULES, Cell, Rules, Some, Suggestion, by_rule


class Kind(StrEnum):
    """The first thing that keeps an item from the list, in the order in which they are looked at."""

    PICKED = "picked"
    TAKEN = "taken"
    HIDDEN = "hidden"
    HIDDEN_CATEGORY = "hidden-category"
    SHARES_CATEGORY = "shares-category"
    PICKED_HAS_NO_CATEGORY = "picked-has-no-category"
    NO_CATEGORY = "no-category"
    ONLY_ITSELF = "only-itself"
    NO_EVIDENCE = "no-evidence"
    TOO_FEW_PEOPLE = "too-few-people"
    LOWER = "lower"
    SHOWN = "shown"


@dataclass(frozen=True)
class Reason:
    """Why an item is not shown.

    Attributes
    ----------
    kind : Kind
        ``PICKED``: it is the picked item. ``TAKEN``, ``HIDDEN``: chosen already, hidden by the person.
        ``ONLY_ITSELF``: both are in one category only, the same, and self-similarity is not allowed.
        ``LOWER``: it comes further down; ``SHOWN``: it is in the list. The others say what they say.
    categories : tuple of int
        The item's categories that are hidden, or shared.
    cells : tuple of Cell
        Between a category of the picked item and one of this; those with people, most
        of them first; empty where another ranker was asked.
    together : int
        How many people chose both.
    place : int or None
        Its place in the whole list, 1 for the first; None where it is not in it.
    """

    kind: Kind
    categories: tuple[int, ...] = ()
    cells: tuple[Cell, ...] = ()
    together: int = 0
    place: int | None = None


def why_not(
    memory: Memory,
    picked: int,
    item: int,
    *,
    taken: Some,
    hidden_items: Collection[int] = frozenset(),
    hidden_categories: Collection[int] = frozenset(),
    rules: Rules = RULES,
    ranked: Sequence[Suggestion] | None = None,
    shown: int = 10,
) -> Reason:
    """Say why an item is not among the suggestions for a picked one, or at which place it is.

    Parameters
    ----------
    ranked : sequence of Suggestion, optional
        The whole list of another ranker, made with the same that is left out; the rule's where not given.
    shown : int
        How many of the list are shown.
    """
    together = int(memory.pairs.row(picked)[item])
    kept_out = _kept_out(memory, picked, item, taken, hidden_items, hidden_categories, rules)
    if kept_out is not None:
        return Reason(*kept_out, together=together)
    cells: tuple[Cell, ...] = ()
    if ranked is None:
        kind, cells = _evidence(memory, picked, item, rules)
        if kind is not None:
            return Reason(kind, cells=cells, together=together)
        ranked = by_rule(
            memory,
            picked,
            taken=taken,
            hidden_items=hidden_items,
            hidden_categories=hidden_categories,
            rules=rules,
            count=len(memory.catalogue.items),
        )
    place = next((place for place, one in enumerate(ranked, start=1) if one.item == item), None)
    if place is None:
        return Reason(Kind.NO_EVIDENCE, together=together)
    kind = Kind.SHOWN if place <= shown else Kind.LOWER
    return Reason(kind, cells=cells, together=together, place=place)


def _kept_out(
    memory: Memory,
    picked: int,
    item: int,
    taken: Some,
    hidden_items: Collection[int],
    hidden_categories: Collection[int],
    rules: Rules,
) -> tuple[Kind, tuple[int, ...]] | None:
    """Say what bars the item whatever its evidence, and the categories it is barred for."""
    own, others = memory.catalogue.membership[item], memory.catalogue.membership[picked]
    hidden = tuple(category for category in own if category in hidden_categories)
    shared = tuple(category for category in own if category in others)
    if item == picked:
        return Kind.PICKED, ()
    if item in taken:
        return Kind.TAKEN, ()
    if item in hidden_items:
        return Kind.HIDDEN, ()
    if hidden:
        return Kind.HIDDEN_CATEGORY, hidden
    if shared and rules.leave_out_same_category:
        return Kind.SHARES_CATEGORY, shared
    return None


def _evidence(memory: Memory, picked: int, item: int, rules: Rules) -> tuple[Kind | None, tuple[Cell, ...]]:
    """Give the cells between two items, and what is wrong with them; None where nothing is."""
    own, others = memory.catalogue.membership[item], memory.catalogue.membership[picked]
    if not others:
        return Kind.PICKED_HAS_NO_CATEGORY, ()
    if not own:
        return Kind.NO_CATEGORY, ()
    pairs = [(row, column) for row in others for column in own if row != column or rules.allow_self]
    if not pairs:
        return Kind.ONLY_ITSELF, ()
    counts, people = memory.cells.counts, memory.cells.people
    found = [Cell(*pair, int(counts[pair]), int(people[pair])) for pair in pairs if people[pair]]
    cells = tuple(sorted(found, key=lambda cell: -cell.people))
    if not cells:
        return Kind.NO_EVIDENCE, ()
    if cells[0].people < rules.least_people:
        return Kind.TOO_FEW_PEOPLE, cells
    return None, cells
