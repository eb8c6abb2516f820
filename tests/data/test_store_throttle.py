"""The throttle: failures counted together by all workers."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = "account:ada"


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def test_waits_begin_with_the_fifth_failure_and_double(store):
    """S3."""
    waits = [store.failure(KEY, NOON) for _ in range(8)]
    assert waits == [0, 0, 0, 0, 5, 10, 20, 40]
    assert store.wait_seconds(KEY, NOON) == 40
    assert store.wait_seconds(KEY, after(30)) == 10
    assert store.wait_seconds(KEY, after(40)) == 0


def test_a_wait_never_exceeds_a_quarter_of_an_hour(store):
    assert [store.failure(KEY, NOON) for _ in range(60)][-1] == 900


def test_keys_wait_apart(store):
    for _ in range(6):
        store.failure(KEY, NOON)
    assert store.wait_seconds("account:grace", NOON) == 0


def test_an_address_may_have_more_free_failures_than_an_account(store):
    """S4."""
    assert [store.failure("address:192.0.2.1", NOON, free=20) for _ in range(20)] == [0] * 19 + [5]


def test_success_forgives(store):
    for _ in range(6):
        store.failure(KEY, NOON)
    store.clear(KEY)
    assert store.wait_seconds(KEY, NOON) == 0
    assert store.failure(KEY, NOON) == 0


def test_a_day_without_failures_forgives(store):
    for _ in range(6):
        store.failure(KEY, NOON)
    assert store.failure(KEY, NOON + timedelta(hours=25)) == 0


def test_a_clock_that_goes_back_locks_nobody_out_for_long(store):
    """S51."""
    for _ in range(6):
        store.failure(KEY, NOON)
    assert store.wait_seconds(KEY, NOON - timedelta(days=1)) <= 900


def test_an_attempt_that_may_be_made_is_counted_in_advance(store):
    assert [store.attempt(KEY, NOON) for _ in range(5)] == [0] * 5
    assert store.attempt(KEY, NOON) == 5
    assert store.attempt(KEY, after(2)) == 3  # being refused does not make it longer
    assert store.attempt(KEY, after(5)) == 0
    assert store.attempt(KEY, after(5)) == 10


def test_processes_count_together(store):
    """S3: 30 tries made at once by three workers; as many pass as one worker alone would let."""
    program = """
import sys
from datetime import datetime
from data.store import Store
store = Store(sys.argv[1])
now = datetime.fromisoformat(sys.argv[2])
print(sum(store.attempt("account:ada", now) == 0 for _ in range(10)))
"""
    url = store._engines.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", program, url, NOON.isoformat()]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(3)]
    passed = [int(worker.communicate(timeout=60)[0]) for worker in workers]
    assert sum(passed) == 5


@pytest.mark.parametrize("key", ["account:" + "x" * 10_000, "account:\x00", "account:\ud800", ""])
def test_any_text_is_a_key(store, key):
    for _ in range(6):
        store.failure(key, NOON)
    assert store.wait_seconds(key, NOON) > 0


def test_what_was_typed_as_a_name_is_not_kept(store):
    """S57: people type passwords there."""
    store.failure("account:canary-7f3a", NOON)
    with store.reading() as connection:
        rows = connection.execute(text("SELECT * FROM throttle")).all()
    assert len(rows) == 1
    assert "canary" not in str(rows)


def test_failures_of_long_ago_are_swept_away_by_a_success(store):
    store.failure("account:grace", NOON - timedelta(days=2))
    store.failure("account:bob", NOON - timedelta(hours=2))
    store.failure(KEY, NOON)
    store.clear(KEY)
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM throttle")).scalar() == 1
