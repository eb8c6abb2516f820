from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.budget import CORE, NOBODY, BudgetError, allocate, drops, least
from models.derivation import move
from models.scenario import Engine, Step, build_base
from tests.models import scenario_town as town

AMOUNTS = st.sampled_from([0.0, 0.5, 1.0, 1.1, 2.0, 3.0, 7.3])


@st.composite
def cases(draw):
    customers, offers = draw(st.integers(0, 5)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    drop = np.round(random.normal(0.1, 0.2, (customers, offers)), draw(st.sampled_from([1, 3])))
    drop[random.random(drop.shape) < 0.05] = np.nan
    worth = np.where(random.random(customers) < 0.1, np.nan, np.round(random.exponential(10, customers), 1))
    if draw(st.booleans()):
        cost = np.array(draw(st.lists(AMOUNTS, min_size=offers, max_size=offers)))
    else:
        cost = random.choice([0.0, 0.5, 1.0, 2.0, np.inf], drop.shape)
    return drop, cost, worth, draw(st.floats(0, 15))


def _best(drop, cost, worth, budget):
    """Try every plan; give the most value that the budget buys."""
    customers, offers = drop.shape
    price = np.broadcast_to(cost, drop.shape)
    value = np.nan_to_num(drop * worth[:, None])
    best = 0.0
    for plan in product(range(-1, offers), repeat=customers):
        given = [(n, one) for n, one in enumerate(plan) if one >= 0]
        if sum(price[one] for one in given) <= budget + 1e-9:
            best = max(best, sum(value[one] for one in given))
    return best


@settings(max_examples=300, deadline=None)
@given(cases())
def test_a_small_plan_keeps_the_most_value_there_is(case):
    drop, cost, worth, budget = case
    plan = allocate(drop, cost, worth, budget)

    given = np.flatnonzero(plan.offer != NOBODY)
    price = np.broadcast_to(cost, drop.shape)
    assert plan.cost == pytest.approx(price[given, plan.offer[given]].sum())
    assert plan.value == pytest.approx((drop * worth[:, None])[given, plan.offer[given]].sum())
    assert plan.cost <= budget + 1e-9
    best = _best(drop, cost, worth, budget)
    assert plan.value == pytest.approx(best)
    assert plan.bound >= best - 1e-9
    assert plan.net == plan.value - plan.cost


@settings(max_examples=100, deadline=None)
@given(cases())
def test_the_curve_rises_less_and_less_to_all_that_can_be_kept(case):
    drop, cost, worth, _ = case
    plan = allocate(drop, cost, worth, 0.0, points=7)
    assert len(plan.budgets) == len(plan.values) == 7
    assert plan.budgets[0] == 0
    assert (np.diff(plan.values) >= -1e-9).all()
    for budget, value in zip(plan.budgets, plan.values, strict=True):
        assert value <= _best(drop, cost, worth, budget) + 1e-9
    everything = np.where(
        np.isfinite(np.broadcast_to(cost, drop.shape)), np.nan_to_num(drop * worth[:, None]), 0
    )
    assert plan.values[-1] == pytest.approx(everything.max(axis=1, initial=0).sum())


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 2.0])
def test_a_large_plan_comes_close_to_the_bound_that_none_can_pass(share):
    random = np.random.default_rng(3)
    drop, worth = random.normal(0.05, 0.05, (4_000, 6)), random.exponential(300, 4_000)
    cost = np.array([0.0, 5.0, 12.5, 20.0, 33.3, 60.0])
    everything = allocate(drop, cost, worth, 1e9)
    plan = allocate(drop, cost, worth, share * everything.cost)
    assert plan.cost <= share * everything.cost + 1e-9
    assert 0 <= plan.gap < 1e-3
    assert plan.value <= plan.bound
    by_curve = np.interp(share * everything.cost, plan.budgets, plan.values)
    assert plan.value == pytest.approx(by_curve, rel=0.03)
    assert len(drop) > CORE


def test_the_bound_is_that_of_a_plan_that_may_split_an_offer():
    plan = allocate(np.full((3 * CORE, 1), 0.1), [2.0], np.full(3 * CORE, 30.0), 5.0)
    assert (plan.cost, plan.value) == (4.0, pytest.approx(6.0))
    assert plan.bound == pytest.approx(7.5)
    assert plan.gap == pytest.approx(0.2)


def test_the_drops_of_offers_are_those_of_the_changed_customers():
    card, frame = town.card(), town.customers(60)
    base = build_base(card, town.SPEC, frame)
    offers = [
        [Step(column="contract", operation="set", value="Year")],
        [
            Step(column="price", operation="multiply", value=0.8),
            Step(column="contact", operation="set", value=9),
        ],
    ]
    found = drops(Engine(base, None), offers)
    rows = frame.iloc[base.arrays["row"]].to_dict("records")
    now = np.array([card.score(row).probability for row in rows])
    year = [card.score(move(row, {"contract": "Year"}, town.SPEC)).probability for row in rows]
    assert found.shape == (60, 2)
    assert found[:, 0] == pytest.approx(now - year, abs=1e-12)
    assert np.abs(found[:, 1]).max() > 0


@pytest.mark.parametrize(
    ("drop", "cost", "worth", "budget", "said"),
    [
        ([[0.1]], [1.0, 2.0], [1.0], 1.0, "do not fit"),
        ([0.1], [1.0], [1.0], 1.0, "do not fit"),
        ([[0.1]], [-1.0], [1.0], 1.0, "below 0"),
        ([[0.1]], [np.nan], [1.0], 1.0, "not known"),
        ([[0.1]], [1.0], [1.0], -1.0, "budget of -1"),
        ([[0.1]], [1.0], [1.0], np.nan, "budget of nan"),
    ],
)
def test_numbers_that_no_plan_can_be_made_of_are_refused(drop, cost, worth, budget, said):
    with pytest.raises(BudgetError, match=said):
        allocate(drop, cost, worth, budget)


@settings(max_examples=200, deadline=None)
@given(cases(), st.floats(0.01, 20))
def test_the_least_money_that_keeps_as_much_is_found(case, wanted):
    drop, cost, worth, _ = case
    price, value = np.broadcast_to(cost, drop.shape), np.nan_to_num(drop * worth[:, None])
    found, cheapest = least(drop, cost, worth, wanted), np.inf
    for plan in product(range(-1, drop.shape[1]), repeat=len(drop)):
        given_ = [(n, one) for n, one in enumerate(plan) if one >= 0]
        if sum(value[one] for one in given_) >= wanted - 1e-9:
            cheapest = min(cheapest, sum(price[one] for one in given_))
    if found is None:
        assert cheapest == np.inf
    else:
        assert found.value >= wanted - 1e-9
        assert found.cost == pytest.approx(cheapest)


def test_for_many_the_least_money_is_that_of_the_budget_which_keeps_as_much():
    random = np.random.default_rng(5)
    drop, worth = random.uniform(0, 0.4, (3000, 3)), np.ones(3000)
    cost = random.uniform(1, 9, drop.shape)
    plan = least(drop, cost, worth, 200.0)
    assert plan.value >= 200
    assert allocate(drop, cost, worth, plan.cost * 0.999).bound < 200


def test_nothing_cannot_be_wanted():
    with pytest.raises(BudgetError, match="above 0"):
        least([[0.1]], [1.0], [1.0], 0)
