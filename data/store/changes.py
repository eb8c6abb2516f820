"""What changed for people: worked out once a change, and up to which one somebody took note."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.tables_readers import changes, changes_seen


@dataclass(frozen=True)
class ChangeRow:
    """A change of what people see.

    Attributes
    ----------
    entry : int
        The last entry of the log when it was found, or one more than that of the change before; changes are
        in this order.
    kind : str
        ``begin`` for the first look, else what changed, with spaces between: ``model``, ``data``,
        ``setting``, ``control``.
    what : dict
        What it was found by, what is said of it, and its size.
    """

    entry: int
    time: datetime
    kind: str
    what: dict[str, Any]


@dataclass(frozen=True)
class Noted:
    """Up to which change (entry) somebody took note, and when."""

    entry: int
    time: datetime


class Changes(Reach):
    """What changed for people."""

    def record_change(self, row: ChangeRow, *, after: int | None) -> bool:
        """Keep a change found against the one of an entry; False where that is the latest no more."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            if connection.execute(select(func.max(changes.c.entry))).scalar() != after:
                return False
            connection.execute(insert(changes), vars(row))
        return True

    def last_change(self) -> ChangeRow | None:
        """Give the latest change; None where nobody has looked yet."""
        with self.reading() as connection:
            row = connection.execute(_LATEST.limit(1)).first()
        return None if row is None else _change(row)

    def changes(
        self, *, after: int | None = None, since: datetime | None = None, limit: int = 50
    ) -> list[ChangeRow]:
        """Give changes, latest first: those after an entry, or since a time."""
        query = _LATEST.where(changes.c.kind != "begin").limit(limit)
        if after is not None:
            query = query.where(changes.c.entry > after)
        if since is not None:
            query = query.where(changes.c.time >= since)
        with self.reading() as connection:
            return [_change(row) for row in connection.execute(query)]

    def noted(self, person: str) -> Noted | None:
        """Say up to which change a person (id) took note; None where they never did."""
        query = select(changes_seen.c.entry, changes_seen.c.time).where(changes_seen.c.person == person)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Noted(*row)

    def take_note(self, person: str, entry: int) -> bool:
        """Let a person have taken note up to an entry; False where they had already."""
        row = {"person": person, "entry": entry, "time": self.clock()}
        mine = changes_seen.c.person == person
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            known = connection.execute(select(changes_seen.c.entry).where(mine)).scalar()
            if known is None:
                connection.execute(insert(changes_seen), row)
            elif known < entry:
                connection.execute(update(changes_seen).where(mine).values(**row))
            return known is None or known < entry


_LATEST = select(changes).order_by(changes.c.entry.desc())


def _change(row: Row[Any]) -> ChangeRow:
    return ChangeRow(row.entry, row.time, row.kind, row.what)
