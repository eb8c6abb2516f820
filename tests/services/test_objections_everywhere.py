"""A customer objects to profiling: what comes out of every service that answers with a model figure."""

import ast
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from data.warehouse import Filters
from models.scenario import Engine, Scenario, ScenarioError, build_base, parse_scenario
from services import (
    action_export,
    actions,
    control,
    customers,
    goal,
    goal_list,
    kept_scenarios,
    log,
    movement,
    objections,
    opened_scenarios,
    overview,
    replay,
    scenario_export,
    scenario_page,
    scenarios,
    shift,
    then_and_now,
    training,
    way_back,
    what_if,
)
from services.actions import ActionRefused
from services.installation import one_answer
from services.learning_rows import rows_to_learn_from
from services.roles import Actor
from tests.services import scenario_town, trial_town
from tests.services.trial_town import MAX, NOON, settle_signed

ANA = Actor("u-ana", "Ana", "manager")
STEP = {"column": "contract", "operation": "set", "value": "One year", "who": {}}
YEAR = {"steps": [{"column": "contract", "operation": "set", "value": "One year", "cost": 1}]}
WORDS = "By phone on 4 March: no more of this."
SERVICES = Path(__file__).resolve().parents[2] / "services"


class Town:
    """Customers loaded twice, a champion, and answers, a plan, an action and a scenario from before."""

    def __init__(self, folder):
        self.installation, self.named = settle_signed(folder, NOON)
        dearer = trial_town.customers()
        dearer["price"] = (dearer["price"] * 0.9).round(2)
        self.snapshot = trial_town.load(self.installation, dearer, self.installation.dataset().snapshot)
        self.key = self._somebody_of_an_action()
        self.asked = customers.one(self.installation, ANA, self.key).stamp.entry
        self.scenario = scenarios.answer(self.installation, ANA, {"steps": [STEP]}).stamp.entry
        self.kept = kept_scenarios.keep(self.installation, ANA, {"steps": [STEP]}, name="A year").id
        self.plan = goal.plan(self.installation, ANA, [YEAR], 1000.0).stamp.entry

    def _somebody_of_an_action(self):
        day = date(2026, 3, 9)
        made = actions.start(self.installation, ANA, {"steps": [STEP]}, name="A year", starts=day, ends=day)
        self.action = made.id
        return next(one.key for one in self.installation.store.subjects(made.id, is_held=False))

    @property
    def champion(self):
        return self.installation.champion()


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


def text(download):
    return "".join(download.lines)


def action_of_now(town):
    day = date(2026, 3, 10)
    for row in actions.listing(town.installation, ANA):
        with suppress(ActionRefused):
            actions.call_off(town.installation, ANA, row.id, "It is a test.")
    made = actions.start(town.installation, ANA, {"steps": [STEP]}, name="Again", starts=day, ends=day)
    held = (town.installation.store.subjects(made.id, is_held=one) for one in (True, False))
    return [one.key for subjects in held for one in subjects]


def listed(town):
    rows = customers.page(town.installation, ANA, Filters(), stop=500).rows
    shown = ("probability", "low", "high", "expected_loss", "log_odds")
    return [row["id"] for row in rows if row["reasons"] or any(row[one] is not None for one in shown)]


def sample(town):
    packed = scenario_page.sample(town.installation, ANA, town.champion.version, town.snapshot)
    assert packed
    engine = scenarios.open_engine(town.installation, town.installation.dataset(), town.champion)
    return [engine.base.key(place) for place in range(engine.base.rows)]


def batch(town):
    """Score by a version that scored nobody of these yet, as a load, a trial or a training does."""
    version, dataset = town.named["higher"], town.installation.dataset()
    row = town.installation.store.version(version)
    card = town.installation.load_scorecard(version, row.scorecard_sha256)
    training.score_customers(town.installation, dataset.spec, dataset.snapshot, version, card)
    path = town.installation.warehouse._scores_path(dataset.snapshot, version)
    return pq.read_table(path)["key"].to_pylist()


def kept_of_now(town):
    return [
        key
        for key in town.installation.warehouse.current_table(town.snapshot)["key"]
        if town.installation.warehouse.score(town.snapshot, town.champion.version, key)
    ]


def learned(town):
    found = rows_to_learn_from(town.installation, town.installation.dataset())
    return [*found.table["key"], *(found.earlier["key"] if found.earlier is not None else ())]


def as_first(town):
    return [what_if.start(town.installation, ANA, None).id]


MANY = {
    "list with scores": listed,
    "the first of what-if": as_first,
    "kept scores": kept_of_now,
    "batch": batch,
    "shadow and shift": lambda town: list(shift.active_customers(town.installation, town.snapshot)["key"]),
    "training": learned,
    "sample for the browser": sample,
    "new action": action_of_now,
    "list of an action of before": lambda town: text(
        action_export.export(town.installation, ANA, town.action)
    ),
    "who gets what": lambda town: text(
        scenario_export.export(town.installation, ANA, "steps", {"steps": [STEP]})
    ),
    "kept scenario, as kept": lambda town: text(
        scenario_export.export_kept(town.installation, ANA, "steps", town.kept, then=True)
    ),
}
"""What is about many customers: their keys, or a text that holds them."""


