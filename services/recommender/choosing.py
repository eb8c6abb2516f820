"""Choosing, taking it back, hiding: what a person does, durable and on record before anybody is answered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from data.store import ChoiceEvent, Transaction
from services import log
from services.recommender import settings
from services.recommender.asking import item_at
from services.recommender.memory import recalled
from services.recommender.names import name_of, person_of
from services.recommender.shown import CellMoved, Chosen, Item
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["CellMoved", "Chosen", "choose", "hide", "record", "show", "undo"]


def choose(
    installation: Installation,
    actor: Actor,
    item: str,
    *,
    key: str,
    customer: str | None = None,
    moment: datetime | None = None,
) -> Chosen:
    """Choose an item, for oneself or for a customer; every worker knows when this returns.

    Parameters
    ----------
    key : str
        Of this deed: sent twice it counts once.
    moment : datetime, optional
        When it was chosen, where that was told; now by default.

    Raises
    ------
    models.cooccurrence.catalogue.UnknownItem, services.recommender.names.NoCatalogue
    data.store.KeyReused, data.store.FutureChoice
        Nothing is counted then.
    services.roles.NotPermitted, services.customers.NoSuchCustomer
    """
    require(actor, "choose")
    name, person = name_of(installation), person_of(installation, actor, customer)
    found = known(installation, name, item)
    when = moment or installation.store.clock()
    with installation.store.transaction() as together:
        event = together.record_choice(
            name, person, item, key=key, moment=when, source="person", actor=actor.id
        )
        step = "repeated" if event.kind == "repeat" else "chose"
        entry = record(installation, actor, found, event, step, together, customer=customer)
    return told(installation, name, found, event, entry)


def undo(
    installation: Installation, actor: Actor, item: str, *, key: str, customer: str | None = None
) -> Chosen:
    """Take a choice of one's own, or of a customer, back: it counts as if it had never been.

    Raises
    ------
    data.store.NothingChosen
        If it is not chosen; else as :func:`choose`.
    """
    require(actor, "choose")
    name, person = name_of(installation), person_of(installation, actor, customer)
    found = known(installation, name, item)
    with installation.store.transaction() as together:
        event = together.undo_choice(name, person, item, key=key, actor=actor.id)
        entry = record(installation, actor, found, event, "took back", together, customer=customer)
    return told(installation, name, found, event, entry)


def hide(
    installation: Installation,
    actor: Actor,
    *,
    item: str | None = None,
    category: str | None = None,
    customer: str | None = None,
) -> bool:
    """Hide an item or a category from a person's lists; False where it was hidden before.

    It stays in everybody else's, and :func:`show` brings it back.
    """
    return _hide(installation, actor, item, category, customer, is_hidden=True)


def show(
    installation: Installation,
    actor: Actor,
    *,
    item: str | None = None,
    category: str | None = None,
    customer: str | None = None,
) -> bool:
    """Show again what was hidden; False where it was not."""
    return _hide(installation, actor, item, category, customer, is_hidden=False)


# --- what these stand on, and delegation too ----------------------------------------------------------


def known(installation: Installation, name: str, item: str) -> Item:
    """Give an item of a catalogue; models' UnknownItem where there is none."""
    with recalled(installation, name) as held:
        return item_at(held, held.memory.catalogue.number(item))


def record(
    installation: Installation,
    actor: Actor,
    item: Item,
    event: ChoiceEvent,
    step: str,
    together: Transaction,
    *,
    customer: str | None = None,
) -> int:
    """Put on record what was done with a choice (see ``services.recommender.log_words``)."""
    return log.record(
        installation,
        actor,
        "choice",
        subject=customer or item.item,
        payload={
            "step": "again" if event.is_again else step,
            "item": item.item,
            "title": item.title,
            "customer": customer,
            "person": event.person,
            "event": event.seq,
            "key": event.key,
            "moment": event.moment.isoformat(),
        },
        transaction=together,
    ).seq


def told(installation: Installation, name: str, item: Item, event: ChoiceEvent, entry: int) -> Chosen:
    """Say what became of an event, with the cells that it moved; see :class:`Chosen`."""
    setting, _revision = settings.current(installation, name)
    with recalled(installation, name) as held:
        names = held.memory.catalogue.categories
        moved = () if event.is_again else held.moved.get(event.seq, ())
        cells = tuple(
            CellMoved(names[one.row], names[one.column], *one[2:])
            for one in moved
            if setting.allow_self or one.row != one.column
        )
    return Chosen(
        item=item.item,
        title=item.title,
        is_repeat=event.kind == "repeat",
        is_again=event.is_again,
        cells=cells,
        entry=entry,
    )


def _hide(
    installation: Installation,
    actor: Actor,
    item: str | None,
    category: str | None,
    customer: str | None,
    *,
    is_hidden: bool,
) -> bool:
    require(actor, "choose")
    if (item is None) == (category is None):
        raise ValueError("Give an item or a category to hide or to show, one of the two.")
    name, person = name_of(installation), person_of(installation, actor, customer)
    title = known(installation, name, item).title if item is not None else None
    with installation.store.transaction() as together:
        change = together.hide if is_hidden else together.show
        kind, what = ("item", item) if item is not None else ("category", category)
        if not change(name, person, kind, what):
            return False
        payload = {"item": item, "title": title, "category": category, "customer": customer,
                   "person": person, "is_hidden": is_hidden}  # fmt: skip
        log.record(
            installation, actor, "hidden", subject=customer or what, payload=payload, transaction=together
        )
    return True
