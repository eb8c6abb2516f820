"""Finding entries: each filter lets through exactly its own, and reads no rows that are not asked for."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import event

from data.store import Entry, EntryFilter, Reader, Store

START = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
MANY = 60


@pytest.fixture
def crowd(store) -> Store:
    """Sixty entries by a few people, of a few kinds, under a clock that goes to and fro (S51)."""
    chance, moments = random.Random(7), []
    store.clock = lambda: moments[-1]
    for number in range(MANY):
        moments.append(START + timedelta(hours=number) - timedelta(hours=chance.choice((0, 0, 0, 1, 30))))
        store.append(
            Entry(
                chance.choice(("what-if", "what-if", "list", "login")),
                chance.choice(("ada", "max", "vera")),
                chance.choice((None, "v1", "v2")),
                chance.choice(("s1", "s2")),
                chance.choice((None, "K1", "K2")),
            )
        )
    return store


def lets_through(wanted: EntryFilter, logged) -> bool:
    header = logged.header
    return (
        (not wanted.kinds or header.kind in wanted.kinds)
        and wanted.actor in (None, header.actor)
        and wanted.version in (None, header.version)
        and wanted.snapshot in (None, header.snapshot)
        and wanted.subject in (None, logged.subject)
        and (wanted.since is None or header.time >= wanted.since)
        and (wanted.until is None or header.time < wanted.until)
    )


PARTS = {
    "kinds": [(), ("list",), ("list", "login", "list"), ("no such kind",)],
    "actor": [None, "ada"],
    "version": [None, "v1"],
    "subject": [None, "K2"],
    "since": [None, START + timedelta(hours=20)],
    "until": [None, START + timedelta(hours=31)],
}
FILTERS = [EntryFilter(**dict(zip(PARTS, parts, strict=True))) for parts in product(*PARTS.values())]
FILTERS.append(EntryFilter(snapshot="s2"))


def test_each_filter_lets_through_exactly_its_own(crowd):
    everything = crowd.entries(limit=MANY)
    assert len(everything) == MANY and len(FILTERS) > 100
    for wanted in FILTERS:
        own = [logged for logged in everything if lets_through(wanted, logged)]
        numbers = [logged.header.seq for logged in own]
        assert crowd.entries(wanted, limit=MANY) == own, wanted
        assert crowd.numbers(wanted) == numbers[::-1], wanted
        assert crowd.count_entries(wanted) == len(own), wanted
        deep = [logged for logged in own if logged.header.seq < 40][:5]
        assert crowd.entries(wanted, before_seq=40, limit=5) == deep, wanted


def test_a_time_at_which_nothing_happened_finds_nothing(crowd):
    after = EntryFilter(since=START + timedelta(days=365))
    assert (crowd.entries(after), crowd.numbers(after), crowd.count_entries(after)) == ([], [], 0)


def test_no_page_of_the_view_reads_more_than_an_index(tmp_path):
    """At a million entries a walk through the rows, or sorting them, would take seconds."""
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    store.append(Entry("list", "ada", "v1", "s1", "K2"))
    asked = []
    listen = (store._engines.engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    viewed = [wanted for wanted in FILTERS if wanted.snapshot is None and len(wanted.kinds) < 2]
    readers = [Reader("ada"), Reader("ada", 7, ("what-if", "list"), drafts=True), Reader("ada", 7, ("list",))]
    viewed += [replace(wanted, reader=reader) for wanted in viewed for reader in readers]
    event.listen(*listen)
    for wanted in viewed:
        store.entries(wanted)
        store.entries(wanted, before_seq=2)
    event.remove(*listen)
    asked = {(statement, values) for statement, values in asked if statement.startswith("SELECT")}
    assert len(asked) > len(viewed)
    with store.reading() as connection:
        for statement, values in asked:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            # without a filter the rows themselves are walked in their order; what else is walked is short
            versions = [step for step in plan if "versions" in step]
            short = ("SCAN log", "SCAN log_setbacks", "SCAN anon_1", *versions)
            walks = [step for step in plan if step.startswith("SCAN") and step not in short]
            sorts = [step for step in plan if "TEMP B-TREE" in step]
            assert (walks, sorts) == ([], []), statement
            if "WHERE" in statement:
                assert "SCAN log" not in plan, statement
    store.dispose()
