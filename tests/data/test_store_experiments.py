"""The register of experiments and promotions held back, in the store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data.store import ExperimentRow, SnapshotRow

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EXPERIMENT = ExperimentRow(
    "e1", "telco", "canary", "v2", "v1", "s1", {"Contract": ["Two year"]}, "scores", "customer", 0.1, NOON,
    NOON + timedelta(days=14), "u-1", "Max", {"challenger": 435},
)  # fmt: skip


@pytest.fixture
def stocked(store):
    store.record_snapshot(SnapshotRow("s1", "telco", "5", 7043, 0, "customers.csv", None, NOON))
    for version in ("v1", "v2", "v3"):
        store.record_version(
            version=version, spec_name="telco", spec_hash="5", snapshot="s1", state="challenger",
            scorecard_sha256=version, metrics={},
        )  # fmt: skip
    return store


def hold(store, version="v2", against="v1"):
    return store.record_held(
        spec_name="telco", version=version, against=against, actor="u-1", name="Max",
        effect={"moved_points": 12.5}, until=NOON,
    )  # fmt: skip


def test_an_experiment_reads_back_as_it_was_recorded(stocked):
    stocked.record_experiment(EXPERIMENT)
    assert stocked.experiment("e1") == EXPERIMENT
    assert stocked.experiment("e2") is None


def test_experiments_come_latest_first_and_by_spec(stocked):
    for name in ("e1", "e2"):
        stocked.record_experiment(replace(EXPERIMENT, id=name))
    stocked.record_experiment(replace(EXPERIMENT, id="e3", spec_name="demo"))
    assert [row.id for row in stocked.experiments("telco")] == ["e2", "e1"]
    assert [row.id for row in stocked.experiments()] == ["e3", "e2", "e1"]


def test_an_experiment_ends_once(stocked):
    stocked.record_experiment(EXPERIMENT)
    assert stocked.end_experiment("e1", actor="u-1", how="stopped", outcome="No worse.")
    assert not stocked.end_experiment("e1", actor="system", how="rolled back", outcome="A guard.")
    assert not stocked.end_experiment("e2", actor="u-1", how="stopped", outcome="")
    found = stocked.experiment("e1")
    assert (found.ended_by, found.how, found.outcome) == ("u-1", "stopped", "No worse.")
    assert found.ended is not None
    assert stocked.experiments("telco", running=True) == []
    assert stocked.experiments("telco") == [found]


def test_answers_and_errors_add_up(stocked):
    stocked.record_experiment(EXPERIMENT)
    assert stocked.count_answers("e1") == 1
    assert stocked.count_answers("e1", answers=2, errors=1) == 3
    assert stocked.count_answers("no such") == 0
    found = stocked.experiment("e1")
    assert (found.answers, found.errors) == (3, 1)


def test_a_promotion_held_back_waits_once_until_it_is_settled(stocked):
    first = hold(stocked)
    assert hold(stocked) == first
    assert stocked.held("telco", waiting=True) == [first]
    assert stocked.settle_held("v2", actor="u-9", how="overridden", reason="a fault to mend") == 1
    assert stocked.settle_held("v2", actor="u-9", how="passed") == 0
    assert stocked.held("telco", waiting=True) == []
    [settled] = stocked.held("telco")
    assert (settled.how, settled.settled_by, settled.reason) == ("overridden", "u-9", "a fault to mend")
    assert settled.effect == {"moved_points": 12.5}


def test_another_change_is_held_back_apart(stocked):
    hold(stocked)
    hold(stocked, version="v3")
    hold(stocked, against="v3")
    assert len(stocked.held("telco", waiting=True)) == 3


def test_the_signature_waits_with_it(stocked):
    signature = {"role": "manager", "report_sha256": "a" * 64, "statement": "Read it all."}
    stocked.record_held(
        spec_name="telco", version="v2", against="v1", actor="u-1", name="Max", effect={}, until=NOON,
        **signature,
    )  # fmt: skip
    [row] = stocked.held("telco", waiting=True)
    assert {name: getattr(row, name) for name in signature} == signature


def test_one_that_waits_is_closed_alone_and_once(stocked):
    first, second = hold(stocked), hold(stocked, version="v3")
    assert stocked.close_held(first.number, actor="u-9", how="cancelled", reason="Not now.")
    assert not stocked.close_held(first.number, actor="u-9", how="dropped", reason="Again.")
    assert stocked.held("telco", waiting=True) == [second]
    closed = stocked.held("telco")[1]
    assert (closed.how, closed.settled_by, closed.reason) == ("cancelled", "u-9", "Not now.")
