"""Which entries are asked for: found by number from the indexes alone, before any of them is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, exists, func, select, union

from data.store.tables import log, log_payload, signatures, versions
from data.store.tables_readers import log_readers, log_setbacks

# The largest number a database keeps a place for
LAST = 2**63 - 1

# Where fewer entries than this fit a filter, each of them is asked for its readers
RARE = 20_000

# SQLite reckons with moments to some 40 microseconds only when it notes how far the clock went back
UNSURE = timedelta(seconds=1)


@dataclass(frozen=True)
class Reader:
    """Who reads but some entries: own ones, those of what was done for them, those about their own area.

    Attributes
    ----------
    person : str
        Id.
    area : int or None
        Number of their own area.
    kinds : tuple of str
        Kinds of entries that are read because they are about the area or its customers.
    drafts : bool
        Whether those are read that stand on a version nobody signed.
    """

    person: str
    area: int | None = None
    kinds: tuple[str, ...] = ()
    drafts: bool = False


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
    reader: Reader | None = None


def area_reader(number: int) -> str:
    """Name an area as the readers of entries are named."""
    return f"area:{number}"


def person_reader(person: str) -> str:
    """Name a person as the readers of entries are named."""
    return f"person:{person}"


def newest(connection: Connection, wanted: EntryFilter, before_seq: int | None, limit: int) -> list[int]:
    """Give the numbers of the newest entries first, ``limit`` at most, those before ``before_seq``."""
    found: set[int] = set()
    for any_way in _ways(connection, wanted):
        way = any_way.by_what_is_rarer(connection)
        # of each kind by itself: one kind's part of an index is in order already, that of several is not
        for one in way.before(before_seq).of_each_kind():
            query = one.numbers().order_by(one.seq.desc()).limit(limit)
            found |= set(connection.execute(query).scalars())
    return sorted(found, reverse=True)[:limit]


def all_of(connection: Connection, wanted: EntryFilter) -> list[int]:
    """Give the numbers of all entries that are wanted, in their order."""
    ways = _ways(connection, wanted)
    if len(ways) == 1:
        return list(connection.execute(ways[0].numbers().order_by(ways[0].seq)).scalars())
    return sorted({seq for way in ways for seq in connection.execute(way.numbers()).scalars()})


def count(connection: Connection, wanted: EntryFilter) -> int:
    """Count the entries that are wanted."""
    ways = _ways(connection, wanted)
    if not ways:
        return 0
    if len(ways) == 1:
        query: Any = ways[0].numbers().with_only_columns(func.count(ways[0].seq))
    else:
        query = select(func.count()).select_from(union(*(way.numbers() for way in ways)).subquery())
    return connection.execute(query).scalar_one()


def reads(connection: Connection, reader: Reader, seq: int) -> bool:
    """Say whether an entry is one of those a person may read."""
    ways = _ways(connection, EntryFilter(reader=reader))
    return any(connection.execute(way.numbers().where(way.seq == seq)).first() for way in ways)


@dataclass(frozen=True)
class _Way:
    """One way to entries: all that fit a filter, or of these what is noted for one reader.

    Without a subject only columns of one index are named, which holds all that may be asked (migrations 0009
    and 0016), so that even what hardly ever occurs is found without reading rows.
    """

    wanted: EntryFilter
    reader: str | None = None
    signed_only: bool = False
    by_filter: bool = False
    ends: tuple[int | None, int | None] = (None, None)

    @property
    def _table(self) -> Table:
        return log if self.reader is None or self.by_filter else log_readers

    @property
    def seq(self) -> ColumnElement[int]:
        """The number's column in the table whose index is walked."""
        return self._table.c.seq if self.wanted.subject is None else log_payload.c.seq

    def before(self, seq: int | None) -> _Way:
        """Give the way to those before a number."""
        if seq is None:
            return self
        first, last = self.ends
        seq = min(max(seq, 0), LAST)
        return replace(self, ends=(first, seq if last is None else min(seq, last)))

    def by_what_is_rarer(self, connection: Connection) -> _Way:
        """Give the way along what fits the filter, where that is little, else along what the reader reads."""
        wanted = self.wanted
        if (
            self.reader is None
            or wanted.subject
            or not (len(wanted.kinds) == 1 or wanted.actor or wanted.version)
        ):
            return self
        some = replace(self, reader=None, signed_only=False).numbers().limit(RARE + 1).subquery()
        many = connection.execute(select(func.count()).select_from(some)).scalar_one()
        return replace(self, by_filter=True) if many <= RARE else self

    def of_each_kind(self) -> list[_Way]:
        """Give a way for each kind; for what is noted for a reader one way, whose numbers are in order."""
        kinds = tuple(dict.fromkeys(self.wanted.kinds))
        if self._table is log_readers or not kinds:
            return [self]
        return [replace(self, wanted=replace(self.wanted, kinds=(kind,))) for kind in kinds]

    def numbers(self) -> Select[Any]:
        """Give what selects the numbers."""
        subject, table = self.wanted.subject, self._table
        if subject is None:
            return select(self.seq).where(*self._between(), *self._conditions())
        # what is about one is little: of each it is asked whether it is wanted, never the other way round
        wanted = exists().where(table.c.seq == log_payload.c.seq, *self._conditions())
        return select(self.seq).where(log_payload.c.subject == subject, *self._between(), wanted)

    def _conditions(self) -> Iterator[ColumnElement[bool]]:
        wanted, c = self.wanted, self._table.c
        if self.by_filter:
            yield exists().where(log_readers.c.reader == self.reader, log_readers.c.seq == c.seq)
        elif self.reader is not None:
            yield c.reader == self.reader
        if wanted.kinds:
            one = wanted.kinds[0] if len(wanted.kinds) == 1 else None
            yield c.kind == one if one is not None else c.kind.in_(wanted.kinds)
        if wanted.actor is not None:
            yield c.actor == wanted.actor
        if wanted.version is not None:
            yield c.version == wanted.version
        if wanted.snapshot is not None:
            yield self._of_snapshot()
        if self.signed_only:
            yield func.coalesce(c.version, "").not_in(_UNSIGNED)
        if wanted.since is not None:
            yield c.time >= wanted.since
        if wanted.until is not None:
            yield c.time < wanted.until

    def _of_snapshot(self) -> ColumnElement[bool]:
        if self._table is log:
            return log.c.snapshot == self.wanted.snapshot
        return self._table.c.seq.in_(select(log.c.seq).where(log.c.snapshot == self.wanted.snapshot))

    def _between(self) -> Iterator[ColumnElement[bool]]:
        """Narrow to the numbers around the span of time, and to those before a place: one end each."""
        first, last = self.ends
        if first is not None:
            yield self.seq > first
        if last is not None:
            yield self.seq < last


