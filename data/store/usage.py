"""What is used and how fast: counts a day and page, without names; and who is left out of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.tables_readers import usage, usage_left_out


@dataclass(frozen=True, order=True)
class UsageKey:
    """What is counted: something of a page on a day; what ``bucket`` means, the services say."""

    day: date
    page: str
    bucket: int


class Usage(Reach):
    """Counts of what is used."""

    def add_usage(self, counts: Mapping[UsageKey, int], *, patience_seconds: float = 1.0) -> None:
        """Add to the counts, all of it or nothing; ``patience_seconds`` is how long it waits for writers."""
        rows = [{**vars(key), "count": number} for key, number in sorted(counts.items())]
        if not rows:
            return
        with self.writing(patience_seconds) as connection:
            make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            asked = make(usage)
            added = asked.on_conflict_do_update(
                index_elements=list(usage.primary_key), set_={"count": usage.c.count + asked.excluded.count}
            )
            connection.execute(added, rows)

    def usage(self, since: date) -> dict[UsageKey, int]:
        """Give the counts from a day on."""
        query = select(usage.c.day, usage.c.page, usage.c.bucket, usage.c.count).where(usage.c.day >= since)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        return {UsageKey(day, page, bucket): number for day, page, bucket, number in rows}

    def remove_usage(self, before: date) -> int:
        """Remove the counts of days before one; give how many there were."""
        gone = delete(usage).where(usage.c.day < before)
        with self.writing() as connection:
            return connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount

    def leave_out(self, person: str) -> bool:
        """Leave a person (id) out of the counts from now on; False where they are already."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            row = {"person": person, "since": self.clock()}
            return insert_unless_there(connection, usage_left_out, row)

    def count_in(self, person: str) -> bool:
        """Count a person again; False where they are counted already."""
        gone = delete(usage_left_out).where(usage_left_out.c.person == person)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(gone, execution_options={"preserve_rowcount": True}).rowcount == 1

    def left_out(self) -> frozenset[str]:
        """Give the ids of who is left out."""
        with self.reading() as connection:
            return frozenset(connection.execute(select(usage_left_out.c.person)).scalars())
