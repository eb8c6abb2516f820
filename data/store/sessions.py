"""Sessions: rows on the server, so that signing out, disabling and expiring work at once, everywhere."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from data.store.engine import Reach
from data.store.errors import StoreError
from data.store.people import User, as_user, digest
from data.store.tables import sessions, users

logger = logging.getLogger(__name__)

IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=12)
KEPT = timedelta(days=30)
# "seen" is written at most this often: otherwise each request would cost a write to disk
TOUCH_AFTER = timedelta(seconds=15)
TOUCH_PATIENCE_SECONDS = 0.1

# Asked at every request, so it is built once
_OPEN = (
    select(users, sessions.c.created.label("opened"), sessions.c.seen)
    .join(sessions, sessions.c.user_id == users.c.id)
    .where(
        sessions.c.id_hash == bindparam("digest"),
        sessions.c.ended.is_(None),
        sessions.c.seen > bindparam("seen_since"),
        sessions.c.created > bindparam("opened_since"),
        users.c.disabled.is_(None),
    )
)


@dataclass(frozen=True)
class Session:
    """A session that is open: whose, since when, last seen when."""

    user: User
    created: datetime
    seen: datetime


@dataclass(frozen=True)
class OpenSession:
    """A session as a list shows it; ``handle`` names it and opens nothing."""

    handle: str
    user_id: str
    created: datetime
    seen: datetime


HANDLE = 12
"""Letters of a session's hash that name it: enough to tell it from others, too few to look it up by."""


class Sessions(Reach):
    """Open, look up and end sessions. The id is given out once; the store keeps its SHA-256."""

    def open_session(self, user_id: str, now: datetime) -> str:
        """Open a session and give its new id, which goes into the cookie."""
        session_id = secrets.token_urlsafe(32)
        with self.writing() as connection:
            connection.execute(delete(sessions).where(sessions.c.created < now - KEPT))
            connection.execute(
                insert(sessions),
                {"id_hash": digest(session_id), "user_id": user_id, "created": now, "seen": now},
            )
        return session_id

    def session(
        self, session_id: str, now: datetime, *, idle: timedelta = IDLE, lifetime: timedelta = LIFETIME
    ) -> Session | None:
        """Give an open session with its person as they are now, and note that it was seen.

        Parameters
        ----------
        session_id : str
            From the cookie.
        now : datetime
            Aware.
        idle, lifetime : timedelta
            A session ends this long after it was last seen (to 15 s), and this long after it was opened.

        Returns
        -------
        Session or None
            None where it is unknown, ended or expired, or the account is closed.
        """
        asked = {"digest": digest(session_id), "seen_since": now - idle, "opened_since": now - lifetime}
        with self.reading() as connection:
            row = connection.execute(_OPEN, asked).first()
        if row is None:
            return None
        if now - row.seen > TOUCH_AFTER:
            self._touch(session_id, now)
        return Session(as_user(row), row.opened, row.seen)

    def open_sessions(
        self, now: datetime, *, idle: timedelta = IDLE, lifetime: timedelta = LIFETIME
    ) -> list[OpenSession]:
        """Give the sessions that are open, those last seen first; times as for ``session``."""
        query = (
            select(sessions)
            .where(
                sessions.c.ended.is_(None), sessions.c.seen > now - idle, sessions.c.created > now - lifetime
            )
            .order_by(sessions.c.seen.desc(), sessions.c.id_hash)
        )
        with self.reading() as connection:
            return [
                OpenSession(row.id_hash[:HANDLE], row.user_id, row.created, row.seen)
                for row in connection.execute(query)
            ]

    @staticmethod
    def session_handle(session_id: str) -> str:
        """Give the handle of a session by its id."""
        return digest(session_id)[:HANDLE]

    def end_session_called(self, user_id: str, handle: str, now: datetime | None = None) -> bool:
        """End one session of a person by its handle; False where none of that name is open."""
        if len(handle) != HANDLE:
            return False
        which = (sessions.c.user_id == user_id) & (func.substr(sessions.c.id_hash, 1, HANDLE) == handle)
        return self._end(which, now) > 0

    def _touch(self, session_id: str, now: datetime) -> None:
        """Note that a session was seen; never later than what is noted, should the clock go back."""
        at = (sessions.c.id_hash == digest(session_id), sessions.c.seen < now)
        try:
            with self.writing(TOUCH_PATIENCE_SECONDS) as connection:
                connection.execute(update(sessions).where(*at).values(seen=now))
        except StoreError as fault:
            # somebody who only reads goes on reading while the store cannot be written (S46, S48)
            logger.warning("A session could not be noted as seen: %s", fault)

    def end_session(self, session_id: str, now: datetime | None = None) -> None:
        """End a session; it stays ended."""
        self._end(sessions.c.id_hash == digest(session_id), now)

    def end_sessions(self, user_id: str, now: datetime | None = None, *, but: str | None = None) -> None:
        """End a person's sessions (new password, closed account), all ``but`` perhaps the present one."""
        others = sessions.c.user_id == user_id
        self._end(others if but is None else others & (sessions.c.id_hash != digest(but)), now)

    def _end(self, which: Any, now: datetime | None) -> int:
        asked = update(sessions).where(which, sessions.c.ended.is_(None)).values(ended=now or self.clock())
        with self.writing() as connection:
            return connection.execute(asked, execution_options={"preserve_rowcount": True}).rowcount
