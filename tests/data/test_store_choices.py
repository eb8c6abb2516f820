"""Choices in the store: each counts once, whatever is sent twice, and nothing depends on clocks."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from data.store import (
    ChoiceEvent,
    Entry,
    FutureChoice,
    ItemRow,
    KeyReused,
    NothingChosen,
    Store,
    StoreBusy,
    UnknownCatalogue,
    UnknownItemRow,
)
from data.store.tables import choice_events, choices, choosers

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ITEMS = [ItemRow("alien", "Alien", ("Horror",)), ItemRow("dune", "Dune", ("Reboots",)), ItemRow("odd", "Odd")]


@pytest.fixture
def films(store):
    """A store with a catalogue, at noon."""
    store.clock = lambda: NOON
    store.put_catalogue("films", ["Horror", "Reboots"], ITEMS)
    return store


def choose(store, item="alien", *, key, person="user:bea", moment=NOON, actor="u-1", source="person"):
    return store.record_choice("films", person, item, key=key, moment=moment, source=source, actor=actor)


def undo(store, item="alien", *, key, person="user:bea"):
    return store.undo_choice("films", person, item, key=key, actor="u-1")


def chosen(store, person="user:bea"):
    return [item for item, _, _ in store.history("films", person)]


def kinds(store):
    return [(event.seq, event.kind) for event in store.events_since("films", 0)]


def test_a_choice_reads_back_as_an_event_and_in_the_persons_history(films):
    moment = NOON - timedelta(days=2, microseconds=1)
    event = choose(films, key="k1", moment=moment, source="api")
    assert event == ChoiceEvent(1, "k1", "user:bea", "alien", "choose", moment, NOON, "api", "u-1")
    assert films.events_since("films", 0) == [event]
    assert films.history("films", "user:bea") == [("alien", moment, "api")]
    assert films.history("films", "user:cem") == []


def test_the_same_key_again_is_one_choice_and_gets_the_first_answer(films):
    first = choose(films, key="k1")
    films.clock = lambda: NOON + timedelta(hours=1)
    again = choose(films, key="k1", moment=NOON + timedelta(minutes=30), source="kept", actor="u-2")
    assert again.is_again
    assert not first.is_again
    assert vars(again) == {**vars(first), "is_again": True}
    assert kinds(films) == [(1, "choose")]


def test_an_answer_to_a_key_stays_the_same_after_the_choice_was_undone(films):
    choose(films, key="k1")
    undone = undo(films, key="k2")
    assert choose(films, key="k1").kind == "choose"
    assert undo(films, key="k2") == ChoiceEvent(**{**vars(undone), "is_again": True})
    assert chosen(films) == []
    assert kinds(films) == [(1, "choose"), (2, "undo")]


@pytest.mark.parametrize(
    "other",
    [
        lambda store: choose(store, key="k1", person="user:cem"),
        lambda store: choose(store, "dune", key="k1"),
        lambda store: choose(store, "solaris", key="k1"),
        lambda store: undo(store, key="k1"),
    ],
)
def test_a_key_of_another_choice_is_refused_and_changes_nothing(films, other):
    choose(films, key="k1")
    with pytest.raises(KeyReused, match="send each choice with a key of its own"):
        other(films)
    assert (kinds(films), chosen(films), chosen(films, "user:cem")) == ([(1, "choose")], ["alien"], [])


def test_a_refusal_of_a_key_does_not_tell_whose_it_is(films):
    choose(films, key="k1")
    with pytest.raises(KeyReused) as refusal:
        choose(films, "dune", key="k1", person="user:cem")
    assert "bea" not in str(refusal.value)
    assert "alien" not in str(refusal.value)


def test_keys_of_different_catalogues_do_not_meet(films):
    films.put_catalogue("books", [], [ItemRow("dune", "Dune")])
    choose(films, key="k1")
    event = films.record_choice("books", "user:cem", "dune", key="k1", moment=NOON, actor="u-1")
    assert (event.seq, event.is_again) == (1, False)
    assert films.catalogue_mark("books") == (1, 1)


def test_choosing_again_is_a_repeat_that_counts_nothing(films):
    first = choose(films, key="k1", moment=NOON - timedelta(hours=1))
    assert choose(films, key="k2").kind == "repeat"
    assert choose(films, key="k2").is_again
    assert films.history("films", "user:bea") == [("alien", first.moment, "person")]
    assert kinds(films) == [(1, "choose"), (2, "repeat")]


def test_what_was_undone_counts_again_when_chosen_again(films):
    assert [choose(films, key="k1").kind, undo(films, key="k2").kind] == ["choose", "undo"]
    assert chosen(films) == []
    assert choose(films, key="k3").kind == "choose"
    assert chosen(films) == ["alien"]


def test_undoing_is_the_persons_alone_and_once(films):
    choose(films, key="k1")
    with pytest.raises(NothingChosen, match="nothing to undo"):
        undo(films, key="k2", person="user:cem")
    undo(films, key="k2")
    with pytest.raises(NothingChosen, match="Look at the choices as they are now"):
        undo(films, key="k3")
    assert kinds(films) == [(1, "choose"), (2, "undo")]


def test_unknown_items_and_catalogues_are_refused(films):
    for ask in (choose, undo):
        with pytest.raises(UnknownItemRow, match="no item 'solaris': choose one of those it has"):
            ask(films, "solaris", key="k1")
    for ask in (
        lambda: films.record_choice("books", "user:bea", "alien", key="k1", moment=NOON, actor="u-1"),
        lambda: films.undo_choice("books", "user:bea", "alien", key="k1", actor="u-1"),
        lambda: films.events_since("books", 0),
        lambda: films.all_choices("books"),
    ):
        with pytest.raises(UnknownCatalogue, match="flask recommend load"):
            ask()
    assert kinds(films) == []


def test_an_item_of_no_category_can_be_chosen(films):
    assert choose(films, "odd", key="k1").kind == "choose"


def test_a_choice_of_the_future_is_refused(films):
    with pytest.raises(FutureChoice, match=r"2026-03-01 12:06 UTC.*set the clock"):
        choose(films, key="k1", moment=NOON + timedelta(minutes=6))
    assert (kinds(films), chosen(films)) == ([], [])


def test_a_moment_a_little_ahead_counts_as_now(films):
    assert choose(films, key="k1", moment=NOON + timedelta(minutes=5)).moment == NOON
    assert films.history("films", "user:bea") == [("alien", NOON, "person")]


def test_a_moment_without_a_zone_is_refused(films):
    with pytest.raises(ValueError, match="give an aware datetime"):
        choose(films, key="k1", moment=datetime(2026, 3, 1))
    assert kinds(films) == []


def test_a_clock_that_runs_backwards_changes_no_order(films):
    """S51: order is seq, never time."""
    choose(films, "alien", key="k1")
    films.clock = lambda: NOON - timedelta(days=1)
    with pytest.raises(FutureChoice):
        choose(films, "dune", key="k2")
    choose(films, "dune", key="k2", moment=NOON - timedelta(days=1))
    undo(films, "alien", key="k3")
    events = films.events_since("films", 0)
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.recorded for event in events] == [NOON, NOON - timedelta(days=1), NOON - timedelta(days=1)]
    assert chosen(films) == ["dune"]


def test_a_clock_set_back_leaves_the_answer_to_a_key_as_it_was(films):
    first = choose(films, key="k1")
    films.clock = lambda: NOON - timedelta(days=1)
    again = choose(films, key="k1")
    assert (again.seq, again.is_again) == (first.seq, True)


@pytest.mark.parametrize("bad", ["", " k", "k\n", "k\x00", "\ud800", "k" * 201])
@pytest.mark.parametrize("what", ["key", "person"])
def test_keys_that_cannot_be_kept_are_refused(films, what, bad):
    with pytest.raises(ValueError, match="visible characters"):
        choose(films, **{"key": "k1", what: bad})
    assert kinds(films) == []


def test_events_come_after_one_and_no_more_than_asked(films):
    for number in range(5):
        choose(films, key=f"k{number}")
    assert [event.seq for event in films.events_since("films", 2)] == [3, 4, 5]
    assert [event.seq for event in films.events_since("films", 2, limit=2)] == [3, 4]
    assert films.catalogue_mark("films") == (1, 5)


def test_a_choice_and_its_entry_in_the_log_are_both_there_or_neither(films):
    """S42."""
    with films.transaction() as together:
        choose(together, key="k1")
        together.append(Entry("choice", "u-1"))
    with pytest.raises(RuntimeError, match="stopped"), films.transaction() as together:
        choose(together, "dune", key="k2", person="user:cem")
        together.append(Entry("choice", "u-1"))
        raise RuntimeError("stopped")
    assert (kinds(films), films.head().seq, chosen(films, "user:cem")) == ([(1, "choose")], 1, [])


def test_a_refusal_leaves_the_rest_of_a_transaction_usable(films):
    with films.transaction() as together:
        with pytest.raises(UnknownItemRow):
            choose(together, "solaris", key="k1")
        choose(together, key="k1")
    assert kinds(films) == [(1, "choose")]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (choosers, {"number": 7, "person": "user:bea"}),
        (choices, {"person": 0, "item": 0, "moment": NOON, "source": "person"}),
        (
            choice_events,
            {
                "seq": 9, "key": "k1", "person": 0, "item": 1, "kind": "choose",
                "moment": NOON, "recorded": NOON, "source": "person", "actor": "u-1",
            },
        ),
    ],
)  # fmt: skip
def test_the_database_itself_counts_once(films, table, row):
    """Whatever the code does: a person, a choice and a key stand once in their tables."""
    choose(films, key="k1")
    number = films.catalogue("films").number
    with films._engines.engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(insert(table), {"catalogue": number, **row})


def test_a_store_locked_by_another_program_says_so_and_counts_nothing(tmp_path):
    """S46."""
    path = tmp_path / "keepsight.db"
    store = Store(f"sqlite:///{path}", patience_seconds=0.05, clock=lambda: NOON)
    store.migrate()
    store.put_catalogue("films", ["Horror"], ITEMS[:1])
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for ask in (choose, undo):
        with pytest.raises(StoreBusy, match="Repeat the action in a moment"):
            ask(store, key="k1")
    assert chosen(store) == []  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert choose(store, key="k1").kind == "choose"
    store.dispose()
