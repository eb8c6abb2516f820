"""Entries about the guidelines in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import LogEntry

Label = Callable[[str], str]


def _guidelines(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    step, states = payload.get("step"), payload.get("states")
    if step == "asked":
        return f"{who} asked to work out the evidence of the guidelines."
    if step == "ended":
        at = f" at {payload['at']}" if payload.get("at") else ""
        return f"{who} ended the working out of the guidelines{at}."
    if isinstance(states, dict):
        found = list(states.values())
        told = ", ".join(f"{found.count(one)} {one}" for one in dict.fromkeys(sorted(found)))
        took = f" in {payload['seconds']:g} s" if isinstance(payload.get("seconds"), int | float) else ""
        return f"{who} worked out the evidence of the guidelines{took}: {told}."
    return f"{who} made an entry about the guidelines."


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {"guidelines": _guidelines}
