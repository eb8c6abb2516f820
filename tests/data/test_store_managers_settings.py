"""Changes of settings in the store: added, never overwritten, and none lost where many change at once."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import IntegrityError

from data.store import SettingRow, SettingTaken, Store, StoreError
from data.store.tables import managers_settings

LATER = datetime(2026, 3, 4, 18, 0, tzinfo=UTC)
CHANGE = {
    "name": "at_risk_share", "value": {"value": 0.2}, "reason": "More calls.", "complaint": None,
    "actor": "u-1", "actor_name": "Max",
}  # fmt: skip


@pytest.fixture
def store(store_url):
    made = Store(store_url)
    made.migrate()
    yield made
    made.dispose()


def test_nothing_is_changed_from_the_start(store):
    assert (store.last_setting(), store.settings_history()) == (0, [])


def test_a_change_reads_back_as_it_was_made_and_stays_when_the_next_comes(store):
    first = store.record_setting(**CHANGE, seen_revision=0)
    second = store.record_setting(
        **(CHANGE | {"value": None, "complaint": "F-7"}), seen_revision=1, begins=LATER, undoes=1
    )
    assert first == SettingRow(**CHANGE, number=1, time=first.time, revision=1)
    assert second == replace(
        first, number=2, value=None, complaint="F-7", time=second.time, revision=2, begins=LATER, undoes=1
    )
    assert store.settings_history("at_risk_share") == [second, first]
    assert (store.last_setting(), store.settings_history("contact")) == (2, [])


def test_who_saw_an_older_change_is_told_the_one_of_now(store):
    made = store.record_setting(**CHANGE, seen_revision=0)
    for seen in (0, 2):
        with pytest.raises(SettingTaken) as fault:
            store.record_setting(**CHANGE, seen_revision=seen)
        assert fault.value.now == made
    assert store.last_setting() == 1


def test_twenty_who_count_up_at_once_lose_none_that_was_acknowledged(store):
    """S49."""
    acknowledged, start = [], threading.Barrier(20)

    def count_up():
        start.wait()
        for _ in range(5):
            found = store.settings_history("value_months")
            now = found[0].value["value"] if found else 0
            try:
                store.record_setting(
                    **(CHANGE | {"name": "value_months", "value": {"value": now + 1}}),
                    seen_revision=found[0].revision if found else 0,
                )
                acknowledged.append(now + 1)
            except SettingTaken:
                continue

    threads = [threading.Thread(target=count_up) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    [last, *_] = store.settings_history("value_months")
    assert last.value == {"value": len(acknowledged)}
    assert sorted(acknowledged) == list(range(1, len(acknowledged) + 1))


def test_no_revision_comes_twice_whatever_the_code_does(store):
    row = store.record_setting(**CHANGE, seen_revision=0)
    with pytest.raises((IntegrityError, StoreError, ValueError)), store.writing() as connection:
        connection.execute(managers_settings.insert(), vars(replace(row, number=2)))
    assert store.last_setting() == 1
