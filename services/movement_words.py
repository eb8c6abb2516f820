"""Entries of the log about why a score moved, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _movement(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    then, customer = payload.get("then"), f"customer {entry.subject or 'unknown'}"
    since = f" since {then['data']}" if isinstance(then, Mapping) and then.get("data") else ""
    chances = [_chance(payload.get(when)) for when in ("before", "answer")]
    told = f"; it went from {chances[0]} to {chances[1]}" if all(chances) else ""
    return f"{who} asked why the score of {customer} moved{since}{told}."


def _chance(held: Any) -> str | None:
    chance = held.get("probability") if isinstance(held, Mapping) else None
    is_chance = isinstance(chance, int | float) and not isinstance(chance, bool) and 0 <= chance <= 1
    return f"{chance:.1%}" if is_chance else None


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {"movement": _movement}