@pytest.mark.parametrize("name", MANY)
def test_nobody_who_objects_is_among_many(town, name):
    if name == "the first of what-if":
        town.key = what_if.start(town.installation, ANA, None).id
    if name != "batch":
        assert town.key in MANY[name](town), "else this would show nothing"
    objections.record(town.installation, ANA, town.key, WORDS)
    assert town.key not in MANY[name](town)
    objections.lift(town.installation, ANA, town.key, WORDS)
    assert town.key in MANY[name](town)


TWO_YEARS = {"column": "contract", "operation": "set", "value": "Two years", "who": {}}
OFFER = {"steps": [{"column": "price", "operation": "multiply", "value": 0.8, "cost": 20}]}


def of_a_plan(installation):
    return text(goal_list.export(installation, ANA, goal.plan(installation, ANA, [OFFER], 300.0).stamp.entry))


LISTS = {
    "who crosses the line": lambda installation: text(
        scenario_export.export(installation, ANA, "crossing", {"steps": [TWO_YEARS]})
    ),
    "list of a plan": of_a_plan,
}


@pytest.mark.parametrize("name", LISTS)
def test_nobody_who_objects_is_on_a_list_that_leaves_the_house(tmp_path, name):
    installation = scenario_town.settle(tmp_path)
    key = LISTS[name](installation).splitlines()[1].split(",")[0]
    objections.record(installation, ANA, key, WORDS)
    after = LISTS[name](installation).splitlines()
    assert len(after) > 1 and not any(line.startswith(f"{key},") for line in after)


def customer(town):
    found = customers.one(town.installation, ANA, town.key)
    assert found.facts, "facts stay"
    return found.score or found.reasons or found.average


def kept_while_paused(town):
    control.throw(town.installation, MAX, "churn-model", "paused", "It is a test.")
    try:
        return customer(town)
    finally:
        control.throw(town.installation, MAX, "churn-model", "on", "It is over.")


def action_for_one(town):
    step = {"column": "contract", "operation": "set", "value": "One year"}
    row = actions.start_for_one(town.installation, ANA, town.key, [step], name="For one")
    actions.call_off(town.installation, ANA, row.id, "It is a test.")
    return row


ONE = {
    "customer": customer,
    "last score while paused": kept_while_paused,
    "what-if page": lambda town: what_if.start(town.installation, ANA, town.key),
    "what-if": lambda town: what_if.answer(town.installation, ANA, town.key, {}),
    "way back": lambda town: way_back.find(town.installation, ANA, town.key, 0.05),
    "movement": lambda town: movement.why(town.installation, ANA, town.key).movement,
    "then and now": lambda town: then_and_now.compare(town.installation, ANA, town.asked).movement,
    "scenario for one": lambda town: scenarios.answer(
        town.installation, ANA, {"steps": [{**STEP, "who": {"key": town.key}}]}
    ),
}
"""What is about one customer: something, or nothing."""


@pytest.mark.parametrize("name", ONE)
def test_who_objects_is_answered_with_facts_only(town, name):
    assert ONE[name](town), "else this would show nothing"
    objections.record(town.installation, ANA, town.key, WORDS)
    with suppress(LookupError, ValueError):
        assert not ONE[name](town)
    objections.lift(town.installation, ANA, town.key, WORDS)
    assert ONE[name](town)


def test_no_action_is_made_for_who_objects(town):
    actions.call_off(town.installation, ANA, town.action, "It is a test.")
    assert action_for_one(town)
    objections.record(town.installation, ANA, town.key, WORDS)
    with pytest.raises(ScenarioError, match="objected to profiling"):
        action_for_one(town)


def test_sums_are_those_of_the_others(town):
    installation = town.installation
    chance = customers.one(installation, ANA, town.key).score.probability
    row = installation.warehouse.customer(town.snapshot, town.key)
    before = overview.headline(installation, ANA, Filters())
    objections.record(installation, ANA, town.key, WORDS)
    again = overview.headline(installation, ANA, Filters())
    assert again.customers.now == before.customers.now, "a fact"
    assert again.expected_leavers.now == pytest.approx(before.expected_leavers.now - chance)
    assert again.revenue_at_risk.now == pytest.approx(before.revenue_at_risk.now - chance * row["price"])
    assert (before.excluded, again.excluded) == (0, 1)
    engine = scenarios.open_engine(installation, installation.dataset(), town.champion)
    assert engine.probability(Scenario()).sum() == pytest.approx(again.expected_leavers.now)
    by = overview.charts(installation, ANA, Filters()).breakdown
    assert sum(one["revenue_at_risk"] for one in by) == pytest.approx(again.revenue_at_risk.now)


