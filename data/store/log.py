"""The log: appended to, never edited. One strict chain, whoever writes and however many at once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select

from data.store.chain import GENESIS, Header, canonical, header_hash, payload_hash
from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.errors import EntryRefused
from data.store.tables import log, log_payload

PURGE = "purge"

# The largest number a database keeps a place for
_LAST = 2**63 - 1


@dataclass(frozen=True)
class Entry:
    """What is to be written down.

    Attributes
    ----------
    kind : str
        Sort of entry, such as ``what-if`` or ``login``.
    actor : str
        Id of the person, or of the system, that did it.
    actor_name : str
        The name as it was then; purged with the payload.
    version, snapshot : str or None
        Model version and data the answer stands on.
    subject : str or None
        Whom or what it is about, such as a customer's id; purged with the payload.
    payload : dict
        Input, output, reasons ...: plain finite values with text keys. Never a secret.
    """

    kind: str
    actor: str
    version: str | None = None
    snapshot: str | None = None
    subject: str | None = None
    payload: dict[str, Any] = field(default_factory=dict)
    actor_name: str = ""


@dataclass(frozen=True)
class Logged:
    """An entry as it stands in the log; after a purge name, subject and payload are gone."""

    header: Header
    actor_name: str
    subject: str | None
    payload: dict[str, Any] | None

    @property
    def is_purged(self) -> bool:
        """Whether the payload was removed."""
        return self.payload is None


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


@dataclass(frozen=True)
class Head:
    """The end of the chain. Kept outside the database, it shows later whether the tail was cut off."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Verification:
    """What a walk along the chain found.

    Attributes
    ----------
    ok : bool
        True where every entry is as it was written.
    entries, purged : int
        Entries found to be whole, and how many of these have a purged payload.
    first_bad : int or None
        The first entry that is not as it was written, or is missing.
    reason : str
        In words, what is wrong there; empty where nothing is.
    """

    ok: bool
    entries: int
    first_bad: int | None
    reason: str
    purged: int = 0


_HEAD = select(log.c.seq, log.c.hash).order_by(log.c.seq.desc()).limit(1)
_LOGGED = select(
    log, log_payload.c.salt, log_payload.c.actor_name, log_payload.c.subject, log_payload.c.body
).select_from(log.outerjoin(log_payload, log.c.seq == log_payload.c.seq))


class Log(Reach):
    """Append to the log, read it, verify it."""

    def append(self, entry: Entry) -> Header:
        """Write one entry at the end of the chain.

        Alone, it is committed when this returns. On a ``Transaction`` it is committed with the rest, or not
        at all.

        Raises
        ------
        EntryRefused
            If the entry holds what cannot be written down exactly.
        """
        sealed = _seal(entry)
        with self.writing() as connection:
            return _append(connection, sealed, self.clock)

    def head(self) -> Head:
        """Give the end of the chain; seq 0 where nothing is logged yet."""
        with self.reading() as connection:
            return _head(connection)

    def entry(self, seq: int) -> Logged | None:
        """Give one entry, or None where there is none of that number."""
        if not 0 < seq <= _LAST:
            return None
        with self.reading() as connection:
            row = connection.execute(_LOGGED.where(log.c.seq == bindparam("asked")), {"asked": seq}).first()
        return None if row is None else _logged(row)

    def entries(
        self, wanted: EntryFilter | None = None, before_seq: int | None = None, limit: int = 50
    ) -> list[Logged]:
        """Give the newest entries first, ``limit`` at most, those before ``before_seq`` for the next page."""
        wanted = wanted or EntryFilter()
        if not _may_match(wanted):
            return []
        query = _narrowed(_LOGGED, wanted).order_by(log.c.seq.desc()).limit(limit)
        if before_seq is not None:
            query = query.where(log.c.seq < min(max(before_seq, 0), _LAST))
        with self.reading() as connection:
            return [_logged(row) for row in connection.execute(query)]

    def numbers(self, wanted: EntryFilter | None = None) -> list[int]:
        """Give the numbers of the entries that a filter lets through, in their order."""
        wanted = wanted or EntryFilter()
        if not _may_match(wanted):
            return []
        narrowed = _narrowed(_LOGGED.with_only_columns(log.c.seq), wanted).order_by(log.c.seq)
        with self.reading() as connection:
            return list(connection.execute(narrowed).scalars())

    def count_entries(self, wanted: EntryFilter | None = None) -> int:
        """Count the entries that a filter lets through."""
        wanted = wanted or EntryFilter()
        if not _may_match(wanted):
            return 0
        narrowed = _narrowed(_LOGGED.with_only_columns(func.count()), wanted)
        with self.reading() as connection:
            return int(connection.execute(narrowed).scalar_one())

    def purge(self, seqs: Iterable[int], *, actor: str, reason: str, actor_name: str = "") -> Header | None:
        """Remove the payloads of entries for good, and write down that it was done.

        The headers stay, so the chain still closes and verification says "purged". Entries of purges
        themselves keep their payload: they tell a purge from a loss. None where there was nothing to remove.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            found = connection.execute(
                select(log_payload.c.seq)
                .join(log, log.c.seq == log_payload.c.seq)
                .where(log.c.kind != PURGE, log_payload.c.seq.in_(list(seqs)))
                .order_by(log_payload.c.seq)
            )
            gone = [seq for (seq,) in found]
            if not gone:
                return None
            connection.execute(delete(log_payload).where(log_payload.c.seq.in_(gone)))
            payload = {"entries": _ranges(gone), "reason": reason}
            sealed = _seal(Entry(PURGE, actor, payload=payload, actor_name=actor_name))
            return _append(connection, sealed, self.clock)

    def verify(self, sealed: Head | None = None) -> Verification:
        """Walk the chain from its first entry and say whether all is as it was written.

        Parameters
        ----------
        sealed : Head, optional
            A head kept outside the database. Without one a tail that was cut off cannot be noticed: what is
            left is a whole chain.
        """
        with self.reading() as connection:
            purged = _purged_on_record(connection)
            rows = connection.execute(_LOGGED.order_by(log.c.seq), execution_options={"yield_per": 1000})
            found = _walk(rows, purged, sealed)
            stray = _stray_payload(connection) if found.ok else None
        if stray is not None:
            return replace(found, ok=False, first_bad=stray, reason="it has a payload but no header")
        return found


@dataclass(frozen=True)
class _Sealed:
    """An entry with its payload written down, salted and hashed: all that can be done before the lock."""

    entry: Entry
    body: str
    salt: str
    payload_hash: str


def _seal(entry: Entry) -> _Sealed:
    body = _checked_body(entry)
    salt = secrets.token_hex(16)
    return _Sealed(entry, body, salt, payload_hash(salt, entry.actor_name, entry.subject, body))


def _append(connection: Connection, sealed: _Sealed, clock: Callable[[], datetime]) -> Header:
    take_turn(connection, LOG_LOCK)
    entry, head = sealed.entry, _head(connection)
    row: dict[str, Any] = {
        "seq": head.seq + 1,
        "time": clock(),
        "kind": entry.kind,
        "actor": entry.actor,
        "version": entry.version,
        "snapshot": entry.snapshot,
        "payload_hash": sealed.payload_hash,
        "previous": head.hash,
    }
    row["hash"] = header_hash(row)
    payload = {
        "seq": row["seq"],
        "salt": sealed.salt,
        "actor_name": entry.actor_name,
        "subject": entry.subject,
        "body": sealed.body,
    }
    connection.execute(insert(log), row)
    connection.execute(insert(log_payload), payload)
    return Header(**row)


def _checked_body(entry: Entry) -> str:
    """Write the payload down canonically, and refuse texts that a database cannot keep."""
    for name in ("kind", "actor", "actor_name", "subject", "version", "snapshot"):
        text = getattr(entry, name)
        if text is not None and (not isinstance(text, str) or "\x00" in text):
            raise EntryRefused(f"The entry's {name} is {text!r}: give text without a NUL character.")
    if not entry.kind or not entry.actor:
        raise EntryRefused("The entry has no kind or no actor: say what was done, and by whom.")
    if not isinstance(entry.payload, dict):
        raise EntryRefused(
            f"The entry's payload is a {type(entry.payload).__name__}: give a dictionary with text keys."
        )
    canonical([entry.kind, entry.actor, entry.version, entry.snapshot])
    return canonical(entry.payload)


def _head(connection: Connection) -> Head:
    row = connection.execute(_HEAD).first()
    return Head(0, GENESIS) if row is None else Head(row.seq, row.hash)


def _may_match(wanted: EntryFilter) -> bool:
    """Say whether texts asked for can be in the log at all; a database would stumble over the others."""
    texts = (*wanted.kinds, wanted.actor, wanted.subject, wanted.version, wanted.snapshot)
    return all(text is None or _is_storable(text) for text in texts)


def _is_storable(text: str) -> bool:
    return not any(sign == "\x00" or "\ud800" <= sign <= "\udfff" for sign in text)


def _narrowed(query: Select[Any], wanted: EntryFilter) -> Select[Any]:
    if wanted.kinds:
        query = query.where(log.c.kind.in_(wanted.kinds))
    for column in (log.c.actor, log_payload.c.subject, log.c.version, log.c.snapshot):
        value = getattr(wanted, column.name)
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(log.c.time >= wanted.since)
    if wanted.until is not None:
        query = query.where(log.c.time < wanted.until)
    return query


def _logged(row: Row[Any]) -> Logged:
    header = Header(
        seq=row.seq,
        time=row.time,
        kind=row.kind,
        actor=row.actor,
        version=row.version,
        snapshot=row.snapshot,
        previous=row.previous,
        hash=row.hash,
        payload_hash=row.payload_hash,
    )
    if row.body is None:
        return Logged(header, "", None, None)
    return Logged(header, row.actor_name, row.subject, json.loads(row.body))


def _ranges(seqs: Sequence[int]) -> list[list[int]]:
    """Write ascending numbers as ``[first, last]`` pairs."""
    ranges: list[list[int]] = []
    for seq in seqs:
        if ranges and seq == ranges[-1][1] + 1:
            ranges[-1][1] = seq
        else:
            ranges.append([seq, seq])
    return ranges


def _purged_on_record(connection: Connection) -> list[list[int]]:
    """Collect what the purge entries say they removed; the walk checks these entries like all others."""
    rows = connection.execute(
        select(log_payload.c.body).join(log, log.c.seq == log_payload.c.seq).where(log.c.kind == PURGE)
    )
    found: list[list[int]] = []
    for (body,) in rows:
        try:
            found += [[int(first), int(last)] for first, last in json.loads(body)["entries"]]
        except (ValueError, KeyError, TypeError):
            continue  # tampered with: the walk names the entry, as its hash does not fit
    return found


_UNREADABLE = "a field of it holds what cannot be there, such as a time that is none"


def _walk(rows: Iterable[Row[Any]], purged: list[list[int]], sealed: Head | None) -> Verification:
    seq, previous, gone = 0, GENESIS, 0
    try:
        for row in rows:
            fault = _fault(row, seq + 1, previous, purged)
            if fault is None and sealed is not None and row.seq == sealed.seq and row.hash != sealed.hash:
                fault = "its hash is not the one that was sealed: the chain was rewritten here or before"
            if fault is not None:
                return Verification(False, seq, min(row.seq, seq + 1), fault, gone)
            seq, previous, gone = row.seq, row.hash, gone + (row.body is None)
    except ValueError:
        return Verification(False, seq, seq + 1, _UNREADABLE, gone)
    if sealed is not None and seq < sealed.seq:
        reason = f"the log ends at entry {seq}, but entry {sealed.seq} was sealed: the tail was cut off"
        return Verification(False, seq, seq + 1, reason, gone)
    return Verification(True, seq, None, "", gone)


def _fault(row: Row[Any], expected: int, previous: str, purged: list[list[int]]) -> str | None:
    """Say what is wrong with an entry, given the place and the hash it has to continue."""
    if row.seq != expected:
        return f"entry {expected} is missing: the next one there is {row.seq}"
    if row.previous != previous:
        return "it does not continue the entry before it: one of the two was changed, moved or replaced"
    if row.hash != header_hash(row._asdict()):
        return "its header is not what was written (time, kind, actor, version, snapshot or a hash)"
    if row.body is None:
        if not any(first <= row.seq <= last for first, last in purged):
            return "its payload is gone, and no purge on record removed it"
    elif row.payload_hash != payload_hash(row.salt, row.actor_name, row.subject, row.body):
        return "its payload is not what was written (name, subject, input or output)"
    return None


def _stray_payload(connection: Connection) -> int | None:
    """Name the first payload without a header: somebody removed the header, or put the payload there."""
    query = (
        select(func.min(log_payload.c.seq))
        .select_from(log_payload.outerjoin(log, log.c.seq == log_payload.c.seq))
        .where(log.c.seq.is_(None))
    )
    return connection.execute(query).scalar_one()
