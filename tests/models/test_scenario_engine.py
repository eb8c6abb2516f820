import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.derivation import broken_rules, move
from models.scenario import Base, Engine, ScenarioError, build_base, parse_scenario
from models.scenario.base import PLACES
from models.scenario.given import given as who_gets
from models.scenario.moving import Moving
from models.values import level, number
from tests.models.scenario_town import SPEC, card, customers

MONTHS = 12
LINE = 0.45


@pytest.fixture(scope="module")
def frame():
    return customers()


@pytest.fixture(scope="module")
def base(frame):
    return build_base(card(), SPEC, frame, value_months=MONTHS)


@pytest.fixture(scope="module", params=[1, 2], ids=["one thread", "two threads"])
def engine(request, base):
    return Engine(base, LINE, threads=request.param)


@pytest.fixture(autouse=True)
def many_chunks(monkeypatch):
    monkeypatch.setattr("models.scenario.engine.CHUNK", 64)


# The plain way: one customer after the other, by the rules of CONTRACTS, with nothing kept.


def _is_meant(row, who, frame, chance, place):
    if any(level(row[column]) not in chosen for column, chosen in who.get("levels", {}).items()):
        return False
    for column, (low, high) in who.get("ranges", {}).items():
        value = number(row[column])
        if not (-math.inf if low is None else low) <= value <= (math.inf if high is None else high):
            return False
    return True


def _plainly(frame, scenario):
    """Move row by row; give the rows moved, and per step those reached, changed and left as impossible."""
    model = card()
    first_rows = frame.to_dict("records")
    chance = model.probability(frame)
    loss = np.nan_to_num(chance * frame["price"].to_numpy() * MONTHS, nan=-1.0)
    order = np.lexsort([np.arange(len(frame)), -loss])
    rows = [dict(row) for row in first_rows]
    counts = []
    for step in scenario["steps"]:
        who = step.get("who", {})
        meant = [place for place in order if _is_meant(first_rows[place], who, frame, chance, place)][
            : who.get("first")
        ]
        drawn = [
            place for place in meant if _lot(first_rows[place]["key"]) < step.get("coverage", 1) * PLACES
        ]
        changed = impossible = held = 0
        for place in drawn:
            old = rows[place][step["column"]]
            new, was_held = _new(step, old)
            held += was_held
            after = rows[place] | {step["column"]: new}
            newly = [one for one in broken_rules(after, SPEC) if one not in broken_rules(rows[place], SPEC)]
            if newly:
                impossible += 1
            elif not _same(old, new):
                changed += 1
                rows[place] = after
        counts.append((len(drawn), changed, impossible, held))
    moved = [
        move(first, {c: row[c] for c in row if not _same(row[c], first[c])}, SPEC)
        for first, row in zip(first_rows, rows, strict=True)
    ]
    return pd.DataFrame(moved), counts


def _lot(key):
    import hashlib

    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")


def _new(step, old):
    """Give the new value, and whether it was held at the end of the range."""
    if isinstance(step["value"], str):
        return (step["value"] if step["operation"] == "set" or level(old) == step["level"] else old), False
    if step["operation"] == "set":
        return float(step["value"]), False
    feature, old = SPEC.feature(step["column"]), number(old)
    new = old + step["value"] if step["operation"] == "add" else old * step["value"]
    if feature.minimum is not None and new < min(old, feature.minimum):
        return min(old, feature.minimum), True
    if feature.maximum is not None and new > max(old, feature.maximum):
        return max(old, feature.maximum), True
    return new, False


def _same(one, other):
    if isinstance(one, float) or isinstance(other, float):
        return number(one) == number(other) or (math.isnan(number(one)) and math.isnan(number(other)))
    return level(one) == level(other)


NUMBERS = {"price": (10, 100), "contact": (0, 20), "rival": (0, 10)}
LEVELS = {"contract": ["Month", "Year", "Two years", "Weekly"], "security": ["No", "Yes", "None here"]}

