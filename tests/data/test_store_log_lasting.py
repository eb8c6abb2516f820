"""What was acknowledged outlives a server that dies, although the turn of the chain ends before the disk."""

import psycopg
import pytest
from sqlalchemy import text

from data.store import Entry, Store

# so long that nothing comes to the disk but by those who wait for it
LAZY = ("wal_writer_delay=10s", "checkpoint_timeout=1h", "autovacuum=off")


@pytest.fixture(scope="module")
def server(private_server):
    """Start the server, with a database of somebody who has no special rights."""
    private_server.start(*LAZY)
    with psycopg.connect(private_server.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE keeper LOGIN")
        connection.execute("CREATE DATABASE keepsight OWNER keeper")
    return private_server


@pytest.fixture
def url(server) -> str:
    return server.url.replace("postgres@", "keeper@").replace("/postgres", "/keepsight")


@pytest.fixture
def store(url):
    made = Store(url)
    made.migrate()
    with made.writing() as connection:
        connection.execute(text("TRUNCATE log, log_payload"))
    yield made
    made.dispose()


def die_and_come_back(store: Store, server) -> None:
    server.crash()
    server.start(*LAZY)
    store.dispose()


def test_acknowledged_entries_outlive_a_server_that_dies(store, server):
    """S41, S45: a commit that did not wait for the disk would be gone."""
    acknowledged = [store.append(Entry("what-if", "w", payload={"n": number})) for number in range(5)]
    die_and_come_back(store, server)
    assert [store.entry(header.seq).header for header in acknowledged] == acknowledged
    assert store.verify(store.head()).ok
    assert store.append(Entry("start", "system")).seq == 6


def test_a_head_that_was_handed_out_outlives_a_server_that_dies(store, server, url):
    """S40: else it would tell of a tail cut off where nobody cut anything."""
    append_without_waiting(url)
    head = store.lasting_head()
    assert head.seq == 1
    die_and_come_back(store, server)
    assert store.head() == head


def test_what_nobody_was_told_of_may_be_gone_and_the_rest_is_whole(store, server, url):
    """The counterpart: the tests above would pass of themselves on a server that never loses anything."""
    kept = store.append(Entry("start", "system"))
    append_without_waiting(url)
    assert store.head().seq == 2
    die_and_come_back(store, server)
    assert store.head().seq == kept.seq
    assert store.verify().ok


def append_without_waiting(url: str) -> None:
    """Append as somebody does who is killed between the commit and the wait for the disk."""
    with psycopg.connect(url) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute(
            "CALL log_append(1, false, '{', '}', now(), 'k', 'a', NULL, NULL, 'h', 's', 'n', NULL, '{}', "
            "NULL, NULL, NULL)"
        )
