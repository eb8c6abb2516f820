"""Evidence while it is gathered: values, what is missing, lines and tables, in the order they are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.guidelines.evidence import Evidence, Line, Rows, Value


@dataclass
class Gathered:
    """What was found so far."""

    values: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    tables: list[Rows] = field(default_factory=list)

    def lacks(self, why: str, *names: str) -> None:
        """Note that values could not be measured, and why."""
        self.values |= dict.fromkeys(names)
        self.missing |= dict.fromkeys(names, why)

    def tell(
        self, label: str, text: str, link: str | None = None, note: str = "", opens: str = "raw rows"
    ) -> None:
        """Add a line."""
        self.lines.append(Line(label, text, link, note, opens))

    def table(self, caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table, where it has rows."""
        if rows:
            self.tables.append(Rows(caption, tuple(heads), tuple(tuple(row) for row in rows)))

    def evidence(self, headline: str) -> Evidence:
        """Give the whole."""
        return Evidence(headline, self.values, self.missing, tuple(self.lines), tuple(self.tables))


def days_since(now: datetime, then: datetime) -> float:
    """Count the days from a moment until now, never below 0: a clock may have been put back."""
    return round(max(0.0, (now - then) / timedelta(days=1)), 3)


def took(seconds: float) -> str:
    """Say how long something took."""
    return "under 0.1 seconds" if seconds < 0.1 else f"{seconds:.1f} seconds"


def ago(days: float) -> str:
    """Say how long ago something was: "today", "yesterday", "12 days ago"."""
    whole = int(days)
    return "today" if whole == 0 else "yesterday" if whole == 1 else f"{whole:,} days ago"
