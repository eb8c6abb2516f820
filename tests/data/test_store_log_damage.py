"""S40: what is done to the log by hand in the database is found, and named by its first entry and a word."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from data.store import Entry, Head, Store
from data.store.chain import GENESIS, header_hash, payload_hash
from data.store.store import Transaction
from tests.data.store_chain import LENGTH, fill

HEADER = "time, kind, actor, version, snapshot, payload_hash, previous, hash"
PAYLOAD = "salt, actor_name, subject, body"

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


@pytest.fixture(scope="module")
def chain(shared_store) -> Store:
    return fill(shared_store)


@pytest.fixture
def own(store) -> Store:
    """Give a chain of the test's own, to append to and to purge."""
    return fill(store)


class UndoThis(Exception):
    """Roll a test's tampering back, so that one chain serves many examples."""


def verify_after(store: Store, *statements: str, heads: tuple[Head, ...] = (), **values):
    """Tamper by SQL, verify, and take the tampering back."""
    found = None
    try:
        with store.transaction() as transaction:
            with transaction.writing() as connection:
                for statement in statements:
                    used = {name: value for name, value in values.items() if f":{name}" in statement}
                    assert connection.execute(text(statement), used).rowcount > 0
            found = transaction.verify(*heads)
            raise UndoThis
    except UndoThis:
        return found


def moved(old: int, new: int) -> list[str]:
    """Give an entry another number, payload and all."""
    return [
        f"INSERT INTO log SELECT {new}, {HEADER} FROM log WHERE seq = {old}",
        f"UPDATE log_payload SET seq = {new} WHERE seq = {old}",
        f"DELETE FROM log WHERE seq = {old}",
    ]


def told(found) -> tuple:
    assert found.ok == (found.first_bad is None)
    return found.what, found.first_bad


def test_a_whole_chain_verifies_and_counts(chain):
    found = chain.verify(chain.head())
    assert (found.ok, found.entries, found.first_bad, found.reason, found.purged, found.what) == (
        True,
        LENGTH,
        None,
        "",
        0,
        "",
    )


# --- changed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_named_by_its_entry(chain, field):
    """Every field there is, header and payload."""
    table, column = field.split(".")
    found = verify_after(chain, f"UPDATE {table} SET {column} = {CHANGES[field]} WHERE seq = 4")
    assert (told(found), found.entries) == (("changed", 4), 3)
    assert found.reason


def test_the_list_of_fields_above_is_complete(chain):
    with chain.reading() as connection:
        for table in ("log", "log_payload"):
            columns = set(connection.execute(text(f"SELECT * FROM {table}")).keys()) - {"seq"}
            assert columns == {field.split(".")[1] for field in CHANGES if field.startswith(f"{table}.")}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, LENGTH), field=st.sampled_from(sorted(CHANGES)), value=st.text("0aé'", min_size=1))
def test_no_text_in_any_field_goes_unnoticed(chain, seq, field, value):
    table, column = field.split(".")
    if column == "time":
        value = "1999-01-01 00:00:00.000000"
    found = verify_after(chain, f"UPDATE {table} SET {column} = :value WHERE seq = {seq}", value=value)
    assert told(found) == ("changed", seq)


@pytest.mark.parametrize("strange", ["'yesterday'", "x'00ff'", "7"])
def test_a_field_that_cannot_even_be_read_is_named(tmp_path, strange):
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")  # PostgreSQL takes no such value
    store.migrate()
    for number in range(LENGTH):
        store.append(Entry("start", "system", payload={"n": number}))
    for field in CHANGES:
        table, column = field.split(".")
        found = verify_after(store, f"UPDATE {table} SET {column} = {strange} WHERE seq = 5")
        assert (told(found), found.entries) == (("changed", 5), 4), field
    store.dispose()


def test_an_entry_that_was_changed_and_sealed_anew_is_told_from_the_one_after_it(chain):
    """Whoever changes an entry and seals it anew has to change all that follow."""
    row = vars(chain.entry(4).header) | {"kind": "list"}
    change = "UPDATE log SET kind = 'list', hash = :hash WHERE seq = 4"
    assert told(verify_after(chain, change, hash=header_hash(row))) == ("changed", 4)


def test_the_last_entry_linked_to_another_is_named(chain):
    row = vars(chain.entry(LENGTH).header) | {"previous": "0" * 64}
    change = f"UPDATE log SET previous = :previous, hash = :hash WHERE seq = {LENGTH}"
    found = verify_after(chain, change, previous=row["previous"], hash=header_hash(row))
    assert told(found) == ("changed", LENGTH)


# --- removed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seq", [1, 3])
def test_a_removed_entry_is_named(chain, seq):
    tables = ("log_payload", "log")
    found = verify_after(chain, *(f"DELETE FROM {table} WHERE seq = {seq}" for table in tables))
    assert told(found) == ("removed", seq)


