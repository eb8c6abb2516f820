"""What was worked out of each guideline and when, and the lease of whoever works them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables_guidelines import guidelines, guidelines_work

ONLY = 1
"""Number of the one row of the lease."""

APART = timedelta(minutes=1)
"""So far clocks of machines may differ; a lease that begins later than that is of a clock put back since."""


@dataclass(frozen=True)
class GuidelineState:
    """How a guideline came out.

    Attributes
    ----------
    since, time : datetime
        Since when it is in this state without a break, and when it was worked out last.
    why, headline : str
        The reason of the state, and the one live figure, in words.
    seconds : float
        How long it took.
    """

    number: int
    guideline: str
    state: str
    since: datetime
    time: datetime
    why: str
    headline: str
    seconds: float


@dataclass(frozen=True)
class GuidelineRow(GuidelineState):
    """The same with its evidence: the values its rule read, and what is shown of it."""

    measured: Mapping[str, Any]
    shown: Mapping[str, Any]


@dataclass(frozen=True)
class GuidelinesWork:
    """Somebody works the guidelines out, until the lease ends at the latest."""

    holder: str
    actor_name: str
    began: datetime
    until: datetime
    doing: str
    done: int


_LIGHT = [guidelines.c[one.name] for one in fields(GuidelineState)]
_WHOLE = [guidelines.c[one.name] for one in fields(GuidelineRow)]


class Guidelines(Reach):
    """States of guidelines with their history, and the lease to work them out."""

    def keep_guideline(
        self,
        guideline: str,
        *,
        state: str,
        why: str,
        headline: str,
        measured: Mapping[str, Any],
        shown: Mapping[str, Any],
        seconds: float,
    ) -> GuidelineRow:
        """Keep what was worked out of a guideline.

        Its history gets a row for each change of state and one for each day: otherwise the last row is
        brought up to date. What is shown is kept of the last row alone; what the rule read, of all.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            now = self.clock()
            number, since = next_number(connection, guidelines), now
            last = connection.execute(_last(guideline)).first()
            if last is not None and last.state == state:
                since, number = last.since, last.number if _same_day(last, now) else number
            row = GuidelineRow(
                number, guideline, state, since, now, why, headline, seconds, dict(measured), dict(shown)
            )
            connection.execute(delete(guidelines).where(guidelines.c.number == row.number))
            if last is not None:
                followed = update(guidelines).where(guidelines.c.number == last.number).values(shown={})
                connection.execute(followed)
            connection.execute(insert(guidelines), vars(row))
        return row

    def guideline_states(self) -> dict[str, GuidelineState]:
        """Give how each guideline came out last, by its id."""
        latest = select(func.max(guidelines.c.number)).group_by(guidelines.c.guideline)
        with self.reading() as connection:
            rows = connection.execute(select(*_LIGHT).where(guidelines.c.number.in_(latest)))
            return {row.guideline: GuidelineState(**row._mapping) for row in rows}

    def guideline(self, guideline: str) -> GuidelineRow | None:
        """Give how a guideline came out last, with its evidence; None where it never was worked out."""
        with self.reading() as connection:
            row = connection.execute(_last(guideline)).first()
        return None if row is None else GuidelineRow(**row._mapping)

    def guideline_history(self, guideline: str, since: datetime) -> list[GuidelineState]:
        """Give how a guideline came out since a moment, the first first."""
        query = (
            select(*_LIGHT)
            .where(guidelines.c.guideline == guideline, guidelines.c.time >= since)
            .order_by(guidelines.c.number)
        )
        with self.reading() as connection:
            return [GuidelineState(**row._mapping) for row in connection.execute(query)]

    # --- the lease -------------------------------------------------------------------------------------

    def take_guidelines_work(self, holder: str, actor_name: str, lasts: timedelta) -> bool:
        """Take the lease; False while somebody else holds it."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            now = self.clock()
            if _is_held(connection.execute(select(guidelines_work)).first(), now):
                return False
            connection.execute(delete(guidelines_work))
            row = GuidelinesWork(holder, actor_name, now, now + lasts, "", 0)
            connection.execute(insert(guidelines_work), {"number": ONLY, **vars(row)})
            return True

    def note_guidelines_work(self, holder: str, doing: str, done: int, lasts: timedelta) -> bool:
        """Say how far one is, and keep the lease for longer; False where it was ended or lost."""
        change = (
            update(guidelines_work)
            .where(guidelines_work.c.holder == holder)
            .values(doing=doing, done=done, until=self.clock() + lasts)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1

    def end_guidelines_work(self, holder: str) -> bool:
        """Give the lease up; False where it was ended before."""
        gone = delete(guidelines_work).where(guidelines_work.c.holder == holder)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount == 1

    def guidelines_work(self) -> GuidelinesWork | None:
        """Give who works the guidelines out now; None where nobody does."""
        with self.reading() as connection:
            row = connection.execute(select(guidelines_work)).first()
        if row is None or not _is_held(row, self.clock()):
            return None
        return GuidelinesWork(**{one.name: row._mapping[one.name] for one in fields(GuidelinesWork)})


def _last(guideline: str) -> Any:
    mine = guidelines.c.guideline == guideline
    return select(*_WHOLE).where(mine).order_by(guidelines.c.number.desc()).limit(1)


def _same_day(last: Any, now: datetime) -> bool:
    return bool(last.time.date() == now.date())


def _is_held(row: Row[Any] | None, now: datetime) -> bool:
    return row is not None and row.began - APART <= now < row.until
