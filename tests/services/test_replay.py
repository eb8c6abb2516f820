"""Replay: every kind of answer comes out again to the last bit, and what was touched is found and named."""

import json
import shutil

import pytest
from sqlalchemy import text

from data.warehouse import Filters
from services import customers, goal, log, overview, portfolio, scenarios, way_back, what_if
from services.installation import Installation
from services.replay import KINDS, replay, sample
from services.replay.replaying import replayed
from services.roles import Actor, NotPermitted
from tests.services.scenario_town import settle

MANAGER = Actor("m", "Mara", "manager")
ANALYST = Actor("a", "Ada", "analyst")
VIEWER = Actor("v", "Vic", "viewer")
YEAR = {"steps": [{"column": "contract", "operation": "move", "level": "Month", "value": "Year", "cost": 30}]}


@pytest.fixture
def town(tmp_path):
    return settle(tmp_path, rows=60)


def some_key(town):
    table = town.warehouse.current_table(town.dataset().snapshot)
    return str(table[table["_active"]]["key"].iloc[3])


def latest(town, kind):
    return log.page(town, MANAGER, log.EntryFilter(kinds=(kind,))).entries[0]


def ask(town, kind):
    """Ask something of each kind; give the number of its entry."""
    key = some_key(town)
    asked = {
        "prediction": lambda: customers.one(town, ANALYST, key),
        "list": lambda: customers.page(town, ANALYST, Filters({"contract": ["Month"]}), stop=20),
        "overview": lambda: overview.headline(town, ANALYST, Filters()),
        "what-if": lambda: what_if.answer(town, ANALYST, key, {"contract": "Year"}),
        "way-back": lambda: way_back.find(town, ANALYST, key, 0.2),
        "scenario": lambda: scenarios.answer(town, ANALYST, YEAR),
        "goal": lambda: goal.plan(town, ANALYST, [YEAR], 300.0),
    }
    asked[kind]()
    return latest(town, kind).seq


ASKED = ("prediction", "list", "overview", "what-if", "way-back", "scenario", "goal")


@pytest.mark.parametrize("kind", ASKED)
def test_the_same_comes_out_to_the_last_bit_and_that_it_was_asked_is_on_record(town, kind):
    seq = ask(town, kind)
    found = replay(town, ANALYST, seq)
    assert found.is_same is True, found
    assert found.compared.recorded_hash == found.compared.replayed_hash
    assert found.words == f"Entry {seq} replayed: the same, to the last bit."
    told = latest(town, "replay")
    assert (told.subject, told.payload["same"], told.who) == (str(seq), True, "Ada")
    assert told.text == f"Ada replayed entry {seq}: the same, to the last bit."


def test_the_charts_of_the_overview_replay_too(town):
    overview.charts(town, ANALYST, Filters(), breakdown_by="contract")
    assert replay(town, ANALYST, latest(town, "overview").seq).is_same is True


def test_every_kind_that_can_be_replayed_is_tried(town):
    assert set(ASKED) | {"movement"} <= set(KINDS)


@pytest.mark.parametrize("kind", ["prediction", "what-if", "scenario"])
def test_a_figure_changed_by_hand_is_named(town, kind):
    """Whoever edits the payload in the database changes what a replay is compared with."""
    seq = ask(town, kind)
    entry = log.one(town, MANAGER, seq)
    edited = json.loads(json.dumps(entry.payload))
    place = "leavers_after" if kind == "scenario" else "log_odds"
    edited["answer"][place] += 2.0**-40
    with town.store.writing() as connection:
        connection.execute(
            text("UPDATE log_payload SET body = :body WHERE seq = :seq"),
            {"body": json.dumps(edited), "seq": seq},
        )
    found = replay(town, MANAGER, seq)
    assert found.is_same is False
    (difference,) = found.compared.differences
    assert difference.where == f"answer.{place}"
    assert difference.recorded != difference.replayed == entry.payload["answer"][place]
    assert found.words == f"Entry {seq} replayed: 1 figure differs (answer.{place})."


def test_settings_changed_since_do_not_change_a_scenario_of_then(town):
    seq, planned = ask(town, "scenario"), ask(town, "goal")
    changed = Installation(town.settings.model_copy(update={"at_risk_share": 0.5, "value_months": 3}))
    portfolio._engines.clear()
    assert replay(changed, ANALYST, seq).is_same is True
    assert replay(changed, ANALYST, planned).is_same is True


def test_scores_cleared_away_are_worked_out_again(town):
    seq = ask(town, "list")
    for folder in (town.settings.var / "warehouse").rglob("scores*"):
        if folder.is_dir():
            shutil.rmtree(folder)
        else:
            folder.unlink()
    assert replay(town, ANALYST, seq).is_same is True


def test_what_cannot_be_replayed_says_why(town):
    seq = ask(town, "prediction")
    act = log.record(town, MANAGER, "review", payload={}).seq
    assert "an act, not an answer" in replay(town, MANAGER, act).why_not
    town.store.purge([seq], actor="m", reason="asked for")
    assert replay(town, MANAGER, seq).why_not == "Its details were removed since."
    assert replay(town, MANAGER, seq).is_same is None


def test_a_damaged_scorecard_is_not_used(town):
    seq = ask(town, "prediction")
    version = log.one(town, MANAGER, seq).version
    row = town.store.version(version)
    for path in (town.settings.var / "models").rglob("scorecard.json"):
        path.chmod(0o600)
        path.write_text(path.read_text().replace("0", "1", 1))
    from services import installation

    installation._scorecard.cache_clear()
    found = replay(town, MANAGER, seq)
    assert found.is_same is None
    assert f"Version {row.version[:8]} cannot be read any more" in found.why_not


def test_an_entry_of_somebody_else_is_not_there(town):
    seq = ask(town, "prediction")
    with pytest.raises(log.NoSuchEntry):
        replay(town, VIEWER, seq)


def test_a_sample_tells_how_many_were_the_same(town):
    for kind in ASKED:
        ask(town, kind)
    found = sample(town, MANAGER, 100, seed=4)
    assert (found.same, found.asked, found.share) == (len(ASKED), len(ASKED), 1.0)
    told = log.one(town, MANAGER, found.entry)
    assert told.text == "Mara replayed a sample of 7 answers: 7 came out the same, to the last bit."
    assert sample(town, VIEWER, 5).share is None
    with pytest.raises(ValueError, match="give 1 to 10,000"):
        sample(town, MANAGER, 0)


def test_who_may_not_read_the_log_may_not_replay(town):
    seq = ask(town, "prediction")
    with pytest.raises(NotPermitted):
        replay(town, Actor("x", "Xen", "guest"), seq)


def test_a_sampled_entry_leaves_no_entry_of_its_own(town):
    entry = log.one(town, MANAGER, ask(town, "prediction"))
    before = town.store.head().seq
    assert replayed(town, entry).is_same is True
    assert town.store.head().seq == before
