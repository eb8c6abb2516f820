"""Entries of the log about the ethics review, problems of versions, and who answers for them, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from services.version_plans import told_day

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _ethics(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    answers = payload.get("answers")
    named = sorted(answers) if isinstance(answers, Mapping) else []
    count = "a question" if len(named) == 1 else f"{len(named)} questions"
    confirmed = payload.get("confirmed")
    kept = len(confirmed) if isinstance(confirmed, list) else 0
    some = "" if len(named) == 1 else f"{kept} of them "
    taken = f", {some}with the answer of an earlier version" if kept else ""
    return f"{who} answered {count} of the ethics review for {_version(entry)}{taken}: {', '.join(named)}."


def _problem(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    text = str(payload.get("text") or "").rstrip(".")
    if payload.get("step") == "resolved":
        return f"{who} noted what solved a problem of {_version(entry)}: {text}."
    return f"{who} noted a problem of {_version(entry)}: {text}."


def _ownership(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    if "owner" in payload:
        return f"{who} made {payload.get('owner_name') or payload['owner']} the owner of {_version(entry)}."
    day = _day(payload.get("review_due"))
    if day is None:
        return f"{who} left open when {_version(entry)} is reviewed."
    return f"{who} set the review of {_version(entry)} for {day}."


def _version(entry: LogEntry) -> str:
    return f"version {entry.version[:8]}" if entry.version else "a version"


def _day(text: Any) -> str | None:
    try:
        return told_day(date.fromisoformat(str(text)))
    except ValueError:
        return None


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "ethics": _ethics,
    "problem": _problem,
    "ownership": _ownership,
}
