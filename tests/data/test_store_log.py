"""The log: one chain, written wholly or not at all, read in pages."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.store import Entry, EntryFilter, EntryRefused, Head, Store, StoreError
from data.store.chain import GENESIS, header_hash
from tests.data.store_chain import LENGTH, PAYLOAD, fill


@pytest.fixture
def chain(store: Store) -> Store:
    return fill(store)


def test_an_entry_reads_back_as_it_was_written(chain):
    read = chain.entry(3)
    assert (read.subject, read.actor_name, read.payload, read.is_purged) == (
        "customer 3",
        "Ada",
        PAYLOAD,
        False,
    )
    assert (read.header.kind, read.header.actor, read.header.version) == ("what-if", "k3v9", "v1")
    assert read.header.time.tzinfo is UTC


def test_each_entry_continues_the_one_before(chain):
    entries = chain.entries(limit=100)[::-1]
    assert [entry.header.seq for entry in entries] == list(range(1, LENGTH + 1))
    assert [entry.header.previous for entry in entries] == [
        GENESIS,
        *(entry.header.hash for entry in entries[:-1]),
    ]
    assert all(entry.header.hash == header_hash(vars(entry.header)) for entry in entries)


def test_what_append_returns_is_what_is_stored(store):
    header = store.append(Entry("load", "system", payload={"rows": 7043}))
    assert store.entry(header.seq).header == header
    assert store.head() == Head(header.seq, header.hash)


def test_an_empty_log_is_whole(store):
    assert store.head() == Head(0, GENESIS)
    assert store.verify().ok
    assert store.entries() == []
    assert store.entry(1) is None


# --- reading -----------------------------------------------------------------------------------------


def test_pages_join_without_gap_or_repeat(chain):
    first = chain.entries(limit=4)
    second = chain.entries(before_seq=first[-1].header.seq, limit=4)
    assert [entry.header.seq for entry in first + second] == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "wanted",
    [
        EntryFilter(kinds=("login", "load")),
        EntryFilter(actor="q7"),
        EntryFilter(subject="telco"),
        EntryFilter(version="v9"),
        EntryFilter(snapshot="s9"),
    ],
)
def test_each_filter_narrows_to_its_own(chain, wanted):
    mine = chain.append(Entry("load", "q7", "v9", "s9", "telco"))
    assert [entry.header.seq for entry in chain.entries(wanted)] == [mine.seq]
    assert chain.count_entries(wanted) == 1


def test_a_span_of_time_includes_its_start_and_not_its_end(store_url):
    start = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)  # the night clocks change in Europe
    moments = iter([start, start + timedelta(hours=1), start + timedelta(hours=2)])
    store = Store(store_url, clock=lambda: next(moments))
    store.migrate()
    for _ in range(3):
        store.append(Entry("start", "system"))
    wanted = EntryFilter(since=start, until=start + timedelta(hours=2))
    assert [entry.header.seq for entry in store.entries(wanted)] == [2, 1]
    store.dispose()


def test_a_clock_that_goes_back_keeps_the_order_and_the_chain(store_url):
    """S51."""
    start = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    back = [timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=-1), timedelta(0)]
    jumps = iter([start - step for step in back])
    store = Store(store_url, clock=lambda: next(jumps))
    store.migrate()
    for number in range(5):
        store.append(Entry("start", "system", payload={"n": number}))
    assert [entry.payload["n"] for entry in store.entries()] == [4, 3, 2, 1, 0]
    assert store.entry(2).header.time == start - timedelta(hours=1)
    assert store.entry(3).header.time == start - timedelta(days=1)
    assert store.verify(store.head()).ok
    store.dispose()


# --- writing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry",
    [
        Entry("", "system"),
        Entry("load", ""),
        Entry("load", "system", subject="a\x00b"),
        Entry("load", "system", subject="\ud800"),
        Entry("load", "system", actor_name="\ud800"),
        Entry("load", "system", version="\ud800"),
        Entry("load", "system", payload={"x": float("nan")}),
        Entry("load", "system", payload=["x"]),
        Entry("load", 7),
    ],
)
def test_an_entry_that_cannot_be_kept_exactly_is_refused_and_leaves_no_trace(store, entry):
    with pytest.raises(EntryRefused):
        store.append(entry)
    assert store.head().seq == 0


def test_a_subject_is_kept_to_the_character(store):
    strange = "Zoë 🛰 ' \" \\ \n\t\x7f \u202e; DROP TABLE log"
    store.append(Entry("prediction", "k3v9", subject=strange, payload={strange: strange}))
    read = store.entry(1)
    assert (read.subject, read.payload) == (strange, {strange: strange})
    assert store.verify().ok


def test_a_change_and_its_entry_are_both_there(store):
    """S42."""
    with store.transaction() as transaction:
        transaction.set_current_spec("telco", "k3v9")
        transaction.append(Entry("load", "k3v9", subject="telco"))
    assert (store.current_spec(), store.head().seq) == ("telco", 1)


def test_a_change_whose_entry_fails_does_not_happen(store):
    """S42."""
    with pytest.raises(EntryRefused), store.transaction() as transaction:
        transaction.set_current_spec("telco", "k3v9")
        transaction.append(Entry("load", "k3v9", payload={"x": float("nan")}))
    assert store.current_spec() is None


def test_an_entry_whose_change_fails_is_not_written(store):
    """S42: a fault of the database between the two."""
    with pytest.raises(StoreError), store.transaction() as transaction:
        transaction.append(Entry("load", "k3v9", subject="telco"))
        with transaction.writing() as connection:
            connection.execute(text("INSERT INTO installation (no_such_column) VALUES (1)"))
    assert store.head().seq == 0
    assert store.append(Entry("start", "system")).seq == 1


def test_a_header_without_its_payload_is_not_written(store_url):
    """S42: the two rows of an entry are one."""
    store = Store(store_url)
    store.migrate()
    with store.writing() as connection:
        connection.execute(text("DROP TABLE log_payload"))
    with pytest.raises(StoreError, match="make run"):
        store.append(Entry("start", "system"))
    assert store.head().seq == 0
    store.dispose()


def test_a_transaction_sees_what_it_wrote(store):
    with store.transaction() as transaction:
        first = transaction.append(Entry("start", "system"))
        second = transaction.append(Entry("start", "system"))
        assert second.previous == first.hash
        assert transaction.head().seq == 2
    assert store.verify().entries == 2


@pytest.mark.parametrize("strange", ["a\x00b", "\ud800"])
def test_asking_for_what_cannot_be_there_finds_nothing(chain, strange):
    for wanted in (EntryFilter(subject=strange), EntryFilter(kinds=(strange,)), EntryFilter(actor=strange)):
        assert chain.entries(wanted) == []
        assert chain.count_entries(wanted) == 0


@pytest.mark.parametrize("seq", [-1, 0, 2**63, 10**40])
def test_a_number_that_is_no_entrys_finds_nothing(chain, seq):
    assert chain.entry(seq) is None
    assert len(chain.entries(before_seq=seq)) in (0, LENGTH)


def test_times_are_utc_whatever_time_zone_the_server_keeps(postgres_url):
    """S51."""
    store = Store(f"{postgres_url}%20-cTimeZone%3DAmerica/New_York")
    store.migrate()
    header = store.append(Entry("start", "system"))
    assert store.entry(1).header.time == header.time
    assert store.entry(1).header.time.utcoffset() == timedelta(0)
    assert store.verify().ok
    store.dispose()
