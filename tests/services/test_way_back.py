"""The way back for one customer: the cheapest there is, levers only, on record; and no advice."""

import itertools

import numpy as np
import pandas as pd
import pytest

from data.store import EntryFilter
from models import derivation
from models.familiarity import familiarity
from models.reach import level_with_data, numbers_with_data, seen_of
from services import log, way_back
from services.roles import NotPermitted
from services.way_back import NoSuchCustomer, TargetRefused
from tests.models.scenario_town import SPEC, card, customers
from tests.services.scenario_town import settle

LEVERS = {"contract", "price", "contact"}  # security is one too, but nobody said what it costs


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    frame = customers(120)
    frame.loc[0, ["price", "tenure", "contact"]] = [900.0, 700.0, 400.0]
    frame.loc[1, "left"] = "Yes"
    return settle(tmp_path_factory.mktemp("town"), frame=frame)


def rows(town):
    table = town.warehouse.current_table(town.dataset().snapshot)
    return {row["key"]: row for row in table[table["_active"]].to_dict("records")}


def everything(row, model):
    """Try every change of the levers that cost something: its cost and chance."""
    prices = np.arange(10, row["price"]) if row["price"] > 10 else np.zeros(0)
    prices = [row["price"], *prices[numbers_with_data(seen_of(model, "price"), prices)]]
    contacts = np.round(np.arange(0, 101) * 0.2, 9)  # a hundredth of the range, since the spec has no step
    contacts = [row["contact"], *contacts[numbers_with_data(seen_of(model, "contact"), contacts)]]
    contracts = {row["contract"], *(c for c in SPEC.feature("contract").levels
                                    if level_with_data(seen_of(model, "contract"), c))}  # fmt: skip
    made = []
    for contract, price, contact in itertools.product(contracts, prices, contacts):
        moved = derivation.move(row, {"contract": contract, "price": price, "contact": contact}, SPEC)
        moves = abs(price - row["price"]) + 3 * abs(contact - row["contact"])
        total = moved["total"]
        if total == row["total"] or bool(numbers_with_data(seen_of(model, "total"), total)):
            made.append({**moved, "cost": moves + 2 * (contract != row["contract"])})
    frame = pd.DataFrame(made)
    return frame["cost"].to_numpy(), model.probability(frame)


def usual(town, model, count=6):
    """Give some customers of whom the levers are known and whose score is firm."""
    known = [
        row for row in rows(town).values()
        if row["contract"] in SPEC.feature("contract").levels and row["price"] == row["price"] <= 96
        and row["price"] >= 10 and row["contact"] == row["contact"] and row["total"] == row["total"]
        and row["tenure"] == row["tenure"] and familiarity(model, row, SPEC).grade == "usual"
        and model.score(row).probability > 0.5
    ]  # fmt: skip
    assert len(known) >= count
    return known[:count]


def helped(town):
    """Give a customer whom levers bring down by a third."""
    model = card()
    for row in usual(town, model):
        _, chance = everything(row, model)
        if chance.min() < 0.6 * model.score(row).probability:
            return row
    raise AssertionError("nobody is helped")


def test_the_first_way_is_the_cheapest_there_is(town, analyst):
    model, compared = card(), 0
    for row in usual(town, model):
        target = 0.7 * model.score(row).probability
        found = way_back.find(town, analyst, row["key"], target)
        cost, chance = everything(row, model)
        possible = cost[chance <= target]
        if len(possible):
            compared += 1
            assert found.ways[0].cost == pytest.approx(possible.min())
            assert found.ways[0].after <= target < found.chance
        else:
            assert not found.ways
            assert found.best is None or found.best.after == pytest.approx(chance.min())
    assert compared


def test_the_target_is_the_line_where_none_is_given_and_who_gets_there_is_off_the_list(town, analyst):
    model = card()
    line = town.warehouse.threshold(town.dataset().snapshot, model.version, town.settings.at_risk_share)
    key = max(rows(town), key=lambda key: model.score(rows(town)[key]).probability)
    found = way_back.find(town, analyst, key)
    assert (found.target, found.is_line) == (line, True)
    assert all(way.after < line <= found.chance for way in found.ways)


def test_ways_move_levers_only_and_say_what_they_do_and_cost(town, analyst):
    row = helped(town)
    found = way_back.find(town, analyst, row["key"], 0.7 * card().score(row).probability)
    assert 1 <= len(found.ways) <= 3
    for way in found.ways:
        assert way.changes.keys() <= LEVERS
        assert [one.label for one in way.moves] == [SPEC.label(column) for column in way.changes]
        assert f"at a cost of {way.cost:,.{SPEC.decimals}f} EUR a month." in way.text
        moved = derivation.move(row, way.changes, SPEC)
        assert way.after == pytest.approx(card().score(moved).probability, abs=1e-12)
    costs = [way.cost for way in found.ways]
    assert costs == sorted(costs)
    assert any("Security is left out, since nobody said" in words for words in found.why)


def test_where_there_is_none_the_lowest_is_told_and_why(town, analyst):
    row = usual(town, card())[0]
    found = way_back.find(town, analyst, row["key"], 0.0001)
    assert found.ways == []
    assert found.why[0].startswith("No change of ours brings the predicted chance of leaving to")
    assert found.best.after < found.chance


def test_where_nothing_has_to_be_done_that_is_told(town, analyst):
    (way,) = way_back.find(town, analyst, usual(town, card())[0]["key"], 0.999).ways
    assert way.changes == {}
    assert way.text.startswith("Nothing has to be done")


def test_no_advice_stands_on_a_score_that_is_not_firm(town, analyst):
    found = way_back.find(town, analyst, "c0", 0.3)
    assert found.refused.startswith("No advice, since the score it would stand on is not firm. No firm score")
    assert (found.ways, found.best) == ([], None)


def test_no_advice_is_given_on_who_has_left(town, analyst):
    found = way_back.find(town, analyst, "c1", 0.3)
    assert "no longer active" in found.refused
    assert found.ways == []


def test_it_is_on_record_before_it_is_told(town, analyst):
    row = helped(town)
    key, target = row["key"], 0.7 * card().score(row).probability
    found = way_back.find(town, analyst, key, target)
    [logged, *_] = town.store.entries(EntryFilter(kinds=("way-back",)), None, 100)
    assert (logged.header.seq, logged.subject) == (found.stamp.entry, key)
    assert logged.payload["ways"][0]["changes"] == found.ways[0].changes
    assert log.one(town, analyst, found.stamp.entry).text.startswith(
        f"Ada asked what would bring customer {key} to {target:.1%} or below; "
    )
    refused = way_back.find(town, analyst, "c0", 0.3)
    assert "no advice was given: no advice, since" in log.one(town, analyst, refused.stamp.entry).text


@pytest.mark.parametrize("target", [0, 1, -0.1, 30, float("nan"), "much", True])
def test_a_target_that_is_no_chance_is_refused_and_not_on_record(town, analyst, target):
    before = town.store.entries(None, None, 1)[0].header.seq
    with pytest.raises(TargetRefused, match="give one above 0% and below 100%"):
        way_back.find(town, analyst, "c5", target)
    assert town.store.entries(None, None, 1)[0].header.seq == before


def test_who_may_not_explore_and_who_is_not_there(town, analyst, viewer):
    with pytest.raises(NotPermitted):
        way_back.find(town, viewer, "c5")
    with pytest.raises(NoSuchCustomer):
        way_back.find(town, analyst, "nobody")