def test_the_engine_after_an_objection_is_that_of_customers_who_never_had_this_one(town):
    """It is made of the arrays of before; answers are those of arrays made anew, to the last bit."""
    scenarios.answer(town.installation, ANA, {"steps": []})
    objections.record(town.installation, ANA, town.key, WORDS)
    dataset = town.installation.dataset()
    engine = scenarios.open_engine(town.installation, dataset, town.champion)
    table = town.installation.warehouse.current_table(town.snapshot)
    base = build_base(
        town.champion.scorecard, dataset.spec, table[table["_active"]], value_months=engine.base.value_months
    )
    anew = Engine(base, base.line(town.installation.settings.at_risk_share))
    assert engine.threshold == anew.threshold
    asked = parse_scenario({"steps": [STEP]})
    assert scenarios.figures(engine.run(asked)) == scenarios.figures(anew.run(asked))
    for name, of_rows in base.arrays.items():
        assert np.array_equal(engine.base.arrays[name], of_rows, equal_nan=of_rows.dtype.kind == "f"), name


def test_what_was_answered_before_and_after_replays_to_the_last_bit(town):
    installation = town.installation

    def ask_all():
        return [
            customers.page(installation, ANA, Filters(), stop=500).stamp.entry,
            overview.headline(installation, ANA, Filters()).stamp.entry,
            overview.charts(installation, ANA, Filters()).stamp.entry,
            scenarios.answer(installation, ANA, {"steps": [STEP]}).stamp.entry,
            goal.plan(installation, ANA, [YEAR], 1000.0).stamp.entry,
        ]

    entries = [town.asked, *ask_all()]
    objections.record(installation, ANA, town.key, WORDS)
    entries += ask_all()
    objections.record(installation, ANA, _another(town), WORDS)
    entries += ask_all()
    objections.lift(installation, ANA, town.key, WORDS)
    entries += ask_all()
    assert [seq for seq in entries if not replay.replay(installation, ANA, seq).is_same] == []
    assert log.one(installation, ANA, entries[-1]).payload["objections"] == 3
    assert "objections" not in log.one(installation, ANA, town.asked).payload


def _another(town):
    rows = customers.page(town.installation, ANA, Filters(), stop=2).rows
    return next(row["id"] for row in rows if row["id"] != town.key)


def test_a_plan_and_a_proof_of_before_are_not_handed_out_again(town):
    objections.record(town.installation, ANA, town.key, WORDS)
    with pytest.raises(goal_list.NoSuchPlan, match="object to profiling"):
        goal_list.export(town.installation, ANA, town.plan)
    with pytest.raises(scenario_page.AnsweredOtherwise):
        scenario_page.proof(town.installation, ANA, town.scenario)
    opened = opened_scenarios.open_kept(town.installation, ANA, town.kept)
    assert any("others object to profiling now" in one for one in opened.notices)


def test_an_objection_holds_in_an_answer_that_began_before_only_where_it_says_so(town):
    """One answer is of one mind; the next one, in any worker, keeps to the objection."""
    with one_answer():
        before = overview.headline(town.installation, ANA, Filters()).expected_leavers.now
        other_worker = type(town.installation)(town.installation.set_up)
        objections.record(other_worker, ANA, town.key, WORDS)
        assert overview.headline(town.installation, ANA, Filters()).expected_leavers.now == before
    assert overview.headline(town.installation, ANA, Filters()).expected_leavers.now < before


# --- a service to come -------------------------------------------------------------------------------

SCORES_A_ROW = {"judge", "score"}
ASKS = {"stand", "left_out", "current_table", "active_customers"}

BESIDES = {
    "case": "is handed the row by who asked",
    "guidelines/working_out": "judges evidence, no customers",
    "golden": "scores made-up rows",
    "replay/customers": "works out again what is on record, as of the objections of then",
    "signing": "judges reports, no customers",
    "subject_scores": "tells what was kept before, to the person concerned",
    "travel": "scores made-up rows",
    "trial_checks": "judges reports, no customers",
    "what_if_answers": "is handed the row by services.what_if, which asks",
    "recommender/offer_effects": "is handed the row by services.recommender.offers, which asks",
}
"""What scores single rows and does not ask who objects itself, and why it need not."""


def test_whatever_scores_a_row_asks_who_objects_or_is_handed_one_by_who_did():
    found = set()
    for path in SERVICES.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        called = {node.func for node in nodes if isinstance(node, ast.Call)}
        names = {one.attr for one in called if isinstance(one, ast.Attribute)}
        names |= {one.id for one in called if isinstance(one, ast.Name)}
        if names & SCORES_A_ROW and not names & ASKS:
            found.add(path.relative_to(SERVICES).with_suffix("").as_posix())
    assert found == set(BESIDES), "ask services.routing.stand, or say here why it need not"
