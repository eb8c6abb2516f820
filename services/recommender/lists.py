"""The list for a title that was picked: ranked, with its reasons and with what is left out, in words.

Nothing is on record yet; whoever lets a list out puts it there first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.recommender import words
from services.recommender.asking import Asked, category_numbers, item_at, item_numbers
from services.recommender.memory import Remembered
from services.recommender.settings import Setting
from services.recommender.shown import CellRead, Item, Popular, Recommended

if TYPE_CHECKING:
    from models.cooccurrence.rule import Suggestion
    from models.cooccurrence.scoring import Weights


@dataclass(frozen=True)
class Made:
    """A list as it was worked out, with the choices that it stands on: up to event ``seq``."""

    picked: Item
    items: tuple[Recommended, ...]
    popular: tuple[Popular, ...]
    nothing: str
    absent: str
    generation: int
    seq: int


def make(held: Remembered, asked: Asked, item: str) -> Made:
    """Rank what goes with an item for a person; models' UnknownItem where there is no such item."""
    number = held.memory.catalogue.number(item)
    picked = item_at(held, number)
    if asked.stopped:
        return _stopped(held, asked, picked, number)
    found = ranked(held, asked, number, asked.setting.list_length)
    items = tuple(_recommended(held, asked, picked, one, place) for place, one in enumerate(found, start=1))
    wants_popular = not items and asked.setting.no_evidence == "popular"
    return Made(
        picked=picked,
        items=items,
        popular=popular(held, asked, number) if wants_popular else (),
        nothing="" if items else _nothing(held, asked, picked, number),
        absent=_absent(
            held, asked, picked, number, has_evidence=bool(items) and asked.setting.ranker == "rule"
        ),
        generation=held.row.generation,
        seq=held.seq,
    )


def _stopped(held: Remembered, asked: Asked, picked: Item, number: int) -> Made:
    """Say why nothing is recommended; in fail-safe the popular titles, which are counted, stand instead."""
    instead = popular(held, asked, number) if asked.control == "fail-safe" else ()
    return Made(picked, (), instead, asked.stopped, "", held.row.generation, held.seq)


def ranked(held: Remembered, asked: Asked, number: int, count: int) -> list[Suggestion]:
    """Rank by the ranker of the settings."""
    from models.cooccurrence.rule import by_rule  # late: brings scipy along

    never = limits(held, asked)
    if asked.setting.ranker == "rule":
        return by_rule(held.memory, number, rules=asked.rules, count=count, **never)
    import numpy as np

    from models.cooccurrence.ranking import by_items

    return by_items(
        held.memory,
        np.array([number]),
        leave_out=held.memory.catalogue.sharing(number) if asked.setting.leave_out_same_category else None,
        weights=weights(asked.setting),
        now=asked.now,
        count=count,
        **never,
    )


def weights(setting: Setting) -> Weights:
    """Give the settings as the second ranker takes them."""
    from models.cooccurrence.scoring import Weights

    return Weights(
        damping=setting.damping,
        least_support=setting.least_support,
        half_life_days=setting.half_life_days,
    )


def popular(held: Remembered, asked: Asked, picked: int | None = None) -> tuple[Popular, ...]:
    """Give the titles that most people chose, but for those that are never shown to this person."""
    from models.cooccurrence.rule import popular as most_chosen

    found = most_chosen(
        held.memory, picked, rules=asked.rules, count=asked.setting.list_length, **limits(held, asked)
    )
    chosen = held.memory.histories.popularity
    return tuple(Popular(*_plain(item_at(held, one)), int(chosen[one])) for one in found)


def limits(held: Remembered, asked: Asked) -> dict[str, Any]:
    """Give what is never shown to this person; offers are for customers alone."""
    hidden = item_numbers(held, asked.hidden_items)
    return {
        "taken": held.memory.histories.of(asked.person),
        "hidden_items": hidden if asked.customer is not None else hidden | held.offers,
        "hidden_categories": category_numbers(held, asked.hidden_categories),
    }


def _plain(item: Item) -> tuple[str, str, tuple[str, ...]]:
    return item.item, item.title, item.categories


