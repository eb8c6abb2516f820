"""G3: how far scores and the list moved at once and when, and what was held back, or overridden and why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from config.settings import Settings
from data.store import HeldRow
from services.guidelines import moves
from services.guidelines.evidence import Evidence, Line, Rows, Value
from services.guidelines.moves import DAYS, Move
from services.guidelines.words import counted, moment, points, share
from services.installation import NothingLoaded

if TYPE_CHECKING:
    from services.installation import Installation

SHOWN = 20
CAUSES = {"version": "between versions", "setting": "by a setting", "load": "between loads"}
NOTHING_SIGNED = "no signed version answers, so there are no scores that people work with"


def evidence(installation: Installation) -> Evidence:
    """Gather the moves of the last days, the limits they are held against, and what waited."""
    try:
        in_use = installation.in_use()
    except NothingLoaded as fault:
        return _nothing(installation, str(fault))
    if in_use.version is None or in_use.state != "champion":
        return _nothing(installation, NOTHING_SIGNED)
    settings = installation.settings
    measured, held = moves.recent(installation), installation.store.held(in_use.spec_name)
    found = measured.moves
    drastic = [one for one in found if one.is_drastic(settings)]
    values: dict[str, Value] = {
        "drastic_in_hours": sum(one.reason is None for one in drastic if one.cause != "load"),
        "overridden": sum(one.reason is not None for one in drastic),
        "drastic_loads": sum(one.cause == "load" for one in drastic),
        "held_back": sum(row.how is None for row in held),
        "largest_points": max((one.largest_points or 0.0 for one in found), default=0.0),
        "moved_points": max((one.moved_points or 0.0 for one in found), default=0.0),
        "replaced_share": max((one.replaced_share for one in found), default=0.0),
    }
    missing = {}
    if measured.unknown and not values["drastic_in_hours"]:
        values["drastic_in_hours"] = None
        missing["drastic_in_hours"] = f"scores are not kept any more of {', '.join(measured.unknown)}"
    return Evidence(
        _headline(found),
        values,
        missing,
        (*_limits(settings), *_largest(found, settings), _waiting(held)),
        tuple(table for table in (_moves(found, settings), _held(held, in_use.spec_name)) if table.rows),
    )


def _nothing(installation: Installation, why: str) -> Evidence:
    names = ("drastic_in_hours", "overridden", "drastic_loads", "moved_points", "replaced_share")
    headline = "Nothing could move: no signed version answers"
    values: dict[str, Value] = dict.fromkeys(names)
    return Evidence(headline, values, dict.fromkeys(names, why), _limits(installation.settings))


def _headline(found: Sequence[Move]) -> str:
    if not found:
        return f"Nothing moved the scores or the list in the last {DAYS} days"
    largest = max((one.largest_points or 0.0 for one in found), default=0.0)
    replaced = max(one.replaced_share for one in found)
    return (
        f"In {DAYS} days one score moved by {points(largest)} at most, and {share(replaced, 0)} of the list"
    )


def _limits(settings: Settings) -> tuple[Line, ...]:
    return (
        Line(
            "Limits",
            "at once, in working hours, at most one score in twenty moves by more than "
            f"{settings.move_limit_points:g} points, and at most {share(settings.replaced_limit_share, 0)} "
            "of the at-risk list changes",
            "/settings",
            "What is beyond a limit waits until working hours are over, or needs a manager's reason. "
            "Stopping and rolling back never wait.",
        ),
        Line("Working hours", f"{settings.working_hours} ({settings.time_zone})", "/settings"),
    )


def _largest(found: Sequence[Move], settings: Settings) -> tuple[Line, ...]:
    """Say the largest move of each cause."""
    said = []
    for cause, words in CAUSES.items():
        own = [one for one in found if one.cause == cause]
        if not own:
            said.append(Line(f"Largest move {words}", f"none in the last {DAYS} days", _link(cause)))
            continue
        furthest = max(own, key=lambda one: (one.replaced_share, one.moved_points or 0.0))
        said.append(
            Line(f"Largest move {words}", _told(furthest), _link(cause), _against(furthest, settings))
        )
    return tuple(said)


def _told(one: Move) -> str:
    listed = f"{share(one.replaced_share)} of the list changed"
    if one.largest_points is None or one.moved_points is None:
        return f"{listed}: {one.what}"
    return (
        f"one score moved by {points(one.largest_points)}, one in twenty by {points(one.moved_points)} or "
        f"more; {listed}: {one.what}, on {counted(one.customers, 'customer')}"
    )


def _against(one: Move, settings: Settings) -> str:
    if not one.is_beyond(settings):
        return "Within both limits."
    if one.is_exempt:
        return "Beyond a limit; going back never waits."
    if not one.in_hours:
        return "Beyond a limit, and made outside working hours."
    return f"Beyond a limit within working hours. {_reason(one)}"


def _reason(one: Move) -> str:
    if one.reason:
        return f"{one.who} said why it could not wait: {one.reason}"
    return (
        "Loads are not held back; load outside working hours." if one.cause == "load" else "Nobody said why."
    )


def _waiting(held: Sequence[HeldRow]) -> Line:
    waits = [row for row in held if row.how is None]
    how = {
        name: sum(row.how == name for row in held)
        for name in ("passed", "overridden", "dropped", "cancelled")
    }
    past = ", ".join(f"{many} {name}" for name, many in how.items() if many)
    return Line(
        "Held back",
        f"{counted(len(waits), 'promotion')} waiting now" + (f"; of those before: {past}" if past else ""),
        "/log?kind=held",
    )


def _moves(found: Sequence[Move], settings: Settings) -> Rows:
    state: Callable[[Move], str] = lambda one: (  # noqa: E731
        "within limits" if not one.is_beyond(settings) else "went back" if one.is_exempt
        else "outside hours" if not one.in_hours else "overridden" if one.reason else "beyond a limit"
    )  # fmt: skip
    rows = tuple(
        (
            moment(one.time), one.what, one.who,
            "no score" if one.moved_points is None else points(one.moved_points),
            "no score" if one.largest_points is None else points(one.largest_points),
            share(one.replaced_share), state(one),
        )
        for one in found[:SHOWN]
    )  # fmt: skip
    heads = (
        "When",
        "What",
        "Who",
        "One in twenty moved by",
        "Largest move",
        "List changed",
        "Against limits",
    )
    return Rows(f"What moved scores or the list in the last {DAYS} days", heads, rows)


def _held(held: Sequence[HeldRow], spec_name: str) -> Rows:
    rows = tuple(
        (
            moment(row.time), f"Version {row.version[:8]} for {row.against[:8]}", row.name,
            _effect(row), row.how or "waits", row.reason or "",
        )
        for row in held[:SHOWN]
    )  # fmt: skip
    heads = ("When", "What", "Who", "It would move", "Became", "Why")
    return Rows("What was held back, let through or overridden", heads, rows)


def _effect(row: HeldRow) -> str:
    found = [row.effect.get(name) for name in ("moved_points", "replaced_share")]
    if not all(isinstance(one, int | float) for one in found):
        return "not known"
    return f"one in twenty by {points(float(found[0]))}, {share(float(found[1]), 0)} of the list"  # type: ignore[arg-type]


def _link(cause: str) -> str:
    return {"version": "/log?kind=promotion", "setting": "/log?kind=setting", "load": "/log?kind=load"}[cause]
