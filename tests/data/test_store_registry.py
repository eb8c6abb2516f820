"""The registry in the store: states, signatures, notes, plans, and the history of serving kept in step."""

import itertools
import random
from datetime import UTC, date, datetime, timedelta

import pytest

from data.store import SnapshotRow

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
VERSIONS = ("v1", "v2", "v3", "v4")


@pytest.fixture
def stocked(store):
    """Four versions of one spec, the first a draft; the clock goes an hour on at each look."""
    hours = itertools.count()
    store.clock = lambda: NOON + timedelta(hours=next(hours))
    store.record_snapshot(SnapshotRow("s1", "telco", "5", 7043, 0, "customers.csv", None, NOON))
    for version in VERSIONS:
        store.record_version(
            version=version, spec_name="telco", spec_hash="5", snapshot="s1",
            state="draft" if version == "v1" else "challenger", scorecard_sha256=version, metrics={},
            artifacts={"golden.json": "a"}, report_sha256="r1",
        )  # fmt: skip
    return store


def promote(store, version, began="sign-off"):
    return store.promote(version, actor="u-1", began=began, reason="a test")


def withdraw(store, version, successor=None):
    store.withdraw(version, successor=successor, actor="u-1", reason="a test")


def states(store):
    return {row.version: row.state for row in store.versions("telco")}


def test_signing_retires_the_champion_and_leaves_no_draft(stocked):
    assert promote(stocked, "v2") is None
    assert states(stocked) == {"v1": "challenger", "v2": "champion", "v3": "challenger", "v4": "challenger"}
    assert promote(stocked, "v3") == "v2"
    assert promote(stocked, "v3") is None
    assert states(stocked)["v2"] == "retired"
    assert [(one.version, one.state) for one in stocked.serving_history("telco")] == [
        ("v1", "draft"), ("v2", "champion"), ("v3", "champion"),
    ]  # fmt: skip


def test_a_withdrawn_champion_is_followed_by_its_successor_or_by_nothing(stocked):
    promote(stocked, "v2")
    promote(stocked, "v3")
    withdraw(stocked, "v3", successor="v2")
    assert stocked.serving_version("telco").version == "v2"
    withdraw(stocked, "v2")
    assert stocked.serving_version("telco") is None
    latest = stocked.serving_history("telco")[-1]
    assert (latest.version, latest.state, latest.began) == (None, "none", "withdrawal")


def test_a_withdrawn_challenger_changes_nothing_of_who_serves(stocked):
    promote(stocked, "v2")
    before = stocked.serving_history("telco")
    withdraw(stocked, "v4")
    assert stocked.serving_history("telco") == before


def test_whoever_signed_last_owns_the_version(stocked):
    for person in ("u-1", "u-2"):
        stocked.record_signature(
            version="v2",
            person=person,
            name=person.upper(),
            role="manager",
            report_sha256="r1",
            statement="Yes.",
        )
    assert [one.name for one in stocked.signatures("v2")] == ["U-2", "U-1"]
    assert stocked.signatures("v3") == []
    assert stocked.version("v2").owner == "u-2"


def test_a_report_is_bound_until_a_version_was_signed_and_never_after(stocked):
    assert stocked.record_report("v2", "r2", {"card.html": "b"})
    assert stocked.version("v2").artifacts == {"golden.json": "a", "card.html": "b"}
    promote(stocked, "v2")
    assert not stocked.record_report("v2", "r3", {"card.html": "c"})
    assert stocked.record_report("v2", "r2", {"card.html": "c"})  # bound to it already
    assert (stocked.version("v2").report_sha256, stocked.version("v2").artifacts["card.html"]) == ("r2", "b")


def test_notes_come_back_latest_first_and_by_version(stocked):
    for kind, text in (("review", "fine"), ("problem", "odd")):
        stocked.record_review("v2", actor="u-1", name="Ada", kind=kind, text=text)
    stocked.record_review("v3", actor="u-1", name="Ada", kind="review", text="other")
    assert [(one.kind, one.text, one.name) for one in stocked.reviews("v2")] == [
        ("problem", "odd", "Ada"), ("review", "fine", "Ada"),
    ]  # fmt: skip


def test_planned_days_are_kept_and_opened_again(stocked):
    row = stocked.plan("v2", withdrawal=date(2026, 6, 1), deletion=date(2027, 6, 1))
    assert (row.planned_withdrawal, row.planned_deletion) == (date(2026, 6, 1), date(2027, 6, 1))
    assert stocked.version("v2") == row
    row = stocked.plan("v2")
    assert (row.planned_withdrawal, row.planned_deletion) == (None, None)


@pytest.mark.parametrize(
    "write",
    [
        lambda store: promote(store, "v9"),
        lambda store: withdraw(store, "v9"),
        lambda store: store.plan("v9"),
        lambda store: store.record_report("v9", "r", {}),
        lambda store: store.record_review("v9", actor="u", name="U", kind="review", text="x"),
    ],
)
def test_of_a_version_that_is_not_on_record_nothing_is_written(stocked, write):
    before = states(stocked), stocked.serving_history("telco")
    with pytest.raises(LookupError, match="'flask model list' names those there are"):
        write(stocked)
    assert (states(stocked), stocked.serving_history("telco")) == before


def test_a_moment_on_a_border_belongs_to_the_stretch_that_begins(stocked):
    promote(stocked, "v2")
    draft, champion = stocked.serving_history("telco")
    assert draft.until == champion.since
    assert stocked.served_at("telco", champion.since).version == "v2"
    assert stocked.served_at("telco", champion.since - timedelta(microseconds=1)).version == "v1"
    assert stocked.served_at("telco", draft.since - timedelta(microseconds=1)) is None


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_the_history_has_no_gap_and_fits_the_states(stocked, seed):
    chance, done = random.Random(seed), 0
    for _ in range(25):
        standing = [row.version for row in stocked.versions("telco") if row.state != "withdrawn"]
        former = [row.version for row in stocked.former_champions("telco")]
        deed = chance.choice(["sign", "sign", "back", "withdraw"])
        if deed == "sign" and standing:
            promote(stocked, chance.choice(standing))
        elif deed == "back" and former:
            promote(stocked, former[0], began="rollback")
        elif deed == "withdraw" and len(standing) > 1 and chance.random() < 0.3:
            gone = chance.choice(standing)
            champion = states(stocked)[gone] == "champion"
            withdraw(stocked, gone, successor=former[0] if former and champion else None)
        else:
            continue
        done += 1
        history, now = stocked.serving_history("telco"), states(stocked)
        assert all(one.until == after.since for one, after in itertools.pairwise(history))
        assert [one.until for one in history].count(None) == 1
        champions = [version for version, state in now.items() if state == "champion"]
        assert champions == ([history[-1].version] if history[-1].state == "champion" else [])
        assert all(now[row.version] == "retired" for row in stocked.former_champions("telco"))
    assert done > 10
