"""Kept scenarios in the store: revisions, ids, who comes first."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data.store import Entry, ScenarioRow
from data.store.people import ALPHABET

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEPT = ScenarioRow(
    id="k3f9tq", revision=1, spec_name="telco", name="Prices", note="", author="u-1", author_name="Ada",
    created=NOON, changed=NOON, changed_by="u-1", changed_by_name="Ada",
    scenario={"steps": [{"column": "price", "operation": "multiply", "value": 1.05}]},
    version="v1", snapshot="s1", kept=NOON, figures={"leavers_after": 0.1 + 0.2}, basis={"currency": "EUR"},
)  # fmt: skip


def test_a_scenario_reads_back_as_it_was_kept(store):
    assert store.record_scenario(KEPT)
    assert store.scenario("k3f9tq") == KEPT
    assert store.scenario("000000") is None


@pytest.mark.parametrize("spoken", ["K3F9TQ", "k3f-9tq", " k3f 9tq "])
def test_an_id_is_found_as_people_say_it(store, spoken):
    store.record_scenario(KEPT)
    assert store.scenario(spoken) == KEPT


def test_signs_that_look_alike_mean_the_same(store):
    store.record_scenario(replace(KEPT, id="a0b1c1"))
    assert store.scenario("aObLcI").id == "a0b1c1"


def test_the_latest_revision_stands_and_the_earlier_ones_stay(store):
    renamed = replace(KEPT, revision=2, name="Dearer", archived=NOON)
    store.record_scenario(KEPT)
    assert store.record_scenario(renamed)
    assert store.scenario("k3f9tq") == renamed
    assert store.scenario("k3f9tq", revision=1) == KEPT
    assert store.scenario("k3f9tq", revision=3) is None
    assert store.scenarios() == [renamed]


def test_a_revision_that_is_there_stays_as_it_was(store):
    store.record_scenario(KEPT)
    assert not store.record_scenario(replace(KEPT, name="Another"))
    assert store.scenarios() == [KEPT]


def test_the_last_changed_come_first_and_by_spec(store):
    for name in ("a", "b", "c"):
        store.record_scenario(replace(KEPT, id=name, spec_name="demo" if name == "c" else "telco"))
    store.record_scenario(replace(KEPT, id="a", revision=2))
    assert [row.id for row in store.scenarios()] == ["a", "c", "b"]
    assert [row.id for row in store.scenarios("telco")] == ["a", "b"]


def test_ids_are_short_and_new(store):
    made = {store.new_scenario_id() for _ in range(50)}
    assert len(made) == 50
    assert all(len(one) == 6 and set(one) <= set(ALPHABET) for one in made)


def test_of_many_who_save_one_revision_at_once_one_wins(store):
    store.record_scenario(KEPT)
    won, start = [], threading.Barrier(6)

    def save(number: int) -> None:
        start.wait()
        if store.record_scenario(replace(KEPT, revision=2, name=f"by {number}")):
            won.append(f"by {number}")

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [store.scenario("k3f9tq").name] == won


def test_it_outlives_the_version_and_the_snapshot_that_it_names(store):
    """No row of them need exist."""
    assert store.version("v1") is None
    assert store.record_scenario(KEPT)


def test_a_scenario_and_its_entry_are_both_kept_or_neither(store):
    """S42."""
    with store.transaction() as together:
        made = replace(KEPT, id=together.new_scenario_id())
        assert together.record_scenario(made)
        together.append(Entry("scenario-kept", "u-1", subject=made.id))
    with pytest.raises(KeyboardInterrupt), store.transaction() as together:
        together.record_scenario(replace(made, revision=2))
        together.append(Entry("scenario-kept", "u-1", subject=made.id))
        raise KeyboardInterrupt
    assert store.scenarios() == [made]
    assert store.head().seq == 1
