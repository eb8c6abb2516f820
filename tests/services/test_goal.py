"""From a goal: the best plan there is, levers only, nobody moved beyond the data, on record; carried on."""

import csv

import numpy as np
import pytest

from data.store import EntryFilter
from models import derivation
from models.reach import level_with_data, numbers_with_data, seen_of
from models.scorecard_format import CategoricalFeature
from services import goal, goal_list, log, scenarios
from services.goal import GoalRefused
from services.goal_list import NoSuchPlan
from services.roles import Actor, NotPermitted
from tests.models.scenario_town import SPEC, card
from tests.services.scenario_town import settle

YEAR = {"steps": [{"column": "contract", "operation": "move", "level": "Month", "value": "Year", "cost": 30}]}
CHEAPER = {"steps": [{"column": "price", "operation": "multiply", "value": 0.8, "cost": 20}]}
SAFE = {"steps": [{"column": "security", "operation": "set", "value": "Yes", "cost": 11}]}
RIVAL = {"steps": [{"column": "rival", "operation": "add", "value": -1}]}
OLDER = {"steps": [{"column": "tenure", "operation": "add", "value": 1}]}
FREE = {"steps": [{"column": "security", "operation": "set", "value": "Yes"}]}
OFFERS = [YEAR, CHEAPER, SAFE]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("town"), rows=36)


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    return settle(tmp_path_factory.mktemp("city"), rows=400)


def rows(town):
    table = town.warehouse.current_table(town.dataset().snapshot)
    return table[table["_active"]].to_dict("records")


def moved_by(row, offer):
    """Carry an offer out on one row as a person would; None where the customer cannot have it."""
    (step,) = offer["steps"]
    column, old = step["column"], row[step["column"]]
    if old is None or old != old:
        return None
    new = {"move": step["value"] if old == step.get("level") else old, "set": step["value"]}.get(
        step["operation"]
    )
    if step["operation"] == "multiply":
        new = max(old * step["value"], min(old, 10.0))
        if new > 100:
            new = 100.0
    moved = derivation.move(row, {column: new}, SPEC)
    broken = {rule.text for rule in derivation.broken_rules(moved, SPEC)}
    if new == old or broken - {rule.text for rule in derivation.broken_rules(row, SPEC)}:
        return None
    model = card()
    for name, ends in {column: (None, new), "total": (row["total"], moved["total"])}.items():
        seen = seen_of(model, name)
        has = level_with_data if isinstance(seen, CategoricalFeature) else numbers_with_data
        was_met = ends[0] is None or ends[0] != ends[0] or bool(has(seen, ends[0]))
        if ends[0] != ends[1] and ends[1] == ends[1] and was_met and not has(seen, ends[1]):
            return None
    return moved


def gains(town, offers, worth):
    """Give, per customer, the (cost, value) of each offer that helps."""
    model, found = card(), []
    for row in rows(town):
        own = []
        for offer in offers:
            moved = moved_by(row, offer)
            if moved is not None:
                drop = model.score(row).probability - model.score(moved).probability
                value = drop * (row["price"] * 12 if worth else 1.0)
                if value > 0:
                    own.append((offer["steps"][0]["cost"], value))
        found.append(own)
    return found


def most(options, budget):
    """Try every budget in whole numbers: the most value that each keeps."""
    best = np.zeros(budget + 1)
    for own in options:
        tried = [best]
        for cost, value in (one for one in own if one[0] <= budget):
            shifted = np.full(budget + 1, -np.inf)
            shifted[cost:] = best[: budget + 1 - cost] + value
            tried.append(shifted)
        best = np.max(tried, axis=0)
    return best


@pytest.mark.parametrize("budget", [0, 10, 100, 255, 2000])
def test_a_plan_keeps_the_most_value_that_the_budget_buys(town, analyst, budget):
    found = goal.plan(town, analyst, OFFERS, budget)
    assert found.value == pytest.approx(most(gains(town, OFFERS, True), budget)[budget])
    assert found.cost <= budget
    assert found.net == pytest.approx(found.value - found.cost)


