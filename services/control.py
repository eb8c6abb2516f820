"""The control room: how each subsystem is switched, and the one place that every answer passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from data.artifacts import ArtifactError
from data.store import ControlRow, Switches, Transaction
from services import log
from services.control_states import CHURN, MASTER, NAMES, STANDS_ON, STATES, SUBSYSTEMS
from services.roles import SYSTEM, Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST = 2000

DAMAGED = (
    "The record of this switch is missing or cannot be read, so it is taken as fail-safe. "
    "Set it anew in the Control room, or with `flask control set`."
)
HIDDEN = (
    "You have hidden model output for yourself since {since:%d %B %Y}. Show it again in the Control room; "
    "nobody else is concerned."
)
WORDS = {"paused": "paused", "fail-safe": "switched to fail-safe", "off": "switched off"}


class ControlRefused(ValueError):
    """A switch was not thrown, and nothing has changed; the message says why."""


class Overtaken(ControlRefused):
    """Somebody threw the switch in the meantime; the message says how it stands now."""


@dataclass(frozen=True)
class State:
    """How one subsystem, or the master, is switched.

    Attributes
    ----------
    by, reason : str
        Who threw it, by name, and why.
    version : str or None
        The model version that answered then.
    revision : int or None
        To throw it as it was seen; None where its record is damaged.
    """

    subsystem: str
    state: str
    since: datetime | None
    by: str
    reason: str
    is_automatic: bool = False
    version: str | None = None
    revision: int | None = None

    @property
    def is_damaged(self) -> bool:
        """Whether its record is missing or unreadable."""
        return self.revision is None

    @property
    def words(self) -> str:
        """Say how it stands, since when, by whom and why, in a sentence or two."""
        if self.is_damaged or self.since is None:
            return self.reason
        who = f"{self.by}, by rule" if self.is_automatic else self.by
        return f"{self.state.capitalize()} since {self.since:%d %B %Y, %H:%M} UTC, by {who}: {self.reason}"


@dataclass(frozen=True)
class Passage:
    """What an answer of one subsystem to one person must keep to.

    Attributes
    ----------
    state : str
        The strictest of its own switch, those it stands on, and what the person hides.
    holds : State
        The switch that decides.
    hidden : datetime or None
        Since when this person hides model output for themselves.
    suspects : frozenset of str
        Versions that were in use when a switch that holds was thrown to fail-safe.
    """

    subsystem: str
    state: str
    holds: State
    hidden: datetime | None = None
    suspects: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_open(self) -> bool:
        """Whether answers pass as they always do."""
        return self.state == "on"

    @property
    def why(self) -> str:
        """Say why an answer does not pass as always; "" where it does."""
        if self.is_open:
            return ""
        if self.hidden is not None:
            return HIDDEN.format(since=self.hidden)
        own = self.holds
        if own.is_damaged or own.since is None:
            return own.reason
        name = NAMES[own.subsystem]
        what = "All model output was" if own.subsystem == MASTER else f"{name} {_was(name)}"
        return (
            f"{what} {WORDS[own.state]} on {own.since:%d %B %Y, %H:%M} UTC by {own.by}: {own.reason}"
            f"{'' if own.reason.endswith(('.', '!', '?')) else '.'}"
        )


# --- reading -----------------------------------------------------------------------------------------


def state(installation: Installation, subsystem: str) -> State:
    """Say how a subsystem, or the master ("all"), is switched itself."""
    return own(installation.store.control(), _named(subsystem))


def states(installation: Installation) -> Mapping[str, State]:
    """Say how all are switched, the master first, read together."""
    found = installation.store.control()
    return {name: own(found, name) for name in (MASTER, *SUBSYSTEMS)}


def passes(installation: Installation, actor: Actor, subsystem: str) -> Passage:
    """Say how an answer of a subsystem to a person passes: the one place that every answer asks.

    It is read from the store each time, so that a switch holds in every worker at the next answer. A record
    that is missing or damaged is fail-safe, never on.
    """
    return passage(installation.store.control(actor.id), subsystem)


def passage(switches: Switches, subsystem: str) -> Passage:
    """Give the passage of a subsystem under switches read before."""
    chain = [own(switches, name) for name in (*STANDS_ON[_subsystem(subsystem)], subsystem)]
    holds = max(chain, key=lambda one: STATES.index(one.state))
    suspects = frozenset(one.version for one in chain if one.state == "fail-safe" and one.version)
    if switches.hidden is not None and holds.state != "off":
        return Passage(subsystem, "off", holds, switches.hidden, suspects)
    return Passage(subsystem, holds.state, holds, None, suspects)


def own(found: Switches, subsystem: str) -> State:
    """Say how a subsystem, or the master, is switched itself, under switches read before."""
    row = found.rows.get(subsystem)
    if row is None or row.state not in STATES or not isinstance(row.revision, int):
        return State(subsystem, "fail-safe", None, "", DAMAGED)
    return State(
        subsystem, row.state, row.since, row.actor_name, row.reason, row.is_automatic, row.version,
        row.revision,
    )  # fmt: skip


# --- throwing ----------------------------------------------------------------------------------------


def throw(
    installation: Installation,
    actor: Actor,
    subsystem: str,
    to: str,
    reason: str,
    *,
    seen: int | None = None,
) -> State:
    """Throw a switch; it holds in every worker at its next answer, and is on record.

    Parameters
    ----------
    subsystem : str
        One of them, or "all".
    seen : int, optional
        The revision that the person saw; the one of now where it is absent.

    Raises
    ------
    ControlRefused
        For a name that is none, no reason, a state that it is in already, or "on" while the version in use
        does not verify.
    Overtaken
        If somebody threw it in the meantime.
    """
    require(actor, "control-system")
    words = sentence(reason, "why it is switched")
    now = state(installation, subsystem)
    if to not in STATES:
        raise ControlRefused(f"{to!r} is no state: give {', '.join(STATES[:-1])} or {STATES[-1]}.")
    if seen is not None and seen != now.revision:
        raise Overtaken(f"Nothing was changed. {_as_it_is(now)} Look again, then decide.")
    if now.state == to and not now.is_damaged:
        raise ControlRefused(f"Nothing was changed. {_as_it_is(now)}")
    if to == "on" and subsystem in (MASTER, CHURN):
        _verify(installation)
    with installation.store.transaction() as together:
        made = put(together, actor, subsystem, to, words, now=now)
        if made is None:
            then = own(together.control(), subsystem)
            raise Overtaken(f"Nothing was changed. {_as_it_is(then)} Look again, then decide.")
        payload = {"step": "switch", "from": now.state, "to": to, "reason": words}
        log.record(
            installation, actor, "control", subject=subsystem, version=made.version, payload=payload,
            transaction=together,
        )  # fmt: skip
    return state(installation, subsystem)


def put(
    together: Transaction, actor: Actor, subsystem: str, to: str, reason: str, *, now: State
) -> ControlRow | None:
    """Write a switch within a transaction whose caller logs it; None where it is no longer as ``now``."""
    in_use = together.in_use()
    row = ControlRow(
        subsystem=subsystem,
        state=to,
        since=together.clock(),
        actor=actor.id,
        actor_name=actor.name,
        reason=reason,
        is_automatic=actor == SYSTEM,
        version=in_use.version if in_use else None,
        revision=0,
    )
    return together.set_control(row, seen=now.revision)


def restore(together: Transaction, was: State, *, now: State) -> bool:
    """Write a switch back as it was before a drill; False where somebody threw it meanwhile."""
    if was.is_damaged or was.since is None:
        return False
    row = ControlRow(
        was.subsystem, was.state, was.since, SYSTEM.id, was.by, was.reason, was.is_automatic, was.version, 0
    )
    return together.set_control(row, seen=now.revision) is not None


def sentence(text: str, what: str) -> str:
    """Give a text that says something; ControlRefused where it says nothing or too much."""
    words = text.strip() if isinstance(text, str) else ""
    if not words or len(words) > LONGEST:
        raise ControlRefused(f"Write a sentence: {what} (at most {LONGEST} characters).")
    return words


def _verify(installation: Installation) -> None:
    """Refuse to switch on what would fall back at once: the signed version in use has to verify."""
    in_use = installation.store.in_use()
    try:
        if in_use is not None and in_use.state == "champion":
            installation.champion(in_use)
    except ArtifactError as fault:
        raise ControlRefused(
            f"Nothing was changed. {fault} Roll back, sign another version or restore its file; then switch "
            "on."
        ) from fault


def _as_it_is(now: State) -> str:
    return f"{NAMES[now.subsystem]}: {now.words}"


def _was(name: str) -> str:
    return "were" if name.endswith("s") else "was"


def _named(subsystem: str) -> str:
    return MASTER if subsystem == MASTER else _subsystem(subsystem)


def _subsystem(name: str) -> str:
    if name not in SUBSYSTEMS:
        raise ControlRefused(f"{name!r} is no subsystem: give {MASTER}, {', '.join(SUBSYSTEMS)}.")
    return name
