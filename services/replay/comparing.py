"""What was recorded beside what comes out now, part by part, to the last bit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_DIFFERENCES = 50


@dataclass(frozen=True)
class Difference:
    """A figure that came out otherwise; ``where`` is its place, such as ``answer.log_odds``."""

    where: str
    recorded: Any
    replayed: Any


@dataclass(frozen=True)
class Compared:
    """Two sets of figures, compared.

    Attributes
    ----------
    is_same : bool
        Whether they are the same to the last bit.
    recorded_hash, replayed_hash : str
        SHA-256 of each, in canonical form, hex.
    differences : tuple of Difference
        The first fifty.
    """

    is_same: bool
    recorded_hash: str
    replayed_hash: str
    differences: tuple[Difference, ...]


def compare(recorded: Mapping[str, Any], replayed: Mapping[str, Any]) -> Compared:
    """Compare figures of an entry with the same worked out again.

    Parameters
    ----------
    recorded : mapping
        The payload of the entry; only the parts that ``replayed`` names are compared.
    """
    then = _canonical({name: recorded.get(name) for name in replayed})
    now = _canonical(replayed)
    found = [] if then == now else [*_differences("", json.loads(then), json.loads(now))]
    return Compared(then == now, _sha256(then), _sha256(now), tuple(found[:MOST_DIFFERENCES]))


def _canonical(value: Mapping[str, Any]) -> str:
    """Write plain values in one form; ``repr`` of a float keeps every bit of it."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _differences(where: str, then: Any, now: Any) -> Iterator[Difference]:
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys()):
            place = f"{where}.{name}" if where else name
            yield from _differences(place, then.get(name), now.get(name))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for place, (one, other) in enumerate(zip(then, now, strict=True), start=1):
            yield from _differences(f"{where}[{place}]", one, other)
    elif then != now:
        yield Difference(where, then, now)
