"""Who answered on a day: the history of serving, cut at midnight and told in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from services.version_plans import told_day


@dataclass(frozen=True)
class Served:
    """A stretch of time in which one version answered, or none; ``until`` is None while it lasts."""

    version: str | None
    state: str
    since: datetime
    until: datetime | None
    began: str
    by: str
    reason: str


@dataclass(frozen=True)
class Day:
    """Who answered on one day, earliest first, and the same in words; ``champions`` names the signed ones."""

    day: date
    stretches: tuple[Served, ...]
    champions: tuple[str, ...]
    words: str


def on_day(history: Sequence[Served], day: date, zone: tzinfo) -> Day:
    """Find who answered on a day of a time zone, in a history whose earliest stretch comes first."""
    begin = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    held = tuple(
        one for one in history if one.since < end and (one.until is None or one.until > max(one.since, begin))
    )
    signed = (one.version for one in held if one.state == "champion" and one.version)
    return Day(day, held, tuple(dict.fromkeys(signed)), _words_of(day, held, begin))


def _words_of(day: date, held: Sequence[Served], begin: datetime) -> str:
    if not held:
        return f"On {told_day(day)} no version answered yet."
    parts = [f"{_answered(one)}{_from(one, begin)}" for one in held]
    return f"On {told_day(day)} {'; then '.join(parts)}."


def _answered(one: Served) -> str:
    if one.version is None:
        return "no version answered"
    if one.state == "champion":
        return f"version {one.version[:8]} was champion"
    return f"no version was champion, version {one.version[:8]} answered as a draft"


def _from(one: Served, begin: datetime) -> str:
    return f" from {one.since.astimezone(begin.tzinfo):%H:%M %Z} on" if one.since > begin else ""
