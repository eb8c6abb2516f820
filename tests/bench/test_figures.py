"""Figures of benchmarks: each replaces its own, and the enlarged table is what it is said to be."""

from __future__ import annotations

import importlib

import pandas as pd
import pytest

from bench.__main__ import BENCHES, updated
from bench.training import enlarged


def row(measure, bench, value=1):
    return {"measure": measure, "value": value, "bench": bench}


@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_of_the_list_is_there(name):
    assert callable(importlib.import_module(f"bench.{name}").measures)


def test_new_figures_take_the_place_of_the_old_ones_and_no_old_name_stays():
    kept = [row("a", "one"), row("old name", "two"), row("b", "two"), row("c", "three")]
    found = [row("b", "two", 2), row("new", "two", 3)]
    assert updated(kept, found, "two") == [kept[0], *found, kept[3]]
    assert updated(kept, [row("d", "four")], "four") == [*kept, row("d", "four")]
    assert updated([], found, "two") == found


def test_rows_drawn_again_have_keys_of_their_own_and_blurred_numbers_within_their_range():
    raw = pd.DataFrame(
        {
            "customerID": ["A", "B", "C"],
            "tenure": ["0", "30", "72"],
            "MonthlyCharges": ["20.5", "70", "110"],
            "TotalCharges": [" ", "2100", "7920"],
            "Churn": ["Yes", "No", "No"],
        }
    )
    many = enlarged(raw, 500)
    assert many["customerID"].is_unique and len(many) == 500
    assert many["tenure"].between(0, 72).all() and many["tenure"].nunique() > 3
    assert many["MonthlyCharges"].between(20.5, 110).all()
    assert many["TotalCharges"].isna().any()  # what is not known stays so
    pd.testing.assert_frame_equal(many, enlarged(raw, 500))
