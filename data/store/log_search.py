"""Which entries are asked for: found by number from the indexes alone, before any of them is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from data.store.tables import log, log_payload

# The largest number a database keeps a place for
LAST = 2**63 - 1


@dataclass(frozen=True)
class EntryFilter:
    """Which entries are asked for; what is None or empty does not narrow.

    ``since`` is included, ``until`` is not.
    """

    kinds: tuple[str, ...] = ()
    actor: str | None = None
    subject: str | None = None
    version: str | None = None
    snapshot: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def newest(connection: Connection, wanted: EntryFilter, before_seq: int | None, limit: int) -> list[int]:
    """Give the numbers of the newest entries first, ``limit`` at most, those before ``before_seq``."""
    # of each kind by itself: one kind's part of an index is in order already, that of several is not
    alone = [replace(wanted, kinds=(kind,)) for kind in dict.fromkeys(wanted.kinds)] or [wanted]
    found: list[int] = []
    for one in alone:
        query = _matching(connection, one)
        if query is not None:
            seq = _number(one)
            query = query.with_only_columns(seq).order_by(seq.desc()).limit(limit)
            if before_seq is not None:
                query = query.where(seq < min(max(before_seq, 0), LAST))
            found += connection.execute(query).scalars()
    return sorted(found, reverse=True)[:limit]


def all_of(connection: Connection, wanted: EntryFilter) -> list[int]:
    """Give the numbers of all entries that are wanted, in their order."""
    query = _matching(connection, wanted)
    if query is None:
        return []
    seq = _number(wanted)
    return list(connection.execute(query.with_only_columns(seq).order_by(seq)).scalars())


def count(connection: Connection, wanted: EntryFilter) -> int:
    """Count the entries that are wanted."""
    query = _matching(connection, wanted)
    if query is None:
        return 0
    return connection.execute(query.with_only_columns(func.count(log.c.seq))).scalar_one()


def _matching(connection: Connection, wanted: EntryFilter) -> Select[Any] | None:
    """Narrow to what is wanted; None where there can be nothing.

    Without a subject only columns of the header's indexes are named, each of which holds all that those
    before it do not (migration 0009), so that even what hardly ever occurs is found without reading rows.
    """
    if not _may_match(wanted):
        return None
    query: Select[Any] = select(log.c.seq)
    if wanted.subject is not None:
        query = query.join(log_payload, log_payload.c.seq == log.c.seq)
        query = query.where(log_payload.c.subject == wanted.subject)
    if wanted.kinds:
        one = wanted.kinds[0] if len(wanted.kinds) == 1 else None
        query = query.where(log.c.kind == one if one is not None else log.c.kind.in_(wanted.kinds))
    for column in (log.c.actor, log.c.version, log.c.snapshot):
        value = getattr(wanted, column.name)
        if value is not None:
            query = query.where(column == value)
    during = _during(wanted)
    if during:
        # counted too, or PostgreSQL would look for either end along all numbers, not along these times
        ends = select(func.min(log.c.seq), func.max(log.c.seq), func.count(log.c.seq)).where(*during)
        first, last, many = connection.execute(ends).one()
        if not many:
            return None
        # nearly all of the span, since clocks are seldom put back; the times themselves say which are not
        query = query.where(_number(wanted).between(first, last), *during)
    return query


def _number(wanted: EntryFilter) -> ColumnElement[int]:
    """Name the number's column in the table whose index is walked."""
    return log.c.seq if wanted.subject is None else log_payload.c.seq


def _during(wanted: EntryFilter) -> list[ColumnElement[bool]]:
    since = [] if wanted.since is None else [log.c.time >= wanted.since]
    until = [] if wanted.until is None else [log.c.time < wanted.until]
    return since + until


def _may_match(wanted: EntryFilter) -> bool:
    """Say whether texts asked for can be in the log at all; a database would stumble over the others."""
    texts = (*wanted.kinds, wanted.actor, wanted.subject, wanted.version, wanted.snapshot)
    return all(text is None or _is_storable(text) for text in texts)


def _is_storable(text: str) -> bool:
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)
