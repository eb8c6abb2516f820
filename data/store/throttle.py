"""Throttle: failures counted in the store, so that all workers count together, restarts included."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from data.store.engine import Reach, insert_unless_there
from data.store.people import digest
from data.store.tables import throttle

FREE = 5
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 900.0
FORGOTTEN_AFTER = timedelta(hours=24)


class Throttle(Reach):
    """Count failures by key (``account:ada``, ``address:192.0.2.1``); keys are kept as hashes only.

    The failure that uses up the ``free`` ones makes the key wait 5 s, each further one twice as long, 15
    minutes at most. A day without failures forgets them.
    """

    def failure(self, key: str, now: datetime, *, free: int = FREE) -> float:
        """Count a failure; give the seconds to wait from now on, 0 while failures are free."""
        with self.writing() as connection:
            return _count(connection, key, now, _lock_row(connection, key, now), free)

    def attempt(self, key: str, now: datetime, *, free: int = FREE) -> float:
        """Ask to try, and count the try as a failure in advance; give the seconds to wait, 0 if it may.

        Asking and counting are one step, so that tries made at the same moment cannot all slip through
        before the first of them has failed. Call ``clear`` after a success.
        """
        with self.writing() as connection:
            failures = _lock_row(connection, key, now)
            wait = _wait(connection, key, now)
            if wait == 0:
                _count(connection, key, now, failures, free)
            return wait

    def wait_seconds(self, key: str, now: datetime) -> float:
        """Give the seconds a key has to wait still; 0 if it may try."""
        with self.reading() as connection:
            return _wait(connection, key, now)

    def clear(self, key: str) -> None:
        """Forget a key's failures, as it succeeded, and with them what others did a day before."""
        with self.writing() as connection:
            own = throttle.c.key_hash == digest(key)
            latest = connection.execute(select(throttle.c.latest).where(own)).scalar()
            if latest is not None:
                old = throttle.c.latest < latest - FORGOTTEN_AFTER
                connection.execute(delete(throttle).where(own | old))


def _wait(connection: Connection, key: str, now: datetime) -> float:
    until = connection.execute(
        select(throttle.c.blocked_until).where(throttle.c.key_hash == digest(key))
    ).scalar()
    if until is None:
        return 0.0
    # a clock that went back must not lock anybody out for a day
    return min(max((until - now).total_seconds(), 0.0), LONGEST_WAIT_SECONDS)


def _lock_row(connection: Connection, key: str, now: datetime) -> int:
    """Make sure the key has a row, hold it until the transaction ends, and give its failures so far."""
    insert_unless_there(connection, throttle, {"key_hash": digest(key), "failures": 0, "latest": now})
    row = connection.execute(
        select(throttle.c.failures, throttle.c.latest)
        .where(throttle.c.key_hash == digest(key))
        .with_for_update()  # PostgreSQL; on SQLite a writing transaction holds everything
    ).one()
    return 0 if row.latest < now - FORGOTTEN_AFTER else row.failures


def _count(connection: Connection, key: str, now: datetime, failures: int, free: int) -> float:
    """Write one failure more; give the seconds it costs."""
    over = failures + 1 - free
    wait = 0.0 if over < 0 else min(FIRST_WAIT_SECONDS * 2.0 ** min(over, 16), LONGEST_WAIT_SECONDS)
    connection.execute(
        update(throttle)
        .where(throttle.c.key_hash == digest(key))
        .values(failures=failures + 1, latest=now, blocked_until=now + timedelta(seconds=wait))
    )
    return wait
