"""Entries about replays, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _replay(who: str, entry: Any, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    if "sample" in payload:
        same, of = payload.get("same_of_them"), payload.get("sample")
        return f"{who} replayed a sample of {of} answers: {same} came out the same, to the last bit."
    asked = f"{who} replayed entry {entry.subject}"
    if payload.get("same") is None:
        return f"{asked}, which could not be done. {payload.get('why_not') or ''}".rstrip()
    return f"{asked}: {'the same, to the last bit' if payload['same'] else 'it came out otherwise'}."


SENTENCES = {"replay": _replay}
