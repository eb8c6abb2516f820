"""The chain of the log: what is hashed, in which form. Pure; an outsider can recompute it from this page.

An entry's payload hash is SHA-256 of three lines joined by line feeds, as UTF-8: the salt, the canonical
JSON of ``{"actor_name", "subject"}``, the canonical JSON of the payload. Its hash is SHA-256 of the
canonical JSON of its header, which holds the payload hash and the hash of the entry before. So a payload
can be purged, salt included, and the chain still closes, while nobody can guess what was in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.store.errors import EntryRefused

GENESIS = "0" * 64

# json.dumps would make a new encoder for every entry
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


@dataclass(frozen=True)
class Header:
    """What the chain is made of; nothing personal is in it but the actor's id.

    Attributes
    ----------
    seq : int
        Place in the log, from 1, without gaps. The order is this, never the time.
    time : datetime
        When, by this machine's clock, in UTC.
    kind, actor : str
        What sort of entry; who, by id.
    version, snapshot : str or None
        The model version and the data it stands on, where there are any.
    payload_hash, previous, hash : str
        SHA-256, hex: of the payload, of the entry before, of this entry.
    """

    seq: int
    time: datetime
    kind: str
    actor: str
    version: str | None
    snapshot: str | None
    previous: str
    hash: str
    payload_hash: str


def canonical(value: Any) -> str:
    """Write plain values as JSON in the one form that is hashed: sorted keys, no blanks, floats by repr.

    Raises
    ------
    EntryRefused
        For NaN, infinity, and whatever JSON has no word for.
    """
    try:
        text = _ENCODER.encode(value)
        text.encode()
    except UnicodeEncodeError as fault:
        raise EntryRefused(
            "The entry holds half a character (a lone surrogate), which cannot be stored: "
            "replace it before logging."
        ) from fault
    except (TypeError, ValueError) as fault:
        raise EntryRefused(
            f"The entry cannot be written down exactly ({fault}): give dictionaries with text keys, lists, "
            "text, whole and finite numbers, True, False and None; None for a missing value."
        ) from fault
    return text


def payload_hash(salt: str, actor_name: str, subject: str | None, body: str) -> str:
    """Hash a payload whose ``body`` is canonical already; SHA-256, hex."""
    about = canonical({"actor_name": actor_name, "subject": subject})
    return hashlib.sha256(f"{salt}\n{about}\n{body}".encode()).hexdigest()


def header_hash(header: Mapping[str, Any]) -> str:
    """Hash a header's fields, all but the hash itself; SHA-256, hex."""
    hashed = {
        "actor": header["actor"],
        "kind": header["kind"],
        "payload_hash": header["payload_hash"],
        "previous": header["previous"],
        "seq": header["seq"],
        "snapshot": header["snapshot"],
        "time": header["time"].astimezone(UTC).isoformat(timespec="microseconds"),
        "version": header["version"],
    }
    return hashlib.sha256(canonical(hashed).encode()).hexdigest()