whos = st.fixed_dictionaries(
    {},
    optional={
        "levels": st.dictionaries(
            st.sampled_from(["contract", "channel"]),
            st.just(["Month", "Shop"]),
            max_size=1,
        ).map(
            lambda one: {c: [v for v in vs if (v == "Month") == (c == "contract")] for c, vs in one.items()}
        ),
        "ranges": st.dictionaries(
            st.sampled_from(["tenure", "price"]),
            st.sampled_from([[None, 30.0], [20.0, None], [5.0, 60.5]]),
            max_size=1,
        ),
        "first": st.integers(1, 300),
    },
)
extras = {"who": whos, "coverage": st.sampled_from([0.1, 0.5, 1.0])}
number_steps = st.sampled_from(sorted(NUMBERS)).flatmap(
    lambda column: st.one_of(
        st.fixed_dictionaries(
            {
                "column": st.just(column),
                "operation": st.just("set"),
                "value": st.floats(*NUMBERS[column]),
            },
            optional=extras,
        ),
        st.fixed_dictionaries(
            {"column": st.just(column), "operation": st.just("add"), "value": st.floats(-30, 30)},
            optional=extras,
        ),
        st.fixed_dictionaries(
            {"column": st.just(column), "operation": st.just("multiply"), "value": st.floats(0, 2)},
            optional=extras,
        ),
    )
)
level_steps = st.sampled_from(sorted(LEVELS)).flatmap(
    lambda column: st.lists(st.sampled_from(LEVELS[column]), min_size=2, max_size=2, unique=True).flatmap(
        lambda two: st.fixed_dictionaries(
            {
                "column": st.just(column),
                "operation": st.just("move"),
                "level": st.just(two[0]),
                "value": st.just(two[1]),
            },
            optional=extras,
        )
    )
)
scenarios = st.fixed_dictionaries({"steps": st.lists(number_steps | level_steps, min_size=1, max_size=4)})


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain=scenarios)
def test_a_scenario_does_to_each_customer_what_its_steps_say(engine, frame, plain):
    moved, counts = _plainly(frame, plain)
    scenario, model = parse_scenario(plain), card()
    order = engine.base.arrays["row"]
    expected = model.log_odds(moved)[order]
    if not all(reached for reached, *_ in counts):
        with pytest.raises(ScenarioError, match="is for nobody"):
            engine.run(scenario)
        return
    assert np.array_equal(engine.log_odds(scenario), expected)
    chance = model.probability(moved)[order]
    assert np.abs(engine.probability(scenario) - chance).max() < 1e-12
    found = engine.run(scenario)
    assert [(one.reached, one.changed, one.impossible, one.held) for one in found.steps] == counts
    assert found.after.leavers == pytest.approx(chance.sum(), rel=1e-12)
    bags = 1 / (1 + np.exp(-model.bag_log_odds(moved)))
    assert found.after.leavers_by_bag == pytest.approx(bags.sum(axis=0), rel=1e-5)
    price = moved["price"].fillna(0).to_numpy()
    before = model.probability(frame)
    after = model.probability(moved)
    assert found.after.at_risk == pytest.approx((after * price).sum(), rel=1e-9)
    assert found.after.kept == pytest.approx(((1 - after) * price).sum() * MONTHS, rel=1e-9)
    assert found.joins == np.count_nonzero((after >= LINE) & (before < LINE))
    assert found.leaves == np.count_nonzero((after < LINE) & (before >= LINE))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plain=scenarios, cost=st.sampled_from([None, 2.5]))
def test_who_gets_each_step_adds_up_to_what_is_counted(engine, plain, cost):
    scenario = parse_scenario({"steps": [{**step, "cost": cost} for step in plain["steps"]]})
    moving = Moving(engine.base, scenario, engine.base.value_months)
    moving.choose()
    rows = [slice(start, min(start + 64, engine.base.rows)) for start in range(0, engine.base.rows, 64)]
    by_step = list(zip(*(who_gets(moving, one) for one in rows), strict=True))
    _, tallies = moving.carry_out(slice(0, engine.base.rows))
    for parts, tally in zip(by_step, tallies, strict=True):
        assert sum(int(part.changed.sum()) for part in parts) == tally.changed
        assert sum(float(part.costs.sum()) for part in parts) == pytest.approx(tally.cost)
        assert all((part.costs[~part.changed] == 0).all() for part in parts)


