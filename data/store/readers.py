"""Who reads an entry besides whoever made it: people's own areas, and the customers in them."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.log_search import area_reader
from data.store.tables import installation, log, log_payload, snapshots
from data.store.tables_readers import area_customers, areas, log_readers, own_areas

CURRENT_SPEC = "current spec"
# So many customers, or entries, are taken in or let go at once: others who append wait for it
BATCH = 2_000
# Whoever fills an area and is not done after this has gone
CLAIM = timedelta(minutes=15)


@dataclass(frozen=True)
class AreaRow:
    """A part of the customers of one spec: those with a level of a column.

    Attributes
    ----------
    snapshot : str or None
        The data from which its customers were taken; None until all of them are there.
    """

    number: int
    spec_name: str
    column_name: str
    level: str
    snapshot: str | None


class Readers(Reach):
    """People's own areas, the customers in them, and the entries about these."""

    def own_area(self, person: str) -> AreaRow | None:
        """Give the area that a person (id) chose of the current data; None where they chose none."""
        query = (
            _AREA.join(own_areas, own_areas.c.area == areas.c.number)
            .join(installation, installation.c.value == own_areas.c.spec_name)
            .where(installation.c.key == CURRENT_SPEC, own_areas.c.person == person)
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else AreaRow(*row)

    def choose_area(
        self, person: str, spec_name: str, column_name: str, level: str, *, pattern: str
    ) -> AreaRow:
        """Let an area be a person's own, in place of the one before; its customers are filled in apart.

        ``pattern`` is what stands in the details of an entry about the area as a whole.
        """
        asked = {"spec_name": spec_name, "column_name": column_name, "level": level}
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            query = _AREA.where(*(areas.c[name] == value for name, value in asked.items()))
            row = connection.execute(query).first()
            if row is None:
                # by lot, so that the number of an area that is being removed is not given again
                number = 1 + secrets.randbelow(2**31 - 1)
                connection.execute(insert(areas), {**asked, "number": number, "pattern": pattern})
                row = connection.execute(query).one()
            connection.execute(delete(own_areas).where(*_own(person, spec_name)))
            chosen = {"person": person, "spec_name": spec_name, "area": row.number, "chosen": self.clock()}
            connection.execute(insert(own_areas), chosen)
        return AreaRow(*row)

    def drop_own_area(self, person: str, spec_name: str) -> bool:
        """Let a person have no area of their own; False where they have none."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return _rows(connection, delete(own_areas).where(*_own(person, spec_name))) > 0

    def areas(self, spec_name: str | None = None) -> list[AreaRow]:
        """Give the areas that somebody chose, of one spec or of all, by column and level."""
        query = _AREA.order_by(areas.c.column_name, areas.c.level)
        if spec_name is not None:
            query = query.where(areas.c.spec_name == spec_name)
        with self.reading() as connection:
            return [AreaRow(*row) for row in connection.execute(query)]

    def unread_areas(self) -> list[AreaRow]:
        """Give the areas that are nobody's own any more."""
        query = _AREA.where(areas.c.number.not_in(select(own_areas.c.area))).order_by(areas.c.number)
        with self.reading() as connection:
            return [AreaRow(*row) for row in connection.execute(query)]

    def area_customers(self, number: int) -> set[str]:
        """Give the customers (keys) that are in an area, as far as it is filled."""
        query = select(area_customers.c.customer).where(area_customers.c.area == number)
        with self.reading() as connection:
            return set(connection.execute(query).scalars())

    # --- filling -------------------------------------------------------------------------------------------

    def claim_area(self, number: int) -> bool:
        """Take it on to fill an area; False where somebody else is at it."""
        now = self.clock()
        free = or_(areas.c.claimed.is_(None), areas.c.claimed < now - CLAIM)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return (
                _rows(connection, update(areas).where(areas.c.number == number, free).values(claimed=now)) > 0
            )

    def fill_area(self, number: int, customers: Sequence[str]) -> None:
        """Take customers into an area, with the entries about them. ``BATCH`` at a time at most.

        Entries are appended before or after this, never meanwhile: after it the database sees to them
        itself (migration 0016).
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            if connection.execute(_AREA.where(areas.c.number == number)).first() is None:
                return  # removed meanwhile
            rows = [{"area": number, "customer": one} for one in customers]
            make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            connection.execute(make(area_customers).on_conflict_do_nothing(), rows)
            _take_in(connection, number, log_payload.c.subject.in_(list(customers)))

    def fill_whole(self, number: int, first: int, last: int, kinds: Collection[str]) -> None:
        """Take in the entries of some kinds about the area as a whole, of the numbers first to last."""
        pattern = select(areas.c.pattern).where(areas.c.number == number).scalar_subquery()
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            inside = func.strpos if connection.dialect.name == "postgresql" else func.instr
            about = and_(log.c.seq.between(first, last), log.c.kind.in_(kinds))
            _take_in(connection, number, about, inside(log_payload.c.body, pattern) > 0)

    def leave_area(self, number: int, customers: Sequence[str]) -> None:
        """Let customers go from an area, with the entries about them. ``BATCH`` at a time at most."""
        gone = list(customers)
        about = select(log_payload.c.seq).where(log_payload.c.subject.in_(gone))
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            connection.execute(
                delete(area_customers).where(
                    area_customers.c.area == number, area_customers.c.customer.in_(gone)
                )
            )
            connection.execute(
                delete(log_readers).where(
                    log_readers.c.reader == area_reader(number), log_readers.c.seq.in_(about)
                )
            )

    def area_filled(self, number: int, snapshot: str | None) -> None:
        """Note that an area has the customers of a snapshot, and that nobody is at it; None: not all yet."""
        change = update(areas).where(areas.c.number == number).values(snapshot=snapshot, claimed=None)
        with self.writing() as connection:
            connection.execute(change)
            if connection.dialect.name == "postgresql":
                # what it found out of these tables before would have it walk them the wrong way
                connection.exec_driver_sql("ANALYZE log_readers")
                connection.exec_driver_sql("ANALYZE area_customers")

    def remove_area(self, number: int) -> bool:
        """Remove an area that is nobody's own, some rows at a time; False where it is somebody's again."""
        own = select(own_areas.c.area).where(own_areas.c.area == number)
        gone = (
            (area_customers, area_customers.c.customer, area_customers.c.area == number),
            (log_readers, log_readers.c.seq, log_readers.c.reader == area_reader(number)),
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            if connection.execute(own.limit(1)).first() is not None:
                return False
            connection.execute(delete(areas).where(areas.c.number == number))
        for table, key, which in gone:
            while True:
                with self.writing() as connection:
                    some = select(key).where(which).order_by(key).limit(BATCH).scalar_subquery()
                    if not _rows(connection, delete(table).where(which, key.in_(some))):
                        break
        return True


_AREA = select(areas.c.number, areas.c.spec_name, areas.c.column_name, areas.c.level, areas.c.snapshot)


def _own(person: str, spec_name: str) -> tuple[ColumnElement[bool], ...]:
    return own_areas.c.person == person, own_areas.c.spec_name == spec_name


def _take_in(connection: Connection, number: int, *which: ColumnElement[bool]) -> None:
    """Let entries that stand on data of the area's spec be read by who has this area."""
    found: Select[Any] = (
        select(
            literal(area_reader(number)),
            log.c.seq,
            log.c.kind,
            log.c.actor,
            func.coalesce(log.c.version, ""),
            log.c.time,
        )
        .join(log_payload, log_payload.c.seq == log.c.seq)
        .join(snapshots, snapshots.c.id == log.c.snapshot)
        .join(areas, areas.c.spec_name == snapshots.c.spec_name)
        .where(areas.c.number == number, *which)
    )
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(make(log_readers).from_select(list(log_readers.c), found).on_conflict_do_nothing())


def _rows(connection: Connection, change: Any) -> int:
    return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount
