"""The log: one chain, kept whole, read in pages, verified, purged on record."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data.store import Entry, EntryFilter, EntryRefused, Head, Store, StoreError
from data.store.chain import GENESIS, header_hash, payload_hash

LENGTH = 6
PAYLOAD = {"changes": {"tenure": 12.5}, "reasons": [["Contract", -0.25]], "note": "größer"}


class UndoThis(Exception):
    """Roll a test's tampering back, so that one chain serves many examples."""


@pytest.fixture
def chain(store: Store) -> Store:
    for number in range(1, LENGTH + 1):
        store.append(Entry("what-if", "k3v9", "v1", "s1", f"customer {number}", PAYLOAD, actor_name="Ada"))
    return store


def verify_after(store: Store, *statements: str, sealed: Head | None = None, **values):
    """Tamper by SQL, verify, and take the tampering back."""
    found = None
    try:
        with store.transaction() as transaction:
            with transaction.writing() as connection:
                for statement in statements:
                    assert connection.execute(text(statement), values).rowcount > 0
            found = transaction.verify(sealed)
            raise UndoThis
    except UndoThis:
        return found


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


def test_a_whole_chain_verifies_and_counts(chain):
    found = chain.verify(chain.head())
    assert (found.ok, found.entries, found.first_bad, found.reason, found.purged) == (
        True,
        LENGTH,
        None,
        "",
        0,
    )


CHANGES = {
    "log.time": "'2020-01-01 00:00:00.000000'",
    "log.kind": "'list'",
    "log.actor": "'x'",
    "log.version": "NULL",
    "log.snapshot": "'s2'",
    "log.payload_hash": "'0'",
    "log.previous": "'0'",
    "log.hash": "'0'",
    "log_payload.salt": "'0'",
    "log_payload.actor_name": "'Eve'",
    "log_payload.subject": "NULL",
    "log_payload.body": "'{}'",
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_named_by_its_entry(chain, field):
    """S40: every field there is, header and payload."""
    table, column = field.split(".")
    found = verify_after(chain, f"UPDATE {table} SET {column} = {CHANGES[field]} WHERE seq = 4")
    assert (found.ok, found.first_bad, found.entries) == (False, 4, 3)
    assert found.reason


def test_the_list_of_fields_above_is_complete(chain):
    with chain.reading() as connection:
        for table in ("log", "log_payload"):
            columns = set(connection.execute(text(f"SELECT * FROM {table}")).keys()) - {"seq"}
            assert columns == {field.split(".")[1] for field in CHANGES if field.startswith(f"{table}.")}


def test_a_field_that_cannot_even_be_read_is_named(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")  # PostgreSQL takes no such value
    store.migrate()
    for number in range(LENGTH):
        store.append(Entry("start", "system", payload={"n": number}))
    found = verify_after(store, "UPDATE log SET time = 'yesterday' WHERE seq = 5")
    assert (found.ok, found.first_bad, found.entries) == (False, 5, 4)


def test_a_rewritten_hash_shows_at_the_next_entry(chain):
    """Whoever changes an entry and seals it anew has to change all that follow."""
    row = vars(chain.entry(4).header) | {"kind": "list"}
    found = verify_after(
        chain, "UPDATE log SET kind = 'list', hash = :hash WHERE seq = 4", hash=header_hash(row)
    )
    assert (found.ok, found.first_bad) == (False, 5)


def test_a_swap_of_two_entries_is_noticed(chain):
    """S40."""
    found = verify_after(
        chain,
        "UPDATE log SET previous = (SELECT hash FROM log WHERE seq = 3) WHERE seq = 2",
        "UPDATE log SET hash = (SELECT hash FROM log WHERE seq = 3) WHERE seq = 2",
    )
    assert (found.ok, found.first_bad) == (False, 2)
    bodies = "UPDATE log_payload SET subject = CASE seq WHEN 2 THEN 'customer 3' ELSE 'customer 2' END"
    assert verify_after(chain, f"{bodies} WHERE seq IN (2, 3)").first_bad == 2


def test_an_entry_put_between_is_noticed(chain):
    """S40: the rest moves up by one, and one is put where there is room now."""
    found = verify_after(
        chain,
        "INSERT INTO log SELECT 99, time, kind, actor, version, snapshot, payload_hash, previous, hash"
        " FROM log WHERE seq = 6",
    )
    assert (found.ok, found.first_bad) == (False, 7)
    assert "is missing" in found.reason


@pytest.mark.parametrize("seq", [1, 3])
def test_a_removed_entry_is_named(chain, seq):
    found = verify_after(
        chain, f"DELETE FROM log_payload WHERE seq = {seq}", f"DELETE FROM log WHERE seq = {seq}"
    )
    assert (found.ok, found.first_bad) == (False, seq)


def test_a_tail_that_was_cut_off_shows_against_a_head_kept_outside(chain):
    """S40: what is left is a whole chain, so nothing inside the database can show it."""
    cut = ("DELETE FROM log_payload WHERE seq >= 5", "DELETE FROM log WHERE seq >= 5")
    assert verify_after(chain, *cut).ok
    found = verify_after(chain, *cut, sealed=chain.head())
    assert (found.ok, found.first_bad) == (False, 5)
    assert "cut off" in found.reason


def test_a_chain_written_anew_shows_against_a_head_kept_outside(chain):
    """S40: everything sealed again from an entry on is whole in itself."""
    sealed = chain.head()
    values, statements, previous = {}, [], chain.entry(4).header.hash
    for seq in (5, 6):
        row = vars(chain.entry(seq).header) | {"actor": "somebody else", "previous": previous}
        previous = header_hash(row)
        values |= {f"p{seq}": row["previous"], f"h{seq}": previous}
        statements.append(
            f"UPDATE log SET actor = 'somebody else', previous = :p{seq}, hash = :h{seq} WHERE seq = {seq}"
        )
    only = [{key: value for key, value in values.items() if key in statement} for statement in statements]
    with pytest.raises(UndoThis), chain.transaction() as transaction:
        with transaction.writing() as connection:
            for statement, parameters in zip(statements, only, strict=True):
                connection.execute(text(statement), parameters)
        assert transaction.verify().ok
        found = transaction.verify(sealed)
        raise UndoThis
    assert (found.ok, found.first_bad) == (False, 6)


def test_a_payload_without_a_header_is_named(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    store.append(Entry("start", "system"))
    with store.writing() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("INSERT INTO log_payload VALUES (9, 's', 'Eve', NULL, '{}')"))
        found = _verify_on(store, connection)
        connection.execute(text("DELETE FROM log_payload WHERE seq = 9"))
    assert (found.ok, found.first_bad) == (False, 9)


def _verify_on(store, connection):
    from data.store.store import Transaction

    return Transaction(connection, store.clock).verify()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, LENGTH), field=st.sampled_from(sorted(CHANGES)), value=st.text("0aé'", min_size=1))
