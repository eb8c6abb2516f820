"""Choose for me: one title of the list by lot, where a person wants that; it counts once they keep it.

The lot follows from the id of the decision, so that anybody can draw again what is on record.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from data.store import DelegationRow, Transaction
from services import control, log
from services.control_states import DELEGATION
from services.recommender import lists
from services.recommender.asking import ask
from services.recommender.choosing import known, record, told
from services.recommender.memory import recalled
from services.recommender.names import name_of, person_of
from services.recommender.shown import Chosen, Delegated
from services.roles import SYSTEM, Actor, require

if TYPE_CHECKING:
    from services.installation import Installation
    from services.log import LogEntry

__all__ = [
    "Delegated",
    "DelegationRefused",
    "NoSuchDelegation",
    "choose_for_me",
    "draw",
    "keep",
    "replay",
    "switch",
    "undo",
]


class DelegationRefused(ValueError):
    """Keepsight does not choose here; the message says why, and nothing was drawn."""


class NoSuchDelegation(LookupError):
    """Nothing of this id was drawn for this person."""


def switch(installation: Installation, actor: Actor, is_on: bool) -> bool:
    """Let Keepsight choose for oneself, or no longer; False where that was so before."""
    require(actor, "choose")
    name, person = name_of(installation), person_of(installation, actor)
    with installation.store.transaction() as together:
        if not together.set_delegating(name, person, is_on):
            return False
        log.record(
            installation,
            actor,
            "delegation",
            payload={"is_on": is_on, "person": person},
            transaction=together,
        )
    return True


def choose_for_me(installation: Installation, actor: Actor, picked: str) -> Delegated:
    """Draw one title of what goes with a picked one; it is on record as the system's choice.

    Raises
    ------
    DelegationRefused
        If the person did not switch it on, the settings or the control room allow none, or nothing has
        evidence.
    data.store.TooManyDelegations
        If Keepsight chose for them as often today (UTC) as it may.
    """
    require(actor, "choose")
    passage = control.passes(installation, actor, DELEGATION)
    if not passage.is_open:
        raise DelegationRefused(passage.why)
    asked = ask(installation, actor)
    if asked.setting.daily_delegations == 0:
        raise DelegationRefused("Keepsight chooses for nobody here (a setting): choose yourself.")
    with recalled(installation, asked.name) as held:
        made = lists.make(held, asked, picked)
    if not made.items:
        raise DelegationRefused(f"There is nothing to draw from. {made.nothing}")
    chance, now = secrets.token_hex(8), installation.store.clock()
    place = draw(chance, len(made.items))
    drawn = made.items[place]
    row = DelegationRow(
        id=chance,
        person=asked.person,
        picked=picked,
        offered=tuple(one.item for one in made.items),
        drawn=drawn.item,
        created=now,
    )
    with installation.store.transaction() as together:
        if not together.delegating(asked.name, asked.person):
            raise DelegationRefused(
                "Keepsight chooses only for those who want it: switch 'choose for me' on first."
            )
        together.record_delegation(
            asked.name, row, at_most=asked.setting.daily_delegations, since=midnight(now)
        )
        log.record(
            installation,
            SYSTEM,
            "delegated-choice",
            subject=drawn.item,
            payload=lists.payload(asked, made)
            | {
                "id": chance,
                "offered": list(row.offered),
                "drawn": drawn.item,
                "drawn_title": drawn.title,
                "place": place,
                "for": actor.id,
                "for_name": actor.name,
            },
            transaction=together,
        )
    return Delegated(chance, drawn.item, drawn.title, len(row.offered), seed(chance, len(row.offered)))


def keep(installation: Installation, actor: Actor, delegation_id: str) -> Chosen:
    """Keep what was drawn: from now on it counts like any choice. Twice counts once.

    Raises
    ------
    NoSuchDelegation
        If it was not drawn for this person.
    DelegationRefused
        If it was undone.
    """
    require(actor, "choose")
    name = name_of(installation)
    row = _own(installation, actor, delegation_id)
    found = known(installation, name, row.drawn)
    with installation.store.transaction() as together:
        if not together.settle_delegation(row.id, "kept") and _how(together, row.id) == "undone":
            raise DelegationRefused(f"{found.title} was undone: choose it yourself, or draw again.")
        event = together.record_choice(
            name,
            row.person,
            row.drawn,
            key=f"kept:{row.id}",
            moment=installation.store.clock(),
            source="kept",
            actor=actor.id,
        )
        entry = record(installation, actor, found, event, "kept", together)
    return told(installation, name, found, event, entry)


def undo(installation: Installation, actor: Actor, delegation_id: str) -> Chosen | None:
    """Undo what was drawn; None where it was never kept, so that nothing counted.

    Raises
    ------
    NoSuchDelegation
        If it was not drawn for this person.
    data.store.NothingChosen
        If it was kept, and taken back since.
    """
    require(actor, "choose")
    name = name_of(installation)
    row = _own(installation, actor, delegation_id)
    found = known(installation, name, row.drawn)
    with installation.store.transaction() as together:
        if together.settle_delegation(row.id, "undone"):
            log.record(
                installation,
                actor,
                "delegation",
                subject=row.drawn,
                payload={"step": "undone", "id": row.id, "item": row.drawn, "title": found.title,
                         "person": row.person},
                transaction=together,
            )  # fmt: skip
            return None
        if _how(together, row.id) == "undone":
            return None
        event = together.undo_choice(name, row.person, row.drawn, key=f"undone:{row.id}", actor=actor.id)
        entry = record(installation, actor, found, event, "took back", together)
    return told(installation, name, found, event, entry)


def draw(delegation_id: str, of: int) -> int:
    """Give the place, from 0, that the lot falls on: the SHA-256 of the id, as a number, modulo ``of``."""
    return int(hashlib.sha256(delegation_id.encode()).hexdigest(), 16) % of


def seed(delegation_id: str, of: int) -> str:
    """Say how a lot was drawn, so that anybody can draw it again."""
    place = draw(delegation_id, of)
    return (
        f"Place {place + 1} of {of}: the SHA-256 of the decision's id {delegation_id}, read as a number and "
        f"divided by {of}, leaves {place}."
    )


def replay(entry: LogEntry) -> Literal["same", "differs"]:
    """Draw again what an entry of the log says was drawn, from the entry alone.

    Raises
    ------
    ValueError
        If the entry tells of no draw, or its details were removed.
    """
    payload = entry.payload
    if entry.kind != "delegated-choice" or payload is None:
        raise ValueError(f"Entry {entry.seq} tells of no draw any more, so it cannot be drawn again.")
    offered = payload["offered"]
    again = draw(payload["id"], len(offered))
    return "same" if (again, offered[again]) == (payload["place"], payload["drawn"]) else "differs"


def midnight(now: datetime) -> datetime:
    """Give the beginning of the day (UTC) that limits are counted in."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _own(installation: Installation, actor: Actor, delegation_id: str) -> DelegationRow:
    row = installation.store.delegation(delegation_id)
    if row is None or row.person != person_of(installation, actor):
        raise NoSuchDelegation(f"Nothing was drawn for you under the id {delegation_id!r}: draw again.")
    return row


def _how(together: Transaction, delegation_id: str) -> str | None:
    row = together.delegation(delegation_id)
    return row.how if row else None
