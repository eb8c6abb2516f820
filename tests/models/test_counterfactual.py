import json
from itertools import product
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.dataset import parse_spec
from models.counterfactual import Counterfactuals, told
from models.counterfactual.fronts import Front, cheapest
from models.derivation import move
from models.scenario import Engine, Scenario, build_base
from models.scorecard import Scorecard
from tests.models import counterfactual_town as town
from tests.models import scenario_town

SLACK = 1e-9


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(-0.2, 1.1), at_once=st.sampled_from([1, 12, 300_000]))
def test_the_answers_are_the_cheapest_of_all_that_can_be_tried(seed, share, at_once):
    random = np.random.default_rng(seed)
    spec = town.spec(random)
    card, row = town.card(random, spec), town.customer(random)
    tried = town.everything(card, spec, row)
    on_data = [one for one in tried if one.on_data]
    now, lowest = card.score(row).log_odds, min(one.log_odds for one in on_data)
    target = now + share * (lowest - now)
    with (
        patch("models.counterfactual.problem.AT_ONCE", at_once),
        patch("models.counterfactual.fronts._AT_ONCE", at_once),
    ):
        found = Counterfactuals(card, spec).find(row, target)

    reached = [one for one in on_data if one.log_odds <= target]
    for answer in found.answers:
        moved = move(row, answer.changes, spec)
        assert answer.after == card.score(moved).log_odds <= target
        assert any(one.changes == answer.changes for one in reached)  # no rule broken, on data, in range
        assert not any(_all_but_one(one.changes, answer.changes) for one in reached)  # each change is needed
        assert answer.cost == pytest.approx(min(one.cost for one in reached), abs=SLACK)
        reached = [one for one in reached if not set(answer.changes) <= set(one.changes)]
    assert len(found.answers) == 3 or not reached

    best = [one for one in on_data if one.log_odds == lowest]
    assert found.best.after == lowest
    assert found.best.cost == pytest.approx(min(one.cost for one in best), abs=SLACK)
    beyond = not found.answers and any(one.log_odds <= target for one in tried)
    assert bool(found.beyond_data) == beyond


def _all_but_one(fewer, changes):
    return len(fewer) == len(changes) - 1 and fewer.items() <= changes.items()


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), parts=st.integers(1, 4), share=st.floats(0, 1), below=st.booleans())
def test_the_cheapest_sum_of_fronts_is_the_one_that_trying_all_finds(seed, parts, share, below):
    random = np.random.default_rng(seed)
    fronts = [_front(random) for _ in range(parts)]
    sums = [sum(one) for one in product(*(front.cost for front in fronts))]
    scores = [sum(one) for one in product(*(front.score for front in fronts))]
    need = share * min(scores)
    least = min(cost for cost, score in zip(sums, scores, strict=True) if score <= need)

    taken = cheapest(fronts, need, least if below else np.inf)

    if below:
        assert taken is None
    else:
        assert sum(front.score[at] for front, at in zip(fronts, taken, strict=True)) <= need
        cost = sum(front.cost[at] for front, at in zip(fronts, taken, strict=True))
        assert cost == pytest.approx(least, abs=SLACK)
    assert cheapest(fronts, min(scores) - 1) is None


def _front(random):
    """Draw a front: steps on a line, as a number with a slope gives, or anything that falls."""
    size = int(random.integers(1, 9))
    costs, falls = random.random(size) + 0.01, np.rint(random.random(size) * 2**20 + 1) / 2**20
    if random.random() < 0.4:
        costs[:], falls[:] = 0.5, 0.25
    cost, score = np.cumsum(costs) - costs[0], -np.cumsum(falls)
    return Front(cost, score, np.arange(size)[:, None])


HAND = """
name: hand
title: Hand
id: key
outcome: {column: left, positive: "Yes"}
currency: EUR
features:
  - {column: contract, label: Contract, kind: categorical, role: lever, cost: 5,
     levels: [Month, Year, Decade]}
  - {column: price, label: Monthly price, kind: numeric, role: lever, unit: EUR, minimum: 0, maximum: 100,
     step: 10, cost: 1, monotone: increasing}
  - {column: paid, label: Paid so far, kind: numeric, unit: EUR}
  - {column: tenure, label: Tenure, kind: numeric}
  - {column: gift, label: Gift, kind: flag, role: lever, levels: ["No", "Yes"]}
  - {column: rival, label: Rival, kind: flag, role: assumption, levels: ["No", "Yes"], cost: 0}
derived: [{column: paid, formula: tenure * price}]
rules:
  - {when: {contract: [Year]}, then: {gift: ["Yes"]}, text: A year comes with a gift.}
"""
ROW = {"contract": "Month", "price": 60.0, "paid": 100.0, "tenure": 2.0, "gift": "No", "rival": "Yes"}


@pytest.fixture(scope="module")
def hand():
    """A card to add up in the head: a year takes 1, a gift and each 10 EUR 0.5; nobody pays below 30."""
    return Counterfactuals(Scorecard.from_json(json.dumps(_hand())), parse_spec(HAND))