def _recommended(held: Remembered, asked: Asked, picked: Item, one: Suggestion, place: int) -> Recommended:
    item = item_at(held, one.item)
    names = held.memory.catalogue.categories
    cells = tuple(
        CellRead(names[cell.row], names[cell.column], cell.co_choices, cell.people) for cell in one.cells
    )
    if asked.setting.ranker == "rule":
        because, behind = words.because_of_cells(cells), max((cell.people for cell in cells), default=0)
    else:
        because, behind = _because_of_titles(held, picked, item), one.together
    return Recommended(
        place, *_plain(item), because, cells, one.co_choices, behind, one.together, one.chosen_by
    )


def _because_of_titles(held: Remembered, picked: Item, item: Item) -> str:
    from models.cooccurrence.evidence import evidence

    number = held.memory.catalogue.number
    found = evidence(held.memory, number(picked.item), number(item.item))
    return words.because_of_titles(
        picked.title,
        item.title,
        together=found.together,
        of=found.of,
        lift=found.lift,
        low=found.low,
        high=found.high,
    )


def payload(asked: Asked, made: Made) -> dict[str, object]:
    """Write a list down as the log keeps it: what it stands on, what was in it, with which figures."""
    return {
        "item": made.picked.item,
        "title": made.picked.title,
        "customer": asked.customer,
        "person": asked.person,
        "catalogue": asked.name,
        "generation": made.generation,
        "event": made.seq,
        "settings": asked.setting.model_dump(),
        "settings_revision": asked.revision,
        "now": asked.now,
        "hidden": [sorted(asked.hidden_items), sorted(asked.hidden_categories)],
        **({"control": asked.control} if asked.stopped else {}),
        **figures(made),
    }


def figures(made: Made) -> dict[str, object]:
    """Keep of a list what the log holds and a replay compares."""
    return {
        "items": [[one.item, one.co_choices, one.people, one.together, one.chosen_by] for one in made.items],
        "titles": [one.title for one in made.items],
        "reasons": [one.because for one in made.items],
        "popular": [one.item for one in made.popular],
        "nothing": made.nothing,
    }


# --- what is not in the list --------------------------------------------------------------------------


def _nothing(held: Remembered, asked: Asked, picked: Item, number: int) -> str:
    if asked.setting.ranker == "items":
        return words.nothing_by_titles(picked)
    from models.cooccurrence.rule import ranked_categories

    if ranked_categories(held.memory, number, asked.rules):
        return words.all_gone(picked)
    return words.nothing_by_cells(picked)


def _absent(held: Remembered, asked: Asked, picked: Item, number: int, *, has_evidence: bool) -> str:
    import numpy as np

    catalogue, setting = held.memory.catalogue, asked.setting
    sentences = _without_evidence(held, asked, picked, number) if has_evidence else []
    same = np.flatnonzero(catalogue.sharing(number)) if setting.leave_out_same_category else ()
    taken = {int(one) for one in held.memory.histories.of(asked.person)} - {number}
    hidden = catalogue.in_categories(list(category_numbers(held, asked.hidden_categories)))
    hidden[list(item_numbers(held, asked.hidden_items))] = True
    sentences += words.left_out(
        same=[catalogue.titles[one] for one in same if one != number],
        picked=picked.title,
        taken=len(taken),
        hidden=int(hidden.sum()),
    )
    return " ".join(filter(None, sentences))


def _without_evidence(held: Remembered, asked: Asked, picked: Item, number: int) -> list[str]:
    from models.cooccurrence.rule import without_evidence

    if not picked.categories:
        return []
    catalogue = held.memory.catalogue
    hidden = category_numbers(held, asked.hidden_categories)
    own = catalogue.membership[number]
    found = [one for one in without_evidence(held.memory, number, asked.rules) if one not in hidden]
    few = [one for one in found if held.memory.cells.counts[list(own), one].any()]
    none = [one for one in found if one not in few and len(catalogue.items_of[one])]
    named = [(catalogue.categories[one], _titles(held, catalogue.items_of[one])) for one in none]
    return [
        words.no_evidence(picked.categories, named),
        words.too_few([catalogue.categories[one] for one in few], asked.setting.least_people),
    ]


def _titles(held: Remembered, items: Collection[int]) -> list[str]:
    """Name the items of a category where they are few; else nothing is named."""
    if len(items) > words.NAMED:
        return []
    return [held.memory.catalogue.titles[one] for one in items]
