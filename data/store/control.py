"""The switch of each subsystem, what people hid for themselves, requests to stop, and notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.installation import next_number
from data.store.tables import control, hidden_output, maintenance, stop_requests

# Asked at every answer, so it is built once
_CONTROL = select(
    control,
    select(hidden_output.c.since)
    .where(hidden_output.c.person == bindparam("asking"))
    .scalar_subquery()
    .label("hidden"),
)


@dataclass(frozen=True)
class ControlRow:
    """How one subsystem is switched.

    Attributes
    ----------
    state : str
        As it stands in the store; whoever reads it decides what an unknown word means.
    actor, actor_name : str
        By whom: id and name.
    is_automatic : bool
        Whether a rule threw it, not a person.
    version : str or None
        The model version that answered when it was thrown.
    revision : int
        Grows with every change: who changes it says which one they saw.
    """

    subsystem: str
    state: str
    since: datetime
    actor: str
    actor_name: str
    reason: str
    is_automatic: bool
    version: str | None
    revision: int


@dataclass(frozen=True)
class Switches:
    """The switches by subsystem, without those that cannot be read, and what one person hides.

    ``hidden`` is since when that person hides model output for themselves; None where they do not.
    """

    rows: Mapping[str, ControlRow]
    hidden: datetime | None = None


@dataclass(frozen=True)
class StopRequest:
    """Somebody asks that something be stopped; ``answered`` is None until somebody answers.

    ``is_drill`` tells that nothing is wrong: they tried how it is done.
    """

    number: int
    time: datetime
    person: str
    name: str
    subsystem: str
    text: str
    answered: datetime | None = None
    answered_by: str | None = None
    answer: str | None = None
    is_drill: bool = False


@dataclass(frozen=True)
class Maintenance:
    """A notice that stands above every page until it is over; ``ended`` where somebody took it away."""

    number: int
    text: str
    begins: datetime
    ends: datetime
    actor: str
    actor_name: str
    ended: datetime | None = None


class Control(Reach):
    """Switches, what is hidden, requests and notices."""

    def control(self, person: str = "") -> Switches:
        """Give the switches and what a person (id) hides, in one read."""
        try:
            with self.reading() as connection:
                rows = connection.execute(_CONTROL, {"asking": person}).all()
        except (ValueError, TypeError):  # a value that is none of its column's: SQLite keeps any
            return Switches({})
        found = {row.subsystem: ControlRow(*row[:-1]) for row in rows}
        return Switches(found, rows[0].hidden if rows else None)

    def set_control(self, row: ControlRow, *, seen: int | None) -> ControlRow | None:
        """Throw a switch that is still as it was seen; None where somebody was faster.

        Parameters
        ----------
        row : ControlRow
            As it is to be; its revision is given here.
        seen : int or None
            The revision it had when it was looked at; None where it could not be read, and is replaced.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            if seen is not None and _revision(connection, row.subsystem) != seen:
                return None
            highest = connection.execute(select(func.max(control.c.revision))).scalar()
            known = [highest] if isinstance(highest, int) else []
            made = ControlRow(**{**vars(row), "revision": max([0, seen or 0, *known]) + 1})
            connection.execute(delete(control).where(control.c.subsystem == row.subsystem))
            connection.execute(insert(control), vars(made))
            return made

    @staticmethod
    def _revision(connection: Connection, subsystem: str) -> int | None:
        return connection.execute(select(control.c.revision).where(control.c.subsystem == subsystem)).scalar()

    # --- what people hide for themselves ---------------------------------------------------------------

    def hide_output(self, person: str) -> bool:
        """Hide model output for a person; False where it is hidden already."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return insert_unless_there(connection, hidden_output, {"person": person, "since": self.clock()})

    def show_output(self, person: str) -> bool:
        """Show it again; False where it is shown already."""
        gone = delete(hidden_output).where(hidden_output.c.person == person)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount == 1

    # --- requests to stop ------------------------------------------------------------------------------

    def record_stop_request(
        self, *, person: str, name: str, subsystem: str, text: str, is_drill: bool = False
    ) -> StopRequest:
        """Keep a request to stop."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            number = next_number(connection, stop_requests)
            row = StopRequest(number, self.clock(), person, name, subsystem, text, is_drill=is_drill)
            connection.execute(insert(stop_requests), vars(row))
            return row

    def stop_requests(self, person: str | None = None) -> list[StopRequest]:
        """Give the requests, latest first, of one person (id) or of all."""
        query = select(*(stop_requests.c[one.name] for one in fields(StopRequest)))
        query = query.order_by(stop_requests.c.number.desc())
        if person is not None:
            query = query.where(stop_requests.c.person == person)
        with self.reading() as connection:
            return [StopRequest(*row) for row in connection.execute(query)]

    def answer_stop_request(self, number: int, *, by: str, answer: str) -> bool:
        """Answer a request; False where there is none, or it was answered before, which stays as it was."""
        change = (
            update(stop_requests)
            .where(stop_requests.c.number == number, stop_requests.c.answered.is_(None))
            .values(answered=self.clock(), answered_by=by, answer=answer)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1

    # --- notices ---------------------------------------------------------------------------------------

    def record_maintenance(
        self, *, text: str, begins: datetime, ends: datetime, actor: str, actor_name: str
    ) -> Maintenance:
        """Keep a notice; the one before it is over."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            self._end_notice(connection)
            number = next_number(connection, maintenance)
            row = Maintenance(number, text, begins, ends, actor, actor_name)
            connection.execute(insert(maintenance), vars(row))
            return row

    def end_maintenance(self) -> bool:
        """Take the notice away; False where there is none."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return self._end_notice(connection)

    def maintenance(self) -> Maintenance | None:
        """Give the notice that is not over; None where there is none."""
        query = select(maintenance).where(self._notice_lasts()).order_by(maintenance.c.number.desc()).limit(1)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Maintenance(*row)

    def _end_notice(self, connection: Connection) -> bool:
        change = update(maintenance).where(self._notice_lasts()).values(ended=self.clock())
        return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount > 0

    def _notice_lasts(self) -> Any:
        return and_(maintenance.c.ended.is_(None), maintenance.c.ends > self.clock())


def _revision(connection: Connection, subsystem: str) -> int | None:
    return connection.execute(select(control.c.revision).where(control.c.subsystem == subsystem)).scalar()
