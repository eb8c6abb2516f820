"""People's own areas in the store: which entries they read, whatever comes first, entry, area or customer."""

import random
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import text

from data.store import Entry, EntryFilter, Reader, SnapshotRow, Store
from data.store.schema import upgrade

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KINDS = ("prediction", "what-if", "overview")
NORTH = '"levels":{"area":["North"]}'


@pytest.fixture
def town(store) -> Store:
    """Two specs, each with a snapshot; the first is the current one."""
    for number, name in enumerate(("town", "city"), start=1):
        store.record_snapshot(SnapshotRow(f"s{number}", name, "5", 9, 0, "a test", None, NOON))
    store.set_current_spec("town")
    for version in ("v1", "draft"):
        store.record_version(
            version=version, spec_name="town", spec_hash="5", snapshot="s1", state="challenger",
            scorecard_sha256=version, metrics={},
        )  # fmt: skip
    with store.transaction() as together:
        together.record_signature(
            version="v1", person="max", name="Max", role="manager", report_sha256="5", statement="I read it."
        )
    return store


def about(store, customer, *, kind="prediction", by="max", snapshot="s1", version="v1", payload=None) -> int:
    return store.append(Entry(kind, by, version, snapshot, customer, payload or {})).seq


def north(store, person="ada", customers=("A1", "A4")) -> Reader:
    """Let a person's own area be the north, with some customers in it."""
    area = store.choose_area(person, "town", "area", "North", pattern=NORTH)
    store.fill_area(area.number, customers)
    store.fill_whole(area.number, 1, store.head().seq, ("overview",))
    store.area_filled(area.number, "s1")
    return Reader(person, area.number, KINDS)


def read_by(store, reader, **narrowed) -> list[int]:
    return store.numbers(EntryFilter(**narrowed, reader=reader))


def test_entries_before_and_after_an_area_is_chosen_are_read_alike(town):
    before = [about(town, key) for key in ("A1", "A2", "A4")]
    reader = north(town)
    after = [about(town, key) for key in ("A1", "A2", "A4")]
    assert read_by(town, reader) == [before[0], before[2], after[0], after[2]]
    assert read_by(town, Reader("ada")) == []
    assert read_by(town, Reader("max", reader.area, KINDS)) == [*before, *after]


def test_entries_about_the_area_as_a_whole_are_read_and_those_about_a_part_of_it_are_not(town):
    whole = {"query": {"levels": {"area": ["North"]}, "period": None}}
    part = {"query": {"levels": {"area": ["North"], "contract": ["Monthly"]}}}
    other = {"query": {"levels": {"area": ["South"]}}}
    said = {"text": '"levels":{"area":["North"]}'}
    before = [about(town, "figures", kind="overview", payload=one) for one in (whole, part, other, said)]
    reader = north(town)
    after = [about(town, "figures", kind="overview", payload=one) for one in (whole, part, other, said)]
    assert read_by(town, reader) == [before[0], after[0]]


def test_kinds_that_are_not_named_are_not_read_whomever_they_are_about(town):
    about(town, "A1", kind="account")
    reader = north(town)
    about(town, "A1", kind="account")
    assert read_by(town, reader) == []


def test_a_customer_of_another_spec_with_the_same_key_is_another_customer(town):
    about(town, "A1", snapshot="s2")
    reader = north(town)
    about(town, "A1", snapshot="s2")
    about(town, "A1", snapshot=None)
    assert read_by(town, reader) == []
    town.set_current_spec("city")
    assert town.own_area("ada") is None
    town.set_current_spec("town")
    assert town.own_area("ada").number == reader.area


def test_what_stands_on_a_version_that_nobody_signed_is_for_those_who_may_see_drafts(town):
    reader = north(town)
    draft, none = about(town, "A1", version="draft"), about(town, "A1", version=None)
    assert read_by(town, reader) == [none]
    assert read_by(town, replace(reader, drafts=True)) == [draft, none]


def test_who_moves_takes_their_entries_along(town):
    reader = north(town)
    of_a1, of_a4 = about(town, "A1"), about(town, "A4")
    town.leave_area(reader.area, ["A1"])
    town.fill_area(reader.area, ["A2"])
    of_a2 = about(town, "A2")
    about(town, "A1")
    assert read_by(town, reader) == [of_a4, of_a2]
    assert not town.reads(reader, of_a1) and town.reads(reader, of_a2)
    assert town.area_customers(reader.area) == {"A2", "A4"}


def test_another_area_takes_the_place_of_the_one_before(town):
    seq = about(town, "A1")
    reader = north(town)
    south = town.choose_area("ada", "town", "area", "South", pattern="none")
    assert town.own_area("ada") == south
    assert [row.level for row in town.areas("town")] == ["North", "South"]
    assert [row.number for row in town.unread_areas()] == [reader.area]
    assert town.remove_area(reader.area)
    assert [row.level for row in town.areas()] == ["South"]
    assert read_by(town, reader) == [] and town.entry(seq) is not None
    town.fill_area(reader.area, ["A1"])  # by somebody who was still at it
    assert town.area_customers(reader.area) == set()


