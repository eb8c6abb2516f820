"""A base without some customers is that of the others alone, to the last bit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.scenario import Engine, build_base, parse_scenario
from models.scenario.leaving_out import without
from models.scenario.sample import draw
from tests.models.scenario_town import SPEC, card, customers

ROWS = 60
STEPS = {
    "steps": [
        {"column": "price", "operation": "multiply", "value": 0.9},
        {"column": "contract", "operation": "set", "value": "Year", "coverage": 0.5, "who": {"first": 9}},
    ]
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return customers(ROWS)


@pytest.fixture(scope="module")
def base(frame):
    return build_base(card(), SPEC, frame, value_months=12)


@settings(max_examples=30)
@given(rows=st.sets(st.integers(0, ROWS - 1), max_size=ROWS - 1))
def test_it_is_that_of_the_others(frame, base, rows):
    gone = {str(frame["key"].iloc[row]) for row in rows}
    made = without(base, gone | {"nobody"})
    anew = build_base(card(), SPEC, frame[~frame["key"].isin(gone)].reset_index(drop=True), value_months=12)
    assert made.rows == anew.rows == ROWS - len(gone)
    for name in ("log_odds", "bags", "worth", "place", "keys", "rank", "row", "starts"):
        assert np.array_equal(made.arrays[name], anew.arrays[name], equal_nan=name in ("worth", "bags")), name
    assert [made.key(place) for place in range(made.rows)] == [anew.key(place) for place in range(anew.rows)]
    assert made.line(0.1) == anew.line(0.1)
    asked = parse_scenario(STEPS)
    first, second = (Engine(one, one.line(0.1)).run(asked) for one in (made, anew))
    assert (first.customers, first.after.leavers, first.after.at_risk, first.after.kept) == (
        second.customers, second.after.leavers, second.after.at_risk, second.after.kept,
    )  # fmt: skip
    assert np.array_equal(draw(made), draw(anew))


def test_nobody_left_out_is_the_same_base(base):
    assert without(base, set()) is base and without(base, {"nobody"}) is base


def test_everybody_left_out_leaves_nobody(frame, base):
    made = without(base, set(frame["key"]))
    assert made.rows == 0 and made.cells == [] and made.line(0.1) is None
