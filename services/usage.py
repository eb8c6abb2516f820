"""What is used of Keepsight and how fast it answers: counts a day and page, without names.

An answer is noted in memory, which costs it a millionth of a second, and counted in the store some seconds
later by a thread of its own. Who is left out, and whether anything is counted, is asked then. What is noted
is kept where the store cannot be written, and counted when the process ends in good order; a process that is
killed takes what it had not counted yet along. Nothing that people did depends on it.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from weakref import ReferenceType, WeakKeyDictionary, ref

from data.store import StoreError
from data.store.usage import UsageKey
from services import log, log_kinds
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

_log = logging.getLogger("keepsight")

LIMITS_MS = (50, 100, 200, 300, 500, 1_000, 2_000, 5_000)
"""An answer counts in the first bucket whose limit it keeps, the slowest in one more."""

VISIT = -1
"""The bucket that counts how often a page was opened, or something was done."""

OWN_ENTRY = "own entry read"
"""Counted like a page: somebody opened an entry of the log about what they did themselves."""

KEPT_DAYS = 400
SHOWN_DAYS = 28
PAUSE_SECONDS = 5.0
MOST_WAITING = 20_000


@dataclass(frozen=True)
class PageUse:
    """What was used of one page.

    Attributes
    ----------
    visits, answers : int
        How often it was opened, and how many answers it took.
    half_ms, most_ms : int or None
        Half of the answers, and 19 in 20, took at most so long; None without answers, or where it is more
        than the largest limit.
    """

    page: str
    visits: int
    answers: int
    half_ms: int | None
    most_ms: int | None


@dataclass(frozen=True)
class Used:
    """What is used and how fast.

    Attributes
    ----------
    is_on : bool
        Whether anything is counted here.
    since, until : date
        The days it is told of, both included (UTC).
    pages : tuple of PageUse
        Those opened most first.
    all : PageUse
        All of them together.
    visits_by_day, own_entries_by_day : mapping of date to int
        Pages opened; entries about their own doings that people opened. Days without any are 0.
    left_out : int
        How many people are not counted, since they do not want to be.
    """

    is_on: bool
    since: date
    until: date
    pages: tuple[PageUse, ...]
    all: PageUse
    visits_by_day: Mapping[date, int]
    own_entries_by_day: Mapping[date, int]
    left_out: int

    @property
    def own_entries_read(self) -> int:
        """How often people opened entries about their own doings."""
        return sum(self.own_entries_by_day.values())


@dataclass(frozen=True)
class _Noted:
    """Something that happened; the person is forgotten once it is counted."""

    person: str
    day: date
    page: str
    bucket: int


class _Book:
    """What this process has noted of an installation and not counted yet; its thread ends with that."""

    def __init__(self, installation: Installation) -> None:
        self.waiting: deque[_Noted] = deque(maxlen=MOST_WAITING)
        self.counted: Counter[UsageKey] = Counter()
        self.writing = threading.Lock()
        self.process = os.getpid()
        threading.Thread(target=_count_on, args=(ref(installation),), name="usage", daemon=True).start()


def _count_on(of: ReferenceType[Installation]) -> None:
    while True:
        time.sleep(PAUSE_SECONDS)
        installation = of()
        if installation is None:
            return
        count(installation)
        del installation


_books: WeakKeyDictionary[Installation, _Book] = WeakKeyDictionary()
_opening = threading.Lock()


def note_visit(installation: Installation, person: str, page: str) -> None:
    """Note that somebody (id) opened a page."""
    _note(installation, person, page, VISIT)


def note_answer(installation: Installation, person: str, page: str, took_ms: float) -> None:
    """Note how long an answer to somebody (id) on a page took."""
    _note(installation, person, page, bisect_left(LIMITS_MS, took_ms))


def note_entry(installation: Installation, actor: Actor, entry: log.LogEntry) -> None:
    """Note that somebody opened an entry, where it is about what they did or was done for them."""
    if actor.id in (entry.actor, (entry.payload or {}).get("for")):
        _note(installation, actor.id, OWN_ENTRY, VISIT)


def _note(installation: Installation, person: str, page: str, bucket: int) -> None:
    _book(installation).waiting.append(_Noted(person, installation.store.clock().date(), page, bucket))


def _book(installation: Installation) -> _Book:
    found = _books.get(installation)
    if found is None or found.process != os.getpid():  # a fork has no thread of its own yet
        with _opening:
            found = _books.get(installation)
            if found is None or found.process != os.getpid():
                found = _books[installation] = _Book(installation)
    return found


def count(installation: Installation, *, patience_seconds: float = 1.0) -> bool:
    """Count in the store what was noted; False where it cannot be written, and is kept for the next time."""
    book = _book(installation)
    with book.writing:
        if not (book.waiting or book.counted):
            return True
        try:
            _tally(installation, book)
            installation.store.add_usage(book.counted, patience_seconds=patience_seconds)
        except StoreError as fault:
            _log.warning("what is used could not be counted yet: %s", fault)
            return False
        book.counted.clear()
    return True


def _tally(installation: Installation, book: _Book) -> None:
    """Turn what was noted into counts without names, but for those who are left out."""
    if not book.waiting:
        return
    left_out = installation.store.left_out()
    is_on = _is_on(installation)
    while book.waiting:
        one = book.waiting.popleft()
        if is_on and one.person not in left_out:
            book.counted[UsageKey(one.day, one.page, one.bucket)] += 1


def _is_on(installation: Installation) -> bool:
    return installation.settings.count_usage == "yes"


def count_all() -> None:
    """Count what every installation of this process noted, as it does when it ends in good order."""
    for installation in list(_books):
        if _books[installation].process == os.getpid():
            count(installation)


atexit.register(count_all)


# --- being left out ------------------------------------------------------------------------------------


def is_left_out(installation: Installation, actor: Actor) -> bool:
    """Say whether somebody is left out of the counts."""
    require(actor, "own-matters")
    return actor.id in installation.store.left_out()


def leave_out(installation: Installation, actor: Actor) -> bool:
    """Leave oneself out from now on, and of what is not counted yet; False where one is already."""
    require(actor, "own-matters")
    with installation.store.transaction() as together:
        changed = together.leave_out(actor.id)
        if changed:
            payload = {"step": "left out"}
            log.record(installation, actor, log_kinds.READER, payload=payload, transaction=together)
    return changed


def count_in(installation: Installation, actor: Actor) -> bool:
    """Be counted again; False where one is already."""
    require(actor, "own-matters")
    with installation.store.transaction() as together:
        changed = together.count_in(actor.id)
        if changed:
            payload = {"step": "counted"}
            log.record(installation, actor, log_kinds.READER, payload=payload, transaction=together)
    return changed


# --- reading -------------------------------------------------------------------------------------------


def summary(installation: Installation, days: int = SHOWN_DAYS) -> Used:
    """Say what was used within some days until today, and how fast it was."""
    until = installation.store.clock().date()
    since = until - timedelta(days=days - 1)
    counts = installation.store.usage(since)
    every_day = [since + timedelta(days=number) for number in range(days)]
    of_pages = {key: number for key, number in counts.items() if key.page != OWN_ENTRY}
    pages = [_use(page, of_pages) for page in sorted({key.page for key in of_pages})]
    visits: Counter[date] = Counter()
    read: Counter[date] = Counter()
    for key, number in counts.items():
        if key.bucket == VISIT:
            (read if key.page == OWN_ENTRY else visits)[key.day] += number
    return Used(
        is_on=_is_on(installation),
        since=since,
        until=until,
        pages=tuple(sorted(pages, key=lambda one: (-one.visits, one.page))),
        all=_use(None, of_pages),
        visits_by_day={day: visits[day] for day in every_day},
        own_entries_by_day={day: read[day] for day in every_day},
        left_out=len(installation.store.left_out()),
    )


def forget(installation: Installation) -> int:
    """Remove counts older than ``KEPT_DAYS``; give how many rows there were."""
    return installation.store.remove_usage(installation.store.clock().date() - timedelta(days=KEPT_DAYS))


def _use(page: str | None, counts: Mapping[UsageKey, int]) -> PageUse:
    """Sum one page up; all of them for None."""
    visits, taken = 0, [0] * (len(LIMITS_MS) + 1)
    for key, number in counts.items():
        if page is not None and key.page != page:
            continue
        if key.bucket == VISIT:
            visits += number
        elif 0 <= key.bucket < len(taken):
            taken[key.bucket] += number
    return PageUse(page or "", visits, sum(taken), _within(taken, 0.5), _within(taken, 0.95))


def _within(taken: list[int], share: float) -> int | None:
    """Give the limit that a share of the answers kept; None where there is none."""
    seen, wanted = 0, share * sum(taken)
    for number, limit in zip(taken, LIMITS_MS, strict=False):
        seen += number
        if seen and seen >= wanted:
            return limit
    return None
