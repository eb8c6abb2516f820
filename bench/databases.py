"""Stores of a benchmark's own: SQLite in a temporary folder, PostgreSQL in a database dropped after."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.measure import Unavailable
from data.store import Store

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"


@contextmanager
def sqlite() -> Iterator[Store]:
    """Give an empty store on SQLite."""
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as folder:
        yield from _made(f"sqlite:///{Path(folder) / 'keepsight.db'}")


@contextmanager
def postgresql() -> Iterator[Store]:
    """Give an empty store on PostgreSQL; Unavailable where there is no server."""
    server = os.environ.get("KEEPSIGHT_TEST_POSTGRES", USUAL)
    name = f"keepsight_bench_{secrets.token_hex(6)}"
    try:
        admin = psycopg.connect(server, autocommit=True, connect_timeout=2)
    except psycopg.OperationalError as fault:
        raise Unavailable("no PostgreSQL at the usual address nor KEEPSIGHT_TEST_POSTGRES") from fault
    with admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            base, _, query = server.partition("?")
            yield from _made(base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else ""))
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def address(store: Store) -> str:
    """Give a store's address with its password, for another process to open it."""
    return store._engines.url.render_as_string(hide_password=False)


def _made(url: str) -> Iterator[Store]:
    store = Store(url)
    store.migrate()
    try:
        yield store
    finally:
        store.dispose()
