"""Entries of user tests and of people's own drills, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _user_test(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    done = {"registered": "registered", "corrected": "corrected", "withdrawn": "withdrew"}
    step = done.get(str(payload.get("step")), "changed")
    held = payload.get("participants")
    groups = held.get("groups") if isinstance(held, Mapping) else None
    people = sum(one.get("people", 0) for one in groups) if isinstance(groups, list) else 0
    told = f"{who} {step} user test {entry.subject or ''} of {payload.get('date')} with {people} people"
    told += f": {payload.get('task')}"
    because = str(payload.get("reason") or "").rstrip(".")
    return f"{told.rstrip('.')}, because: {because}." if because else f"{told.rstrip('.')}."


def _own_drill(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    step, seconds = payload.get("step"), payload.get("seconds")
    if step == "done":
        return f"{who} did the two-minute drill in {seconds} seconds."
    return f"{who} left the two-minute drill." if step == "left" else f"{who} began the two-minute drill."


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "user-test": _user_test,
    "own-drill": _own_drill,
}
