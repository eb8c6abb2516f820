"""Filters: which customers a figure is about, and which groups are too small to be shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from config.dataset import DatasetSpec

MISSING = ""
"""The level of customers whose value is missing (text that is there is never blank)."""

LEAST_GROUP = 30
"""Least number of people behind a figure about a protected group."""


class GroupTooSmall(ValueError):
    """A protected group of fewer than 30 people was asked about; show the message and no figure."""


@dataclass(frozen=True)
class Filters:
    """Customers who hold one of the named levels in each named column.

    Parameters
    ----------
    levels : mapping of column to levels
        ``""`` (or None) is the level of those whose value is missing. A column without levels is open.
    period : (from, to), optional
        Months "2026-03" or "2026-03-01", both included, None for open. Limits the history: trend,
        churn share, cohorts. Figures on the customers of today stay on the data date.
    """

    levels: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    period: tuple[str | None, str | None] | None = None

    def __post_init__(self) -> None:
        plain = {
            column: tuple(sorted({MISSING if level is None else str(level) for level in self.levels[column]}))
            for column in sorted(self.levels)
            if self.levels[column]
        }
        object.__setattr__(self, "levels", MappingProxyType(plain))
        if self.period is not None:
            start, end = (_month(month) for month in self.period)
            object.__setattr__(self, "period", (start, end) if start or end else None)

    def __hash__(self) -> int:
        return hash((tuple(self.levels.items()), self.period))

    def plain(self) -> dict[str, object]:
        """Say the filters as plain JSON, for the log."""
        return {"levels": {c: list(v) for c, v in self.levels.items()}, "period": self.period}

    def without(self, columns: Sequence[str]) -> Filters:
        """Give the same filters with these columns left open."""
        return Filters({c: v for c, v in self.levels.items() if c not in columns}, self.period)

    def check(self, spec: DatasetSpec, *, people: bool = False) -> None:
        """Refuse a filter that the spec does not offer; ValueError says which are offered.

        ``people`` is True where single customers are listed: protected columns do not filter these.
        """
        for column in self.levels:
            if column not in filterable(spec):
                offered = ", ".join(filterable(spec)) or "none"
                raise ValueError(
                    f"{column!r} is no column to filter by: choose one of {offered}, or name it under "
                    "segments in the dataset's spec."
                )
            if people and column in spec.protected:
                raise ValueError(
                    f"{column!r} is a protected column, by which no customers are listed: take this filter "
                    f"away; it stays open to figures on groups of at least {LEAST_GROUP} people."
                )
        if self.period is not None and spec.period is None:
            raise ValueError(
                f"The data of {spec.name!r} is one snapshot with no history: take the period away."
            )

    def holds(self, period: str) -> bool:
        """Say whether a month (ISO date) lies in the period."""
        start, end = self.period or (None, None)
        return (start is None or period >= start) and (end is None or period <= end)


def _month(month: str | None) -> str | None:
    if not month:
        return None
    if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", month):
        raise ValueError(f"The period holds {month!r}, which is no month: write it as 2026-03.")
    return month[:7] + "-01"


def filterable(spec: DatasetSpec) -> tuple[str, ...]:
    """Name the columns to filter and break down by, each once, in the order of the spec."""
    region = () if spec.region is None else (spec.region,)
    return tuple(dict.fromkeys((*spec.segments, *region, *spec.protected)))


def physical(spec: DatasetSpec, column: str) -> str:
    """Name a column in the engine's tables: by its place, so that no name from a file meets the engine."""
    return f"c{spec.columns.index(column)}"


def level_of(value: ir.Column) -> ir.StringColumn:
    """Say a value as a level: text, a whole number without ".0", missing as ``""``."""
    text = value if value.type().is_string() else value.cast("string").re_replace(r"\.0$", "")
    return text.fill_null(MISSING)


def narrowed(table: ir.Table, filters: Filters, spec: DatasetSpec) -> ir.Table:
    """Keep the rows that the filters' levels name; the grain stays as it is."""
    for column, levels in filters.levels.items():
        said = [level for level in levels if level is not None and sayable(level)]
        table = table.filter(level_of(table[physical(spec, column)]).isin(said))
    return table


def searched(table: ir.Table, text: str, spec: DatasetSpec) -> ir.Table:
    """Keep the rows whose key contains the text, in upper or lower case; the grain stays as it is."""
    import ibis

    if not text:
        return table
    if not sayable(text):
        return table.filter(ibis.literal(False))
    return table.filter(table[physical(spec, spec.id)].lower().contains(ibis.literal(text).lower()))


def sayable(text: str) -> bool:
    """Say whether text can be in a table at all: half characters cannot, and would make the engine fail."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
