"""Walking the chain of the log, from its first entry to its last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, func, select

from data.store.chain import GENESIS, Head, header_ends, linked, payload_hash
from data.store.log_damage import Damage, diagnosed
from data.store.log_purge import Purged
from data.store.tables import log, log_payload


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
    what : str
        The same in one word (``log_damage.What``); empty where nothing is wrong.
    """

    ok: bool
    entries: int
    first_bad: int | None
    reason: str
    purged: int = 0
    what: str = ""


_HEADER = ("seq", "time", "kind", "actor", "version", "snapshot", "payload_hash", "previous", "hash")
_PAYLOAD = ("salt", "actor_name", "subject", "body")
_WALKED = (
    select(*(log.c[name] for name in _HEADER), *(log_payload.c[name] for name in _PAYLOAD))
    .select_from(log.outerjoin(log_payload, log.c.seq == log_payload.c.seq))
    .order_by(log.c.seq)
)

_UNREADABLE = "a field of it holds what cannot be there, such as a time that is none"


def verified(connection: Connection, heads: Iterable[Head]) -> Verification:
    """Walk the chain; hold it against heads that were kept outside the database."""
    sealed: dict[int, set[str]] = {0: {GENESIS}}
    for head in heads:
        sealed.setdefault(head.seq, set()).add(head.hash)
    found = _walk(connection, sealed)
    stray = _stray_payload(connection) if found.ok else None
    if stray is None:
        return found
    return replace(found, ok=False, first_bad=stray, what="inserted", reason="it has a payload but no header")


def _walk(connection: Connection, sealed: dict[int, set[str]]) -> Verification:
    last, hash, gone, agreed = 0, GENESIS, 0, 0

    def damaged(damage: Damage) -> Verification:
        return Verification(False, last, damage.seq, damage.reason, gone, damage.what)

    on_record = Purged(connection)
    rows = connection.execute(_WALKED, execution_options={"yield_per": 2000})
    try:
        if sealed[0] != {GENESIS}:
            return damaged(Damage(1, "rewritten", _otherwise(0, 0)))
        for row in rows:
            if not _is_whole(row, last, hash) or (row.body is None and row.seq not in on_record):
                return damaged(diagnosed(connection, row, Head(last, hash)))
            if row.seq in sealed:
                if sealed[row.seq] != {row.hash}:
                    return damaged(Damage(row.seq, "rewritten", _otherwise(row.seq, agreed)))
                agreed = row.seq
            last, hash, gone = row.seq, row.hash, gone + (row.body is None)
    except (ValueError, TypeError):
        return damaged(Damage(last + 1, "changed", _UNREADABLE))
    finally:
        rows.close()
    if max(sealed) > last:
        reason = f"the log ends at entry {last}, but entry {max(sealed)} was sealed: the tail was cut off"
        return damaged(Damage(last + 1, "cut off", reason))
    return Verification(True, last, None, "", gone)


def _is_whole(row: Row[*tuple[Any, ...]], last: int, hash: str) -> bool:
    """Say whether an entry continues the one before and is as it was written; its payload may be gone."""
    seq, time, kind, actor, version, snapshot, content, previous, own, salt, name, subject, body = row
    return (
        seq == last + 1
        and previous == hash
        and own == linked(header_ends(time, kind, actor, version, snapshot, content), previous, seq)
        and (body is None or content == payload_hash(salt, name, subject, body))
    )


def _otherwise(seq: int, agreed: int) -> str:
    since = f"after entry {agreed}, the last that a head agrees with" if agreed else "somewhere up to here"
    return f"its hash is not the one that was sealed: the chain was written anew {since}"


def _stray_payload(connection: Connection) -> int | None:
    """Name the first payload without a header: somebody removed the header, or put the payload there."""
    query = (
        select(func.min(log_payload.c.seq))
        .select_from(log_payload.outerjoin(log, log.c.seq == log_payload.c.seq))
        .where(log.c.seq.is_(None))
    )
    return connection.execute(query).scalar_one()
