"""An action for one customer: on record, the customer taken, nobody held out, no effect ever told."""

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from plotly.utils import PlotlyJSONEncoder

from components import actions as parts
from data.store import EntryFilter, ExperimentRow
from services import action_effect, action_export, action_outcomes, actions, evidence, log, portfolio
from services.actions import ActionRefused, Colliding
from services.roles import Actor, NotPermitted
from tests.models import scenario_town
from tests.pages.asking import said
from tests.services.scenario_town import settle

MIA = Actor("u-5", "Mia", "manager")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECURED = {"column": "security", "operation": "set", "value": "Yes", "cost": 30.5}


@pytest.fixture
def town(tmp_path, monkeypatch):
    monkeypatch.setattr(portfolio, "_engines", type(portfolio._engines)())
    made = settle(tmp_path, rows=400)
    made.store.clock = lambda: NOON
    return made


@pytest.fixture
def keys():
    """Those who are not secured yet."""
    frame = scenario_town.customers(400)
    return frame.loc[frame["security"] == "No", "key"].tolist()


def begin(town, key, *steps, actor=MIA, name="Safer"):
    return actions.start_for_one(town, actor, key, list(steps or (SECURED,)), name=name)


def text_of(town, made):
    [entry] = [e for e in town.store.entries(EntryFilter(kinds=("action",)), None, 9) if e.subject == made.id]
    return log.one(town, MIA, entry.header.seq).text


def told_in(part):
    return said(json.loads(json.dumps(part, cls=PlotlyJSONEncoder)))


def tell(town, tmp_path, key, left, day):
    path = tmp_path / "left.csv"
    path.write_text(f"customer,left,date\n{key},{left},{day}\n", encoding="utf-8")
    return action_outcomes.load(town, MIA, path)


def test_it_is_about_this_customer_alone_and_on_record_as_such(town, keys):
    made = begin(town, keys[0])
    [one] = town.store.subjects(made.id)
    assert (one.key, one.is_held, one.cost) == (keys[0], False, 30.5)
    assert made.is_single
    assert (made.contacted.customers, made.held.customers, made.hold_out_share) == (1, 0, 0.0)
    assert (made.starts, made.ends, made.due) == (date(2026, 3, 1), date(2026, 4, 1), date(2026, 4, 1))
    assert text_of(town, made).startswith(
        f"Mia started the action Safer ({made.id}), for 1 customer alone, with nobody held out: "
    )


def test_an_action_with_a_hold_out_is_none_for_one(town):
    made = actions.start(town, MIA, {"steps": [SECURED]}, name="Many")
    assert not made.is_single
    assert "kind" not in made.plan


def test_the_customer_is_taken_for_that_time(town, keys):
    first = begin(town, keys[0])
    with pytest.raises(Colliding, match=rf"Customer {keys[0]} is in the action {first.id} at that time"):
        begin(town, keys[0], name="Again")
    assert [one.id for one in actions.planned_for_one(town, MIA, keys[0], [SECURED]).collisions] == [first.id]
    with pytest.raises(Colliding, match=f"1 customer is in the action {first.id}"):
        actions.start(town, MIA, {"steps": [SECURED]}, name="Many")
    begin(town, keys[1], name="Another customer")
    actions.call_off(town, MIA, first.id, "Too dear.")
    begin(town, keys[0], name="Again")


def test_who_is_in_an_ab_comparison_is_taken_as_well(town, keys):
    version = town.store.versions()[0].version
    row = ExperimentRow(
        "e1", "town", "ab", version, version, town.dataset().snapshot, {}, "", "", 0.5, NOON,
        NOON + timedelta(days=14), "u-1", "Max",
    )  # fmt: skip
    town.store.record_experiment(row)
    with pytest.raises(Colliding, match="in the A/B comparison e1 at that time"):
        begin(town, keys[0])
    assert town.store.actions() == []


@pytest.mark.parametrize(
    ("steps", "name", "words"),
    [
        ([{**SECURED, "value": "No"}], "Safer", "changes nothing for this customer"),
        ([{"column": "rival", "operation": "add", "value": 1}], "Safer", "add a step that moves a lever"),
        ([SECURED], " ", "Give a name"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(town, keys, steps, name, words):
    with pytest.raises(ActionRefused, match=words):
        begin(town, keys[0], *steps, name=name)
    assert town.store.actions() == []


def test_there_must_be_such_a_customer(town):
    with pytest.raises(ValueError, match="no active customer 'nobody'"):
        begin(town, "nobody")


def test_nothing_goes_out_from_a_draft(town, keys):
    town.store.set_state(town.store.versions()[0].version, "draft")
    with pytest.raises(ActionRefused, match="draft that nobody has signed"):
        begin(town, keys[0])


def test_who_may(town, keys, analyst, viewer):
    with pytest.raises(NotPermitted):
        begin(town, keys[0], actor=analyst)
    with pytest.raises(NotPermitted):
        actions.planned_for_one(town, viewer, keys[0], [SECURED])
    found = actions.planned_for_one(town, analyst, keys[0], [SECURED])
    assert (found.contacted, found.held, found.cost, found.detectable) == (1, 0, 30.5, None)
    assert town.store.actions() == []


def test_where_it_cannot_be_put_on_record_there_is_none(town, keys, monkeypatch):
    def full(*given, **named):
        raise OSError("the disk is full")

    monkeypatch.setattr(log, "record", full)
    with pytest.raises(OSError, match="full"):
        begin(town, keys[0])
    assert town.store.actions() == []


def test_its_list_holds_the_customer(town, keys, analyst):
    made = begin(town, keys[0])
    lines = "".join(action_export.export(town, analyst, made.id).lines)
    [row] = csv.DictReader(io.StringIO(lines, newline=""))
    assert (row["customer"], row["cost"]) == (keys[0], "30.5")


@pytest.mark.parametrize(("left", "words"), [("yes", "The customer left."), ("no", "The customer stayed.")])
def test_its_outcome_is_kept_and_tells_no_effect(town, keys, tmp_path, left, words):
    made = begin(town, keys[0])
    assert action_effect.of(town, made).state == "running"
    assert action_effect.of(town, made).words.endswith("stays is counted on 01 April 2026.")
    town.store.clock = lambda: NOON + timedelta(days=32)
    assert tell(town, tmp_path, keys[0], left, "2026-04-01").fresh == 1
    row = town.store.action(made.id)
    told = action_effect.of(town, row)
    assert (told.state, told.effect) == ("over", None)
    assert told.words == f"{action_effect.ONE} {words}"
    assert evidence.everything(town, "town") == {}
    assert action_effect.saved(town, MIA, "town") is None
    shown = told_in(parts.detail(row, told))
    assert f"For one customer {keys[0]}" in shown and "Held out by lot nobody Cost €30" in shown
    assert "The two arms" not in shown and "Kept because of it" not in shown
    assert words in shown
    assert "no effect is told" in told_in(parts.register([(row, told)], None))
