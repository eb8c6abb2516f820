"""Entries of the log about notes and plans of versions, and about what stood in for one, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from services.version_plans import told_day

if TYPE_CHECKING:
    from services.log import Label, LogEntry

NOTED = {
    "review": "reviewed",
    "problem": "noted a problem of",
    "resolution": "noted what solved a problem of",
}


def _review(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    noted = NOTED.get(str(payload.get("kind")), "noted something of")
    return f"{who} {noted} {_version(entry.version)}{_colon(payload.get('text'))}."


def _plan(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    planned = [
        f"{done} on {day}"
        for done, day in (
            ("withdrawn", _day(payload.get("withdrawal"))),
            ("deleted", _day(payload.get("deletion"))),
        )
        if day
    ]
    if not planned:
        return f"{who} left open when {_version(entry.version)} is withdrawn and deleted."
    return f"{who} planned that {_version(entry.version)} is {' and '.join(planned)}."


def _contingency(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    instead = payload.get("instead")
    told = f"let {_version(instead)} answer" if instead else "showed facts and averages of groups"
    because = str(payload.get("reason") or "").rstrip(".")
    switched = " and switched the churn model to fail-safe" if payload.get("control") else ""
    return (
        f"{who} {told} instead of {_version(entry.version)}{switched}"
        f"{f', because: {because}' if because else ''}."
    )


def _version(version: Any) -> str:
    return f"version {str(version)[:8]}" if version else "a version"


def _colon(text: Any) -> str:
    words = str(text or "").rstrip(".")
    return f": {words}" if words else ""


def _day(text: Any) -> str | None:
    try:
        day = date.fromisoformat(str(text))
    except ValueError:
        return None
    return told_day(day)


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "review": _review,
    "plan": _plan,
    "contingency": _contingency,
}
