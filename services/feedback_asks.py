"""Asking for feedback: at a useful moment, weekly at most, never on sign-in, and not once told to stop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from data.store import EntryFilter, Logged
from services import log
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

APART = timedelta(days=7)
RECENT = timedelta(hours=8)
LOOKED_AT = 40

# So many what-ifs are a session, not a look
SESSION = 3


@dataclass(frozen=True)
class Ask:
    """A question: its words, what it is about, and pages on which it would come too early."""

    words: str
    about: str
    about_id: str
    guideline: str
    not_on: tuple[str, ...] = ()


WHAT_IF = Ask(
    "You tried several what-ifs. Was there a case where it was useful, or one where it was wrong?",
    "page", "/what-if", "G2", ("/what-if", "/customer"),
)  # fmt: skip
UNDONE = Ask(
    "You undid a title that Keepsight had drawn for you. Tell us of it: was drawing useful, or wrong here?",
    "page", "/recommendations", "G9",
)  # fmt: skip
OUTCOME = Ask(
    "It came out who left of an action. Was the prediction useful in a case, or wrong in one?",
    "page", "/actions", "G2",
)  # fmt: skip


def next_ask(installation: Installation, actor: Actor, path: str) -> Ask | None:
    """Give what to ask somebody who comes to a page now, and note that they are asked; None for nothing.

    What they did since they signed in makes the moment: a what-if session that is over, an undone choice
    of Keepsight's, outcomes of an action. Whether they then say something is kept nowhere with their name.
    """
    require(actor, "give-feedback")
    asked, stopped = installation.store.feedback_ask(actor.id)
    now = installation.store.clock()
    if stopped is not None or (asked is not None and asked > now - APART):
        return None
    found = _moment(installation, actor)
    if found is None or path in found.not_on:
        return None
    return found if installation.store.claim_feedback_ask(actor.id, apart=APART) else None


def wants(installation: Installation, actor: Actor) -> bool:
    """Say whether somebody may be asked."""
    return installation.store.feedback_ask(actor.id)[1] is None


def set_wanted(installation: Installation, actor: Actor, wanted: bool) -> bool:
    """Keep that somebody does not want to be asked any more, or may be again; False where it stands so."""
    require(actor, "give-feedback")
    with installation.store.transaction() as together:
        changed = together.set_feedback_asks(actor.id, wanted=wanted)
        if changed:
            step = {"step": "asks on" if wanted else "asks off"}
            log.record(installation, actor, "feedback", payload=step, transaction=together)
    return changed


def _moment(installation: Installation, actor: Actor) -> Ask | None:
    """Find the latest useful moment since this person signed in."""
    since = installation.store.clock() - RECENT
    kinds = ("login", "what-if", "delegation", "outcomes")
    entries = installation.store.entries(
        EntryFilter(kinds=kinds, actor=actor.id, since=since), None, LOOKED_AT
    )
    tried = 0
    for one in entries:
        if one.header.kind == "login":
            return None
        tried += one.header.kind == "what-if"
        if tried >= SESSION:
            return WHAT_IF
        if _is_undone(one):
            return UNDONE
        if one.header.kind == "outcomes":
            return OUTCOME
    return None


def _is_undone(entry: Logged) -> bool:
    return entry.header.kind == "delegation" and (entry.payload or {}).get("step") == "undone"
