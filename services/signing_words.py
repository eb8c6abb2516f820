"""Entries of the log about sign-off and the way back, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _sign_off(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return f"{who} signed {_version(entry)}: {str(payload.get('statement')).rstrip('.')}."


def _promotion(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    former = payload.get("replaces")
    instead = f" instead of version {str(former)[:8]}" if former else ""
    return f"{who} made {_version(entry)} the champion{instead}."


def _rollback(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return f"{who} went back to {_version(entry)}, because: {str(payload.get('reason')).rstrip('.')}."


def _withdrawal(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return f"{who} withdrew {_version(entry)}, because: {str(payload.get('reason')).rstrip('.')}."


def _version(entry: LogEntry) -> str:
    return f"version {entry.version[:8]}" if entry.version else "a version"


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "sign-off": _sign_off,
    "promotion": _promotion,
    "rollback": _rollback,
    "withdrawal": _withdrawal,
}
