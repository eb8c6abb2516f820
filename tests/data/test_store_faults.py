"""Faults of the database reach callers as a few classes, in words that say how to mend it."""

import errno
import os
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.store import (
    Entry,
    Store,
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreFull,
    StoreNotPrepared,
    StoreReadOnly,
    StoreUnreachable,
)

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "canary-7f3a"


def impatient(store: Store) -> Store:
    """Open the same store with little patience."""
    return Store(store._engines.url.render_as_string(hide_password=False), patience_seconds=0.2)


@pytest.fixture
def hurried(store):
    opened = impatient(store)
    yield opened
    opened.dispose()


def test_a_locked_store_can_be_read_and_says_busy_to_writers(store, hurried):
    """S46: reads work, writes wait and then give up with the remedy."""
    store.append(Entry("start", "system"))
    with store.transaction() as holder:
        holder.append(Entry("start", "system"))
        assert hurried.head().seq == 1
        with pytest.raises(StoreBusy, match="Repeat the action in a moment") as caught:
            hurried.append(Entry("start", "system"))
        assert caught.value.retry_after > 0
    assert hurried.append(Entry("start", "system")).seq == 3
    assert store.verify().ok


def test_a_writer_waits_for_the_one_before_it(store):
    """S46: a short lock is waited for, not reported."""
    held, seen = threading.Event(), []

    def hold() -> None:
        with store.transaction() as transaction:
            held.set()
            time.sleep(0.3)
            seen.append(transaction.append(Entry("start", "system")).seq)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    seen.append(store.append(Entry("start", "system")).seq)
    thread.join()
    assert seen == [1, 2]


def test_a_session_is_looked_up_while_the_store_is_locked(store):
    """S46: whoever only reads does not wait for the note that they were seen."""
    opened = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    token = store.open_session(store.add_user("Ada", "viewer").id, opened)
    later = opened.replace(minute=5)
    found = []
    with store.transaction():
        # the store is patient for 10 s; the note that somebody was seen is not
        thread = threading.Thread(target=lambda: found.append(store.session(token, later)))
        thread.start()
        thread.join(timeout=8)
        assert [session.user.name for session in found] == ["Ada"]
    thread.join()


