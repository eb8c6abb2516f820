"""Entries of the log about the first-use note and the walk for the notice, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _first_use(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return f"{who} read what Keepsight is and what it does not do."


def _walk(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    looked, without = payload.get("looked_at"), payload.get("without")
    much = f"{looked} pages, files and answers" if isinstance(looked, int) else "pages, files and answers"
    named = f"; without it: {', '.join(map(str, without))}" if isinstance(without, list) and without else ""
    said = f"{who} looked whether {much} carry the notice that a model advises and people decide{named}."
    files = payload.get("entries")
    if isinstance(files, list) and files:
        said += f" What was asked for that ({_numbers(files)}) nobody saw."
    return said


def _numbers(numbers: list[Any]) -> str:
    word = "entry" if len(numbers) == 1 else "entries"
    return f"{word} {', '.join(map(str, numbers))}"


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "first-use": _first_use,
    "notice-walk": _walk,
}
