"""How the store reaches its database: one engine per process, short transactions, faults in words."""

from __future__ import annotations

import os
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, Table, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data.store.errors import StoreUnreachable, explain

WRITES = "keepsight_writes"
PATIENCE = "keepsight_patience_seconds"
ALONE = "keepsight_alone"

# Shares of the patience with what opening a file may answer while others open it: locked, or a failing disk
CONNECT_PATIENCE = {sqlite3.SQLITE_BUSY: 1.0, sqlite3.SQLITE_IOERR: 0.01}

# One number per lock, kept by PostgreSQL until the transaction ends; any two constants do.
LOG_LOCK = 1_264_673_101
MIGRATION_LOCK = 1_264_673_102


def utc_now() -> datetime:
    """Tell the time, aware, in UTC."""
    return datetime.now(UTC)


class Reach(ABC):
    """What each group of store functions builds on: a connection to read, one to write, the time.

    ``Store`` opens a transaction for each call; ``Transaction`` hands out its own, so that the same
    function works alone or as a part of something larger.
    """

    clock: Callable[[], datetime]

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """Give a connection that sees one state of the store throughout."""

    @abstractmethod
    def writing(self, patience_seconds: float | None = None) -> AbstractContextManager[Connection]:
        """Give a connection in a transaction that commits at the end, or leaves no trace on an error.

        ``patience_seconds`` is how long SQLite waits for another writer, where that is not the store's own.
        """

    def appending(self) -> AbstractContextManager[Connection]:
        """Give a connection for one append to the log, which is on disk when this ends."""
        return self.writing()


class Engines:
    """The engines of one store: made when first needed, one per process.

    A connection must not cross a fork, nor may a child close what it inherited: so engines are kept by
    process id, and those of a parent are left alone.
    """

    def __init__(self, url: str, patience_seconds: float) -> None:
        try:
            self.url = make_url(url)
        except ArgumentError as fault:
            raise StoreUnreachable(
                "DATABASE_URL is not an address of a database: "
                "give one such as postgresql://user:password@host:5432/name, or leave it empty for SQLite."
            ) from fault
        if self.url.drivername in ("postgres", "postgresql"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        if self.url.drivername not in ("postgresql+psycopg", "sqlite", "sqlite+pysqlite"):
            raise StoreUnreachable(
                f"DATABASE_URL names a database of the kind {self.url.drivername!r}, in which Keepsight "
                "keeps no store: give the address of a PostgreSQL database, or leave it empty for SQLite."
            )
        self.patience_seconds = patience_seconds
        self._by_process: dict[int, Engine] = {}

    @property
    def engine(self) -> Engine:
        """The engine of this process."""
        process = os.getpid()
        found = self._by_process.get(process)
        # setdefault is atomic: of two threads that build one, the first's is used and the other's, which
        # has no connection yet, is dropped
        return found or self._by_process.setdefault(process, build_engine(self.url, self.patience_seconds))

    @property
    def is_in_memory(self) -> bool:
        """Whether this is a database in memory, which lives in its one connection."""
        return in_memory(self.url)

    def dispose(self) -> None:
        """Close this process's connections; the next use opens new ones."""
        engine = self._by_process.pop(os.getpid(), None)
        if engine is not None:
            engine.dispose()

    @contextmanager
    def connection(
        self, *, writes: bool, engine: Engine | None = None, patience_seconds: float | None = None
    ) -> Iterator[Connection]:
        """Give a connection in a transaction; commit at the end when it ``writes``.

        Raises
        ------
        StoreError
            For every fault of the database, in words.
        """
        with self._in_words(), (engine or self.engine).connect() as connection:
            if writes:
                connection.execution_options(**{WRITES: True, PATIENCE: patience_seconds})
            elif connection.dialect.name == "postgresql":
                # a reader sees one state throughout; on SQLite every transaction does
                connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def appending(self) -> Iterator[Connection]:
        """Give a connection on which one statement appends to the log; it is on disk when this ends.

        On PostgreSQL that statement is outside a transaction, so that it can end the chain's turn by a commit
        before it waits for the disk (migration 0009).
        """
        if self.url.get_backend_name() == "sqlite":
            with self.connection(writes=True) as connection:
                yield connection
            return
        with self._in_words(), self.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT", **{ALONE: True})
            yield connection

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolTimeout) as fault:
            raise explain(fault, self.url, self.patience_seconds) from fault
        except StatementError as fault:
            # a value that a column's type refused: its own words say how to mend it, and quote no SQL
            raise (fault.orig or fault) from None

    def make_file(self) -> None:
        """Make an SQLite file and its folder, for their owner alone: hashes of passwords are in it."""
        if self.url.get_backend_name() != "sqlite" or self.is_in_memory or self.url.query:
            return
        path = Path(str(self.url.database))
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as fault:
            raise explain(fault, self.url, self.patience_seconds) from fault


