"""How much was said, what waits and what it led to: by guideline, by setting, and over time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from config.feedback_places import GUIDELINES, page_of
from config.managed import MANAGED
from data.store import FeedbackCount, FeedbackFilter

if TYPE_CHECKING:
    from services.installation import Installation

MONTHS = 12

# Answers that the usual time is told from, the latest ones
OF_MEDIAN = 500


@dataclass(frozen=True)
class Counted:
    """Items counted.

    Attributes
    ----------
    items, open, overdue : int
        All of them; those without an answer; of these, those past the day it was due.
    answered, changed : int
        Those with an answer; of these, those that led to a change.
    """

    items: int = 0
    open: int = 0
    overdue: int = 0
    answered: int = 0
    changed: int = 0


@dataclass(frozen=True)
class Patterns:
    """Where and when people say something, of the last twelve months.

    Attributes
    ----------
    months : tuple of (str, int, int)
        Month (ISO), items that came, and items answered in it; oldest first, empty months too.
    pages, things, guidelines, versions : tuple of (str, Counted)
        Most items first; "" where an item has none.
    median_days : float or None
        Half of the latest 500 answers came within this many days; None without answers.
    """

    months: tuple[tuple[str, int, int], ...]
    pages: tuple[tuple[str, Counted], ...]
    things: tuple[tuple[str, Counted], ...]
    guidelines: tuple[tuple[str, Counted], ...]
    versions: tuple[tuple[str, Counted], ...]
    median_days: float | None


def overall(installation: Installation, kind: str | None = None) -> Counted:
    """Count all items, or those of one kind (``feedback``, ``complaint``)."""
    now = installation.store.clock()
    return _counted(installation.store.feedback_counts(None, now, FeedbackFilter(kind=kind))[0])


def by_guideline(installation: Installation) -> dict[str, Counted]:
    """Count the items of each guideline, G1 to G11, those without any included."""
    rows = installation.store.feedback_counts("guideline", installation.store.clock())
    found = {row.value: _counted(row) for row in rows}
    return {guideline: found.get(guideline, Counted()) for guideline in GUIDELINES}


def by_setting(installation: Installation) -> dict[str, Counted]:
    """Count the items about each setting or that led to a change of it; settings without any are left out."""
    names = {str(row.number): row.name for row in installation.store.settings_history()}
    now = installation.store.clock()
    found: dict[str, list[Counted]] = defaultdict(list)
    for item in installation.store.feedback_items(FeedbackFilter(cites_settings=True)):
        about = {item.about_id} & MANAGED.keys() if item.about == "setting" else set()
        led_to = {names[ref] for kind, ref in item.led_to if kind == "setting" and ref in names}
        is_answered = item.answered is not None
        one = Counted(
            1, int(item.is_open), int(item.is_open and item.due < now), int(is_answered),
            int(is_answered and bool(item.led_to)),
        )  # fmt: skip
        for name in about | led_to:
            found[name].append(one)
    return {name: _sum(ones) for name, ones in sorted(found.items())}


def patterns(installation: Installation) -> Patterns:
    """Say where and when people said something in the last twelve months, this one included."""
    now = installation.store.clock()
    first = _months_back(now, MONTHS - 1)
    wanted = FeedbackFilter(since=first)
    begins = [_months_back(now, back) for back in range(MONTHS - 1, -2, -1)]
    spans = installation.store.feedback_spans(begins)
    answers = installation.store.feedback_answered(first, OF_MEDIAN)
    days = [(done - time) / timedelta(days=1) for time, done in answers]
    return Patterns(
        months=tuple((f"{one:%Y-%m}", *span) for one, span in zip(begins, spans, strict=False)),
        pages=_pages(installation.store.feedback_counts("page", now, wanted)),
        things=_most(installation.store.feedback_counts("about", now, wanted)),
        guidelines=_most(installation.store.feedback_counts("guideline", now, wanted)),
        versions=_most(installation.store.feedback_counts("version", now, wanted)),
        median_days=median(days) if days else None,
    )


def _pages(rows: list[FeedbackCount]) -> tuple[tuple[str, Counted], ...]:
    """Gather what lies below a page with it, by its name."""
    found: dict[str, list[Counted]] = defaultdict(list)
    for row in rows:
        page = page_of(row.value) if row.value else None
        found[page.name if page else ""].append(_counted(row))
    return _sorted({name: _sum(ones) for name, ones in found.items()})


def _most(rows: list[FeedbackCount]) -> tuple[tuple[str, Counted], ...]:
    return _sorted({row.value or "": _counted(row) for row in rows})


def _sorted(found: dict[str, Counted]) -> tuple[tuple[str, Counted], ...]:
    return tuple(sorted(found.items(), key=lambda pair: (-pair[1].items, pair[0])))


def _counted(row: FeedbackCount) -> Counted:
    return Counted(row.items, row.open, row.overdue, row.answered, row.changed)


def _sum(ones: list[Counted]) -> Counted:
    return Counted(*(sum(column) for column in zip(*(vars(one).values() for one in ones), strict=True)))


def _months_back(now: datetime, back: int) -> datetime:
    number = now.year * 12 + now.month - 1 - back
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
