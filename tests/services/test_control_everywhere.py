"""In each state, what comes out of every service that answers with a figure of the churn model."""

import ast
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from data.warehouse import Filters
from services import (
    action_export,
    actions,
    control,
    control_people,
    customers,
    goal,
    goal_list,
    goal_page,
    kept_scenarios,
    managers_settings_effect,
    movement,
    opened_scenarios,
    overview,
    scenario_export,
    scenario_page,
    scenarios,
    then_and_now,
    training,
    way_back,
    what_if,
)
from services.actions import ActionRefused
from services.control_states import STATES
from services.roles import Actor
from services.stamp import stamp, standing
from services.training import ScoringStopped
from tests.services import trial_town
from tests.services.trial_town import MAX, NOON, settle_signed

ANA = Actor("u-ana", "Ana", "manager")
KEY = "K001"
STEP = {"column": "contract", "operation": "set", "value": "One year", "who": {}}
YEAR = {"steps": [{"column": "contract", "operation": "set", "value": "One year", "cost": 1}]}
SERVICES = Path(__file__).resolve().parents[2] / "services"


class Town:
    """Customers loaded twice, two champions, and a scenario, plan, action and answer from when it was on."""

    def __init__(self, folder):
        self.installation, self.named = settle_signed(folder, NOON)
        self.installation.store.promote(self.named["near"], actor=MAX.id, began="sign-off", reason="")
        self.called = {version: name for name, version in self.named.items()}
        dearer = trial_town.customers()
        dearer["price"] = (dearer["price"] * 0.9).round(2)
        self.snapshot = trial_town.load(self.installation, dearer, self.installation.dataset().snapshot)
        self.asked = customers.one(self.installation, ANA, KEY).stamp.entry
        self.scenario = scenarios.answer(self.installation, ANA, {"steps": [STEP]}).stamp.entry
        self.kept = kept_scenarios.keep(self.installation, ANA, {"steps": [STEP]}, name="A year").id
        self.plan = goal.plan(self.installation, ANA, [YEAR], 1000.0).stamp.entry
        day = date(2026, 3, 9)
        self.action = actions.start(
            self.installation, ANA, {"steps": [STEP]}, name="A year", starts=day, ends=day
        ).id


@pytest.fixture
def town(tmp_path):
    return Town(tmp_path)


def list_of(town, actor):
    found = customers.page(town.installation, actor, Filters(), stop=5)
    return found.stamp.version if all("probability" in row for row in found.rows) else None


def customer(town, actor):
    found = customers.one(town.installation, actor, KEY)
    return found.stamp.version if found.score else None


def tiles(town, actor):
    found = overview.headline(town.installation, actor, Filters())
    return found.stamp.version if found.expected_leavers.now is not None else None


def charts(town, actor):
    found = overview.charts(town.installation, actor, Filters())
    return found.stamp.version if found.breakdown[0]["revenue_at_risk"] is not None else None


def card_for_the_browser(town, actor):
    """Name the one version whose scorecard a browser is given."""
    given = []
    for version in town.named.values():
        with suppress(LookupError):
            given.append((what_if.scorecard(town.installation, actor, version), version)[1])
    assert len(given) <= 1
    return given[0] if given else None


def sample_for_the_browser(town, actor):
    given = []
    for version in town.named.values():
        with suppress(LookupError):
            given.append((scenario_page.sample(town.installation, actor, version, town.snapshot), version)[1])
    assert len(given) <= 1
    return given[0] if given else None


def proof(town, actor):
    return scenario_page.proof(town.installation, actor, town.scenario) and town.named["near"]


def moved(town, actor):
    found = movement.why(town.installation, actor, KEY)
    return found.stamp.version if found.movement else None


def then_and_today(town, actor):
    found = then_and_now.compare(town.installation, actor, town.asked)
    return found.stamp.version if found.movement else None


def plan_list(town, actor):
    return goal_list.export(town.installation, actor, town.plan) and town.named["near"]


def exported(town, actor):
    scenario_export.export(town.installation, actor, "crossing", {"steps": [STEP]})
    return standing(town.installation, actor).version


def exported_as_kept(town, actor):
    scenario_export.export_kept(town.installation, actor, "crossing", town.kept, then=True)
    return town.named["near"]


def kept(town, actor):
    found = opened_scenarios.open_kept(town.installation, actor, town.kept)
    shown = found.now or found.then
    return shown.stamp.version if shown else None