@pytest.mark.parametrize("wanted", [0.5, 1, 2])
def test_so_many_customers_are_kept_for_the_least_money(town, analyst, wanted):
    found = goal.plan(town, analyst, OFFERS, None, wanted=wanted)
    kept = most(gains(town, OFFERS, False), 2000)
    assert found.needed == int(np.argmax(kept >= wanted - 1e-9))
    assert found.fewer >= wanted - 1e-9
    assert found.can_be_done


def test_whether_a_goal_can_be_met_for_the_money_is_said(town, analyst):
    needed = goal.plan(town, analyst, OFFERS, None, wanted=2).needed
    yes = goal.plan(town, analyst, OFFERS, needed + 5, wanted=2)
    assert (yes.can_be_done, yes.cost) == (True, needed)
    assert yes.sentences[0] == (
        f"It can be done: keeping 2 more customers takes about EUR {needed:,.0f} "
        f"of the EUR {needed + 5:,.0f}."
    )
    no = goal.plan(town, analyst, OFFERS, needed - 5, wanted=2)
    assert not no.can_be_done
    assert no.fewer == pytest.approx(most(gains(town, OFFERS, False), int(needed))[int(needed) - 5])
    assert f"takes about EUR {needed:,.0f}." in no.sentences[0]
    never = goal.plan(town, analyst, OFFERS, 100, wanted=5000)
    assert (never.can_be_done, never.needed) == (False, None)
    assert "out of their reach" in never.sentences[0]


def test_the_curve_rises_to_all_that_helps_and_the_sums_are_those_of_the_offers(city, analyst):
    found = goal.plan(city, analyst, OFFERS, 900)
    budgets, values = zip(*found.curve, strict=True)
    assert len(found.curve) == 50
    assert list(budgets) == sorted(budgets)
    assert list(values) == sorted(values)
    assert found.given == sum(one.customers for one in found.offers)
    assert found.cost == sum(one.cost for one in found.offers)
    assert 0 <= found.gap < 0.02
    everything = goal.plan(city, analyst, OFFERS, 1e9)
    assert everything.value == pytest.approx(values[-1])


def test_nobody_is_moved_to_where_the_model_has_seen_nobody(city, analyst):
    far = {"steps": [{"column": "contact", "operation": "add", "value": 9, "cost": 1}]}  # seen up to 15
    found = goal.plan(city, analyst, [far], 1e9)
    (told,) = found.offers
    known = [row["contact"] for row in rows(city) if row["contact"] == row["contact"]]
    assert told.outside == sum(min(calls + 9, 20) > max(calls, 15) for calls in known)
    assert told.outside
    assert any(f"{told.outside:,} customers do not get it" in words for words in found.warnings)
    worked = scenarios.open_engine(city, city.dataset(), city.champion(city.in_use())).base
    got = goal_list.export(city, analyst, found.stamp.entry)
    given = {line["customer"] for line in csv.DictReader("".join(got.lines).splitlines())}
    contact = {worked.key(n): value for n, value in enumerate(worked.values("contact"))}
    assert given
    assert all(contact[key] + 9 <= 15 for key in given)


def test_only_some_customers_are_planned_for(city, analyst):
    who = {"levels": {"channel": ["Shop"]}}
    found = goal.plan(city, analyst, [YEAR], 1e9, who=who)
    shop = [row for row in rows(city) if row["channel"] == "Shop"]
    assert found.customers == len(shop)
    assert found.offers[0].could == sum(row["contract"] == "Month" for row in shop)


REFUSED = [
    ([RIVAL], 100, "Offer 1: Rival offer is not ours to move"),
    ([YEAR, OLDER], 100, "Offer 2: .*nobody moves"),
    ([FREE], 100, "nobody said what moving Security costs"),
    ([{"steps": [{**YEAR["steps"][0], "who": {"first": 3}}]}], 100, "leave that out of the offer"),
    ([{"steps": [{**YEAR["steps"][0], "value": "Decade"}]}], 100, "has no level 'Decade'"),
    ([{"steps": []}], 100, "an offer is 1 to 3 steps"),
    ([YEAR, YEAR], 100, "one of those before it again"),
    ([], 100, "Choose 1 to 6 offers"),
    ([YEAR] * 7, 100, "Choose 1 to 6 offers"),
    ("much", 100, "Choose 1 to 6 offers"),
    ([YEAR], -1, "A budget of -1 cannot be"),
    ([YEAR], float("nan"), "A budget of nan cannot be"),
    ([YEAR], "much", "A budget of 'much' cannot be"),
    ([YEAR], None, "Say what the budget is"),
]


