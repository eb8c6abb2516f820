"""Guidelines in the store: a row for each change of state and each day, and one who works them out."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LASTS = timedelta(minutes=5)


@pytest.fixture
def at(store):
    """Give a function that sets the store's clock to so many hours after noon."""

    def moved(hours):
        moment = NOON + timedelta(hours=hours)
        store.clock = lambda: moment
        return moment

    moved(0)
    return moved


def keep(store, guideline="G7", state="met", **more):
    given = {"why": "", "headline": "0 complaints open", "measured": {"open": 0}, "shown": {"lines": []}}
    return store.keep_guideline(guideline, state=state, seconds=0.25, **{**given, **more})


def test_nothing_was_worked_out_at_first(store):
    assert store.guideline_states() == {} and store.guideline("G7") is None
    assert store.guideline_history("G7", NOON) == []


def test_what_was_worked_out_reads_back_whole(store, at):
    made = keep(store, why="A – “reason”", measured={"open": 2, "share": 0.5, "worked": None})
    assert store.guideline("G7") == made
    light = store.guideline_states()["G7"]
    assert vars(light) == {name: value for name, value in vars(made).items() if name in vars(light)}
    assert "shown" not in vars(light)


def test_the_same_state_on_the_same_day_stays_one_row_with_its_beginning(store, at):
    keep(store)
    at(3)
    keep(store, headline="1 complaint open")
    [row] = store.guideline_history("G7", NOON)
    assert (row.since, row.time, row.headline) == (NOON, NOON + timedelta(hours=3), "1 complaint open")


def test_a_change_of_state_and_a_day_make_a_row_each(store, at):
    keep(store)
    changed = at(1)
    keep(store, state="not met")
    at(2)
    keep(store, state="not met")
    at(24)
    keep(store, state="not met")
    rows = store.guideline_history("G7", NOON)
    assert [row.state for row in rows] == ["met", "not met", "not met"]
    assert [row.since for row in rows] == [NOON, changed, changed]
    assert [row.number for row in store.guideline_history("G7", NOON + timedelta(hours=2))] == [2, 3]


def test_what_is_shown_is_kept_of_the_last_row_and_what_was_read_of_all(store, at):
    keep(store, shown={"lines": ["Max did it"]}, measured={"open": 1})
    at(24)
    keep(store, shown={"lines": ["Eva did it"]}, measured={"open": 2})
    with store.reading() as connection:
        rows = connection.exec_driver_sql("SELECT measured, shown FROM guidelines ORDER BY number").all()
    assert [tuple(row) for row in rows] == [
        ('{"open": 1}', "{}"), ('{"open": 2}', '{"lines": ["Eva did it"]}')
    ]  # fmt: skip


def test_each_guideline_has_a_history_of_its_own(store, at):
    keep(store, "G1")
    keep(store, "G11", "at risk")
    keep(store, "G1", "not met")
    found = store.guideline_states()
    assert {one: row.state for one, row in found.items()} == {"G1": "not met", "G11": "at risk"}
    assert len(store.guideline_history("G1", NOON)) == 2


def test_of_many_at_once_one_works_them_out(store):
    took = []

    def take(name):
        took.append(store.take_guidelines_work(name, "Max", LASTS))

    threads = [threading.Thread(target=take, args=(f"h{n}",)) for n in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(took) == [False] * 11 + [True]


def test_who_works_says_how_far_and_gives_the_lease_up(store, at):
    assert store.guidelines_work() is None
    store.take_guidelines_work("h1", "Max", LASTS)
    assert store.note_guidelines_work("h1", "G3", 2, LASTS)
    found = store.guidelines_work()
    assert (found.holder, found.actor_name, found.doing, found.done) == ("h1", "Max", "G3", 2)
    assert not store.end_guidelines_work("h2")
    assert store.end_guidelines_work("h1") and store.guidelines_work() is None
    assert not store.note_guidelines_work("h1", "G4", 3, LASTS), "it was ended: do not go on"


def test_who_died_at_it_is_followed_by_the_next(store, at):
    store.take_guidelines_work("h1", "Max", LASTS)
    at(0.05)
    assert not store.take_guidelines_work("h2", "Eva", LASTS)
    at(1)
    assert store.guidelines_work() is None
    assert store.take_guidelines_work("h2", "Eva", LASTS)
    assert not store.note_guidelines_work("h1", "G4", 3, LASTS)
