"""Removing payloads for good, on record: the headers stay, so the chain still closes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from json import loads
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select

from data.store.chain import Header
from data.store.engine import LOG_LOCK, take_turn
from data.store.log_append import Entry, append, seal
from data.store.tables import log, log_payload

PURGE = "purge"


def purge(
    connection: Connection,
    clock: Callable[[], datetime],
    seqs: Iterable[int],
    *,
    actor: str,
    reason: str,
    actor_name: str,
) -> Header | None:
    """Remove the payloads of entries, and write down that it was done; None where there were none."""
    take_turn(connection, LOG_LOCK)
    found = connection.execute(
        select(log_payload.c.seq)
        .join(log, log.c.seq == log_payload.c.seq)
        .where(log.c.kind != PURGE, log_payload.c.seq.in_(list(seqs)))
        .order_by(log_payload.c.seq)
    )
    gone = list(found.scalars())
    if not gone:
        return None
    connection.execute(delete(log_payload).where(log_payload.c.seq.in_(gone)))
    payload = {"entries": ranges(gone), "reason": reason}
    return append(connection, seal(Entry(PURGE, actor, payload=payload, actor_name=actor_name), clock()))


def due(connection: Connection, kind: str, before: datetime, after_seq: int, limit: int) -> list[int]:
    """Give the numbers of a kind's entries older than a moment whose payload is there, first ones first."""
    query = _due(kind, before).where(log.c.seq > after_seq).order_by(log.c.seq).limit(limit)
    return list(connection.execute(query).scalars())


def count_due(connection: Connection, kind: str, before: datetime) -> int:
    """Count a kind's entries older than a moment whose payload is there."""
    return connection.execute(_due(kind, before).with_only_columns(func.count(log.c.seq))).scalar_one()


def _due(kind: str, before: datetime) -> Select[Any]:
    joined = select(log.c.seq).join(log_payload, log.c.seq == log_payload.c.seq)
    return joined.where(log.c.kind == kind, log.c.kind != PURGE, log.c.time < before)


def ranges(seqs: Sequence[int]) -> list[list[int]]:
    """Write ascending numbers as ``[first, last]`` pairs."""
    found: list[list[int]] = []
    for seq in seqs:
        if found and seq == found[-1][1] + 1:
            found[-1][1] = seq
        else:
            found.append([seq, seq])
    return found


class Purged:
    """What the entries of purges say they removed; whoever walks the chain checks these like all others."""

    def __init__(self, connection: Connection) -> None:
        bodies = connection.execute(
            select(log_payload.c.body).join(log, log.c.seq == log_payload.c.seq).where(log.c.kind == PURGE)
        )
        spans = sorted(span for body in bodies.scalars() for span in _spans(body))
        self._firsts = [first for first, _ in spans]
        self._lasts = [last for _, last in spans]

    def __contains__(self, seq: int) -> bool:
        """Say whether a purge on record removed the payload of an entry."""
        # an entry is purged once, so the spans of honest purges lie apart
        place = bisect_right(self._firsts, seq) - 1
        return place >= 0 and seq <= self._lasts[place]


def _spans(body: str) -> list[tuple[int, int]]:
    try:
        return [(int(first), int(last)) for first, last in loads(body)["entries"]]
    except (ValueError, KeyError, TypeError):
        return []  # tampered with: the walk names the entry, as its hash does not fit
