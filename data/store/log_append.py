"""How an entry gets into the log: sealed before its turn, linked to the one before it in its turn."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from data.store.chain import GENESIS, Head, Header, canonical, header_ends, linked, payload_hash
from data.store.engine import LOG_LOCK, is_alone, quick_row
from data.store.errors import EntryRefused
from data.store.tables import log, log_payload


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
class Sealed:
    """An entry written down, salted and hashed as far as can be before its place in the chain is known.

    ``header`` lacks number, previous hash and hash; ``payload`` lacks the number.
    """

    header: dict[str, Any]
    payload: dict[str, Any]
    ends: tuple[str, str]


def seal(entry: Entry, time: datetime) -> Sealed:
    """Prepare an entry; all that takes time is done here, before others have to wait.

    Raises
    ------
    EntryRefused
        If the entry holds what cannot be written down exactly.
    """
    body = _checked_body(entry)
    payload: dict[str, Any] = {
        "salt": secrets.token_hex(16),
        "actor_name": entry.actor_name,
        "subject": entry.subject,
        "body": body,
    }
    header: dict[str, Any] = {
        "time": time,
        "kind": entry.kind,
        "actor": entry.actor,
        "version": entry.version,
        "snapshot": entry.snapshot,
        "payload_hash": payload_hash(**payload),
    }
    return Sealed(header, payload, header_ends(**header))


def append(connection: Connection, sealed: Sealed) -> Header:
    """Give a sealed entry the next number and link it to the chain."""
    if connection.dialect.name == "postgresql":
        return _append_there(connection, sealed)
    head = read_head(connection)
    seq = head.seq + 1
    row = sealed.header | {
        "seq": seq,
        "previous": head.hash,
        "hash": linked(sealed.ends, head.hash, seq),
    }
    connection.execute(_INSERT_HEADER, row)
    connection.execute(_INSERT_PAYLOAD, sealed.payload | {"seq": seq})
    return Header(**row)


def read_head(connection: Connection) -> Head:
    """Give the end of the chain; seq 0 where nothing is logged yet."""
    row = quick_row(connection, _HEAD)
    return Head(0, GENESIS) if row is None else Head(*row)


def _append_there(connection: Connection, sealed: Sealed) -> Header:
    """Take turn, number and hash, and write both rows, in one statement: nobody has the turn for long."""
    first, last = sealed.ends
    asked = sealed.header | sealed.payload
    asked |= {"lock": LOG_LOCK, "is_alone": is_alone(connection), "first": first, "last": last}
    row = connection.execute(_APPEND, asked).one()
    return Header(**sealed.header, seq=row.seq, previous=row.previous, hash=row.hash)


# made once: what stands here is done at every append
_HEAD = "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1"
_INSERT_HEADER = insert(log)
_INSERT_PAYLOAD = insert(log_payload)
_APPEND = text(
    "CALL log_append(:lock, :is_alone, :first, :last, :time, :kind, :actor, :version, :snapshot, "
    ":payload_hash, :salt, :actor_name, :subject, :body, NULL, NULL, NULL)"
).columns(log.c.seq, log.c.previous, log.c.hash)


def _checked_body(entry: Entry) -> str:
    """Write the payload down canonically, and refuse texts that a database cannot keep."""
    for name in _TEXTS:
        value = getattr(entry, name)
        if value is not None and (not isinstance(value, str) or "\x00" in value):
            raise EntryRefused(f"The entry's {name} is {value!r}: give text without a NUL character.")
    if not entry.kind or not entry.actor:
        raise EntryRefused("The entry has no kind or no actor: say what was done, and by whom.")
    if not isinstance(entry.payload, dict):
        raise EntryRefused(
            f"The entry's payload is a {type(entry.payload).__name__}: give a dictionary with text keys."
        )
    canonical("".join(getattr(entry, name) or "" for name in _TEXTS))  # refuses half a character
    return canonical(entry.payload)


_TEXTS = ("kind", "actor", "actor_name", "subject", "version", "snapshot")