def compared(town, actor):
    another = kept_scenarios.duplicate(town.installation, actor, town.kept, name="Another").id
    both = opened_scenarios.compare(town.installation, actor, [town.kept, another], on_present=True)
    has_figures = any(value is not None for line in both.lines for value in line.values)
    return standing(town.installation, actor).version if has_figures else None


def action(town, actor):
    day = date(2027, 3, 9)
    return actions.start(
        town.installation, actor, {"steps": [STEP]}, name="Again", starts=day, ends=day
    ).version


def setting_of_goals(town, actor):
    return goal_page.start(town.installation, actor) and standing(town.installation, actor).version


ANSWERS = {
    "list": list_of,
    "customer": customer,
    "tiles": tiles,
    "charts": charts,
    "what-if page": lambda town, actor: what_if.start(town.installation, actor, KEY).answer.stamp.version,
    "what-if": lambda town, actor: what_if.answer(town.installation, actor, KEY, {}).stamp.version,
    "scorecard for the browser": card_for_the_browser,
    "scenario": lambda town, actor: scenarios.answer(town.installation, actor, {"steps": []}).stamp.version,
    "scenario page": lambda town, actor: scenario_page.start(town.installation, actor, {})["version"],
    "sample for the browser": sample_for_the_browser,
    "proof": proof,
    "goal": lambda town, actor: goal.plan(town.installation, actor, [YEAR], 500.0).stamp.version,
    "goal page": setting_of_goals,
    "list of a plan": plan_list,
    "way back": lambda town, actor: way_back.find(town.installation, actor, KEY, 0.05).stamp.version,
    "movement": moved,
    "then and now": then_and_today,
    "list of a scenario": exported,
    "list of a kept scenario, as kept": exported_as_kept,
    "kept scenario": kept,
    "kept scenarios compared": compared,
    "new action": action,
}

KEPT = {"list", "customer", "tiles", "charts"}
"""What shows the last scores while the model is paused; all else works something out, and is refused."""

OF_THE_PLAN_ONLY = {"proof", "list of a plan", "list of a kept scenario, as kept"}
"""What stands on the version of then alone: in fail-safe that is the one that may not answer."""


def came(town, name, actor=ANA):
    try:
        return town.called.get(ANSWERS[name](town, actor))
    except (LookupError, ActionRefused):
        return None


def throw(town, state, subsystem="churn-model"):
    if state != "on":
        control.throw(town.installation, MAX, subsystem, state, "It is a test.")


@pytest.mark.parametrize("state", STATES)
def test_in_each_state_every_answer_keeps_to_the_switch(town, state):
    throw(town, state)
    expected = {
        "on": dict.fromkeys(ANSWERS, "near"),
        "paused": {name: "near" if name in KEPT else None for name in ANSWERS},
        "fail-safe": {name: None if name in OF_THE_PLAN_ONLY else "base" for name in ANSWERS},
        "off": dict.fromkeys(ANSWERS),
    }[state]
    assert {name: came(town, name) for name in ANSWERS} == expected


def test_the_master_switch_reaches_every_answer(town):
    throw(town, "off", "all")
    assert {name: came(town, name) for name in ANSWERS} == dict.fromkeys(ANSWERS)


def test_who_hides_it_sees_no_model_figure_and_others_see_all(town):
    assert control_people.hide(town.installation, ANA)
    assert {name: came(town, name) for name in ANSWERS} == dict.fromkeys(ANSWERS)
    assert came(town, "customer", MAX) == "near"
    own = stamp(town.installation, standing(town.installation, ANA))
    assert own.is_hidden and "You have hidden model output for yourself" in own.withheld
    assert control_people.show(town.installation, ANA)
    assert came(town, "customer") == "near"


@pytest.mark.parametrize("state", STATES)
def test_charts_of_facts_survive_every_state(town, state):
    throw(town, state, "all")
    found = overview.charts(town.installation, ANA, Filters())
    assert found.breakdown and found.tenure is not None
    assert overview.headline(town.installation, ANA, Filters()).customers.now == 400
    assert customers.page(town.installation, ANA, Filters(), stop=5).total == 400
    assert customers.one(town.installation, ANA, KEY).facts


@pytest.mark.parametrize("state", STATES)
def test_a_list_of_an_action_leaves_the_house_unless_the_model_is_off(town, state):
    throw(town, state)
    if state == "off":
        with pytest.raises(ActionRefused, match="chosen by the model"):
            action_export.export(town.installation, ANA, town.action)
    else:
        assert action_export.export(town.installation, ANA, town.action).rows


