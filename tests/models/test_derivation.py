import math

import numpy as np
import pytest

from config.formula import parse_formula
from models.derivation import broken_rules, derive, move

ROW = {"tenure": 10.0, "monthly": 20.0, "total": 199.5, "Contract": "Two year", "Paperless": "Yes"}


def test_a_derived_column_moves_by_the_difference_of_its_formula(spec):
    moved = move(ROW, {"monthly": 25.0}, spec)
    assert moved == ROW | {"monthly": 25.0, "total": 199.5 + 50.0}


@pytest.mark.parametrize("recorded", [199.50000000000003, -0.0, 0.1 + 0.2, "199.5", None, math.nan])
def test_where_nothing_moved_the_recorded_value_stays_to_the_bit(spec, recorded):
    row = ROW | {"total": recorded}
    assert move(row, {"monthly": 20.0}, spec)["total"] is recorded


@pytest.mark.parametrize(
    ("before", "changes"),
    [
        ({"total": None}, {"monthly": 25.0}),
        ({"tenure": None}, {"tenure": 5.0}),
        ({}, {"monthly": None}),
        ({}, {"monthly": "much"}),
        ({}, {"monthly": math.inf}),
    ],
)
def test_where_the_difference_is_not_known_the_recorded_value_stays(spec, before, changes):
    row = ROW | before
    assert move(row, changes, spec)["total"] == row["total"]


def test_a_derived_column_that_is_set_stays_as_set(spec):
    assert move(ROW, {"monthly": 25.0, "total": 7.0}, spec)["total"] == 7.0


def test_the_row_given_is_not_changed(spec):
    row = dict(ROW)
    move(row, {"monthly": 25.0}, spec)
    assert row == ROW


def test_a_whole_column_moves_as_its_rows_do():
    tree = parse_formula("tenure * monthly")
    before = {"tenure": np.array([1.0, np.nan, 3.0, 4.0]), "monthly": np.full(4, 0.1)}
    after = before | {"monthly": np.array([0.3, 0.3, 0.1, 0.2])}
    recorded = np.array([5.0, 6.0, -0.0, np.nan])
    moved = derive(tree, before, after, recorded)
    rows = zip(*before.values(), *after.values(), recorded, strict=True)
    one_by_one = [
        derive(tree, {"tenure": a, "monthly": b}, {"tenure": c, "monthly": d}, old)
        for a, b, c, d, old in rows
    ]
    assert moved.tobytes() == np.array(one_by_one).tobytes()


@pytest.mark.parametrize("formula", ["tenure / monthly", "1 / 0", "tenure / 0"])
def test_a_division_by_zero_moves_nothing(formula):
    tree = parse_formula(formula)
    assert derive(tree, ROW, ROW | {"monthly": 0.0, "tenure": 1.0}, 199.5) == 199.5


@pytest.mark.parametrize(
    ("paperless", "broken"), [("Yes", 0), (" Yes", 0), ("No", 1), ("never seen", 1), (None, 0), ("", 0)]
)
def test_a_rule_is_broken_by_a_known_value_that_cannot_be(spec, paperless, broken):
    assert len(broken_rules(ROW | {"Paperless": paperless}, spec)) == broken


def test_a_rule_that_does_not_apply_is_not_broken(spec):
    assert broken_rules({"Contract": "Month-to-month", "Paperless": "No"}, spec) == []
    assert broken_rules({"Contract": None, "Paperless": "No"}, spec) == []