@pytest.mark.parametrize(("offers", "budget", "words"), REFUSED)
def test_what_no_plan_can_be_made_of_is_refused_and_not_on_record(town, analyst, offers, budget, words):
    before = town.store.entries(None, None, 1)[0].header.seq
    with pytest.raises(GoalRefused, match=words):
        goal.plan(town, analyst, offers, budget)
    assert town.store.entries(None, None, 1)[0].header.seq == before


def test_a_choice_of_nobody_or_by_a_protected_column_is_refused(town, analyst):
    with pytest.raises(GoalRefused, match="No active customer fits"):
        goal.plan(town, analyst, [YEAR], 10, who={"ranges": {"tenure": [900, 901]}})
    with pytest.raises(GoalRefused, match="which is protected"):
        goal.plan(town, analyst, [YEAR], 10, who={"levels": {"gender": ["Male"]}})


def test_it_is_on_record_before_it_is_told(town, analyst):
    found = goal.plan(town, analyst, OFFERS, 100, wanted=1)
    [logged, *_] = town.store.entries(EntryFilter(kinds=("goal",)), None, 100)
    assert logged.header.seq == found.stamp.entry
    assert logged.payload["question"] == {"offers": OFFERS, "budget": 100, "wanted": 1, "who": {}}
    assert logged.payload["answer"]["cost"] == found.cost
    text = log.one(town, analyst, found.stamp.entry).text
    assert text.startswith("Ada asked for a plan: keep 1 more customer for EUR 100. It can")


def test_who_may_not_explore_may_not_plan(town, viewer):
    with pytest.raises(NotPermitted):
        goal.plan(town, viewer, OFFERS, 100)


# --- carried on --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offers", "budget", "who"),
    [([YEAR], 1e9, {}), ([YEAR], 1e9, {"levels": {"channel": ["Shop"]}}), (OFFERS, 90, {})],
)
def test_a_plan_that_steps_can_say_is_the_same_as_a_scenario(city, analyst, offers, budget, who):
    found = goal.plan(city, analyst, offers, budget, who=who)
    answer = scenarios.answer(city, analyst, {"steps": found.steps})
    assert -answer.leavers.change == pytest.approx(found.fewer)
    assert answer.cost == pytest.approx(found.cost)


def test_a_plan_that_steps_cannot_say_is_a_list_only(city, analyst):
    found = goal.plan(city, analyst, OFFERS, 1000)
    assert found.steps is None
    got = goal_list.export(city, analyst, found.stamp.entry)
    lines = list(csv.DictReader("".join(got.lines).splitlines()))
    assert len(lines) == got.rows == found.given
    assert sum(float(line["cost"]) for line in lines) == pytest.approx(found.cost)
    fewer = sum(float(line["chance before"]) - float(line["chance after"]) for line in lines)
    assert fewer == pytest.approx(found.fewer, abs=1e-3)
    assert "exported a list of" in log.one(city, analyst, got.entry).text
    assert "(who gets which offer of a plan)" in log.one(city, analyst, got.entry).text


def test_only_who_asked_may_take_the_list_of_a_plan(city, analyst):
    entry = goal.plan(city, analyst, OFFERS, 100).stamp.entry
    with pytest.raises(NoSuchPlan):
        goal_list.export(city, Actor("u-7", "Eve", "analyst"), entry)
    with pytest.raises(NoSuchPlan, match="is no plan"):
        goal_list.export(city, analyst, log.record(city, analyst, "list", payload={"rows": 1}).seq)
    with pytest.raises(NotPermitted):
        goal_list.export(city, Actor("u-1", "Ada", "viewer"), entry)
