"""Drills that people do by themselves, and checks of the whole whose results are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import hidden_output, users
from data.store.tables_drills import kept_checks, own_drills


@dataclass(frozen=True)
class OwnDrillRow:
    """One person's drill.

    Attributes
    ----------
    name, role : str
        As they were when it began.
    steps : mapping
        What was done so far, by the step's name.
    ended : datetime or None
        None while it goes on, or where it was left.
    passed : bool or None
        Whether all of it was done; None until it ended.
    """

    number: int
    person: str
    name: str
    role: str
    began: datetime
    steps: Mapping[str, Any]
    ended: datetime | None = None
    passed: bool | None = None


@dataclass(frozen=True)
class KeptCheck:
    """One check of the whole: a drill of a switch, a walk along the log, a sample of replays.

    Attributes
    ----------
    what : str
        Which check it is.
    ended : datetime or None
        None while it runs, or where it was cut off.
    passed : bool or None
        None until it ended.
    entry : int or None
        Number of its entry in the log.
    """

    number: int
    what: str
    began: datetime
    ended: datetime | None
    passed: bool | None
    entry: int | None
    result: Mapping[str, Any]


_DRILL = select(*(own_drills.c[one.name] for one in fields(OwnDrillRow)))
_CHECK = select(*(kept_checks.c[one.name] for one in fields(KeptCheck)))


class Drills(Reach):
    """People's own drills, and kept checks."""

    # --- people's own drills ---------------------------------------------------------------------------

    def begin_own_drill(self, *, person: str, name: str, role: str) -> OwnDrillRow:
        """Begin a drill of a person; one that they left stays as it was left."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            row = OwnDrillRow(next_number(connection, own_drills), person, name, role, self.clock(), {})
            connection.execute(insert(own_drills), vars(row))
            return row

    def keep_own_drill(self, number: int, steps: Mapping[str, Any], *, passed: bool | None = None) -> None:
        """Keep what was done so far of a drill that goes on; with ``passed`` it is over."""
        values: dict[str, Any] = {"steps": dict(steps)}
        if passed is not None:
            values |= {"passed": passed, "ended": self.clock()}
        with self.writing() as connection:
            connection.execute(
                update(own_drills)
                .where(own_drills.c.number == number, own_drills.c.ended.is_(None))
                .values(**values)
            )

    def own_drill(self, person: str) -> OwnDrillRow | None:
        """Give the latest drill of a person (id); None where they never began one."""
        query = _DRILL.where(own_drills.c.person == person).order_by(own_drills.c.number.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else OwnDrillRow(*row)

    def own_drills_passed(self, since: datetime) -> list[OwnDrillRow]:
        """Give the latest drill that each person passed since a moment."""
        newest = (
            select(func.max(own_drills.c.number))
            .where(own_drills.c.passed.is_(True), own_drills.c.ended >= since)
            .group_by(own_drills.c.person)
        )
        query = _DRILL.where(own_drills.c.number.in_(newest)).order_by(own_drills.c.number.desc())
        with self.reading() as connection:
            return [OwnDrillRow(*row) for row in connection.execute(query)]

    # --- checks of the whole ---------------------------------------------------------------------------

    def begin_check(self, what: str) -> int:
        """Put on record that a check begins, so that one that is cut off is seen; give its number."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            row = KeptCheck(next_number(connection, kept_checks), what, self.clock(), None, None, None, {})
            connection.execute(insert(kept_checks), vars(row))
            return row.number

    def end_check(
        self, number: int, *, passed: bool, result: Mapping[str, Any], entry: int | None = None
    ) -> None:
        """Keep what came of a check."""
        values = {"ended": self.clock(), "passed": passed, "entry": entry, "result": dict(result)}
        with self.writing() as connection:
            connection.execute(update(kept_checks).where(kept_checks.c.number == number).values(**values))

    def last_check(self, *whats: str, over: bool = False) -> KeptCheck | None:
        """Give the latest of the checks named, of those that are over where asked; None where none was."""
        query = _CHECK.where(kept_checks.c.what.in_(whats)).order_by(kept_checks.c.number.desc()).limit(1)
        if over:
            query = query.where(kept_checks.c.ended.is_not(None))
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else KeptCheck(*row)

    # --- how many people -------------------------------------------------------------------------------

    def people_hiding(self) -> int:
        """Count the people who hide model output for themselves now."""
        with self.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(hidden_output)).scalar_one())

    def open_accounts(self) -> dict[str, set[str]]:
        """Give the ids of people who may sign in, by role."""
        query = select(users.c.role, users.c.id).where(users.c.disabled.is_(None))
        found: dict[str, set[str]] = {}
        with self.reading() as connection:
            for role, person in connection.execute(query):
                found.setdefault(role, set()).add(person)
        return found
