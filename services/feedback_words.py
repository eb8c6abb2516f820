"""Feedback in words: what an item is about, and its entries in the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from config.feedback_places import page_of, things
from config.managed import MANAGED

if TYPE_CHECKING:
    from data.store import FeedbackItem
    from services.log import Label, LogEntry

STEPS = {
    "sent": "{who} sent {item} about {thing}{verdict}{text}",
    "seen": "{who} looked at {item}.",
    "taken": "{who} took {item} on, to answer it by {due}.",
    "due": "{who} set when {item} is to be answered: {due}{text}",
    "answered": "{who} answered {item}{text}{changes}",
    "linked": "{who} noted what changed because of {item}.{changes}",
    "closed": "{who} closed {item}{text}",
    "forgotten": "{who} removed words and names of feedback that is past its time; items: {items}.",
    "asks off": "{who} does not want to be asked for feedback any more.",
    "asks on": "{who} may be asked for feedback again.",
}
VERDICTS = {"useful": ", found useful", "wrong": ", found wrong", "unclear": ", not understood"}
CHANGES = {"version": "model version", "setting": "change of setting", "load": "load", "decision": "entry"}


def thing(about: str, about_id: str, page: str) -> str:
    """Say what an item is about: "The prediction for customer K0012", "The page Overview"."""
    if about == "page":
        found = page_of(about_id or page)
        return f"the page {found.name}" if found else "Keepsight"
    named = things().get(about)
    if not about_id:
        return f"a {about}"
    called = MANAGED[about_id].label if about == "setting" and about_id in MANAGED else about_id
    return f"{named.name if named else about} {called}"


def title(item: FeedbackItem) -> str:
    """Name what an item is about, as a heading begins."""
    words = thing(item.about, item.about_id, item.page)
    return words[:1].upper() + words[1:]


def subject(number: int) -> str:
    """Give what the log calls an item, by which its entries are found."""
    return f"feedback-{number}"


def _feedback(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    pattern = STEPS.get(str(payload.get("step")), "{who} worked on {item}.")
    about = thing(
        str(payload.get("about")), str(payload.get("about_id") or ""), str(payload.get("page") or "")
    )
    kind = "complaint" if payload.get("kind") == "complaint" else "feedback"
    return pattern.format(
        who=who,
        item=f"{kind} {payload.get('number', '')}".strip(),
        thing=about[:1].lower() + about[1:],
        verdict=VERDICTS.get(str(payload.get("verdict")), ""),
        due=payload.get("due"),
        items=payload.get("items"),
        text=_ended(payload.get("text")),
        changes=_changes(payload.get("led_to")),
    )


def shortened(text: str, most: int = 200) -> str:
    """Give the beginning of a text, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _ended(text: Any) -> str:
    """Say a text after a colon, and end the sentence; only that where there is none."""
    words = shortened(str(text or ""))
    if not words:
        return "."
    return f": {words}" if words.endswith((".", "!", "?", "…")) else f": {words}."


def _changes(led_to: Any) -> str:
    given = led_to if isinstance(led_to, list) else []
    pairs = [pair for pair in given if isinstance(pair, list) and len(pair) == 2]
    told = [f"{CHANGES.get(str(kind), kind)} {str(ref)[:12]}" for kind, ref in pairs]
    return f" It led to {', '.join(told)}." if told else ""


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {"feedback": _feedback}
