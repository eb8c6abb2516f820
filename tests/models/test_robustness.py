"""Robustness, on a card that can be added up in the head (tests/models/conftest.py)."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from models.robustness import stress
from models.scorecard import Scorecard
from models.stress_bench import list_kept, rank_correlation


def sigma(log_odds):
    return 1 / (1 + math.exp(-log_odds))


@pytest.fixture
def frame():
    random = np.random.default_rng(3)
    tenure = random.integers(0, 73, 300).astype(float)
    contract = random.choice(["Month-to-month", "Two year"], 300)
    left = np.where(random.random(300) < np.where(contract == "Two year", 0.1, 0.5), "Yes", "No")
    return pd.DataFrame({"tenure": tenure, "Contract": contract.astype(object), "left": left.astype(object)})


@pytest.fixture
def tried(card, frame, spec):
    return stress(card, frame, spec)


def test_rank_correlation_by_hand():
    assert rank_correlation([1, 2, 3], [10, 20, 90]) == pytest.approx(1)
    assert rank_correlation([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)
    # ranks 1 2 3 4 and 2 1 3 4: 1 - 6 x 2 / (4 x 15)
    assert rank_correlation([1, 2, 3, 4], [2, 1, 3, 4]) == pytest.approx(0.8)
    assert rank_correlation([1, 1], [1, 2]) is None


def test_the_list_kept_is_a_share_of_the_top():
    before = [4, 3, 2, 1, 0, 0, 0, 0, 0, 0]
    assert list_kept(before, [4, 0, 3, 0, 0, 0, 0, 0, 0, 0], 0.2) == 0.5
    assert list_kept(before, before, 0.01) == 1.0


def test_one_field_picked_does_what_the_table_says(card, spec):
    # one customer of 40 months, two years: -1 - 1 - 2 = -4. The furthest by one field: month to month
    # gives -1 - 1 + 0.5 - 0.5 = -2, a tenure under six months gives -1 + 1 - 2 = -2
    frame = pd.DataFrame({"tenure": [40.0], "Contract": ["Two year"]})
    found = stress(card, frame, spec)["adversarial"]["any"]
    assert found["score_change"]["largest"] == pytest.approx(sigma(-2) - sigma(-4))
    by_column = {one["column"]: one["largest"] for one in found["columns"]}
    assert by_column["tenure"] == pytest.approx(sigma(-2) - sigma(-4))


def test_a_small_change_crosses_an_edge_only_where_one_is_near(card, spec):
    # 5 % of 72 months is 3.6: from 4 months the edge at 6 is near, from 40 months none is
    at = {
        tenure: stress(card, pd.DataFrame({"tenure": [tenure], "Contract": ["Two year"]}), spec)
        for tenure in (4.0, 40.0)
    }
    moved = {t: found["adversarial"]["small"]["score_change"]["largest"] for t, found in at.items()}
    # -1 + 1 - 2 = -2 becomes -1 + 0.25 - 2 = -2.75
    assert moved[4.0] == pytest.approx(sigma(-2) - sigma(-2.75))
    assert moved[40.0] == 0


def test_a_column_missing_for_everybody_gets_the_score_of_missing(card, spec):
    frame = pd.DataFrame({"tenure": [40.0] * 20, "Contract": ["Two year"] * 20})
    trials = {trial["name"]: trial for trial in stress(card, frame, spec)["missing"]}
    # without the contract: -1 - 1 + 0.125 = -1.875 instead of -4
    expected = sigma(-1.875) - sigma(-4)
    assert trials["Contract missing"]["score_change"]["largest"] == pytest.approx(expected)


def test_more_noise_and_more_gaps_move_more(tried):
    for kind in ("noise", "missing"):
        moved = [t["score_change"]["p95"] for t in tried[kind] if "amount" in t]
        assert len(moved) == 3 and moved[-1] >= moved[0] and moved[-1] > 0


def test_extremes_are_answered_and_told(tried):
    names = [trial["name"] for trial in tried["extreme"]]
    assert {"Tenure infinite", "Contract never seen before", "Nothing known"} <= set(names)
    assert tried["summary"]["answers_hold"] is True


def test_an_answer_that_is_no_chance_is_found(card, frame, spec, monkeypatch):
    monkeypatch.setattr(Scorecard, "probability", lambda self, codes: np.full(codes.rows, np.nan))
    assert stress(card, frame, spec)["summary"]["answers_hold"] is False


def test_a_linear_term_is_moved_by_its_values(plain, spec):
    import json as j

    linear = {"type": "linear", "feature": 0, "slope": 0.25, "centre": 0.0, "limit": 64.0, "missing": 0.0}
    linear["bags"] = [{"slope": 0.25, "missing": 0.0}] * 2
    card = Scorecard.from_json(j.dumps(plain | {"terms": [linear]}))
    frame = pd.DataFrame({"tenure": [0.0], "Contract": ["Two year"]})
    found = stress(card, frame, spec)["adversarial"]
    # 5 % of 72 is 3.6 months, a quarter each: from -1 to -0.1; any value: 72 months, from -1 to 17
    assert found["small"]["score_change"]["largest"] == pytest.approx(sigma(-0.1) - sigma(-1))
    assert found["any"]["score_change"]["largest"] == pytest.approx(sigma(17) - sigma(-1))


def test_the_loss_of_ranking_is_told_only_where_outcomes_are_known(card, frame, spec, tried):
    lost = next(trial for trial in tried["missing"] if trial["name"] == "Contract missing")
    assert lost["auc_loss"] > 0.05
    blind = stress(card, frame.drop(columns="left"), spec)
    assert blind["summary"]["noise_auc_loss"] is None


def test_the_section_is_plain_json_and_the_same_again(card, frame, spec, tried):
    again = stress(card, frame, spec)
    assert json.dumps(again, allow_nan=False) == json.dumps(tried, allow_nan=False)


def test_an_empty_table_is_refused(card, spec):
    with pytest.raises(ValueError, match="held out from training"):
        stress(card, pd.DataFrame({"tenure": [], "Contract": []}), spec)
