"""The log as a file, CSV or lines of JSON: streamed, so that a million entries need no memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from data.spreadsheet import as_text
from services import log, log_view
from services.log import EntryFilter, LogEntry
from services.roles import Actor, require
from services.scenario_export import NOTICE, Download, written

if TYPE_CHECKING:
    from services.installation import Installation

PAGE = 500
HEADER = [
    "entry", "time", "kind", "who", "actor", "about", "what", "model version", "data", "payload", "previous",
    "hash", "notice",
]  # fmt: skip


def export(installation: Installation, actor: Actor, form: str, query: Mapping[str, Any]) -> Download:
    """Give the entries this person may read, latest first; that it is taken out is on record by then.

    Parameters
    ----------
    form : str
        ``csv`` or ``jsonl``.
    query : mapping
        As :func:`services.log_view.asked`.

    Raises
    ------
    services.log_view.NoSuchView
        If the form or the query is none.
    """
    require(actor, "read-log")
    wanted = log_view.asked(query)
    if form not in WRITERS:
        raise log_view.NoSuchView(f"{form!r} is no form of file: take csv or jsonl.")
    rows = log.count(installation, actor, wanted)
    narrowed = {name: str(value) for name, value in query.items() if value not in (None, "")}
    payload = {"what": "log", "form": form, "query": narrowed, "rows": rows}
    header = log.record(installation, actor, "export", payload=payload)
    found = _entries(installation, actor, wanted, header.seq)
    return Download(f"log-{header.seq}.{form}", rows, header.seq, WRITERS[form](found))


def _entries(
    installation: Installation, actor: Actor, wanted: EntryFilter, before: int
) -> Iterator[LogEntry]:
    """Give the entries before the one that says they are taken out, page by page."""
    place: int | None = before
    while place is not None:
        page = log.page(installation, actor, wanted, place, PAGE)
        yield from page.entries
        place = page.before


def _csv(entries: Iterator[LogEntry]) -> Iterator[str]:
    return written(HEADER, map(_cells, entries), [])


def _cells(entry: LogEntry) -> list[str]:
    payload = "" if entry.payload is None else json.dumps(entry.payload, sort_keys=True, ensure_ascii=False)
    texts = [
        entry.kind,
        entry.who,
        entry.actor,
        entry.subject,
        entry.text,
        entry.version,
        entry.snapshot,
        payload,
    ]
    return [str(entry.seq), _time(entry), *map(as_text, texts), entry.previous, entry.hash, _notice(entry)]


def _jsonl(entries: Iterator[LogEntry]) -> Iterator[str]:
    for entry in entries:
        plain = {
            "entry": entry.seq, "time": _time(entry), "kind": entry.kind, "who": entry.who,
            "actor": entry.actor, "about": entry.subject, "what": entry.text, "version": entry.version,
            "snapshot": entry.snapshot, "payload": entry.payload, "previous": entry.previous,
            "hash": entry.hash, "notice": _notice(entry),
        }  # fmt: skip
        yield json.dumps(plain, ensure_ascii=False) + "\n"


def _notice(entry: LogEntry) -> str:
    """Give what stands beside every answer of a model, wherever it is read; nothing where none is told."""
    return NOTICE if entry.version is not None else ""


def _time(entry: LogEntry) -> str:
    return entry.time.isoformat(timespec="microseconds")


WRITERS: dict[str, Callable[[Iterator[LogEntry]], Iterator[str]]] = {"csv": _csv, "jsonl": _jsonl}