def test_no_text_in_any_field_goes_unnoticed(chain, seq, field, value):
    """S40, as a property."""
    table, column = field.split(".")
    if column == "time":
        value = "1999-01-01 00:00:00.000000"
    found = verify_after(chain, f"UPDATE {table} SET {column} = :value WHERE seq = {seq}", value=value)
    assert (found.ok, found.first_bad) == (False, seq)


# --- purging -----------------------------------------------------------------------------------------


def test_a_purge_leaves_the_chain_whole_and_says_so(chain):
    entry = chain.purge([2, 3, 5], actor="system", reason="erased on request")
    found = chain.verify()
    assert (found.ok, found.purged, found.entries) == (True, 3, LENGTH + 1)
    gone = chain.entry(3)
    assert (gone.is_purged, gone.payload, gone.subject, gone.actor_name) == (True, None, None, "")
    assert chain.entry(entry.seq).payload == {"entries": [[2, 3], [5, 5]], "reason": "erased on request"}


def test_a_payload_that_is_gone_without_a_purge_on_record_is_named(chain):
    """S40: otherwise removing what was said would be as easy as it is wrong."""
    chain.purge([2], actor="system", reason="erased on request")
    found = verify_after(chain, "DELETE FROM log_payload WHERE seq = 3")
    assert (found.ok, found.first_bad) == (False, 3)
    assert "no purge on record" in found.reason


def test_the_record_of_a_purge_cannot_be_purged(chain):
    record = chain.purge([2], actor="system", reason="erased on request")
    assert chain.purge([record.seq], actor="system", reason="cover up") is None
    assert not chain.entry(record.seq).is_purged


def test_a_forged_purge_explains_nothing(chain):
    found = verify_after(
        chain,
        "DELETE FROM log_payload WHERE seq = 2",
        "UPDATE log SET kind = 'purge' WHERE seq = 5",
        "UPDATE log_payload SET body = '{\"entries\": [[2, 2]]}' WHERE seq = 5",
    )
    assert not found.ok


def test_nothing_of_a_purged_payload_can_be_guessed_from_its_hash(chain):
    """The salt goes with it, so that trying all customers does not bring one back."""
    body = '{"x":1}'
    assert payload_hash("salt", "Ada", "7590", body) != payload_hash("other", "Ada", "7590", body)
    salts = set()
    with chain.reading() as connection:
        salts |= set(connection.execute(text("SELECT salt FROM log_payload")).scalars())
    assert len(salts) == LENGTH
    assert all(len(salt) == 32 for salt in salts)


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
    jumps = iter([start, start - timedelta(days=1), start + timedelta(days=1), start])
    store = Store(store_url, clock=lambda: next(jumps))
    store.migrate()
    for number in range(4):
        store.append(Entry("start", "system", payload={"n": number}))
    assert [entry.payload["n"] for entry in store.entries()] == [3, 2, 1, 0]
    assert store.entry(2).header.time == start - timedelta(days=1)
    assert store.verify().ok
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
