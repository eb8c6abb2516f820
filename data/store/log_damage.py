"""What happened to the chain of the log where it does not close: told from what is still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, select

from data.store.chain import Head, header_ends, header_hash, linked, payload_hash
from data.store.tables import log

What = Literal["changed", "removed", "inserted", "reordered", "cut off", "rewritten"]

# How far an entry is looked for that kept its hash but has another number than it was written under
_FAR = 1000


@dataclass(frozen=True)
class Damage:
    """The first entry that is not as it was written: its number, what happened in a word, and in words."""

    seq: int
    what: What
    reason: str


def diagnosed(connection: Connection, row: Row[Any], last: Head) -> Damage:
    """Say what happened at the first entry that is not whole.

    Parameters
    ----------
    row : Row
        The entry found there, header and payload.
    last : Head
        The last entry that was whole; the one in question has to continue it.
    """
    place = last.seq + 1
    if row.seq < place:
        return Damage(row.seq, "inserted", "numbers begin at 1, so it was put there by hand")
    if row.seq > place:
        return Damage(place, "removed", f"it is missing: the next entry there is {row.seq}")
    entry = row._asdict()
    is_sound = header_hash(entry) == row.hash
    if is_sound and row.previous == last.hash:
        return _payload_damage(connection, row)
    own, elsewhere = (place if is_sound else _number_written_under(entry)), _elsewhere(connection, last)
    if elsewhere is not None:
        if own is None:
            reason = f"it was put in between: the entry of this number as it was written is {elsewhere} now"
            return Damage(place, "inserted", reason)
        reason = f"what stands here was entry {own}, and what was entry {place} stands at {elsewhere} now"
        return Damage(place, "reordered", reason)
    if own is not None and own < place:
        return Damage(own, "inserted", f"it was put in between: what was entry {own} is {place} now")
    if own is not None and own > place:
        return Damage(place, "removed", f"it is gone, and what was entry {own} was put in its place")
    if is_sound:
        return _break(connection, row, last)
    other = _header_of_another(connection, entry)
    if other is not None:
        return Damage(place, "reordered", f"its header is that of entry {other}: the two were exchanged")
    reason = "its header is not what was written (time, kind, actor, version, snapshot or a hash)"
    return Damage(place, "changed", reason)


def _payload_damage(connection: Connection, row: Row[Any]) -> Damage:
    if row.body is None:
        return Damage(row.seq, "removed", "its payload is gone, and no purge on record removed it")
    found = payload_hash(row.salt, row.actor_name, row.subject, row.body)
    other = connection.execute(select(log.c.seq).where(log.c.payload_hash == found).limit(1)).scalar()
    if other is not None:
        return Damage(row.seq, "reordered", f"its payload is that of entry {other}: the two were exchanged")
    return Damage(row.seq, "changed", "its payload is not what was written (name, subject, input or output)")


def _break(connection: Connection, row: Row[Any], last: Head) -> Damage:
    """Say which of two sound entries that do not fit together was changed; the one after them knows."""
    continues = select(log.c.seq).where(log.c.seq == row.seq + 1, log.c.previous == row.hash)
    if last.seq and connection.execute(continues).first() is not None:
        reason = f"it was changed and sealed anew: entry {row.seq}, whole itself, continues another"
        return Damage(last.seq, "changed", reason)
    reason = "it does not continue the entry before it: one of the two was changed and sealed anew"
    return Damage(row.seq, "changed", reason)


def _number_written_under(entry: Mapping[str, Any]) -> int | None:
    """Find the number under which an entry was sealed, if it is near; None where no other fits."""
    near = range(max(1, entry["seq"] - _FAR), entry["seq"] + _FAR)
    return next((seq for seq in near if header_hash({**entry, "seq": seq}) == entry["hash"]), None)


def _elsewhere(connection: Connection, last: Head) -> int | None:
    """Find the entry that was written after the last whole one, under another number than its own."""
    moved = select(log).where(log.c.previous == last.hash, log.c.seq != last.seq + 1)
    for row in connection.execute(moved):
        if header_hash({**row._asdict(), "seq": last.seq + 1}) == row.hash:
            return row.seq
    return None


def _header_of_another(connection: Connection, entry: Mapping[str, Any]) -> int | None:
    """Find the entry whose place in the chain fits this header."""
    ends = header_ends(
        **{name: entry[name] for name in ("time", "kind", "actor", "version", "snapshot", "payload_hash")}
    )
    places = connection.execute(select(log.c.seq, log.c.previous, log.c.hash))
    return next((seq for seq, previous, hash in places if linked(ends, previous, seq) == hash), None)
