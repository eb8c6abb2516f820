"""The switches in the store: thrown as they were seen, never read as on where they cannot be read."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from data.store import ControlRow, Store

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
OFF = ControlRow("churn-model", "off", NOON, "u-1", "Max", "complaints", False, "v1", 0)


@pytest.fixture
def store(store_url):
    """Migrate a store of its own: the switches come with the tables."""
    made = Store(store_url)
    made.migrate()
    yield made
    made.dispose()


def test_everything_is_on_from_the_start(store):
    rows = store.control().rows
    assert sorted(rows) == ["all", "batch", "churn-model", "delegation", "recommender"]
    assert {row.state for row in rows.values()} == {"on"}
    assert {row.revision for row in rows.values()} == {1}


def test_a_switch_reads_back_as_it_was_thrown(store):
    made = store.set_control(OFF, seen=1)
    assert made == replace(OFF, revision=2)
    assert store.control().rows["churn-model"] == made
    assert store.control().rows["recommender"].state == "on"


def test_who_saw_an_older_state_throws_nothing(store):
    store.set_control(OFF, seen=1)
    assert store.set_control(replace(OFF, state="paused"), seen=1) is None
    assert store.control().rows["churn-model"].state == "off"


def test_of_twenty_at_once_one_throws_it(store):
    made = []

    def throw():
        made.append(store.set_control(OFF, seen=1))

    threads = [threading.Thread(target=throw) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len([one for one in made if one is not None]) == 1


@pytest.mark.parametrize("damage", ["DELETE FROM control", "UPDATE control SET since = 'never'"])
def test_what_cannot_be_read_is_not_there_and_can_be_replaced(tmp_path, damage):
    store = Store(f"sqlite:///{tmp_path / 'keepsight.db'}")
    store.migrate()
    with store.writing() as connection:
        connection.execute(text(damage))
    assert "churn-model" not in store.control().rows
    assert store.set_control(OFF, seen=None) is not None
    store.dispose()


def test_what_one_hides_is_hidden_for_nobody_else(store):
    assert store.hide_output("u-1") and not store.hide_output("u-1")
    assert store.control("u-1").hidden is not None
    assert store.control("u-2").hidden is None
    assert store.show_output("u-1") and not store.show_output("u-1")
    assert store.control("u-1").hidden is None


def test_a_request_is_answered_once(store):
    asked = store.record_stop_request(person="u-1", name="Vera", subsystem="all", text="It is wrong.")
    assert store.stop_requests() == [asked] == store.stop_requests("u-1")
    assert store.stop_requests("u-2") == []
    assert store.answer_stop_request(asked.number, by="Max", answer="It is off.")
    assert not store.answer_stop_request(asked.number, by="Eva", answer="It is on.")
    assert not store.answer_stop_request(99, by="Eva", answer="It is on.")
    (answered,) = store.stop_requests()
    assert (answered.answered_by, answered.answer) == ("Max", "It is off.")


def test_a_notice_lasts_until_its_end_or_the_next(store):
    store.clock = lambda: NOON
    given = {"begins": NOON, "ends": NOON + timedelta(hours=2), "actor": "u-1", "actor_name": "Max"}
    store.record_maintenance(text="A first.", **given)
    second = store.record_maintenance(text="A second.", **given)
    assert store.maintenance() == second
    store.clock = lambda: NOON + timedelta(hours=2)
    assert store.maintenance() is None and not store.end_maintenance()
    store.clock = lambda: NOON + timedelta(hours=1)
    assert store.end_maintenance()
    assert store.maintenance() is None
