"""What a person finds before they pick anything: popular titles, said so, and what they have done here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.store import DelegationRow
from services import log
from services.recommender import lists, settings, words
from services.recommender.asking import Asked, ask, item_at
from services.recommender.delegation import midnight, seed
from services.recommender.memory import Remembered, recalled
from services.recommender.shown import Delegated, Item, Own, Popular, Start
from services.roles import Actor

if TYPE_CHECKING:
    from datetime import datetime

    from services.installation import Installation

OWN, WAITING = 200, 10
"""Latest choices and draws of a person that are shown."""


def start(
    installation: Installation, actor: Actor, customer: str | None = None, *, popular: bool = True
) -> Start:
    """Say what there is to begin with; popular titles are on record as an answer.

    Parameters
    ----------
    popular : bool
        Without, only what the person has done here is told, and nothing is put on record.
    """
    asked = ask(installation, actor, customer)
    store = installation.store
    history = store.history(asked.name, asked.person)[::-1][:OWN]
    drawn = store.delegations(asked.name, asked.person)
    is_on = store.delegating(asked.name, asked.person)
    today = sum(one.created >= midnight(store.clock()) for one in drawn)
    with recalled(installation, asked.name) as held:
        best = lists.popular(held, asked) if popular else ()
        found = Start(
            popular=best,
            said=_said(best, len(history)) if popular else "",
            own=tuple(_own(held, *one) for one in history),
            hidden_items=tuple(_item(held, one) for one in sorted(asked.hidden_items)),
            hidden_categories=tuple(sorted(asked.hidden_categories)),
            is_delegating=is_on,
            left_today=max(0, asked.setting.daily_delegations - today),
            waiting=tuple(_waiting(held, one) for one in drawn if one.settled is None)[:WAITING],
            settings=settings.words(asked.setting),
            choices=int(held.memory.histories.popularity.sum()),
            persons=held.memory.histories.people,
        )
        generation, seq = held.row.generation, held.seq
    if popular:
        _record(installation, actor, asked, best, generation, seq)
    return found


def _record(
    installation: Installation,
    actor: Actor,
    asked: Asked,
    best: tuple[Popular, ...],
    generation: int,
    seq: int,
) -> None:
    log.record(
        installation,
        actor,
        "recommendation",
        subject=asked.customer,
        payload={
            "cold_start": True,
            "customer": asked.customer,
            "person": asked.person,
            "catalogue": asked.name,
            "generation": generation,
            "event": seq,
            "settings_revision": asked.revision,
            "popular": [[one.item, one.chosen_by] for one in best],
        },
    )


def _said(best: tuple[Popular, ...], own: int) -> str:
    if not best:
        return "Nobody has chosen anything yet, so nothing is popular: search for a title and choose it."
    history = (
        "You have chosen nothing yet, so nothing is known of what goes with it."
        if own == 0
        else f"You have chosen {words.counted(own, 'title', 'titles')}: pick one to see what goes with it."
    )
    return f"These are the titles that most people chose; nothing else speaks for them. {history}"


def _item(held: Remembered, item: str) -> Item:
    return item_at(held, held.memory.catalogue.number(item))


def _own(held: Remembered, item: str, moment: datetime, source: str) -> Own:
    found = _item(held, item)
    return Own(found.item, found.title, found.categories, moment, source)


def _waiting(held: Remembered, row: DelegationRow) -> Delegated:
    of = len(row.offered)
    return Delegated(row.id, row.drawn, _item(held, row.drawn).title, of, seed(row.id, of))
