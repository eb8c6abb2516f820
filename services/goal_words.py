"""Entries of the log about ways back, for one customer and for many under a budget, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _way_back(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    target, ways = payload.get("target"), payload.get("ways")
    goal = f" to {target:.1%} or below" if _is_share(target) else " down"
    asked = f"{who} asked what would bring customer {entry.subject or 'unknown'}{goal}"
    if refused := payload.get("refused"):
        return f"{asked}; no advice was given: {_inside(str(refused)).rstrip('.')}."
    if not isinstance(ways, list):
        return f"{asked}."
    if not ways:
        best = payload.get("best")
        reached = best.get("probability") if isinstance(best, dict) else None
        return f"{asked}; no levers do" + (
            f", the lowest is {reached:.1%}." if _is_share(reached) else ", and none lowers it."
        )
    first = ways[0].get("words") if isinstance(ways[0], dict) else None
    much = "one way was" if len(ways) == 1 else f"{len(ways)} ways were"
    cheapest = f", the cheapest: {_inside(str(first)).rstrip('.')}" if first else ""
    return f"{asked}; {much} found{cheapest}."


def _goal(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    words = payload.get("words")
    told = f": {_inside(str(words)).rstrip('.')}" if words else ""
    return f"{who} asked for a plan{told}."


def _is_share(value: Any) -> bool:
    return isinstance(value, float) and 0 <= value <= 1


def _inside(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "way-back": _way_back,
    "goal": _goal,
}
