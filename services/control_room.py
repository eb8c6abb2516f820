"""The control room as plain values: how everything is switched, what would be seen, what can be done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from data.store import InUse, Maintenance, StopRequest
from data.warehouse import Filters
from services import contingency, control, control_notices, control_people, control_probes, log
from services.control import ControlRefused, Passage, State
from services.control_states import CHURN, MASTER, NAMES, SEEN, SUBSYSTEMS, reaches
from services.installation import Installation, NothingLoaded
from services.kept_scores import kept
from services.log import EntryFilter, LogEntry
from services.roles import SYSTEM, Actor, permitted, require
from services.stamp import Stamp, stamp, standing

if TYPE_CHECKING:
    from collections.abc import Mapping

HISTORY = 12


@dataclass(frozen=True)
class Line:
    """One subsystem, or the master.

    Attributes
    ----------
    own : State
        Its own switch.
    holds : str
        The state that holds: of its own and those it stands on the strictest.
    why_not : str
        Why it cannot be switched, in words; "" where it can.
    seen : str
        What people see now; "" for the master.
    """

    subsystem: str
    name: str
    own: State
    holds: str
    why_not: str
    seen: str


@dataclass(frozen=True)
class Steady:
    """What would answer in fail-safe now: loaded and verified as this is told."""

    version: str | None
    words: str


@dataclass(frozen=True)
class Room:
    """Everything the page shows; what only managers see is empty for others.

    Attributes
    ----------
    lines : tuple of Line
        The master first.
    hidden : datetime or None
        Since when this person hides model output.
    way_back : str or None
        The version that a rollback would bring back.
    serving : str or None
        The champion, from which it would go back.
    why_no_reload : str
        "" where the workers can be begun anew.
    """

    lines: tuple[Line, ...]
    steady: Steady
    hidden: datetime | None
    requests: tuple[StopRequest, ...]
    notice: Maintenance | None
    history: tuple[LogEntry, ...]
    may_control: bool
    serving: str | None
    way_back: str | None
    why_no_reload: str
    stamp: Stamp | None


def gather(installation: Installation, actor: Actor) -> Room:
    """Gather what the control room shows to a person."""
    require(actor, "request-stop")
    may_control = permitted(actor, "control-system")
    in_use = installation.store.in_use()
    former = installation.store.former_champions(in_use.spec_name) if in_use else []
    return Room(
        lines=lines(installation),
        steady=steady(installation),
        hidden=control.passes(installation, actor, CHURN).hidden,
        requests=tuple(control_people.requests(installation, actor)),
        notice=control_notices.current(installation),
        history=history(installation, actor),
        may_control=may_control,
        serving=in_use.version if in_use and in_use.state == "champion" else None,
        way_back=former[0].version if former else None,
        why_no_reload=control_notices.why_no_reload(installation) if may_control else "",
        stamp=_stamp(installation, actor),
    )


def lines(installation: Installation) -> tuple[Line, ...]:
    """Say how the master and each subsystem are switched, and what people see of them."""
    switches = installation.store.control()
    found = []
    for name in (MASTER, *SUBSYSTEMS):
        own = control.own(switches, name)
        holds = own.state if name == MASTER else control.passage(switches, name).state
        found.append(
            Line(name, NAMES[name], own, holds, why_not(installation, name), SEEN.get((name, holds), ""))
        )
    return tuple(found)


def why_not(installation: Installation, subsystem: str) -> str:
    """Say why a subsystem cannot be switched here; "" where it can."""
    return "" if subsystem == MASTER else control_probes.why_not(installation, subsystem)


def switch(
    installation: Installation, actor: Actor, subsystem: str, to: str, reason: str, *, seen: int | None = None
) -> State:
    """Throw a switch that can act; faults as :func:`services.control.throw`."""
    require(actor, "control-system")
    nothing = why_not(installation, subsystem) if subsystem in SUBSYSTEMS and to != "on" else ""
    if nothing:
        raise ControlRefused(f"Nothing was changed: {NAMES[subsystem]} is unavailable. {nothing}")
    return control.throw(installation, actor, subsystem, to, reason, seen=seen)


def preview(installation: Installation, actor: Actor, subsystem: str, to: str) -> tuple[str, ...]:
    """Say what people will see once a switch is thrown, with the figures of now."""
    require(actor, "control-system")
    switches = installation.store.control()
    row = switches.rows.get(subsystem)
    if row is not None:
        switches = replace(switches, rows={**switches.rows, subsystem: replace(row, state=to)})
    told = []
    for one in reaches(subsystem):
        passage = control.passage(switches, one)
        held_by = passage.holds.subsystem
        is_stricter = held_by != subsystem and passage.state != to
        because = f" ({NAMES[held_by]} is {passage.state}, which is stricter.)" if is_stricter else ""
        told.append(f"{NAMES[one]}: {SEEN[one, passage.state]}{because}")
        if one == CHURN and passage.state in ("paused", "fail-safe"):
            told.append(_figures(installation, passage))
    return tuple(told)


def steady(installation: Installation) -> Steady:
    """Say what would answer in fail-safe now; where it is fail-safe, what does."""
    in_use = installation.store.in_use()
    if in_use is None:
        return Steady(None, str(NothingLoaded()))
    passage = control.passes(installation, SYSTEM, CHURN)
    return _steady(installation, in_use, passage, is_so=passage.state == "fail-safe")


def history(installation: Installation, actor: Actor) -> tuple[LogEntry, ...]:
    """Give the last entries of the control room that a person may read, in words."""
    wanted = EntryFilter(kinds=("control", "contingency", "rollback"))
    return log.page(installation, actor, wanted, limit=HISTORY).entries


def _steady(installation: Installation, in_use: InUse, passage: Passage, *, is_so: bool = False) -> Steady:
    """Find what answers in fail-safe; ``is_so`` says whether that is now."""
    serves, stand = ("serves", "stand") if is_so else ("would serve", "would stand")
    if passage.state != "fail-safe":
        passage = replace(passage, suspects=frozenset({in_use.version or ""}))
    found = contingency.steady(installation, in_use, passage).champion
    if found is not None:
        words = (
            f"Version {found.version[:8]} {serves} now: it is signed, its file is as recorded, and it loads."
        )
        return Steady(found.version, words)
    averages = contingency.averages(installation, SYSTEM, "fail-safe")
    if averages.everybody is None:
        few = f"No other signed version verifies and there are too few outcomes: facts {stand}."
        return Steady(None, few)
    by = f" by {averages.by.lower()}" if averages.by and averages.groups else ""
    return Steady(
        None,
        f"No other signed version verifies, so averages of groups{by} {stand}: {len(averages.groups)} of "
        f"them, counted on {averages.everybody.customers:,} customers.",
    )


def _figures(installation: Installation, passage: Passage) -> str:
    in_use = installation.store.in_use()
    if in_use is None:
        return str(NothingLoaded())
    if passage.state == "fail-safe":
        return _steady(installation, in_use, passage).words
    found = kept(installation, installation.dataset(in_use), in_use.version)
    if found is None:
        return "These customers have no scores yet, so facts would stand."
    customers = installation.warehouse.headline(in_use.snapshot, Filters(), None).customers
    return f"The scores of {found.made:%d %B %Y} would stay for {customers:,} active customers."


def _stamp(installation: Installation, actor: Actor) -> Stamp | None:
    try:
        return stamp(installation, standing(installation, actor))
    except NothingLoaded:
        return None


def plain(found: Mapping[str, State]) -> dict[str, dict[str, object]]:
    """Give states as plain JSON."""
    return {
        name: {
            "state": one.state, "since": one.since.isoformat() if one.since else None, "by": one.by,
            "reason": one.reason, "is_automatic": one.is_automatic, "version": one.version,
        }
        for name, one in found.items()
    }  # fmt: skip
