"""The managers' settings and their entries in the log, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.managed import MANAGED
from services.recommender import log_words as recommender_words

if TYPE_CHECKING:
    from services.log import Label, LogEntry

ABOUT = "managers"


def said(name: str, value: Any) -> str:
    """Write a value of a setting as people read it: "10 %", "24 hours"."""
    one = MANAGED.get(name)
    if one is None or one.unit == "text" or isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if one.unit == "share":
        return f"{100 * value:.10g}%"
    if one.unit == "index":
        return f"{value:g}"
    return f"{value:g} {one.unit.removesuffix('s') if value == 1 else one.unit}"


def moment(time: datetime) -> str:
    """Write a moment with its zone."""
    return f"{time:%H:%M} on {time.day} {time:%B} ({time.tzname()})"


def sentence(text: str) -> str:
    """End a text as a sentence ends."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


def answers(complaint: str) -> str:
    """Say what a change answers: an item of feedback by its number, else a complaint in words."""
    return sentence(f"feedback {complaint}" if complaint.isdecimal() else f"a complaint: {complaint}")


def _setting(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    if payload.get("about") != ABOUT:
        return recommender_words.SENTENCES["setting"](who, entry, payload, label)
    name = str(payload.get("name"))
    called = MANAGED[name].label if name in MANAGED else name
    done = "took back a change" if payload.get("undoes") else "changed a setting"
    told = f"{who} {done}. {called}: {said(name, payload.get('before'))}, "
    told += f"now {said(name, payload.get('after'))}"
    if payload.get("begins"):
        told += f", from {payload['begins']} on"
    told += f", because: {sentence(str(payload.get('reason')))}"
    effect = payload.get("effect")
    if isinstance(effect, Mapping) and isinstance(effect.get("words"), list):
        told += f" {' '.join(map(str, effect['words']))}"
    if payload.get("override"):
        told += f" It did not wait, because: {sentence(str(payload['override']))}"
    if payload.get("complaint"):
        told += f" It answers {answers(str(payload['complaint']))}"
    return told


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {"setting": _setting}
