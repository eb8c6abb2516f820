"""Feedback as a file, for managers: what people wrote is text in every spreadsheet, never a formula."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from data.spreadsheet import as_text
from data.store import FeedbackItem
from services import log
from services.feedback_words import title
from services.roles import Actor, require
from services.scenario_export import Download, written

if TYPE_CHECKING:
    from services.installation import Installation

HEADER = [
    "number", "sent", "kind", "about", "page", "guideline", "verdict", "text", "state", "sender", "owner",
    "due", "answer", "answered", "led to", "model version", "data", "request", "response ms",
]  # fmt: skip


class NoSuchForm(ValueError):
    """A form of file that is none; the message names those there are."""


def export(installation: Installation, actor: Actor, form: str) -> Download:
    """Give all items, latest first, as ``csv`` or ``jsonl``; that they are taken out is on record by then.

    Raises
    ------
    NoSuchForm
        For another form.
    """
    require(actor, "answer-feedback")
    if form not in WRITERS:
        raise NoSuchForm(f"{form!r} is no form of file: take csv or jsonl.")
    rows = installation.store.feedback_items()
    payload = {"what": "feedback", "form": form, "rows": len(rows)}
    header = log.record(installation, actor, "export", payload=payload)
    return Download(f"feedback-{header.seq}.{form}", len(rows), header.seq, WRITERS[form](rows))


def plain(item: FeedbackItem) -> dict[str, object]:
    """Give an item as plain values, names of its sender included where there are any."""
    return vars(item) | {"led_to": [list(pair) for pair in item.led_to]}


def _csv(rows: Sequence[FeedbackItem]) -> Iterator[str]:
    return written(HEADER, map(_cells, rows), [])


def _cells(item: FeedbackItem) -> list[str]:
    led_to = "; ".join(f"{kind} {reference}" for kind, reference in item.led_to)
    sender = "outside" if item.is_outside else item.person_name
    values = [
        item.number, item.time.isoformat(), item.kind, title(item), item.page, item.guideline, item.verdict,
        item.text, item.state, sender, item.owner_name, item.due.isoformat(), item.answer,
        item.answered.isoformat() if item.answered else None, led_to, item.version, item.snapshot,
        item.request_id, item.response_ms,
    ]  # fmt: skip
    return [as_text(value) for value in values]


def _jsonl(rows: Sequence[FeedbackItem]) -> Iterator[str]:
    for item in rows:
        yield json.dumps(plain(item), ensure_ascii=False, default=str) + "\n"


WRITERS: dict[str, Callable[[Sequence[FeedbackItem]], Iterator[str]]] = {"csv": _csv, "jsonl": _jsonl}