def test_two_changes_of_the_same_rows_in_opposite_order_both_happen(store):
    """S46: whole transactions take turns, so that none waits for the other's rows in a circle."""
    people = [store.add_user(name, "viewer").id for name in ("Ada", "Grace")]
    faults, start = [], threading.Barrier(2)

    def change(first: str, second: str) -> None:
        start.wait()
        try:
            with store.transaction() as transaction:
                transaction.set_role(first, "analyst")
                time.sleep(0.2)
                transaction.set_role(second, "analyst")
                transaction.append(Entry("account", "system"))
        except StoreError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=change, args=order) for order in (people, people[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert store.verify().entries == 2


def test_a_database_server_that_is_not_there_is_said_so_without_the_password():
    """S47."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = Store(f"postgresql://keeper:{PASSWORD}@127.0.0.1:{port}/keepsight")
    with pytest.raises(StoreUnreachable, match="Check that its folder exists or its server runs") as caught:
        store.ping()
    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(store)


def test_a_database_that_does_not_exist_is_unreachable(postgres_server):
    store = Store(postgres_server.rpartition("/")[0] + "/keepsight_no_such_database")
    with pytest.raises(StoreUnreachable):
        store.ping()


def test_connections_that_the_server_ended_are_replaced(postgres_url):
    """S47: a restart of the server costs no request, since each connection is tried before use."""
    store = Store(postgres_url)
    store.migrate()
    with store.reading() as connection:
        victim = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    other = Store(postgres_url)
    with other.writing() as connection:
        connection.exec_driver_sql(f"SELECT pg_terminate_backend({victim})")
    assert store.append(Entry("start", "system")).seq == 1
    store.dispose()
    other.dispose()


@pytest.mark.parametrize("url", ["", "what is this", "://", "nonsense"])
def test_an_address_that_is_none_is_refused_with_an_example(url):
    with pytest.raises(StoreUnreachable, match="postgresql://user:password@host"):
        Store(url)


@pytest.mark.parametrize("url", ["mysql://a@b/c", "oracle://x", "postgresql+nothing://x"])
def test_a_database_of_another_kind_is_refused_with_the_two_we_know(url):
    with pytest.raises(StoreUnreachable, match="address of a PostgreSQL database, or leave it empty"):
        Store(url)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnreachable, match="Check that its folder exists"):
        Store(f"sqlite:///{tmp_path / 'file' / 'keepsight.db'}").migrate()


@pytest.mark.parametrize(
    ("number", "kind", "remedy"),
    [
        (errno.EACCES, StoreReadOnly, "Give the user that runs Keepsight"),
        (errno.EROFS, StoreReadOnly, "KEEPSIGHT_VAR"),
        (errno.ENOSPC, StoreFull, "Free some space"),
    ],
)
def test_a_folder_that_cannot_be_written_is_said_so(tmp_path, monkeypatch, number, kind, remedy):
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "touch", refuse)  # root, who runs many a CI, may write everywhere
    with pytest.raises(kind, match=remedy):
        Store(f"sqlite:///{tmp_path / 'keepsight.db'}").migrate()


def test_a_store_that_may_only_be_read_says_so(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    made.migrate()
    made.append(Entry("start", "system"))
    store = Store(f"sqlite:///file:{tmp_path / 'keepsight.db'}?mode=ro&uri=true")
    assert store.head().seq == 1
    with pytest.raises(StoreReadOnly, match="Give the user that runs Keepsight"):
        store.append(Entry("start", "system"))
    made.dispose()
    store.dispose()


def test_a_file_that_is_no_database_is_left_alone_and_said_so(tmp_path):
    path = tmp_path / "keepsight.db"
    path.write_bytes(b"customers,left\n" * 100)
    with pytest.raises(StoreDamaged, match="latest backup"):
        Store(f"sqlite:///{path}").migrate()
    assert path.read_bytes() == b"customers,left\n" * 100


def test_a_store_without_tables_says_how_to_make_them(store_url):
    store = Store(store_url)
    with pytest.raises(StoreNotPrepared, match="make run"):
        store.append(Entry("start", "system"))
    with pytest.raises(StoreNotPrepared, match="make run"):
        store.check()
    store.dispose()


def test_a_fault_shows_no_sql(store):
    with pytest.raises(StoreError) as caught:
        store.open_session("nobody", datetime.now(UTC))
    assert "INSERT" not in str(caught.value)
    assert "sessions" not in str(caught.value)


def test_a_full_disk_loses_nothing_and_writing_goes_on_once_there_is_room(tmp_path):
    """S48: a limit on the size of files stands in for a full disk."""
    program = """
        import resource, signal, sys
        from data.store import Entry, Store, StoreFull
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = Store(sys.argv[1])
        store.migrate()
        for number in range(5):
            store.append(Entry("start", "system"))
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
        try:
            for number in range(1000):
                store.append(Entry("start", "system", payload={"much": "x" * 20_000}))
        except StoreFull as fault:
            print(fault)
        kept = store.head().seq
        assert store.verify().ok
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        assert store.append(Entry("start", "system")).seq == kept + 1
        found = store.verify()
        print(found.ok, found.entries == kept + 1, kept < 1000)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), f"sqlite:///{tmp_path / 'keepsight.db'}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "Free some space" in done.stdout
    assert done.stdout.splitlines()[-1] == "True True True"


def test_the_file_and_its_folder_are_for_their_owner_alone(tmp_path):
    """Hashes of passwords are in it."""
    path = tmp_path / "new" / "keepsight.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    store.append(Entry("start", "system"))
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    store.dispose()


def test_sqlite_writes_to_disk_before_it_acknowledges(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    store.migrate()
    with store.reading() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, 10_000]
    store.dispose()


def test_looking_up_a_session_leaves_the_patience_of_the_connection_as_it_was(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    store.migrate()
    token = store.open_session(store.add_user("Ada", "viewer").id, datetime(2026, 3, 1, 12, 0, tzinfo=UTC))
    store.session(token, datetime(2026, 3, 1, 12, 5, tzinfo=UTC))
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
    store.dispose()


def test_a_store_opens_nothing_before_it_is_used(tmp_path):
    Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    assert list(tmp_path.iterdir()) == []


def test_a_disposed_store_opens_again(store):
    store.append(Entry("start", "system"))
    store.dispose()
    assert store.append(Entry("start", "system")).seq == 2


def test_a_store_in_memory_serves_threads_in_turn():
    store = Store("sqlite://")
    store.migrate()
    threads = [threading.Thread(target=store.append, args=(Entry("start", "system"),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.verify().entries == 8


def test_a_file_made_by_hand_is_not_locked_for_others(store, tmp_path):
    """Backups and looks from outside go on while Keepsight runs."""
    if store._engines.url.get_backend_name() != "sqlite":
        return
    store.append(Entry("start", "system"))
    outside = sqlite3.connect(store._engines.url.database)
    assert outside.execute("SELECT count(*) FROM log").fetchone() == (1,)
    outside.close()
