"""How a guideline came out over the last months, for its chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from data.store import GuidelineState

if TYPE_CHECKING:
    from services.installation import Installation

WINDOW = timedelta(days=90)

HOLDS = timedelta(days=1)
"""How long evidence holds; after that nothing is known."""


@dataclass(frozen=True)
class Point:
    """A state at a moment; None from where nothing is known any more."""

    time: datetime
    state: str | None


def rows(installation: Installation, guideline: str) -> list[GuidelineState]:
    """Give what was worked out of a guideline in the last months: a row a day and a change of state."""
    return installation.store.guideline_history(guideline, installation.store.clock() - WINDOW)


def points(found: Sequence[GuidelineState]) -> list[Point]:
    """Give the line through the states, broken where nobody worked it out for longer than a day."""
    made: list[Point] = []
    for row in found:
        if row.since.date() == row.time.date() and row.since < row.time:
            made.append(Point(row.since, row.state))
        made.append(Point(row.time, row.state))
    return _broken(made)


def _broken(line: Sequence[Point]) -> list[Point]:
    whole = list(line[:1])
    for before, after in pairwise(line):
        if after.time - before.time > HOLDS:
            ends = before.time + HOLDS
            whole += [Point(ends, before.state), Point(ends, None)]
        whole.append(after)
    return whole
