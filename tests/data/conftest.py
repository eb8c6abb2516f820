"""Stores to test with: SQLite in a folder of the test, PostgreSQL in a schema of its own."""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from data.store import Store
from data.store.tables import metadata

USUAL = "postgresql://postgres@127.0.0.1:5432/postgres"
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
WAITING = "tests on PostgreSQL wait for a server"
HOW_TO = "set KEEPSIGHT_TEST_POSTGRES to a server's address, or: apt-get install postgresql"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the address of a database of this run's own, on the server named, the usual or a private one."""
    named = os.environ.get("KEEPSIGHT_TEST_POSTGRES")
    if named:
        with _own_database(named) as url:
            yield url
    elif _answers(USUAL):
        with _own_database(USUAL) as url:
            yield url
    elif (programs := _programs()) is not None:
        with _private_server(programs) as server, _own_database(server) as url:
            yield url
    elif os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"tests on PostgreSQL need a server; {HOW_TO}", pytrace=False)
    else:
        pytest.skip(f"{WAITING}; {HOW_TO}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Say of all tests that wait for PostgreSQL in one line with a count, not in a line each."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple) and WAITING in report.longrepr[2]:
        report.longrepr = (__file__, None, report.longrepr[2])
    return report


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the address of an empty schema of this test's own."""
    with _own_schema(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a store of either kind, with nothing in it, not even tables."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    return f"sqlite:///{tmp_path / 'keepsight.db'}"


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate once and copy: a migration takes longer than most tests."""
    path = tmp_path_factory.mktemp("template") / "keepsight.db"
    made = Store(f"sqlite:///{path}")
    made.migrate()
    made.dispose()
    return path


@pytest.fixture(scope="session")
def _postgres_tables(postgres_server: str) -> Iterator[str]:
    """Migrate once, for all tests that only fill the tables."""
    with _own_schema(postgres_server) as url:
        made = Store(url)
        made.migrate()
        yield url
        made.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Give an empty store of either kind. Its tables stay as they are: ``store_url`` is for changing them."""
    if request.param == "sqlite":
        template = request.getfixturevalue("_sqlite_template")
        made = Store(f"sqlite:///{shutil.copy(template, tmp_path / 'keepsight.db')}")
    else:
        made = Store(request.getfixturevalue("_postgres_tables"))
        with made.writing() as connection:
            tables = ", ".join(metadata.tables)
            connection.execute(text(f"TRUNCATE {tables}"))
    yield made
    made.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Give a store of either kind to a file of tests that leave it as they found it."""
    if request.param == "sqlite":
        template, folder = request.getfixturevalue("_sqlite_template"), tmp_path_factory.mktemp("shared")
        made = Store(f"sqlite:///{shutil.copy(template, folder / 'keepsight.db')}")
        yield made
        made.dispose()
        return
    with _own_schema(request.getfixturevalue("postgres_server")) as url:
        made = Store(url)
        made.migrate()
        yield made
        made.dispose()


@contextmanager
def _own_schema(server: str) -> Iterator[str]:
    schema = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        finally:
            admin.execute(f"DROP SCHEMA {schema} CASCADE")


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    name = f"keepsight_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            base, _, query = server.partition("?")
            yield base.rpartition("/")[0] + f"/{name}" + (f"?{query}" if query else "")
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path | None:
    """Find the folder of PostgreSQL's programs; the newest where there are several."""
    found = shutil.which("initdb")
    folders = [str(Path(found).parent)] if found else sorted(chain.from_iterable(map(glob.glob, PLACES)))
    return Path(folders[-1]) if folders else None


@dataclass
class PrivateServer:
    """A server of a test's own, which may be stopped as a power cut would and started again."""

    url: str
    start: Callable[..., None]
    crash: Callable[[], None]


@pytest.fixture(scope="module")
def private_server() -> Iterator[PrivateServer]:
    """Give a server that is not started yet; skip where PostgreSQL's programs are not installed."""
    programs = _programs()
    if programs is None:
        pytest.skip(f"{WAITING}; {HOW_TO}")
    with _made_server(programs) as server:
        yield server


@contextmanager
def _private_server(programs: Path) -> Iterator[str]:
    """Start a server for this run alone."""
    with _made_server(programs) as server:
        server.start()
        yield server.url


@contextmanager
def _made_server(programs: Path) -> Iterator[PrivateServer]:
    """Make a server in a folder of its own; as root it runs as the user postgres, since it refuses root."""
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="keepsight-postgres-"))
    if user:
        shutil.chown(folder, "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = {"cwd": folder, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
    control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w"]

    def start(*settings: str) -> None:
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"
        options += "".join(f" -c {setting}" for setting in settings)
        subprocess.run([*control, "-l", str(folder / "log"), "-o", options, "start"], **quiet)

    def crash() -> None:
        subprocess.run([*control, "-m", "immediate", "stop"], **{**quiet, "check": False})

    try:
        initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"]
        subprocess.run(initdb, **quiet)
        yield PrivateServer(f"postgresql://postgres@127.0.0.1:{port}/postgres", start, crash)
    finally:
        crash()
        shutil.rmtree(folder, ignore_errors=True)
