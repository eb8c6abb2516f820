"""Actions and their subjects in the store."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from data.store import ActionRow, Subject, Tally
from data.store import actions as actions_module

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACTION = ActionRow(
    "a1", "telco", "Yearly offer", {"words": ["Contract set to One year"], "columns": ["contract"]}, "v1",
    "s1", "u-1", "Max", date(2026, 3, 2), date(2026, 3, 20), date(2026, 4, 2), 0.1, NOON, "k3f9tq",
)  # fmt: skip
SUBJECTS = [
    Subject("a", False, "1", 0.5, 0.6, 10.0, 100.0),
    Subject("b", False, "1 and 2", -1.0, 0.3, 20.0, None),
    Subject("c", True, "1", 0.0, 0.5, 10.0, 400.0),
]
DAY = date(2026, 3, 9)


def test_an_action_reads_back_with_its_arms_summed_up(store):
    made = store.record_action(ACTION, SUBJECTS)
    assert store.action("a1") == made
    assert replace(made, contacted=Tally(), held=Tally()) == ACTION
    assert made.contacted == Tally(customers=2, cost=30.0)
    assert made.held == Tally(customers=1, cost=10.0)
    assert store.action("a2") is None


def test_subjects_come_by_key_and_by_arm(store, monkeypatch):
    monkeypatch.setattr(actions_module, "BATCH", 2)
    store.record_action(ACTION, reversed(SUBJECTS))
    assert list(store.subjects("a1")) == SUBJECTS
    assert [one.key for one in store.subjects("a1", is_held=True)] == ["c"]


def test_actions_come_latest_first_and_by_spec(store):
    for name, spec in (("a1", "telco"), ("a2", "telco"), ("a3", "demo")):
        store.record_action(replace(ACTION, id=name, spec_name=spec), SUBJECTS)
    assert [row.id for row in store.actions()] == ["a3", "a2", "a1"]
    assert [row.id for row in store.actions("telco")] == ["a2", "a1"]


def test_outcomes_are_summed_up_by_arm(store):
    store.record_action(ACTION, SUBJECTS)
    found = store.record_outcomes("a1", {"a": (True, DAY), "b": (False, DAY), "c": (True, DAY)})
    assert found.contacted == Tally(2, 2, 1, pytest.approx(0.9), 30.0, 1, 100.0, 10_000.0)
    assert found.held == Tally(1, 1, 1, 0.5, 10.0, 1, 400.0, 160_000.0)
    assert store.action_outcomes("a1") == {"a": True, "b": False, "c": True}
    corrected = store.record_outcomes("a1", {"a": (False, DAY)})
    assert (corrected.contacted.left, corrected.contacted.known) == (0, 2)


@pytest.mark.parametrize(
    ("starts", "due", "is_busy"),
    [
        (date(2026, 2, 1), date(2026, 3, 1), False),
        (date(2026, 2, 1), date(2026, 3, 2), True),
        (date(2026, 4, 2), date(2026, 5, 2), True),
        (date(2026, 4, 3), date(2026, 5, 2), False),
    ],
)
def test_who_is_busy_on_some_days(store, starts, due, is_busy):
    store.record_action(ACTION, SUBJECTS)
    assert store.busy("telco", starts, due) == ({"a1": frozenset("abc")} if is_busy else {})
    assert store.busy("demo", starts, due) == {}


def test_who_is_in_an_action_called_off_is_free_again_and_it_is_called_off_once(store):
    store.record_action(ACTION, SUBJECTS)
    assert store.call_off("a1", actor="u-2", reason="Too dear.")
    assert not store.call_off("a1", actor="u-3", reason="Once more.")
    row = store.action("a1")
    assert (row.called_off_by, row.reason) == ("u-2", "Too dear.")
    assert store.busy("telco", ACTION.starts, ACTION.due) == {}


def test_what_goes_wrong_on_the_way_leaves_no_trace(store):
    with pytest.raises(RuntimeError), store.transaction() as together:
        together.record_action(ACTION, SUBJECTS)
        raise RuntimeError("stopped")
    assert store.actions() == []
