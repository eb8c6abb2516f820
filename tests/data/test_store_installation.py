"""The current spec, snapshots and versions on record."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data.store import InUse, SnapshotRow, StoreError

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SNAPSHOT = SnapshotRow("a1b2c3d4e5f6", "telco", "5" * 64, 7043, 11, "customers.csv", None, NOON)


def record_version(store, version: str, state: str = "draft", spec_name: str = "telco"):
    return store.record_version(
        version=version,
        spec_name=spec_name,
        spec_hash="5" * 64,
        snapshot=SNAPSHOT.id,
        state=state,
        created=NOON,
        scorecard_sha256=version,
        folder=f"models/{version}",
        metrics={"auc": {"mean": 0.8503125, "sd": 0.012}},
    )


def test_a_new_installation_has_nothing(store):
    assert store.current_spec() is None
    assert store.snapshots() == []
    assert store.versions() == []
    assert store.current_snapshot("telco") is None
    assert store.serving_version("telco") is None


def test_the_current_spec_can_be_switched(store):
    store.set_current_spec("telco", "k3v9")
    store.set_current_spec("demo", "k3v9")
    assert store.current_spec() == "demo"


def test_a_snapshot_reads_back_as_it_was_recorded(store):
    store.record_snapshot(SNAPSHOT)
    assert store.snapshot(SNAPSHOT.id) == SNAPSHOT
    assert store.snapshots() == [SNAPSHOT]
    assert store.current_snapshot("telco") == SNAPSHOT.id


def test_the_same_snapshot_twice_is_one_and_current_again(store):
    newer = replace(SNAPSHOT, id="b", parent=SNAPSHOT.id)
    store.record_snapshot(SNAPSHOT)
    store.record_snapshot(newer)
    assert store.current_snapshot("telco") == "b"
    assert store.record_snapshot(replace(SNAPSHOT, source="again.csv")) == SNAPSHOT
    assert store.current_snapshot("telco") == SNAPSHOT.id
    assert [row.id for row in store.snapshots("telco")] == ["b", SNAPSHOT.id]


def test_each_spec_has_its_own_current_snapshot(store):
    store.record_snapshot(SNAPSHOT)
    store.record_snapshot(replace(SNAPSHOT, id="d", spec_name="demo"))
    assert (store.current_snapshot("telco"), store.current_snapshot("demo")) == (SNAPSHOT.id, "d")
    assert [row.id for row in store.snapshots("demo")] == ["d"]


def test_a_version_reads_back_as_it_was_recorded(store):
    store.record_snapshot(SNAPSHOT)
    made = record_version(store, "v1")
    assert store.version("v1") == made
    assert made.metrics["auc"]["mean"] == 0.8503125
    assert store.version("v2") is None


def test_the_latest_draft_serves_until_there_is_a_champion(store):
    store.record_snapshot(SNAPSHOT)
    record_version(store, "v1")
    record_version(store, "v2")
    assert store.serving_version("telco").version == "v2"
    store.set_state("v1", "champion")
    record_version(store, "v3", "challenger")
    assert store.serving_version("telco").version == "v1"
    assert [row.version for row in store.versions("telco")] == ["v3", "v2", "v1"]


def test_a_challenger_alone_does_not_serve(store):
    store.record_snapshot(SNAPSHOT)
    record_version(store, "v1", "challenger")
    assert store.serving_version("telco") is None


def test_champions_belong_to_a_spec(store):
    store.record_snapshot(SNAPSHOT)
    record_version(store, "v1", "champion")
    assert store.serving_version("demo") is None
    assert store.versions("demo") == []


def test_a_version_recorded_again_stays_as_it_was(store):
    store.record_snapshot(SNAPSHOT)
    first = record_version(store, "v1")
    store.set_state("v1", "champion")
    assert record_version(store, "v1", "draft") == replace(first, state="champion")


def test_a_version_on_a_snapshot_that_is_not_there_is_refused(store):
    with pytest.raises(StoreError):
        record_version(store, "v1")
    assert store.versions() == []


def test_a_measure_that_is_no_number_is_refused(store):
    store.record_snapshot(SNAPSHOT)
    with pytest.raises(ValueError, match="give plain text, finite numbers"):
        store.record_version(
            version="v1",
            spec_name="telco",
            spec_hash="5" * 64,
            snapshot=SNAPSHOT.id,
            state="draft",
            scorecard_sha256="v1",
            metrics={"auc": float("nan")},
        )


def test_the_state_of_an_unknown_version_cannot_be_set(store):
    with pytest.raises(LookupError, match="flask model list"):
        store.set_state("v9", "champion")


def test_a_time_without_a_zone_is_refused(store):
    with pytest.raises(ValueError, match="give an aware datetime"):
        store.record_snapshot(replace(SNAPSHOT, created=datetime(2026, 3, 1, 12, 0)))


def test_what_is_in_use_is_read_together(store):
    assert store.in_use() is None
    store.set_current_spec("telco")
    assert store.in_use() is None  # nothing was loaded under it
    store.record_snapshot(SNAPSHOT)
    assert (store.in_use().snapshot, store.in_use().version) == (SNAPSHOT.id, None)
    record_version(store, "v1")
    record_version(store, "v2", "challenger")
    assert (store.in_use().version, store.in_use().state) == ("v1", "draft")
    record_version(store, "v3")
    assert store.in_use().version == "v3"
    store.set_state("v1", "champion")
    assert (store.in_use().version, store.in_use().state) == ("v1", "champion")


def test_what_answers_is_read_in_one_go(store):
    """Spec, snapshot and version fit each other, and are those that the single questions name."""
    assert store.in_use() is None
    store.record_snapshot(SNAPSHOT)
    store.set_current_spec("telco", "k3v9")
    assert store.in_use() == InUse("telco", SNAPSHOT.id, None, None, None, None)
    for version, state in (("v1", "draft"), ("v2", "draft"), ("v3", "challenger")):
        record_version(store, version, state)
    assert store.in_use() == InUse("telco", SNAPSHOT.id, "v2", "draft", "v2", SNAPSHOT.id)
    store.set_state("v1", "champion")
    store.record_snapshot(replace(SNAPSHOT, id="b"))
    assert store.in_use() == InUse("telco", "b", "v1", "champion", "v1", SNAPSHOT.id)
    assert store.in_use().version == store.serving_version("telco").version


def test_nothing_answers_for_a_spec_without_rows(store):
    store.set_current_spec("telco", "k3v9")
    assert store.in_use() is None