def test_several_entries_removed_in_the_middle_are_named_by_the_first(chain):
    tables = ("log_payload", "log")
    found = verify_after(chain, *(f"DELETE FROM {table} WHERE seq IN (3, 4)" for table in tables))
    assert told(found) == ("removed", 3)
    assert "the next entry there is 5" in found.reason


def test_an_entry_whose_place_was_closed_up_is_missed(chain):
    gone = ["DELETE FROM log_payload WHERE seq = 3", "DELETE FROM log WHERE seq = 3"]
    found = verify_after(chain, *gone, *moved(4, 3), *moved(5, 4), *moved(6, 5))
    assert told(found) == ("removed", 3)
    assert "what was entry 4 was put in its place" in found.reason


def test_a_payload_that_is_gone_without_a_purge_on_record_is_named(own):
    """Otherwise removing what was said would be as easy as it is wrong."""
    own.purge([2], actor="system", reason="erased on request")
    found = verify_after(own, "DELETE FROM log_payload WHERE seq = 3")
    assert told(found) == ("removed", 3)
    assert "no purge on record" in found.reason


# --- inserted ----------------------------------------------------------------------------------------


def room_at(seq: int) -> list[str]:
    """Move all from an entry on up by one."""
    return [statement for old in range(LENGTH, seq - 1, -1) for statement in moved(old, old + 1)]


def test_an_entry_put_between_is_named(chain):
    copied = f"INSERT INTO log SELECT 4, {HEADER} FROM log WHERE seq = 2"
    payload = f"INSERT INTO log_payload SELECT 4, {PAYLOAD} FROM log_payload WHERE seq = 2"
    found = verify_after(chain, *room_at(4), copied, payload)
    assert (found.first_bad, found.ok) == (4, False)
    assert found.what in ("inserted", "reordered")


@pytest.mark.parametrize("is_sealed", [False, True])
def test_a_forged_entry_put_between_is_named(chain, is_sealed):
    """Also one that continues the entry before it: what was there before shows it."""
    row = vars(chain.entry(4).header) | {"actor": "eve", "hash": "1" * 64}
    if is_sealed:
        row["hash"] = header_hash(row)
    forged = (
        "INSERT INTO log (seq, time, kind, actor, version, snapshot, payload_hash, previous, hash) "
        "SELECT 4, time, kind, 'eve', version, snapshot, payload_hash, previous, :hash FROM log WHERE seq = 5"
    )
    payload = f"INSERT INTO log_payload SELECT 4, {PAYLOAD} FROM log_payload WHERE seq = 5"
    found = verify_after(chain, *room_at(4), forged, payload, hash=row["hash"])
    assert told(found) == ("inserted", 4)


def test_an_entry_before_the_first_is_named(chain):
    found = verify_after(chain, f"INSERT INTO log SELECT 0, {HEADER} FROM log WHERE seq = 6")
    assert told(found) == ("inserted", 0)


def test_an_entry_put_far_behind_the_last_is_noticed(chain):
    found = verify_after(chain, f"INSERT INTO log SELECT 99, {HEADER} FROM log WHERE seq = 6")
    assert told(found) == ("removed", LENGTH + 1)
    assert "the next entry there is 99" in found.reason


def test_a_payload_without_a_header_is_named(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'a.db'}")
    store.migrate()
    store.append(Entry("start", "system"))
    with store.writing() as connection:
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(text("INSERT INTO log_payload VALUES (9, 's', 'Eve', NULL, '{}')"))
        found = Transaction(connection, store.clock).verify()
        connection.execute(text("DELETE FROM log_payload WHERE seq = 9"))
    assert told(found) == ("inserted", 9)
    store.dispose()


# --- reordered ---------------------------------------------------------------------------------------


def test_two_entries_that_changed_places_are_named(chain):
    found = verify_after(chain, *moved(2, 99), *moved(3, 2), *moved(99, 3))
    assert told(found) == ("reordered", 2)
    assert "what stands here was entry 3" in found.reason


@pytest.mark.parametrize("other", [3, 5])
def test_two_payloads_that_changed_places_are_named(chain, other):
    aside = f"INSERT INTO log SELECT 99, {HEADER} FROM log WHERE seq = 2"  # each payload has to have a header
    steps = ((2, 99), (other, 2), (99, other))
    swaps = [f"UPDATE log_payload SET seq = {new} WHERE seq = {old}" for old, new in steps]
    found = verify_after(chain, aside, *swaps, "DELETE FROM log WHERE seq = 99")
    assert told(found) == ("reordered", 2)
    assert f"that of entry {other}" in found.reason


