"""Objections of customers to being profiled: what was said and taken back, a row each, never overwritten.

Which customers stand objecting follows from the rows up to a number, the revision. So what held when an entry
of the log was made can be told for ever, and what is known of a revision never gets old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import objections

OBJECT, LIFT = "object", "lift"

_REVISION = select(func.coalesce(func.max(objections.c.number), 0))


@dataclass(frozen=True)
class Objection:
    """A customer's objection to profiling.

    Attributes
    ----------
    number : int
        The revision from which on it holds.
    customer : str
        Key of the customer in the data of ``spec_name``.
    actor, actor_name : str
        Who recorded it: id and name as it was then.
    words : str
        What the customer said, as it was written down.
    lifted : datetime or None
        When the customer took it back; None while it holds.
    """

    number: int
    spec_name: str
    customer: str
    since: datetime
    actor: str
    actor_name: str
    words: str
    lifted: datetime | None = None
    lifted_by: str | None = None
    lifted_words: str | None = None


class Objections(Reach):
    """Who objects, who took it back, and since when."""

    def objections_revision(self) -> int:
        """Give the number of the last row, over all data; 0 where nobody ever objected."""
        with self.reading() as connection:
            return int(connection.execute(_REVISION).scalar_one())

    def objectors(self, spec_name: str, revision: int | None = None) -> frozenset[str]:
        """Give the keys of the customers who object, now or as of a revision."""
        latest = select(func.max(objections.c.number).label("number")).where(
            objections.c.spec_name == spec_name
        )
        if revision is not None:
            latest = latest.where(objections.c.number <= revision)
        last = latest.group_by(objections.c.customer).subquery()
        query = (
            select(objections.c.customer)
            .join(last, last.c.number == objections.c.number)
            .where(objections.c.step == OBJECT)
        )
        with self.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def record_objection(
        self, spec_name: str, customer: str, step: str, *, actor: str, actor_name: str, words: str
    ) -> int | None:
        """Record that a customer objects, or takes that back; give its number.

        None where it stands so already, and nothing is written.

        Parameters
        ----------
        step : str
            ``object`` or ``lift``.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            if _is_objecting(connection, spec_name, customer) == (step == OBJECT):
                return None
            number = next_number(connection, objections)
            row = {
                "number": number,
                "spec_name": spec_name,
                "customer": customer,
                "step": step,
                "time": self.clock(),
                "actor": actor,
                "actor_name": actor_name,
                "words": words,
            }
            connection.execute(insert(objections), row)
            return number

    def objections(self, spec_name: str, customer: str | None = None) -> list[Objection]:
        """Give the objections to one customer table, lifted ones too, the latest first."""
        query = select(objections).where(objections.c.spec_name == spec_name)
        if customer is not None:
            query = query.where(objections.c.customer == customer)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(objections.c.number)).all()
        return _paired(rows)


def _is_objecting(connection: Connection, spec_name: str, customer: str) -> bool:
    last = (
        select(objections.c.step)
        .where(objections.c.spec_name == spec_name, objections.c.customer == customer)
        .order_by(objections.c.number.desc())
        .limit(1)
    )
    return connection.execute(last).scalar() == OBJECT


def _paired(rows: Sequence[Row[Any]]) -> list[Objection]:
    """Bring each objection and its end together, latest first."""
    found: list[Objection] = []
    open_now: dict[str, int] = {}
    for row in rows:
        if row.step == OBJECT:
            open_now[row.customer] = len(found)
            found.append(
                Objection(
                    row.number, row.spec_name, row.customer, row.time, row.actor, row.actor_name, row.words
                )
            )
        elif (place := open_now.pop(row.customer, None)) is not None:
            begun = vars(found[place])
            ended = {"lifted": row.time, "lifted_by": row.actor_name, "lifted_words": row.words}
            found[place] = Objection(**begun | ended)
    return found[::-1]
