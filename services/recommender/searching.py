"""Titles found by words of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.recommender.asking import item_at
from services.recommender.memory import Remembered, recalled
from services.recommender.shown import Item
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

MOST = 50
"""Titles given at most; who looks for another one types a further word."""


def search(installation: Installation, actor: Actor, words: str) -> tuple[Item, ...]:
    """Find the titles in which each word occurs, in the title or in a category, best known first.

    Without a word these are the titles that most people chose.
    """
    require(actor, "see-recommendations")
    wanted = words.casefold().split()
    with recalled(installation) as held:
        chosen = held.memory.histories.popularity
        offers = held.offers if not wanted else frozenset()  # whoever looks for one by its name finds it
        numbers = [n for n in range(len(chosen)) if n not in offers and _has(held, n, wanted)]
        begins = words.strip().casefold()
        titles = held.memory.catalogue.titles
        best = sorted(
            numbers,
            key=lambda one: (not titles[one].casefold().startswith(begins), -int(chosen[one]), titles[one]),
        )
        return tuple(item_at(held, one) for one in best[:MOST])


def named(installation: Installation, actor: Actor, words: str) -> str:
    """Give the id of the item that is called so, by its id or by its title.

    Raises
    ------
    LookupError
        Where nothing is called so, or several titles are; the message names them.
    """
    require(actor, "see-recommendations")
    with recalled(installation) as held:
        catalogue = held.memory.catalogue
        if words in catalogue.items:
            return words
        wanted = words.strip().casefold()
        found = [n for n, title in enumerate(catalogue.titles) if title.casefold() == wanted]
        if len(found) == 1:
            return catalogue.items[found[0]]
        if found:
            ids = ", ".join(catalogue.items[one] for one in found)
            raise LookupError(
                f"{len(found)} titles are called {words!r}: give the id of one of them ({ids})."
            )
        near = [n for n in range(len(catalogue.titles)) if _has(held, n, wanted.split())][:3]
    meant = f" Do you mean {' or '.join(repr(catalogue.titles[one]) for one in near)}?" if near else ""
    raise LookupError(
        f"There is no title {words!r} in the catalogue.{meant} `flask recommend search` finds titles."
    )


def _has(held: Remembered, number: int, wanted: list[str]) -> bool:
    if not wanted:
        return True
    item = item_at(held, number)
    text = " ".join((item.item, item.title, *item.categories)).casefold()
    return all(word in text for word in wanted)
