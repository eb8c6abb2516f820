"""Who decided or asked what about one customer: actions, offers, and every entry of the log about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING

from data.store import ActionOfOne, EntryFilter, Logged
from services import log

if TYPE_CHECKING:
    from services.installation import Installation

ABOUT = (
    "prediction", "what-if", "movement", "way-back", "kept-score", "recommendation", "choice", "hidden",
    "objection", "subject",
)  # fmt: skip
"""The kinds of entries whose subject is a customer. Others may be about something of the same name."""

MOST = 200


@dataclass(frozen=True)
class Deed:
    """Something that was asked or done about a customer, in a sentence, by number in the log."""

    entry: int
    time: datetime
    kind: str
    who: str
    text: str


@dataclass(frozen=True)
class ActionTold:
    """An action that a customer is in.

    ``part`` says what the customer is in it: contacted, drawn to get nothing, or freed again.
    """

    id: str
    name: str
    who: str
    starts: date
    ends: date
    what: str
    part: str
    chance: float


def entries_about(installation: Installation, spec_name: str, key: str) -> tuple[list[Logged], int]:
    """Give the latest entries about a customer of a spec, and how many older ones there are."""
    wanted = EntryFilter(kinds=ABOUT, subject=key)
    own = {load.id for load in installation.store.snapshots(spec_name)}
    found = installation.store.entries(wanted, None, MOST + 1)
    more = installation.store.count_entries(wanted) - MOST if len(found) > MOST else 0
    return [one for one in found[:MOST] if one.header.snapshot is None or one.header.snapshot in own], more


def deeds(installation: Installation, entries: Sequence[Logged]) -> list[Deed]:
    """Tell entries in words, the latest first."""
    told = [log.as_entry(installation, one) for one in entries]
    return [Deed(one.seq, one.time, one.kind, one.who or "Somebody", one.text) for one in told]


def actions(installation: Installation, spec_name: str, key: str) -> list[ActionTold]:
    """Tell the actions that a customer is in, the latest first."""
    objecting = key in installation.left_out(spec_name).keys
    tell = partial(_action, objecting=objecting)
    return [tell(row) for row in installation.store.actions_of_customer(spec_name, key)]


def _action(row: ActionOfOne, *, objecting: bool) -> ActionTold:
    words = {str(number): text for number, text in enumerate(row.plan.get("words") or (), start=1)}
    what = "; ".join(words.get(number, f"step {number}") for number in row.steps.split(" and "))
    if row.called_off is not None:
        part = f"called off on {row.called_off:%d %B %Y}"
    elif row.is_held:
        part = "drawn by lot to get nothing, so that the effect can be measured"
    elif objecting:
        part = "no longer on the list, since they objected to profiling"
    else:
        part = "on the list of those to be contacted"
    return ActionTold(row.id, row.name, row.actor_name, row.starts, row.ends, what, part, row.chance)
