"""What feedback may be about, and which guideline that concerns, read from feedback.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

TABLE = Path(__file__).parent / "feedback.yaml"
GUIDELINES = tuple(f"G{number}" for number in range(1, 12))


class Named(NamedTuple):
    """A page or a thing: what it is called, and the guideline it concerns (None: that of its page)."""

    name: str
    guideline: str | None


@cache
def pages() -> dict[str, Named]:
    """Read the pages by path; ValueError where one names a guideline that is none."""
    return _named("pages")


@cache
def things() -> dict[str, Named]:
    """Read what on a page feedback may be about, by its short name."""
    return _named("things")


@cache
def verdicts() -> dict[str, str]:
    """Read what a sender may say, by its short name."""
    found: dict[str, str] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["verdicts"]
    return found


def page_of(path: str) -> Named | None:
    """Find the page a path belongs to: itself, or what it lies below; None where it is none of ours."""
    known, place = pages(), path.rstrip("/") or path[:1]
    while place:
        if place in known:
            return known[place]
        place = place.rpartition("/")[0]
    return None


def guideline_of(about: str, about_id: str, path: str) -> str | None:
    """Say which guideline feedback concerns: that of the thing it is about, else that of its page."""
    if about == "guideline" and about_id in GUIDELINES:
        return about_id
    thing, page = things().get(about), page_of(path)
    return (thing.guideline if thing else None) or (page.guideline if page else None)


def _named(part: str) -> dict[str, Named]:
    plain = yaml.safe_load(TABLE.read_text(encoding="utf-8"))[part]
    found = {key: Named(**entry) for key, entry in plain.items()}
    strange = {one.guideline for one in found.values()} - {None, *GUIDELINES}
    if strange:
        raise ValueError(f"{TABLE.name}: {', '.join(map(str, strange))} is no guideline; use G1 to G11.")
    return found
