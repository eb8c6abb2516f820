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
from json.encoder import encode_basestring
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


@dataclass(frozen=True)
class Head:
    """The end of the chain. Kept outside the database, it shows later whether the tail was cut off."""

    seq: int
    hash: str


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
    about = f'{{"actor_name":{_quoted(actor_name)},"subject":{_quoted(subject)}}}'
    return hashlib.sha256(f"{salt}\n{about}\n{body}".encode()).hexdigest()


def header_hash(header: Mapping[str, Any]) -> str:
    """Hash a header's fields, all but the hash itself; SHA-256, hex."""
    ends = header_ends(**{name: header[name] for name in _BEFORE_ITS_TURN})
    return linked(ends, header["previous"], header["seq"])


_BEFORE_ITS_TURN = ("time", "kind", "actor", "version", "snapshot", "payload_hash")


def header_ends(
    time: datetime, kind: str, actor: str, version: str | None, snapshot: str | None, payload_hash: str
) -> tuple[str, str]:
    """Write the canonical JSON of a header but for what is known only at its place in the chain.

    What is missing, ``previous`` and ``seq``, stands between the two parts.
    """
    at = time.astimezone(UTC).isoformat(timespec="microseconds")
    return (
        f'{{"actor":{_quoted(actor)},"kind":{_quoted(kind)},"payload_hash":{_quoted(payload_hash)},"previous":',
        f',"snapshot":{_quoted(snapshot)},"time":"{at}","version":{_quoted(version)}}}',
    )


def linked(ends: tuple[str, str], previous: str, seq: int) -> str:
    """Hash a header at its place in the chain; SHA-256, hex."""
    return hashlib.sha256(f'{ends[0]}{_quoted(previous)},"seq":{seq}{ends[1]}'.encode()).hexdigest()


def _quoted(text: str | None) -> str:
    """Write a text as ``canonical`` does, several times as fast: a walk along the chain does it a lot."""
    return "null" if text is None else encode_basestring(text)
