"""User tests, people's drills and kept checks in the store: nothing overwritten, what was cut off is seen."""

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from data.store import Store, UserTestTaken

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
TEST = {
    "date": date(2026, 2, 20), "task": "Find who is at risk",
    "participants": {"groups": [{"gender": "women", "band": "under 30", "people": 3}]},
    "findings": "All found it. \u05e9\u05dc\u05d5\u05dd \U0001f642", "changed": "",
    "actor": "u-1", "actor_name": "Max",
}  # fmt: skip


@pytest.fixture
def store(store_url):
    made = Store(store_url)
    made.migrate()
    made.clock = lambda: NOON
    yield made
    made.dispose()


def test_a_user_test_reads_back_and_its_states_stay(store):
    first = store.record_user_test(**TEST)
    assert (first.number, first.test, first.revision, first.time) == (1, 1, 1, NOON)
    assert store.user_tests() == [first]
    second = store.record_user_test(**(TEST | {"task": "Other"}), test=1, seen_revision=1, reason="A slip.")
    third = store.record_user_test(**TEST, test=1, seen_revision=2, is_withdrawn=True, reason="Twice.")
    assert store.user_tests() == [third]
    assert store.user_test_history(1) == [third, second, first]
    assert store.record_user_test(**TEST).test == 2


def test_who_saw_an_older_state_changes_nothing(store):
    first = store.record_user_test(**TEST)
    second = store.record_user_test(**TEST, test=1, seen_revision=1)
    with pytest.raises(UserTestTaken) as fault:
        store.record_user_test(**TEST, test=1, seen_revision=1)
    assert fault.value.now == second != first
    with pytest.raises(UserTestTaken) as fault:
        store.record_user_test(**TEST, test=9, seen_revision=0)
    assert fault.value.now is None and len(store.user_test_history(1)) == 2


def test_of_ten_who_correct_at_once_one_does(store):
    store.record_user_test(**TEST)
    done, start = [], threading.Barrier(10)

    def correct():
        start.wait()
        with suppress(UserTestTaken):
            done.append(store.record_user_test(**TEST, test=1, seen_revision=1))

    threads = [threading.Thread(target=correct) for _ in range(10)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(done) == 1 and len(store.user_test_history(1)) == 2


def test_a_drill_of_ones_own_is_kept_step_by_step_and_stays_once_it_is_over(store):
    row = store.begin_own_drill(person="u-1", name="Max", role="manager")
    store.keep_own_drill(row.number, {"hide": {"seconds": 2}})
    assert store.own_drill("u-1") == replace(row, steps={"hide": {"seconds": 2}})
    store.keep_own_drill(row.number, {"hide": {}, "show": {}}, passed=True)
    store.keep_own_drill(row.number, {}, passed=False)
    found = store.own_drill("u-1")
    assert (found.passed, found.ended, sorted(found.steps)) == (True, NOON, ["hide", "show"])
    assert store.own_drill("u-2") is None


def test_the_latest_drill_passed_by_each_person_counts_and_old_ones_do_not(store):
    for person, passed in (("u-1", True), ("u-1", True), ("u-2", False), ("u-3", None)):
        row = store.begin_own_drill(person=person, name=person, role="viewer")
        if passed is not None:
            store.keep_own_drill(row.number, {}, passed=passed)
    assert [row.person for row in store.own_drills_passed(NOON)] == ["u-1"]
    assert store.own_drills_passed(NOON + timedelta(seconds=1)) == []


def test_a_check_that_was_cut_off_is_the_latest_until_another_ends(store):
    first = store.begin_check("drill of all")
    store.end_check(first, passed=True, result={"seconds": 1.5}, entry=7)
    store.begin_check("drill of all")
    assert store.last_check("drill of all").ended is None
    over = store.last_check("drill of all", over=True)
    assert (over.passed, over.entry, over.result, over.ended) == (True, 7, {"seconds": 1.5}, NOON)
    assert store.last_check("drill of batch") is None
    assert store.last_check("drill of batch", "drill of all").number == 2


def test_a_request_in_a_drill_is_told_from_one_that_means_it(store):
    store.record_stop_request(person="u-1", name="Vera", subsystem="all", text="It is wrong.")
    store.record_stop_request(person="u-1", name="Vera", subsystem="all", text="I try.", is_drill=True)
    assert [row.is_drill for row in store.stop_requests()] == [True, False]


def test_people_are_counted_without_those_whose_account_is_closed(store):
    ada, bob = store.add_user("Ada", "manager"), store.add_user("Bob", "manager")
    store.disable_user(bob.id, NOON)
    store.hide_output(ada.id)
    assert (store.open_accounts(), store.people_hiding()) == ({"manager": {ada.id}}, 1)
