"""The log as people look through it: what can be asked for, and what followed an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from services import log, log_kinds
from services.log import EntryFilter, LogEntry
from services.roles import SYSTEM, Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

FOLLOWERS = 5
MOST_VERSIONS = 50


class NoSuchView(ValueError):
    """A view of the log that cannot be; the message says what is wrong with what was asked."""


@dataclass(frozen=True)
class Choices:
    """What the log can be narrowed to, as pairs of value and words; others only for who may read all."""

    kinds: list[tuple[str, str]]
    people: list[tuple[str, str]]
    versions: list[tuple[str, str]]


def choices(installation: Installation, actor: Actor) -> Choices:
    """Name what the log can be narrowed to by this person."""
    require(actor, "read-log")
    people = [(actor.id, actor.name)] if installation.store.own_area(actor.id) else []
    if permitted(actor, "read-all-log"):
        people = [(SYSTEM.id, SYSTEM.name), *((user.id, user.name) for user in installation.store.users())]
    rows = installation.store.versions()[:MOST_VERSIONS]
    versions = [(row.version, f"{row.version[:8]}, {row.spec_name}, {row.created:%d %b %Y}") for row in rows]
    return Choices(list(log_kinds.NAMES.items()), people, versions)


def asked(query: Mapping[str, Any]) -> EntryFilter:
    """Read which entries are asked for.

    Parameters
    ----------
    query : mapping
        ``kind``, ``who`` (an id), ``about``, ``version``, ``since`` and ``until`` (ISO days in UTC, both
        included); what is missing or empty does not narrow.

    Raises
    ------
    NoSuchView
        For a kind that is none, or a day that is none.
    """
    plain = {name: str(value).strip() for name, value in query.items() if value not in (None, "")}
    kind = plain.get("kind")
    if kind and kind not in log_kinds.NAMES:
        raise NoSuchView(f"{kind!r} is no kind of entry: choose one of {', '.join(log_kinds.NAMES)}.")
    since, until = _day(plain.get("since")), _day(plain.get("until"))
    return EntryFilter(
        kinds=(kind,) if kind else (),
        actor=plain.get("who"),
        subject=plain.get("about"),
        version=plain.get("version"),
        since=_start(since) if since else None,
        until=_start(until + timedelta(days=1)) if until and until < date.max else None,
    )


def _day(text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise NoSuchView(
            f"{text!r} is no day: write it as year, month and day, such as 2026-03-31."
        ) from fault


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def followed(installation: Installation, actor: Actor, entry: LogEntry) -> list[LogEntry]:
    """Give what this person may read of what came after an entry about the same, first things first."""
    if entry.subject is None or entry.payload is None:
        return []
    since = EntryFilter(subject=entry.subject, since=entry.time)
    later = log.page(installation, actor, since, limit=log.LONGEST_PAGE).entries
    return [one for one in reversed(later) if one.seq > entry.seq][:FOLLOWERS]
