"""Where oneself is signed in, and signing out elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.store import Transaction
from services import log
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation


class NoSuchSession(LookupError):
    """There is no other session of that name; show the message."""


@dataclass(frozen=True)
class OwnSession:
    """A session of one's own that is open; ``is_this`` for the one that asks."""

    handle: str
    created: datetime
    seen: datetime
    is_this: bool


def mine(installation: Installation, actor: Actor, token: str) -> list[OwnSession]:
    """Give the sessions somebody has open, this one first; ``token`` is that of the one that asks."""
    require(actor, "own-matters")
    settings, store = installation.settings, installation.store
    this = store.session_handle(token)
    found = store.open_sessions(
        store.clock(),
        idle=timedelta(minutes=settings.idle_minutes),
        lifetime=timedelta(hours=settings.session_hours),
    )
    own = [OwnSession(one.handle, one.created, one.seen, one.handle == this) for one in found
           if one.user_id == actor.id]  # fmt: skip
    return sorted(own, key=lambda one: not one.is_this)


def end(installation: Installation, actor: Actor, token: str, handle: str) -> None:
    """Sign out of one other session; NoSuchSession where there is none, or it is the one that asks."""
    others = [one.handle for one in mine(installation, actor, token) if not one.is_this]
    if handle not in others:
        raise NoSuchSession(
            "That session has ended already, or is this one: 'Sign out' in the menu ends this."
        )
    with installation.store.transaction() as together:
        together.end_session_called(actor.id, handle, installation.store.clock())
        _record(installation, actor, f"signed out of session {handle}", together)


def end_others(installation: Installation, actor: Actor, token: str) -> int:
    """Sign out everywhere else; give how many sessions there were."""
    others = [one for one in mine(installation, actor, token) if not one.is_this]
    if others:
        with installation.store.transaction() as together:
            together.end_sessions(actor.id, installation.store.clock(), but=token)
            _record(installation, actor, "signed out everywhere else", together)
    return len(others)


def _record(installation: Installation, actor: Actor, change: str, together: Transaction) -> None:
    log.record(
        installation, actor, "account", subject=actor.name, payload={"change": change}, transaction=together
    )
