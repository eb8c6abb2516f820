"""Entries of the log about mitigations tried and chosen, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry

KINDS = {
    "leave-out": "leaving columns out",
    "reweight": "reweighing",
    "constrain": "a constraint",
    "lines": "a line for each group",
}


def _tried(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return (
        f"{who} tried {_what(payload, label)} on version {str(payload.get('base'))[:8]}, which gave "
        f"{_version(entry)}. {payload.get('effect') or ''} {payload.get('cost') or ''}".rstrip()
    )


def _chosen(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    base, reason = str(payload.get("base")), str(payload.get("reason")).rstrip(".")
    offered = payload.get("offered")
    much = f" of {len(offered)} tried" if isinstance(offered, list) else ""
    if entry.version == base:
        return f"{who} kept version {base[:8]} as it is, and took none{much}, because: {reason}."
    return (
        f"{who} chose {_version(entry)}, {_what(payload, label)}{much}, instead of version {base[:8]}, "
        f"because: {reason}."
    )


def _what(payload: Mapping[str, Any], label: Label) -> str:
    column = str(payload.get("column") or "")
    name = payload.get("label") or label(column)
    kind = KINDS.get(str(payload.get("kind")), "a mitigation")
    return f"{kind} for {name}" if name else kind


def _version(entry: LogEntry) -> str:
    return f"version {entry.version[:8]}" if entry.version else "a version"


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "mitigation": _tried,
    "mitigation-choice": _chosen,
}