def in_memory(url: URL) -> bool:
    """Say whether an address means an SQLite database in memory (tests)."""
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def build_engine(url: URL, patience_seconds: float, *, migrating: bool = False) -> Engine:
    """Make an engine; ``migrating`` makes one without pool and without checking references on the way."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, patience_seconds, migrating=migrating)
    engine = create_engine(
        url,
        isolation_level="READ COMMITTED",  # the head of the log is read after its lock, in a fresh snapshot
        pool_pre_ping=True,
        connect_args={"connect_timeout": 5} if "connect_timeout" not in url.query else {},
        **({"poolclass": NullPool} if migrating else {"pool_timeout": patience_seconds}),
    )

    @event.listens_for(engine, "connect")
    def _be_patient(driver_connection: Any, _record: object) -> None:
        with driver_connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {int(patience_seconds * 1000)}")
        driver_connection.commit()

    return engine


def _sqlite_engine(url: URL, patience_seconds: float, *, migrating: bool) -> Engine:
    pool: dict[str, Any] = {"poolclass": NullPool}
    if not migrating or in_memory(url):
        # a database in memory lives in its one connection, so there is one and threads take turns
        alone = {"pool_size": 1, "max_overflow": 0} if in_memory(url) else {}
        pool = {"poolclass": QueuePool, "pool_timeout": patience_seconds, **alone}
    engine = create_engine(
        url, connect_args={"timeout": patience_seconds, "check_same_thread": False}, **pool
    )

    @event.listens_for(engine, "connect")
    def _prepare(driver_connection: Any, _record: object) -> None:
        # We say BEGIN ourselves: the driver's own would begin late and deferred, and a transaction that
        # reads and then writes would fail at once as "locked", without waiting its turn
        driver_connection.isolation_level = None
        _use_wal(driver_connection, patience_seconds)
        driver_connection.execute("PRAGMA synchronous=FULL")
        driver_connection.execute("PRAGMA secure_delete=ON")  # what is purged is not left lying in the file
        driver_connection.execute(f"PRAGMA foreign_keys={'OFF' if migrating else 'ON'}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        patience = options.get(PATIENCE)
        if patience is not None:
            _wait_at_most(connection, patience)
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(WRITES) else "BEGIN")
        finally:
            if patience is not None:
                _wait_at_most(connection, patience_seconds)

    return engine


def _use_wal(driver_connection: Any, patience_seconds: float) -> None:
    """Switch to the write-ahead log, again where others open the same file in this moment.

    SQLite does not wait its turn here, whatever ``busy_timeout`` says: of connections that switch at once
    some are told that the database is locked; a log that is just removed may be met as a fault of the disk.
    """
    began = time.monotonic()
    while True:
        try:
            driver_connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as fault:
            patience = CONNECT_PATIENCE.get(fault.sqlite_errorcode & 0xFF, 0.0) * patience_seconds
            if time.monotonic() - began >= patience:
                raise
            time.sleep(0.005)


def _wait_at_most(connection: Connection, patience_seconds: float) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(patience_seconds * 1000)}")


def take_turn(connection: Connection, lock: int) -> None:
    """Wait until no other transaction holds this lock; hold it until ours ends.

    On SQLite every writing transaction holds the one lock there is, from its first statement on.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ADVISORY, {"lock": lock})


_ADVISORY = text("SELECT pg_advisory_xact_lock(:lock)")


def is_alone(connection: Connection) -> bool:
    """Say whether a statement of a connection commits by itself (``Engines.appending``)."""
    return bool(connection.get_execution_options().get(ALONE))


def quick_row(connection: Connection, statement: str) -> Any:
    """Read one row past SQLAlchemy, whose own work takes ten times as long as a short statement."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        return cursor.fetchone()
    except connection.dialect.loaded_dbapi.Error as fault:
        raise DBAPIError(statement, None, fault) from fault
    finally:
        cursor.close()


def wait_for_disk(connection: Connection) -> None:
    """Wait until all that this connection may have seen is on disk.

    On PostgreSQL an append is seen a moment before; an entry of our own in its journal, which is written in
    order, is something to wait for.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ENTRY_OF_OUR_OWN)


_ENTRY_OF_OUR_OWN = text("SELECT pg_logical_emit_message(true, 'keepsight', '')")


def insert_unless_there(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless its key exists; say whether it was inserted."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    asked = make(table).values(**values).on_conflict_do_nothing()
    return connection.execute(asked, execution_options={"preserve_rowcount": True}).rowcount == 1
