"""What can go wrong with the store: a class per case a caller handles, each with its remedy."""

from __future__ import annotations

import errno

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

RETRY_AFTER_SECONDS = 10


class StoreError(RuntimeError):
    """The store could not do what was asked; nothing was changed."""


class StoreBusy(StoreError):
    """Another writer kept the store locked too long: answer 503, try again after ``retry_after`` seconds."""

    retry_after = RETRY_AFTER_SECONDS


class StoreUnreachable(StoreError):
    """There is no database at the address, or it does not let us in: not ready (503) until it does."""

    retry_after = RETRY_AFTER_SECONDS


class StoreReadOnly(StoreError):
    """The database or its folder may not be written: an operator grants the right."""


class StoreFull(StoreError):
    """The disk under the database is full or failing: an operator frees space; reading goes on."""


class StoreDamaged(StoreError):
    """The file is no database, or a broken one: an operator restores a backup."""


class StoreNotPrepared(StoreError):
    """The tables are not there, or older than this app: call ``Store.migrate()``."""


class StoreTooNew(StoreError):
    """The tables come from a newer app than this one: refuse to start."""


class EntryRefused(ValueError):
    """A log entry that cannot be written down exactly: the caller gives plain finite values."""


class NameTaken(ValueError):
    """Somebody has this name already: ask for another."""


SQLITE_CLASSES: dict[int, type[StoreError]] = {
    5: StoreBusy,  # SQLITE_BUSY
    6: StoreBusy,  # SQLITE_LOCKED
    8: StoreReadOnly,  # SQLITE_READONLY
    10: StoreFull,  # SQLITE_IOERR: what a full or failing disk says in the middle of a write
    11: StoreDamaged,  # SQLITE_CORRUPT
    13: StoreFull,  # SQLITE_FULL
    14: StoreUnreachable,  # SQLITE_CANTOPEN
    26: StoreDamaged,  # SQLITE_NOTADB
}

OS_CLASSES: dict[int, type[StoreError]] = {
    errno.EACCES: StoreReadOnly,
    errno.EPERM: StoreReadOnly,
    errno.EROFS: StoreReadOnly,
    errno.ENOSPC: StoreFull,
    errno.EDQUOT: StoreFull,
}

POSTGRES_CLASSES: dict[str, type[StoreError]] = {
    "55P03": StoreBusy,  # lock_not_available
    "40P01": StoreBusy,  # deadlock_detected
    "40001": StoreBusy,  # serialization_failure
    "57014": StoreBusy,  # query_canceled, by a time limit
    "53300": StoreBusy,  # too_many_connections
    "25006": StoreReadOnly,  # read_only_sql_transaction
    "42501": StoreReadOnly,  # insufficient_privilege
    "53100": StoreFull,  # disk_full
    "42P01": StoreNotPrepared,  # undefined_table
    "42703": StoreNotPrepared,  # undefined_column
    "42883": StoreNotPrepared,  # undefined_function
    "3F000": StoreNotPrepared,  # invalid_schema_name
    "XX001": StoreDamaged,  # data_corrupted
}


def explain(fault: DBAPIError | PoolTimeout | OSError, url: URL, patience_seconds: float) -> StoreError:
    """Turn a driver's fault into one of ours, in words, without SQL and without the password.

    Parameters
    ----------
    fault : DBAPIError, TimeoutError or OSError
        What SQLAlchemy or the operating system raised.
    url : URL
        The store's address; its password is never repeated.
    patience_seconds : float
        How long a write waits for others, for the message.
    """
    place = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    kind = _class_of(fault)
    return kind(_WORDS[kind].format(place=place, patience=patience_seconds))


def _class_of(fault: DBAPIError | PoolTimeout | OSError) -> type[StoreError]:
    if isinstance(fault, PoolTimeout):
        return StoreBusy
    if isinstance(fault, OSError):
        return OS_CLASSES.get(fault.errno or 0, StoreUnreachable)
    cause = fault.orig
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        outside = state[:2] in ("08", "28", "3D") or state.startswith("57P")
        return StoreUnreachable if outside else POSTGRES_CLASSES.get(state, StoreError)
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        if "no such table" in str(cause) or "no such column" in str(cause):
            return StoreNotPrepared
        return SQLITE_CLASSES.get(code & 0xFF, StoreError)
    # psycopg reports a server that is not there without a state
    return StoreUnreachable if type(cause).__name__ == "OperationalError" else StoreError


_WORDS: dict[type[StoreError], str] = {
    StoreError: (
        "The store at {place} refused a statement, so nothing was changed. "
        "Repeat the action; if it fails again, give the log of this process to whoever runs Keepsight."
    ),
    StoreBusy: (
        "The store at {place} stayed locked by another writer for {patience:g} s, so nothing was changed. "
        "Repeat the action in a moment; if it lasts, end the program that holds the database open."
    ),
    StoreUnreachable: (
        "The store at {place} cannot be opened. Check that its folder exists or its server runs, "
        "and that DATABASE_URL names it with the right user and password."
    ),
    StoreReadOnly: (
        "The store at {place} may not be written, so nothing was changed. Give the user that runs Keepsight "
        "the right to write the file and its folder (or the tables), or set KEEPSIGHT_VAR to another folder."
    ),
    StoreFull: (
        "The disk under the store at {place} is full or failing, so nothing was changed. "
        "Free some space, then repeat the action; what was stored before is unharmed."
    ),
    StoreDamaged: (
        "The store at {place} is not a sound database. Stop Keepsight, keep the file for examination, "
        "and put the latest backup in its place."
    ),
    StoreNotPrepared: (
        "The store at {place} has no tables of this version of Keepsight. "
        "Start with 'make run' or 'python app.py': both prepare it."
    ),
}
