"""Entries of the log about versions that travel, and about MLflow, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _travel(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    version = _version(entry)
    said = {
        "requested": f"asked that {version} may leave this installation",
        "approved": f"allowed {version} to leave this installation",
        "rejected": f"decided that {version} stays here",
        "exported": f"exported {version}",
        "imported": f"imported {version} from {payload.get('from')} as a challenger",
    }.get(str(payload.get("step")), f"did something about the travel of {version}")
    because = f", because: {str(payload['reason']).rstrip('.')}" if payload.get("reason") else ""
    return f"{who} {said}{because}."


def _tracking(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return (
        f"{who} put {_version(entry)}, its report and its figures on the MLflow server "
        f"{payload.get('server')}."
    )


def _version(entry: LogEntry) -> str:
    return f"version {entry.version[:12]}" if entry.version else "a version"


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "travel": _travel,
    "tracking": _tracking,
}