def test_two_headers_that_changed_places_under_their_hashes_are_named(own):
    own.append(Entry("list", "q7"))
    fields = ("time", "kind", "actor", "version", "snapshot", "payload_hash")
    with own.reading() as connection:
        rows = {row.seq: row for row in connection.execute(text("SELECT * FROM log WHERE seq IN (3, 7)"))}
    statements, values = [], {}
    for seq, other in ((3, 7), (7, 3)):
        given = ", ".join(f"{name} = :{name}_from_{other}" for name in fields)
        statements.append(f"UPDATE log SET {given} WHERE seq = {seq}")
        values |= {f"{name}_from_{other}": getattr(rows[other], name) for name in fields}
    found = verify_after(own, *statements, **values)
    assert told(found) == ("reordered", 3)
    assert "that of entry 7" in found.reason


# --- heads kept elsewhere ----------------------------------------------------------------------------

CUT = ("DELETE FROM log_payload WHERE seq >= 5", "DELETE FROM log WHERE seq >= 5")


def test_a_tail_that_was_cut_off_shows_against_a_head_kept_outside(chain):
    """What is left is a whole chain, so nothing inside the database can show it."""
    assert verify_after(chain, *CUT).ok
    assert told(verify_after(chain, *CUT, heads=(chain.head(),))) == ("cut off", 5)


def test_a_log_that_was_emptied_shows_against_a_head_kept_outside(chain):
    found = verify_after(chain, "DELETE FROM log_payload", "DELETE FROM log", heads=(chain.head(),))
    assert told(found) == ("cut off", 1)


def test_a_chain_written_anew_shows_against_the_first_head_that_differs(chain):
    """Everything sealed again from an entry on is whole in itself."""
    heads = [Head(seq, chain.entry(seq).header.hash) for seq in (2, 4, 5, 6)]
    statements, values, previous = [], {}, chain.entry(4).header.hash
    for seq in (5, 6):
        row = vars(chain.entry(seq).header) | {"actor": "somebody else", "previous": previous}
        previous = header_hash(row)
        values |= {f"before_{seq}": row["previous"], f"hash_{seq}": previous}
        statements.append(
            f"UPDATE log SET actor = 'somebody else', previous = :before_{seq}, hash = :hash_{seq} "
            f"WHERE seq = {seq}"
        )
    assert verify_after(chain, *statements, **values).ok
    found = verify_after(chain, *statements, heads=tuple(heads), **values)
    assert told(found) == ("rewritten", 5)
    assert "after entry 4, the last that a head agrees with" in found.reason
    assert told(verify_after(chain, *statements, heads=(heads[-1],), **values)) == ("rewritten", 6)


def test_heads_that_contradict_each_other_are_not_both_believed(chain):
    assert told(chain.verify(chain.head(), Head(LENGTH, "0" * 64))) == ("rewritten", LENGTH)


def test_the_head_of_an_empty_log_says_nothing_against_a_full_one(chain):
    assert chain.verify(Head(0, GENESIS), chain.head()).ok
    assert told(chain.verify(Head(0, "1" * 64))) == ("rewritten", 1)


# --- purges ------------------------------------------------------------------------------------------


def test_a_purge_leaves_the_chain_whole_and_says_so(own):
    entry = own.purge([2, 3, 5], actor="system", reason="erased on request")
    found = own.verify(own.head())
    assert (found.ok, found.purged, found.entries) == (True, 3, LENGTH + 1)
    gone = own.entry(3)
    assert (gone.is_purged, gone.payload, gone.subject, gone.actor_name) == (True, None, None, "")
    assert own.entry(entry.seq).payload == {"entries": [[2, 3], [5, 5]], "reason": "erased on request"}


def test_several_purges_each_explain_what_they_removed_and_nothing_between(own):
    own.purge([5, 6], actor="system", reason="erased on request")
    own.purge([2], actor="system", reason="erased on request")
    assert (own.verify().ok, own.verify().purged) == (True, 3)
    for seq in (3, 4):
        assert told(verify_after(own, f"DELETE FROM log_payload WHERE seq = {seq}")) == ("removed", seq)


def test_the_record_of_a_purge_cannot_be_purged(own):
    record = own.purge([2], actor="system", reason="erased on request")
    assert own.purge([record.seq], actor="system", reason="cover up") is None
    assert not own.entry(record.seq).is_purged


def test_what_is_purged_is_not_left_lying_in_the_file(tmp_path):
    file = tmp_path / "a.db"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    canary = "Aurelia Nightingale"
    entry = Entry("what-if", "k3v9", subject=canary, payload={"note": canary})
    seqs = [store.append(entry).seq for _ in range(50)]
    store.purge(seqs, actor="system", reason="erased on request")
    with store.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.dispose()
    kept = [path.read_bytes() for path in tmp_path.iterdir()]
    assert kept and not any(canary.encode() in content for content in kept)


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