def test_answers_by_group_add_up_to_the_whole(engine):
    found = engine.run(
        parse_scenario({"steps": [{"column": "price", "operation": "multiply", "value": 1.5}]})
    )
    for side in (found.before, found.after):
        assert side.leavers_by_cell.sum() == pytest.approx(side.leavers)
        assert side.over_by_cell.sum() == side.over
        assert side.bands.sum() == found.customers
    codes = engine.base.cell_codes
    shops = codes[:, engine.base.groups.index("channel")] == engine.base.code("channel", "Shop")
    is_shop = engine.base.codes("channel") == engine.base.code("channel", "Shop")
    chance = engine.probability(parse_scenario({}))
    assert found.before.leavers_by_cell[shops].sum() == pytest.approx(chance[is_shop].sum())


def test_more_coverage_keeps_those_who_had_it(engine):
    def changed(share):
        step = {"column": "contact", "operation": "set", "value": 19.5, "coverage": share}
        return engine.log_odds(parse_scenario({"steps": [step]})) != engine.base.log_odds

    few, many = changed(0.2), changed(0.6)
    assert few.sum() < many.sum()
    assert not (few & ~many).any()


def test_cost_is_an_amount_each_or_what_the_spec_says_of_what_moved(engine):
    step = {"column": "price", "operation": "set", "value": 50}
    prices = engine.base.values("price")
    moved = np.nansum(np.abs(prices - 50))
    [by_spec] = engine.run(parse_scenario({"steps": [step]})).steps
    [each] = engine.run(parse_scenario({"steps": [step | {"cost": 7.5}]})).steps
    # where no price is known setting it changes a customer too, by nobody knows how much
    assert by_spec.cost == pytest.approx(1 * MONTHS * moved)
    assert (by_spec.beside_price, each.beside_price) == (0, each.cost)  # the price is what customers pay
    assert each.cost == 7.5 * np.count_nonzero(prices != 50)


def test_who_leaves_what_the_model_learned_from_is_counted(engine, frame):
    found = engine.run(parse_scenario({"steps": [{"column": "rival", "operation": "add", "value": 3}]}))
    rival = frame["rival"]
    assert found.outside == {"rival": int(((rival <= 8) & (np.minimum(rival + 3, 10) > 8)).sum())}


def test_the_answer_has_the_same_bits_however_many_threads_share_the_work(base):
    scenario = parse_scenario({"steps": [{"column": "price", "operation": "multiply", "value": 1.1}]})
    one, two = (Engine(base, LINE, threads=threads).run(scenario) for threads in (1, 2))
    assert one.after.leavers.hex() == two.after.leavers.hex()
    assert one.after.leavers_by_bag.tobytes() == two.after.leavers_by_bag.tobytes()


def test_a_base_comes_back_from_its_arrays_and_belongs_to_its_model(base):
    again = Base.of(card(), SPEC, base.meta(), base.arrays)
    assert again.cells == base.cells
    with pytest.raises(ValueError, match="build them anew"):
        Base.of(card(seed=1), SPEC, base.meta(), base.arrays)


def test_without_customers_there_is_nobody_to_move(frame):
    engine = Engine(build_base(card(), SPEC, frame.head(0)), LINE)
    assert engine.run(parse_scenario({})).after.leavers == 0
    with pytest.raises(ScenarioError, match="is for nobody"):
        engine.run(parse_scenario({"steps": [{"column": "price", "operation": "set", "value": 50}]}))


def test_the_point_answer_is_that_of_the_whole_one(engine):
    scenario = parse_scenario({"steps": [{"column": "price", "operation": "multiply", "value": 1.4}]})
    whole, point = engine.run(scenario), engine.run(scenario, whole=False)
    assert (point.after.leavers, point.after.at_risk, point.after.kept) == (
        whole.after.leavers,
        whole.after.at_risk,
        whole.after.kept,
    )
    assert (point.joins, point.leaves, point.after.over) == (whole.joins, whole.leaves, whole.after.over)
    assert np.array_equal(point.after.leavers_by_cell, whole.after.leavers_by_cell)
    assert point.steps[0].reached == whole.steps[0].reached
