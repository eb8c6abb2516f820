"""What the recommender answers: what goes with a title, why another does not, what the table says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import log
from services.recommender import lists, reasons, settings
from services.recommender.asking import ask, item_at
from services.recommender.memory import recalled
from services.recommender.names import NoCatalogue
from services.recommender.searching import search
from services.recommender.shown import Answer, CellRead, Item, Own, Popular, Recommended, Start, Table
from services.recommender.starting import start
from services.recommender.tables import cell, table
from services.roles import Actor

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "Answer",
    "CellRead",
    "Item",
    "NoCatalogue",
    "Own",
    "Popular",
    "Recommended",
    "Start",
    "Table",
    "cell",
    "recommend",
    "search",
    "start",
    "table",
    "why_not",
]


def recommend(installation: Installation, actor: Actor, item: str, *, customer: str | None = None) -> Answer:
    """Say what goes with an item, each with its reason; it is on record when this returns.

    Looking an item up chooses nothing.

    Raises
    ------
    services.recommender.names.NoCatalogue, models.cooccurrence.catalogue.UnknownItem
    services.roles.NotPermitted, services.customers.NoSuchCustomer
        If it is for a customer, and may not be or there is none.
    """
    asked = ask(installation, actor, customer)
    with recalled(installation, asked.name) as held:
        made = lists.make(held, asked, item)
    entry = log.record(
        installation, actor, "recommendation", subject=customer or item, payload=lists.payload(asked, made)
    )
    return Answer(
        picked=made.picked,
        ranker=asked.setting.ranker,
        items=made.items,
        popular=made.popular,
        nothing=made.nothing,
        absent=made.absent,
        settings=settings.words(asked.setting),
        entry=entry.seq,
        customer=customer,
    )


def why_not(
    installation: Installation, actor: Actor, picked: str, item: str, *, customer: str | None = None
) -> str:
    """Say why a title is not in the list of another, or where it stands; on record when this returns."""
    asked = ask(installation, actor, customer)
    with recalled(installation, asked.name) as held:
        title = item_at(held, held.memory.catalogue.number(item)).title
        picked_title = item_at(held, held.memory.catalogue.number(picked)).title
        said = reasons.why_not(held, asked, picked, item)
    log.record(
        installation,
        actor,
        "recommendation",
        subject=customer or picked,
        payload={
            "item": picked,
            "title": picked_title,
            "customer": customer,
            "person": asked.person,
            "why_not": title,
            "asked_item": item,
            "answer": said,
            "settings_revision": asked.revision,
        },
    )
    return said
