"""Logistic regression and its scorecard: the same answers, limits kept, nothing broken by odd columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from config.dataset import DatasetSpec
from models.logistic import LogisticScorer, compile_logistic
from models.scorecard import Scorecard

TYPES = {"price": "continuous", "months": "continuous", "contract": "nominal"}


def spec(columns=TYPES):
    features = [
        {"column": c, "label": c, "kind": "numeric" if kind == "continuous" else "categorical"}
        for c, kind in columns.items()
    ]
    return DatasetSpec.model_validate(
        {
            "name": "made-up",
            "title": "Made up",
            "id": "id",
            "outcome": {"column": "gone", "positive": "Yes"},
            "features": features,
        }
    )


def customers(rows=800, seed=0):
    """Make customers whose log-odds are 0.5 + 2 x price, 1 more on contract a, 1.5 more without months."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "price": random.normal(10, 1, rows),
            "months": random.integers(0, 60, rows).astype(float),
            "contract": random.choice(["a", "b", "c"], rows),
        }
    )
    frame.loc[random.random(rows) < 0.2, "months"] = np.nan
    frame.loc[::50, "contract"] = None
    log_odds = 0.5 + 2 * (frame["price"] - 10) + (frame["contract"] == "a") + 1.5 * frame["months"].isna()
    return frame, random.random(rows) < 1 / (1 + np.exp(-log_odds))


def fitted(frame, outcome, monotone=(0, 0, 0), bags=4):
    typed = frame.assign(contract=frame["contract"].astype("category"))
    return LogisticScorer(list(TYPES.values()), list(monotone), bags=bags).fit(typed, outcome)


@pytest.fixture(scope="module")
def made():
    frame, outcome = customers()
    scorer = fitted(frame, outcome)
    return frame, scorer, compile_logistic(scorer, frame, spec())


def test_the_card_says_what_the_regression_says(made):
    frame, scorer, card = made
    typed = frame.assign(contract=frame["contract"].astype("category"))
    assert card.probability(frame) == pytest.approx(scorer.predict_proba(typed)[:, 1], abs=1e-9)
    assert scorer.predict_proba(typed).sum(axis=1) == pytest.approx(np.ones(len(frame)))


def test_the_truth_comes_back(made):
    _, _, card = made
    rows = pd.DataFrame(
        {"price": [9.0, 10, 10, 10], "months": [9.0, 9, np.nan, 9], "contract": ["b", "b", "b", "a"]}
    )
    cheap, usual, unknown, bound = card.log_odds(rows)
    assert usual - cheap == pytest.approx(2, abs=0.4)
    assert bound - usual == pytest.approx(1, abs=0.5)
    assert unknown - usual == pytest.approx(1.5, abs=0.6)


def test_the_card_is_one_of_straight_lines_and_survives_its_file(made):
    frame, _, card = made
    assert [term.type for term in card.terms] == ["linear", "linear", "table"]
    assert Scorecard.from_json(card.to_json()).version == card.version
    assert sum(card.features[0].counts) == len(frame)
    assert card.features[1].counts[0] == frame["months"].isna().sum()
    assert card.features[2].counts[-1] == 0
    assert card.contributions(frame)[:, 2].mean() == pytest.approx(0, abs=1e-9)


def test_ranges_hold_the_score_and_are_wide_where_little_was_seen(made):
    frame, _, card = made
    low, high = card.interval(frame)
    chance = card.probability(frame)
    assert ((low <= chance) & (chance <= high)).all()
    known = frame["contract"].notna()
    narrow, wide = (np.median((high - low)[rows]) for rows in (known, ~known))
    assert wide > narrow > 0


def test_beyond_the_range_seen_a_line_ends(made):
    _, _, card = made
    far = pd.DataFrame({"price": [40.0, 1e300, np.inf], "months": 9.0, "contract": "b"})
    once, much, endless = card.log_odds(far)
    assert once == much == endless
    assert np.isfinite(once)


def test_values_never_seen_are_answered(made):
    _, scorer, card = made
    odd = pd.DataFrame({"price": [np.nan, 10.0], "months": [5.0, 5.0], "contract": ["never seen", "b"]})
    assert np.isfinite(card.log_odds(odd)).all()
    typed = odd.assign(contract=odd["contract"].astype("category"))
    assert card.probability(odd) == pytest.approx(scorer.predict_proba(typed)[:, 1], abs=1e-9)


def test_a_slope_against_its_limit_is_left_flat():
    frame, outcome = customers()
    scorer = fitted(frame, outcome, monotone=(-1, 0, 0))
    assert scorer.flat_ == ("price",)
    card = compile_logistic(scorer, frame, spec())
    rows = pd.DataFrame({"price": [5.0, 15.0], "months": 9.0, "contract": "b"})
    low, high = card.log_odds(rows)
    assert low == high
    assert fitted(frame, outcome, monotone=(1, 0, 0)).flat_ == ()


def test_columns_that_tell_nothing_do_no_harm():
    frame, outcome = customers(300)
    frame = frame.assign(months=np.nan, contract="same")
    card = compile_logistic(fitted(frame, outcome), frame, spec())
    assert np.isfinite(card.log_odds(frame)).all()
    assert card.log_odds(frame.assign(months=5.0, contract="other")) == pytest.approx(
        card.log_odds(frame), abs=0.8
    )


def test_the_same_seed_gives_the_same_card():
    frame, outcome = customers(300)
    first, again = (compile_logistic(fitted(frame, outcome), frame, spec()).version for _ in range(2))
    assert first == again