def _hand():
    def leveled(column, levels, counts, place, scores):
        feature = {"column": column, "kind": "categorical", "levels": levels, "counts": counts}
        axis = {"feature": place, "levels": levels}
        return feature, {"type": "table", "axes": [axis], "scores": scores, "bags": [scores] * 2}

    contract, of_contract = leveled(
        "contract", ["Month", "Year", "Decade"], [0, 5, 5, 0, 0], 0, [0.0, 0.0, -1.0, -9.0, 0.0]
    )
    gift, of_gift = leveled("gift", ["No", "Yes"], [0, 5, 5, 0], 1, [0.0, 0.0, -0.5, 0.0])
    rival, of_rival = leveled("rival", ["No", "Yes"], [0, 5, 5, 0], 2, [0.0, -5.0, 0.0, 0.0])
    price = {
        "column": "price",
        "kind": "numeric",
        "minimum": 30.0,
        "maximum": 90.0,
        "edges": [],
        "counts": [0, 9],
    }
    line = {"type": "linear", "feature": 3, "slope": 0.05, "centre": 60.0, "limit": 9.0, "missing": 0.0}
    line["bags"] = [{"slope": 0.05, "missing": 0.0}] * 2
    return {
        "format": 1,
        "spec": "0" * 64,
        "intercept": 0.0,
        "bag_intercepts": [0.0, 0.0],
        "spread": 1.0,
        "features": [contract, gift, rival, price],
        "terms": [of_contract, of_gift, of_rival, line],
    }


def test_a_lever_without_cost_is_left_out_until_a_cost_is_given(hand):
    found = hand.find(ROW, -1.0)
    assert [answer.changes for answer in found.answers] == [{"price": 40.0}]
    assert found.left_out == {"gift": "Gift is left out, since nobody said what moving it costs."}
    asked = hand.find(ROW, -1.0, costs={"gift": 3})
    assert [answer.changes for answer in asked.answers] == [
        {"gift": "Yes", "contract": "Year"},
        {"price": 50.0, "gift": "Yes"},
        {"price": 40.0},
    ]
    assert [answer.cost for answer in asked.answers] == [8.0, 13.0, 20.0]
    assert asked.answers[2].followed == {"paid": (100.0, 60.0)}


def test_changes_stand_in_an_order_in_which_each_may_be_made(hand):
    steps = hand.find(ROW, -1.0, costs={"gift": 3}).answers[0].steps("k1")
    assert [(step.column, step.operation, step.value, step.who.key) for step in steps] == [
        ("gift", "set", "Yes", "k1"),
        ("contract", "set", "Year", "k1"),
    ]


def test_what_is_no_lever_is_never_moved_and_may_not_be_asked_for(hand):
    assert hand.levers == {"contract", "price", "gift"}
    with pytest.raises(ValueError, match=r"rival: no lever of Hand\. Choose among contract, gift, price"):
        hand.find(ROW, 0.0, levers=["rival"])
    with pytest.raises(ValueError, match="a cost of -1 cannot be"):
        hand.find(ROW, 0.0, costs={"gift": -1})
    with pytest.raises(ValueError, match="no number"):
        hand.find(ROW, float("nan"))


def test_only_the_levers_asked_for_are_moved(hand):
    found = hand.find(ROW, -1.0, levers=["contract", "gift"], costs={"gift": 3})
    assert [answer.changes for answer in found.answers] == [{"gift": "Yes", "contract": "Year"}]


def test_a_level_or_number_at_which_nobody_was_seen_is_no_advice_and_the_reason_is_said(hand):
    spec = parse_spec(HAND)
    found = hand.find(ROW, -4.0)
    assert not found.answers
    assert found.best.changes == {"price": 30.0}
    assert found.beyond_data == ("contract",)
    assert told(found, spec, ROW) == [
        "No change of ours brings the predicted chance of leaving to 1.8 %. The lowest is 18.24 %: lower the "
        "monthly price from 60 to 30 EUR, at a cost of 30.00 EUR a month.",
        "It could be reached only with contract at a value at which the model has seen nobody; advice there "
        "would stand on no data.",
        "Gift is left out, since nobody said what moving it costs.",
    ]


def test_answers_are_said_as_a_person_would_say_them(hand):
    spec = parse_spec(HAND)
    assert told(hand.find(ROW, -1.0, costs={"gift": 3}), spec, ROW) == [
        "Change gift from “no” to “yes” and change the contract from “Month” to “Year”: the predicted chance "
        "of leaving goes from 50 % to 18.24 %, at a cost of 8.00 EUR a month.",
        "Lower the monthly price from 60 to 50 EUR and change gift from “no” to “yes”: the predicted "
        "chance of leaving goes from 50 % to 26.89 %, at a cost of 13.00 EUR a month. "
        "Paid so far follows, from 100 to 80 EUR.",
        "Lower the monthly price from 60 to 40 EUR: the predicted chance of leaving goes from 50 % to "
        "26.89 %, at a cost of 20.00 EUR a month. Paid so far follows, from 100 to 60 EUR.",
    ]
    assert told(hand.find(ROW, 0.0), spec, ROW) == [
        "Nothing has to be done: the predicted chance of leaving is 50 %."
    ]


def test_a_value_that_is_not_known_is_not_moved(hand):
    found = hand.find({**ROW, "price": None}, -1.0)
    assert not found.answers
    assert found.left_out["price"] == "Monthly price is left out, since its present value is not known."
    assert told(found, parse_spec(HAND), ROW)[0].endswith("Nothing of ours brings it below 50 %.")


@pytest.mark.parametrize("seed", range(3))
def test_each_answer_can_be_carried_out_as_a_scenario(seed):
    card, spec, frame = scenario_town.card(seed), scenario_town.SPEC, scenario_town.customers(40, seed)
    engine, finder = Engine(build_base(card, spec, frame), None), Counterfactuals(card, spec)
    order = engine.base.arrays["row"].tolist()
    carried = 0
    for number, row in enumerate(frame.to_dict("records")):
        for answer in finder.find(row, card.score(row).log_odds - 0.5, costs={"security": 1}).answers:
            after = engine.log_odds(Scenario(steps=answer.steps()))[order.index(number)]
            assert after == answer.after
            carried += 1
    assert carried > 20