@pytest.mark.parametrize(
    ("state", "tells"), [("on", True), ("paused", False), ("fail-safe", True), ("off", False)]
)
def test_what_a_change_of_the_list_would_do_is_told_by_what_may_answer(town, state, tells):
    throw(town, state)
    before = town.installation.settings
    after = before.model_copy(update={"at_risk_share": 0.2})
    found = managers_settings_effect.of(town.installation, "at_risk_share", before, after)
    assert bool(found.figures.get("joined")) == tells


# --- paused ------------------------------------------------------------------------------------------


def test_while_paused_the_last_score_stands_with_its_date_and_no_reason(town):
    before = customers.one(town.installation, ANA, KEY)
    throw(town, "paused")
    found = customers.one(town.installation, ANA, KEY)
    assert found.score.log_odds == before.score.log_odds
    assert found.reasons == [] and found.warnings == []
    assert "This score is that of 04 March 2026." in found.stamp.notice
    last = town.installation.store.entries(None, None, 1)[0]
    assert (last.header.kind, last.header.seq) == ("kept-score", found.stamp.entry)
    rows = customers.page(town.installation, ANA, Filters(), stop=5).rows
    assert all(row["reasons"] == [] and row["probability"] is not None for row in rows)


def test_customers_loaded_while_paused_have_no_new_score_but_the_last_answer_in_the_log(town):
    throw(town, "paused")
    before = customers.one(town.installation, ANA, KEY).score
    other = trial_town.customers()
    other["price"] = other["price"] + 1
    with pytest.raises(ScoringStopped, match="Churn model was paused"):
        trial_town.load(town.installation, other)
    assert came(town, "list") is None and came(town, "tiles") is None
    assert "have no scores from before" in standing(town.installation, ANA).withheld
    assert customers.one(town.installation, ANA, KEY).score.log_odds == before.log_odds
    stranger = customers.one(town.installation, ANA, "K002")
    assert stranger.score is None, "nobody ever asked about this one"
    control.throw(town.installation, MAX, "churn-model", "on", "It is over.")
    assert came(town, "list") == "near"
    assert customers.one(town.installation, ANA, KEY).score.log_odds != before.log_odds


@pytest.mark.parametrize(("state", "passes"), [("on", True), ("paused", False), ("off", False)])
def test_batch_scoring_stops_by_its_own_switch_while_answers_go_on(town, state, passes):
    throw(town, state, "batch")
    dataset, champion = town.installation.dataset(), town.installation.champion()
    table = town.installation.warehouse.current_table(dataset.snapshot)
    given = (town.installation, dataset.spec, table, champion.version, champion.scorecard)
    if passes:
        assert len(training.scores(*given)) == len(table)
    else:
        with pytest.raises(ScoringStopped, match="Batch scoring was"):
            training.scores(*given)
    assert came(town, "what-if") == "near"


# --- a service to come -------------------------------------------------------------------------------

TOUCHES = {"load_scorecard", "scorecard", "score_customers"}
ASKS = {"standing", "allowed", "passes"}

BESIDES = {
    "champion_guards": "watches versions: nobody is answered by it",
    "control_probes": "asks the services themselves, to see what comes out",
    "contingency": "finds what may answer for services.stamp, which asks first",
    "datasets": "scores by training.scores, which asks",
    "experiments": "scores by training.scores, which asks",
    "guards": "watches versions: nobody is answered by it",
    "holding": "compares two versions before one is signed",
    "installation": "reads files",
    "kept_scores": "is called by services.stamp, which asks first; runs no scorecard",
    "mitigation": "reports on training",
    "objections": "scores by training.scores, which asks",
    "portfolio": "is handed the version that may answer",
    "replay/customers": "replays what is on record already, for who may read it",
    "replay/then": "replays what is on record already, for who may read it",
    "routing": "is handed what services.stamp allowed",
    "scenario_answers": "is handed the version that may answer",
    "shift": "compares two versions for who decides on them",
    "signing": "scores by training.scores, which asks",
    "tracking": "reports on training",
    "what_if_answers": "is handed what services.stamp allowed",
    "what_if_setting": "is handed what services.stamp allowed",
}
"""What touches a scorecard and does not ask for the passage itself, and why it need not."""


def test_whatever_touches_a_scorecard_passes_the_switch_or_is_known_not_to_answer():
    found = {}
    for path in SERVICES.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        names |= {node.id for node in nodes if isinstance(node, ast.Name)}
        if names & TOUCHES and not names & ASKS:
            found[path.relative_to(SERVICES).with_suffix("").as_posix()] = names & TOUCHES
    assert set(found) == set(BESIDES), "ask services.stamp.standing, or say here why it need not"
