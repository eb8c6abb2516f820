"""Entries about the person affected, in words: objections, and looks at all that is held about somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import LogEntry

Label = Callable[[str], str]


def _objection(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    customer = entry.subject or "unknown"
    words = f": {payload['words']}" if payload.get("words") else "."
    if payload.get("step") == "lift":
        return f"{who} recorded that customer {customer} takes the objection to profiling back{words}"
    return f"{who} recorded that customer {customer} objects to profiling{words}"


def _subject(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    how = " and took it out as a file" if payload.get("step") == "file" else ""
    return f"{who} looked at all that is held about customer {entry.subject or 'unknown'}{how}."


SENTENCES = {"objection": _objection, "subject": _subject}
