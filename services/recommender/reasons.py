"""Why a title is not in the list of another, in words for every reason there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.recommender import lists, words
from services.recommender.asking import Asked, item_at
from services.recommender.memory import Remembered

if TYPE_CHECKING:
    from models.cooccurrence.why_not import Reason


def why_not(held: Remembered, asked: Asked, picked: str, item: str) -> str:
    """Say why an item is not in the list for a picked one, or at which place it is."""
    from models.cooccurrence.why_not import why_not as reason_of  # late: brings scipy along

    if asked.stopped:
        return asked.stopped
    catalogue = held.memory.catalogue
    number, other = catalogue.number(picked), catalogue.number(item)
    by_rule = asked.setting.ranker == "rule"
    found = reason_of(
        held.memory,
        number,
        other,
        rules=asked.rules,
        ranked=None if by_rule else lists.ranked(held, asked, number, len(catalogue.items)),
        shown=asked.setting.list_length,
        **lists.limits(held, asked),
    )
    return _said(held, asked, number, other, found)


def _said(held: Remembered, asked: Asked, picked: int, item: int, found: Reason) -> str:
    """Put a reason in words; ``found.kind`` is one of ``models.cooccurrence.why_not.Kind``."""
    one, other = item_at(held, item), item_at(held, picked)
    named = words.joined(held.memory.catalogue.categories[number] for number in found.categories)
    whose = "The customer" if asked.customer else "You"
    plural = "categories" if len(found.categories) > 1 else "category"
    setting = asked.setting
    said = {
        "picked": f"{one.title} is the title that was picked.",
        "taken": f"{whose} chose {one.title} already.",
        "hidden": f"{whose} hid {one.title}: show it again, and it counts as before.",
        "hidden-category": f"{whose} hid the {plural} {named}, which {one.title} is in: show it again.",
        "shares-category": f"{one.title} shares the {plural} {named} with {other.title}, and such titles are "
        "left out (a setting).",
        "picked-has-no-category": words.nothing_by_cells(other),
        "no-category": words.nothing_by_cells(one),
        "only-itself": f"{one.title} and {other.title} are both in {words.joined(one.categories)} alone, and "
        "a category is no evidence for itself (a setting).",
    }
    if found.kind == "hidden" and one.item not in asked.hidden_items:
        return f"{one.title} is an offer: offers are proposed to customers at risk, on a customer's page."
    if found.kind in said:
        return said[found.kind]
    if found.kind == "no-evidence":
        return _no_evidence(asked, one.title, one.categories, other.title, other.categories, found.together)
    if found.kind == "too-few-people":
        return _too_few(held, one.title, found, setting.least_people)
    if found.kind == "shown":
        return f"{one.title} is in the list, at place {found.place}."
    length = words.counted(setting.list_length, "title", "titles")
    return f"{one.title} is at place {found.place}, and the list has {length}."


def _no_evidence(
    asked: Asked, title: str, own: tuple[str, ...], picked: str, others: tuple[str, ...], together: int
) -> str:
    if asked.setting.ranker == "rule":
        return (
            f"There is no evidence for {title}: nobody who chose {words.joined(others, 'or')} also chose "
            f"{words.joined(own, 'or')}."
        )
    if together == 0:
        return f"There is no evidence for {title}: nobody chose both it and {picked}."
    return (
        f"There is too little evidence for {title}: {words.people(together)} chose both it and {picked}, and "
        f"{words.people(asked.setting.least_support)} are needed (a setting)."
    )


def _too_few(held: Remembered, title: str, found: Reason, least: int) -> str:
    names, cell = held.memory.catalogue.categories, found.cells[0]
    both = f"{names[cell.row]} and {names[cell.column]}"
    return (
        f"There is too little evidence for {title}: {words.people(cell.people)} chose both {both}, and "
        f"{words.people(least)} are needed (a setting)."
    )
