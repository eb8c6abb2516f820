"""Coverage: whether what happened lies in the range given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.coverage import coverage, coverage_of


def test_the_share_is_of_bins_whose_rate_lies_in_the_range():
    # two bins of five: scores 0.2 with one of five gone lie inside, scores 0.8 with none gone do not
    left = np.array([1, 0, 0, 0, 0] + [0] * 5, dtype=bool)
    score = np.array([0.2] * 5 + [0.8] * 5)
    found = coverage_of(left, score, score - 0.1, score + 0.1)
    assert [one["n"] for one in found["bins"]] == [5, 5]
    assert [one["observed"] for one in found["bins"]] == [0.2, 0.0]
    assert found["share"] == 0.5


def test_chance_widens_the_range():
    # 2 of 5 at a score of 0.2: off by 0.2, and chance reaches 1.96 x sqrt(0.2 x 0.8 / 5) = 0.35
    left, score = np.array([1, 1, 0, 0, 0], dtype=bool), np.full(5, 0.2)
    [found] = coverage_of(left, score, score - 0.01, score + 0.01)["bins"]
    assert (found["inside"], found["inside_with_chance"]) == (False, True)


def test_a_large_table_is_cut_into_twenty_bins():
    score = np.linspace(0, 1, 400)
    assert [one["n"] for one in coverage_of(score > 0.5, score, score, score)["bins"]] == [20] * 20


def test_rows_without_an_outcome_are_passed_over(card, spec):
    frame = pd.DataFrame({"tenure": [1.0, 20.0], "Contract": ["Two year"] * 2, "left": ["Yes", None]})
    assert coverage(card, frame, spec)["n"] == 1
    assert coverage(card, frame.iloc[1:], spec)["share"] is None


def test_the_range_is_the_cards(card, spec):
    frame = pd.DataFrame({"tenure": [1.0] * 5, "Contract": ["Two year"] * 5, "left": ["Yes"] * 5})
    [found] = coverage(card, frame, spec)["bins"]
    low, high = card.interval(frame)
    assert (found["low"], found["high"]) == pytest.approx((low[0], high[0]))
