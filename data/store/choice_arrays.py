"""Choices by the million: all of them as arrays, and many of them put in place at once."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import BigInteger, Connection, bindparam, select, type_coerce

from data.store.catalogue_heads import bump, catalogue_number, checked_person, marked
from data.store.choices import AHEAD, FutureChoice, unknown_item
from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.tables import catalogue_items, choices, choosers, microseconds

BATCH = 50_000
SECOND = 1_000_000  # microseconds
EARLIEST = -62_135_596_800  # seconds back from 1970 to the year 1, before which no date of Python's goes


@dataclass(frozen=True)
class ChoiceArrays:
    """Every choice of a catalogue, as the store had them at one moment.

    Attributes
    ----------
    people : list of str
        By number.
    person, item : ndarray of int32, of shape (choices,)
        Numbers, by person and then item.
    moment : ndarray of float64, of shape (choices,)
        Seconds since 1970, UTC.
    seq, generation : int
        The last event in them, and the catalogue they belong to.
    """

    people: list[str] = field(repr=False)
    person: np.ndarray
    item: np.ndarray
    moment: np.ndarray
    seq: int
    generation: int


@dataclass(frozen=True)
class LoadCount:
    """What came of a load: choices that are new, and rows that were chosen before or came twice."""

    fresh: int
    repeats: int


# Rows of plain numbers, many at a time: what the two databases take fastest
_LOAD = {
    "sqlite": "INSERT OR IGNORE INTO choices (catalogue, person, item, moment, source) "
    "VALUES (?, ?, ?, ?, 'load')",
    "postgresql": "INSERT INTO choices (catalogue, person, item, moment, source) "
    "SELECT many.*, 'load' FROM unnest(%s::int[], %s::int[], %s::int[], %s::bigint[]) AS many "
    "ON CONFLICT DO NOTHING",
}
_ENROL = {
    "sqlite": "INSERT INTO choosers (catalogue, number, person) VALUES (?, ?, ?)",
    "postgresql": "INSERT INTO choosers (catalogue, number, person) "
    "SELECT * FROM unnest(%s::int[], %s::int[], %s::text[])",
}
_ALL = (
    select(choices.c.person, choices.c.item, type_coerce(choices.c.moment, BigInteger))
    .where(choices.c.catalogue == bindparam("asked"))
    .order_by(choices.c.person, choices.c.item)
)
_PEOPLE = (
    select(choosers.c.person).where(choosers.c.catalogue == bindparam("asked")).order_by(choosers.c.number)
)
_ITEMS = select(catalogue_items.c.id, catalogue_items.c.number).where(
    catalogue_items.c.catalogue == bindparam("asked")
)


class ChoicesInBulk(Reach):
    """All choices at once, and many at once."""

    def all_choices(self, name: str) -> ChoiceArrays:
        """Give every choice of a catalogue, in one consistent read.

        Raises
        ------
        UnknownCatalogue
        """
        with self.reading() as connection:
            catalogue, generation, seq = marked(connection, name)
            asked = {"asked": catalogue}
            people = list(connection.execute(_PEOPLE, asked).scalars())
            # the driver's own rows: a million of SQLAlchemy's take as long again
            cursor = connection.execute(_ALL, asked).cursor
            rows = chain.from_iterable(iter(partial(cursor.fetchmany, BATCH), []))
            numbers = np.fromiter(chain.from_iterable(rows), np.int64).reshape(-1, 3)
        person, item, moment = numbers.T
        return ChoiceArrays(
            people, person.astype(np.int32), item.astype(np.int32), moment / SECOND, seq, generation
        )

    def load_choices(self, name: str, rows: Iterable[tuple[str, str, float]]) -> LoadCount:
        """Put many choices in place at once: all of them, or none.

        Parameters
        ----------
        rows : iterable of (str, str, float)
            Person, item and moment (seconds since 1970, UTC), in any order. Of several of one person and item
            the first in time counts; one that is there already stays as it is. A moment a little ahead of the
            store's clock counts as now.

        Raises
        ------
        UnknownCatalogue, UnknownItemRow
        FutureChoice
            If a moment is more than five minutes ahead of the store's clock.
        ValueError
            If a person is no key, or a moment is none.
        """
        now = microseconds(self.clock())
        given = _Given.read(rows, now)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            catalogue = catalogue_number(connection, name)
            item = _numbers_of_items(connection, catalogue, name, given.items)[given.item]
            person = _numbers_of_people(connection, catalogue, given.people)[given.person]
            # in the order of the table's key, which is fastest; of several that are one the earliest is first
            order = np.lexsort((given.moment, item, person))
            fresh = _put(connection, _LOAD, catalogue, person[order], item[order], given.moment[order])
            if fresh:
                bump(connection, catalogue)
        return LoadCount(fresh, len(order) - fresh)


@dataclass(frozen=True)
class _Given:
    """Rows to load as columns: who and what by their place among those named, moments in microseconds."""

    people: list[str]
    items: list[str]
    person: np.ndarray
    item: np.ndarray
    moment: np.ndarray

    @classmethod
    def read(cls, rows: Iterable[tuple[str, str, float]], now: int) -> _Given:
        people: dict[str, int] = {}
        items: dict[str, int] = {}
        person, item, moment = array("i"), array("i"), array("d")
        for who, what, when in rows:
            person.append(people.setdefault(who, len(people)))
            item.append(items.setdefault(what, len(items)))
            moment.append(when)
        for who in people:
            checked_person(who)
        moments = np.array(moment, dtype=np.float64)
        _check_moments(moments, now)
        return cls(
            list(people),
            list(items),
            np.array(person, dtype=np.int32),
            np.array(item, dtype=np.int32),
            np.minimum(np.rint(moments * SECOND).astype(np.int64), now),
        )


def _check_moments(moments: np.ndarray, now: int) -> None:
    """Refuse moments that are none or that are not yet, naming the first."""
    wrong = ~(moments >= EARLIEST)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise ValueError(
            f"Choice {row + 1:,} has the moment {moments[row]}, which is none: "
            "give seconds since 1970 (UTC), of the year 1 or later. Nothing was loaded."
        )
    ahead = moments > now / SECOND + AHEAD.total_seconds()
    if ahead.any():
        row = int(np.argmax(ahead))
        raise FutureChoice(
            f"Choice {row + 1:,} is of a moment that is not yet ({moments[row]:,.0f} s after 1970), so "
            "nothing was loaded: check the unit (seconds, not milliseconds) and the time zone."
        )


def _numbers_of_items(connection: Connection, catalogue: int, name: str, items: list[str]) -> np.ndarray:
    known = {row.id: row.number for row in connection.execute(_ITEMS, {"asked": catalogue})}
    for item in items:
        if item not in known:
            raise unknown_item(name, item)
    return np.array([known[item] for item in items], dtype=np.int64)


def _numbers_of_people(connection: Connection, catalogue: int, people: list[str]) -> np.ndarray:
    """Give the number of each person; those who are new get the next ones."""
    known = {
        person: number
        for number, person in enumerate(connection.execute(_PEOPLE, {"asked": catalogue}).scalars())
    }
    new = [person for person in people if person not in known]
    numbers = np.arange(len(known), len(known) + len(new))
    _put(connection, _ENROL, catalogue, numbers, np.array(new, dtype=object))
    known.update(zip(new, numbers.tolist(), strict=True))
    return np.array([known[person] for person in people], dtype=np.int64)


def _put(connection: Connection, statements: dict[str, str], catalogue: int, *columns: np.ndarray) -> int:
    """Insert rows of a catalogue, some thousand at a time; give how many were not there."""
    database, put = connection.dialect.name, 0
    for start in range(0, len(columns[0]), BATCH):
        part = [column[start : start + BATCH].tolist() for column in columns]
        part.insert(0, [catalogue] * len(part[0]))
        rows: Any = tuple(part) if database == "postgresql" else list(zip(*part, strict=True))
        asked = connection.exec_driver_sql(statements[database], rows, {"preserve_rowcount": True})
        put += asked.rowcount
    return put
