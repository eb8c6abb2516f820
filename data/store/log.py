"""The log: appended to, never edited. One strict chain, whoever writes and however many at once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from data.store import log_purge, log_search
from data.store.chain import Head, Header
from data.store.engine import Reach, wait_for_disk
from data.store.log_append import Entry, append, read_head, seal
from data.store.log_search import LAST, EntryFilter, Reader
from data.store.log_verify import Verification, verified
from data.store.tables import log, log_payload


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
        sealed = seal(entry, self.clock())
        with self.appending() as connection:
            return append(connection, sealed)

    def head(self) -> Head:
        """Give the end of the chain; seq 0 where nothing is logged yet."""
        with self.reading() as connection:
            return read_head(connection)

    def lasting_head(self) -> Head:
        """Give the end of the chain, on disk for sure: what is kept elsewhere has to outlive a power cut."""
        with self.appending() as connection:
            head = read_head(connection)
            wait_for_disk(connection)
            return head

    def entry(self, seq: int) -> Logged | None:
        """Give one entry, or None where there is none of that number."""
        if not 0 < seq <= LAST:
            return None
        with self.reading() as connection:
            row = connection.execute(_LOGGED.where(log.c.seq == seq)).first()
        return None if row is None else _logged(row)

    def entries(
        self, wanted: EntryFilter | None = None, before_seq: int | None = None, limit: int = 50
    ) -> list[Logged]:
        """Give the newest entries first, ``limit`` at most, those before ``before_seq`` for the next page."""
        with self.reading() as connection:
            found = log_search.newest(connection, wanted or EntryFilter(), before_seq, limit)
            query = _LOGGED.where(log.c.seq.in_(found)).order_by(log.c.seq.desc())
            return [_logged(row) for row in connection.execute(query)] if found else []

    def numbers(self, wanted: EntryFilter | None = None) -> list[int]:
        """Give the numbers of the entries that a filter lets through, in their order."""
        with self.reading() as connection:
            return log_search.all_of(connection, wanted or EntryFilter())

    def count_entries(self, wanted: EntryFilter | None = None) -> int:
        """Count the entries that a filter lets through."""
        with self.reading() as connection:
            return log_search.count(connection, wanted or EntryFilter())

    def reads(self, reader: Reader, seq: int) -> bool:
        """Say whether an entry is one of those that a person may read."""
        if not 0 < seq <= LAST:
            return False
        with self.reading() as connection:
            return log_search.reads(connection, reader, seq)

    def purge(self, seqs: Iterable[int], *, actor: str, reason: str, actor_name: str = "") -> Header | None:
        """Remove the payloads of entries for good, and write down that it was done.

        The headers stay, so the chain still closes and verification says "purged". Entries of purges
        themselves keep their payload: they tell a purge from a loss. None where there was nothing to remove.
        """
        with self.writing() as connection:
            return log_purge.purge(
                connection, self.clock, seqs, actor=actor, reason=reason, actor_name=actor_name
            )

    def due_entries(self, kind: str, before: datetime, after_seq: int, limit: int) -> list[int]:
        """Give the numbers of a kind's entries older than a moment whose payload is there, first ones first.

        ``limit`` at most, those after ``after_seq``.
        """
        with self.reading() as connection:
            return log_purge.due(connection, kind, before, after_seq, limit)

    def count_due_entries(self, kind: str, before: datetime) -> int:
        """Count a kind's entries older than a moment whose payload is there."""
        with self.reading() as connection:
            return log_purge.count_due(connection, kind, before)

    def verify(self, *heads: Head) -> Verification:
        """Walk the chain from its first entry and say whether all is as it was written.

        Parameters
        ----------
        *heads : Head
            Heads kept outside the database. Without one a tail that was cut off cannot be noticed: what is
            left is a whole chain.
        """
        with self.reading() as connection:
            return verified(connection, heads)


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
