"""Who has seen what Keepsight is and what it does not do: the note at the first use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.tables import first_use, users


class FirstUse(Reach):
    """The note of the first use, by person and edition: what is written anew is to be seen anew."""

    def record_first_use(self, person: str, edition: int) -> bool:
        """Write down that a person (id) has seen an edition, now; False where that is on record already."""
        values = {"person": person, "edition": edition, "seen": self.clock()}
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return insert_unless_there(connection, first_use, values)

    def first_use(self, person: str, edition: int) -> datetime | None:
        """Say when a person (id) saw an edition; None where they did not."""
        query = select(first_use.c.seen).where(first_use.c.person == person, first_use.c.edition == edition)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def first_use_counts(self, edition: int) -> tuple[int, int]:
        """Count those who saw an edition, and all: people who have a password and no closed account."""
        able = (users.c.password_hash.is_not(None), users.c.disabled.is_(None))
        seen = (first_use.c.person == users.c.id) & (first_use.c.edition == edition)
        query = select(func.count(first_use.c.person), func.count()).select_from(
            users.outerjoin(first_use, seen)
        )
        with self.reading() as connection:
            row = connection.execute(query.where(*able)).one()
        return int(row[0]), int(row[1])
