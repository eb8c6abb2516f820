"""Entries of the log about actions and their outcomes, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry


def _action(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    it = f"the action {payload['name']} ({entry.subject})" if payload.get("name") else "an action"
    step, reason = payload.get("step"), str(payload.get("reason") or "").rstrip(".")
    if step == "called off":
        return f"{who} called off {it}{f', because: {reason}' if reason else ''}."
    if step == "exported":
        return f"{who} exported the list of {it}{_customers(payload.get('rows'), ': {} to be contacted')}."
    words = payload.get("words")
    what = f": {'; '.join(map(str, words))}" if isinstance(words, list) and words else ""
    much = _customers(payload.get("contacted"), ", for {}")
    held = _customers(payload.get("held"), ", with {} held out by lot")
    if payload.get("kind") == "single":
        held = " alone, with nobody held out"
    return f"{who} started {it}{much}{held}{what}."


def _outcomes(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    source = f" from {payload['source']}" if payload.get("source") else ""
    fresh = _customers(payload.get("fresh"), ": of {} it is known now")
    corrected = _customers(payload.get("corrected"), ", of {} it was corrected")
    return f"{who} loaded who left of actions{source}{fresh}{corrected}."


def _customers(count: Any, words: str) -> str:
    if not isinstance(count, int) or isinstance(count, bool):
        return ""
    return words.format(f"{count:,} {'customer' if count == 1 else 'customers'}")


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "action": _action,
    "outcomes": _outcomes,
}
