"""``Store``: everything the store can do, a transaction each; ``Transaction``: the same, several in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime

from sqlalchemy import Connection, text

from data.store.actions import Actions
from data.store.catalogues import Catalogues
from data.store.categories import Categories
from data.store.changes import Changes
from data.store.choice_arrays import ChoicesInBulk
from data.store.choices import Choices
from data.store.control import Control
from data.store.delegations import Delegations
from data.store.drills import Drills
from data.store.engine import LOG_LOCK, Engines, take_turn, utc_now
from data.store.experiments import Experiments
from data.store.feedback import Feedback
from data.store.first_use import FirstUse
from data.store.governance import Governance
from data.store.guidelines import Guidelines
from data.store.installation import InstallationRows
from data.store.log import Log
from data.store.managers_settings import ManagersSettings
from data.store.objections import Objections
from data.store.people import People
from data.store.readers import Readers
from data.store.registry import Registry
from data.store.scenarios import Scenarios
from data.store.schema import is_current, require_current, upgrade
from data.store.sessions import Sessions
from data.store.subjects import Subjects
from data.store.throttle import Throttle
from data.store.usage import Usage
from data.store.user_tests import UserTests

PATIENCE_SECONDS = 10.0


class Operations(
    Log,
    People,
    Sessions,
    Throttle,
    InstallationRows,
    Registry,
    Experiments,
    Scenarios,
    Actions,
    Catalogues,
    Categories,
    Choices,
    ChoicesInBulk,
    Delegations,
    Control,
    Guidelines,
    ManagersSettings,
    UserTests,
    Drills,
    Readers,
    Usage,
    Changes,
    Objections,
    Subjects,
    FirstUse,
    Feedback,
    Governance,
):
    """All groups of functions over one reach."""


class Transaction(Operations):
    """A transaction under way: what is done on it happens together, or not at all."""

    def __init__(self, connection: Connection, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self.clock = clock

    def reading(self) -> AbstractContextManager[Connection]:
        """Give the transaction's connection: it sees what was written on it."""
        return nullcontext(self._connection)

    def writing(self, patience_seconds: float | None = None) -> AbstractContextManager[Connection]:
        """Give the transaction's connection; it is committed by whoever opened the transaction."""
        return nullcontext(self._connection)


class Store(Operations):
    """The store of an installation, on SQLite or PostgreSQL. Nothing is opened before the first use.

    Every method is a transaction of its own; ``transaction()`` joins several. Threads and processes may
    share one; after a fork each process opens its own connections by itself.

    Parameters
    ----------
    url : str
        An SQLAlchemy address, such as ``sqlite:////var/keepsight/keepsight.db``.
    patience_seconds : float, default=10
        How long a write waits for another writer before ``StoreBusy``.
    clock : callable, default=utc_now
        Tells the time, aware.
    """

    def __init__(
        self,
        url: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._engines = Engines(url, patience_seconds)
        self.clock = clock

    def __repr__(self) -> str:
        """Name the store without its password."""
        return f"Store({self._engines.url.render_as_string(hide_password=True)!r})"

    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection in a reading transaction: it never waits for writers."""
        return self._engines.connection(writes=False)

    def writing(self, patience_seconds: float | None = None) -> AbstractContextManager[Connection]:
        """Give a connection in a writing transaction."""
        return self._engines.connection(writes=True, patience_seconds=patience_seconds)

    def appending(self) -> AbstractContextManager[Connection]:
        """Give a connection for one append to the log, which is on disk when this ends."""
        return self._engines.appending()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Join several changes and their log entry: all of them happen, or none.

        Do not call the store itself inside: it would wait for this transaction. Keep it short.
        """
        with self.writing() as connection:
            # First of all, so that two transactions never wait for each other's rows
            take_turn(connection, LOG_LOCK)
            yield Transaction(connection, self.clock)

    def migrate(self) -> None:
        """Make the tables, or bring them up to date; cheap when they are.

        Raises
        ------
        StoreTooNew
            If they come from a newer app. They are left as they are.
        """
        self._engines.make_file()
        if not self.is_current():
            upgrade(self._engines)

    def is_current(self) -> bool:
        """Say whether the tables are this app's; StoreTooNew where they come from a newer one."""
        with self.reading() as connection:
            return is_current(connection)

    def check(self) -> None:
        """Raise StoreNotPrepared or StoreTooNew unless the tables are this app's."""
        with self.reading() as connection:
            require_current(connection)

    def ping(self) -> None:
        """Ask the database for a sign of life; StoreError, in words, where there is none."""
        with self.reading() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Close this process's connections. The next use opens new ones."""
        self._engines.dispose()
