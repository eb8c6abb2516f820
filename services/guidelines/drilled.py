"""The last drill of some, as it is told: whether it passed, when, and where its entry stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from services.guidelines.gathered import ago, days_since

if TYPE_CHECKING:
    from data.store import KeptCheck
    from services.installation import Installation

LASTS = timedelta(minutes=10)
"""A drill that began longer ago and has not ended was cut off."""


@dataclass(frozen=True)
class Drilled:
    """What the last drill showed; ``seconds`` is how long fail-safe took in it, where that was timed."""

    passed: bool
    days: float
    words: str
    link: str | None
    seconds: float | None
    version: str | None
    has_version: bool

    @property
    def when(self) -> str:
        """How long ago it was."""
        return ago(self.days)


def drilled(installation: Installation, *whats: str) -> Drilled | None:
    """Give the last of some drills; None where there was none. One that was cut off has not passed."""
    now = installation.store.clock()
    found = installation.store.last_check(*whats)
    if found is not None and found.ended is None and now - found.began < LASTS:
        found = installation.store.last_check(*whats, over=True)  # that one goes on at this moment
    if found is None:
        return None
    if found.ended is None:
        words = "It was cut off: it began and never ended"
        return Drilled(False, days_since(now, found.began), words, None, None, None, False)
    return _over(found, days_since(now, found.ended))


def _over(found: KeptCheck, days: float) -> Drilled:
    seconds = (found.result.get("seconds") or {}).get("fail-safe")
    return Drilled(
        passed=bool(found.passed),
        days=days,
        words=str(found.result.get("words") or "").rstrip("."),
        link=f"/log?entry={found.entry}" if found.entry else None,
        seconds=seconds,
        version=found.result.get("version"),
        has_version="version" in found.result,
    )
