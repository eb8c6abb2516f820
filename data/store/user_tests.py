"""The register of user tests: a state of a test a row, added and never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables_drills import user_tests


@dataclass(frozen=True)
class UserTestRow:
    """One state of one user test.

    Attributes
    ----------
    number : int
        Order of all states; given by the store.
    test, revision : int
        Which test it is, and which state of it, from 1: who corrects it says which one they saw.
    participants : mapping
        ``{"groups": [{"gender", "band", "people"}, ...]}``: counts, never persons.
    findings, changed : str
        What was found, and what was changed because of it.
    reason : str
        Why it was corrected or withdrawn; "" for the first state.
    """

    number: int
    test: int
    revision: int
    date: date
    task: str
    participants: Mapping[str, Any]
    findings: str
    changed: str
    is_withdrawn: bool
    reason: str
    actor: str
    actor_name: str
    time: datetime


class UserTestTaken(ValueError):
    """Somebody else changed the test in between; ``now`` is their row, None where there is no such test."""

    def __init__(self, now: UserTestRow | None) -> None:
        super().__init__("The user test was changed in between: look at it, then ask again.")
        self.now = now


_ROW = select(*(user_tests.c[one.name] for one in fields(UserTestRow)))


class UserTests(Reach):
    """User tests and their states."""

    def user_tests(self) -> list[UserTestRow]:
        """Give the latest state of each test, the withdrawn among them, latest date first."""
        newest = select(func.max(user_tests.c.number)).group_by(user_tests.c.test)
        query = _ROW.where(user_tests.c.number.in_(newest)).order_by(
            user_tests.c.date.desc(), user_tests.c.test.desc()
        )
        with self.reading() as connection:
            return [UserTestRow(*row) for row in connection.execute(query)]

    def user_test_history(self, test: int) -> list[UserTestRow]:
        """Give the states of a test, latest first."""
        query = _ROW.where(user_tests.c.test == test).order_by(user_tests.c.number.desc())
        with self.reading() as connection:
            return [UserTestRow(*row) for row in connection.execute(query)]

    def record_user_test(
        self,
        *,
        date: date,
        task: str,
        participants: Mapping[str, Any],
        findings: str,
        changed: str,
        actor: str,
        actor_name: str,
        test: int | None = None,
        seen_revision: int = 0,
        is_withdrawn: bool = False,
        reason: str = "",
    ) -> UserTestRow:
        """Add a test, or a further state of one.

        Parameters
        ----------
        test : int, optional
            The test that is corrected or withdrawn; a new one where it is absent.
        seen_revision : int
            The state of it that was seen.

        Raises
        ------
        UserTestTaken
            If that is not its latest state any more.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            if test is not None:
                query = _ROW.where(user_tests.c.test == test).order_by(user_tests.c.number.desc())
                found = connection.execute(query.limit(1)).first()
                now = UserTestRow(*found) if found else None
                if now is None or now.revision != seen_revision:
                    raise UserTestTaken(now)
            number = next_number(connection, user_tests)
            highest = connection.execute(select(func.coalesce(func.max(user_tests.c.test), 0))).scalar_one()
            row = UserTestRow(
                number=number,
                test=int(highest) + 1 if test is None else test,
                revision=1 if test is None else seen_revision + 1,
                date=date,
                task=task,
                participants=participants,
                findings=findings,
                changed=changed,
                is_withdrawn=is_withdrawn,
                reason=reason,
                actor=actor,
                actor_name=actor_name,
                time=self.clock(),
            )
            connection.execute(insert(user_tests), vars(row))
        return row
