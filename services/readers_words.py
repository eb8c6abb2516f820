"""Entries of the log about what readers chose for themselves, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _reader(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    step = payload.get("step")
    if step == "area":
        instead = f" instead of {payload['before']}" if payload.get("before") else ""
        return f"{who} chose {payload.get('area') or 'an area'} as their own area{instead}."
    if step == "no area":
        return f"{who} has no area of their own any more; it was {payload.get('before') or 'one'}."
    if step == "left out":
        return f"{who} is left out of the counts of what is used."
    if step == "counted":
        return f"{who} is counted among what is used again."
    if step == "seen":
        return f"{who} took note of what changed, up to entry {payload.get('up_to')}."
    return f"{who} chose something for themselves."


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {"reader": _reader}
