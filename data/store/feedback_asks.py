"""When people were asked for feedback, and who does not want to be."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update

from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.tables_feedback import feedback_asks


class FeedbackAsks(Reach):
    """Whom the system asked when: nothing of whether they then said something."""

    def feedback_ask(self, person: str) -> tuple[datetime | None, datetime | None]:
        """Say when a person was last asked, and since when they do not want to be; None: never."""
        query = select(feedback_asks.c.asked, feedback_asks.c.stopped)
        with self.reading() as connection:
            row = connection.execute(query.where(feedback_asks.c.person == person)).first()
        return (row.asked, row.stopped) if row else (None, None)

    def claim_feedback_ask(self, person: str, *, apart: timedelta) -> bool:
        """Note that a person is asked now; False where they were within ``apart``, or do not want to be."""
        now = self.clock()
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            insert_unless_there(connection, feedback_asks, {"person": person})
            may = (
                feedback_asks.c.person == person,
                feedback_asks.c.stopped.is_(None),
                feedback_asks.c.asked.is_(None) | (feedback_asks.c.asked <= now - apart),
            )
            change = update(feedback_asks).where(*may).values(asked=now)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1

    def set_feedback_asks(self, person: str, *, wanted: bool) -> bool:
        """Keep whether a person wants to be asked; False where it stands so already."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            insert_unless_there(connection, feedback_asks, {"person": person})
            stopped = feedback_asks.c.stopped
            differs = stopped.is_not(None) if wanted else stopped.is_(None)
            change = update(feedback_asks).where(feedback_asks.c.person == person, differs)
            change = change.values(stopped=None if wanted else self.clock())
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1