_UNSIGNED = select(versions.c.version).where(versions.c.version.not_in(select(signatures.c.version)))


def _ways(connection: Connection, wanted: EntryFilter) -> list[_Way]:
    """Give the ways to what is wanted; none where there can be nothing."""
    if not _may_match(wanted):
        return []
    reader, wanted = wanted.reader, replace(wanted, reader=None)
    ends = _ends(connection, wanted)
    if reader is None:
        return [_Way(wanted, ends=ends)]
    ways = [_Way(wanted, person_reader(reader.person), ends=ends)]
    if wanted.actor in (None, reader.person):
        ways.append(_Way(replace(wanted, actor=reader.person), ends=ends))
    kinds = tuple(kind for kind in reader.kinds if kind in wanted.kinds or not wanted.kinds)
    if reader.area is not None and kinds:
        of_area = replace(wanted, kinds=kinds)
        ways.append(_Way(of_area, area_reader(reader.area), signed_only=not reader.drafts, ends=ends))
    return ways


def _ends(connection: Connection, wanted: EntryFilter) -> tuple[int | None, int | None]:
    """Give two numbers between which all entries of a span of time lie, by two looks into an index.

    Times follow the numbers but for the clock being put back. Where it never went back further than
    ``back``, an entry older than ``since - back`` has only older ones before it, and one of ``until + back``
    or later only later ones after it. The times themselves say which of those between are meant.
    """
    if wanted.since is None and wanted.until is None:
        return None, None
    back = max((row.latest - row.time for row in connection.execute(_SETBACKS)), default=timedelta()) + UNSURE
    first = last = None
    if wanted.since is not None:
        before = _SEQ.where(log.c.time < _moved(wanted.since, -back))
        first = connection.execute(before.order_by(log.c.time.desc(), log.c.seq.desc())).scalar() or 0
    if wanted.until is not None:
        after = _SEQ.where(log.c.time >= _moved(wanted.until, back))
        last = connection.execute(after.order_by(log.c.time, log.c.seq)).scalar() or LAST
    return first, last


_SEQ = select(log.c.seq).limit(1)
_SETBACKS = select(log_setbacks.c.latest, log_setbacks.c.time)


def _moved(moment: datetime, by: timedelta) -> datetime:
    """Move a moment, but not past the ends of the calendar."""
    try:
        return moment + by
    except OverflowError:
        return moment


def _may_match(wanted: EntryFilter) -> bool:
    """Say whether texts asked for can be in the log at all; a database would stumble over the others."""
    texts = (*wanted.kinds, wanted.actor, wanted.subject, wanted.version, wanted.snapshot)
    return all(text is None or _is_storable(text) for text in texts)


def _is_storable(text: str) -> bool:
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)