def test_an_area_that_somebody_has_is_not_removed(town):
    reader = north(town)
    assert not town.remove_area(reader.area)
    assert town.drop_own_area("ada", "town") and not town.drop_own_area("ada", "town")
    assert town.remove_area(reader.area)


def test_one_at_a_time_fills_an_area_and_who_has_gone_holds_nobody_up(town):
    moments = [NOON]
    town.clock = lambda: moments[-1]
    number = town.choose_area("ada", "town", "area", "North", pattern=NORTH).number
    assert town.claim_area(number) and not town.claim_area(number)
    town.area_filled(number, None)
    assert town.claim_area(number)
    moments.append(NOON + timedelta(hours=1))
    assert town.claim_area(number)


def test_what_keepsight_did_for_somebody_is_theirs_to_read(town):
    for_ada = about(town, "alien", kind="delegated-choice", by="system", payload={"for": "ada"})
    about(town, "alien", kind="delegated-choice", by="system", payload={"for": "max"})
    about(town, "A1", payload={"text": 'say "for":"ada"', "for": None})
    assert read_by(town, Reader("ada")) == [for_ada]
    assert read_by(town, Reader("ada"), actor="system") == [for_ada]
    assert read_by(town, Reader("ada"), actor="max") == []


def test_what_was_done_for_somebody_before_is_found_by_the_migration(store_url):
    made = Store(store_url)
    upgrade(made._engines, "0015")
    seq = made.append(Entry("delegated-choice", "system", subject="alien", payload={"for": "ada"})).seq
    made.append(Entry("delegated-choice", "system", subject="alien"))
    made.clock = lambda: NOON - timedelta(days=400)
    old = made.append(Entry("login", "max")).seq
    made.migrate()
    assert made.numbers(EntryFilter(reader=Reader("ada"))) == [seq]
    # the clock had gone back, and the entry of then is found by its time all the same
    assert made.numbers(EntryFilter(until=NOON)) == [old]
    made.dispose()


def test_of_entries_written_at_once_with_the_area_none_is_missed(town):
    keys = [f"K{number}" for number in range(40)]
    written: list[int] = []

    def write():
        written.extend(about(town, key) for key in keys)

    threads = [threading.Thread(target=write) for _ in range(3)]
    for one in threads:
        one.start()
    area = town.choose_area("ada", "town", "area", "North", pattern=NORTH)
    for place in range(0, len(keys), 5):
        town.fill_area(area.number, keys[place : place + 5])
    for one in threads:
        one.join()
    assert read_by(town, Reader("ada", area.number, KINDS)) == sorted(written)


def test_every_filter_narrows_what_a_reader_reads_and_nothing_else(town):
    chance = random.Random(3)
    minutes = [0]
    town.clock = lambda: NOON + timedelta(minutes=minutes[-1])
    reader = replace(north(town), drafts=True)
    for number in range(60):
        minutes.append(number - chance.choice((0, 0, 5)))
        about(
            town, chance.choice(("A1", "A2", "A4")), kind=chance.choice((*KINDS, "account")),
            by=chance.choice(("ada", "max", "vera")), version=chance.choice(("v1", "draft", None)),
        )  # fmt: skip
    everything = town.entries(limit=100)

    def mine(logged) -> bool:
        header = logged.header
        return header.actor == "ada" or (logged.subject in ("A1", "A4") and header.kind in KINDS)

    parts = {
        "kinds": [(), ("what-if",), ("account", "overview")],
        "actor": [None, "ada", "max"],
        "version": [None, "draft"],
        "subject": [None, "A1", "A2"],
        "snapshot": [None, "s2"],
        "since": [None, NOON + timedelta(minutes=20)],
        "until": [None, NOON + timedelta(minutes=40)],
    }
    for values in product(*parts.values()):
        wanted = EntryFilter(**dict(zip(parts, values, strict=True)))
        fits = set(town.numbers(wanted))
        own = [one for one in everything if mine(one) and one.header.seq in fits]
        numbers = [one.header.seq for one in own]
        seen = replace(wanted, reader=reader)
        assert town.entries(seen, limit=100) == own, wanted
        assert town.numbers(seen) == numbers[::-1], wanted
        assert town.count_entries(seen) == len(own), wanted
        assert town.entries(seen, before_seq=30, limit=4) == [o for o in own if o.header.seq < 30][:4]
    for one in everything:
        assert town.reads(reader, one.header.seq) == mine(one)
    assert not town.reads(reader, 10**6) and not town.reads(reader, -1)


def test_the_chain_is_whole_and_a_purge_leaves_headers(town):
    reader = north(town)
    seq = about(town, "A1")
    town.purge([seq], actor="system", reason="past its time")
    assert town.verify().ok
    [left] = town.entries(EntryFilter(reader=reader))
    assert (left.header.seq, left.subject) == (seq, None)


def test_a_setback_is_noted_only_where_it_is_the_furthest(town):
    moments = [NOON + timedelta(days=400)]
    town.clock = lambda: moments[-1]
    for minutes in (0, -10, -5, 20, -400):
        moments.append(NOON + timedelta(days=400, minutes=minutes))
        about(town, "A1")
    with town.reading() as connection:
        rows = connection.execute(text("SELECT seq FROM log_setbacks ORDER BY seq")).scalars().all()
    head = town.head().seq
    assert rows == [head - 3, head]
