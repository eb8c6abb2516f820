"""Measures on the hold-out: by hand, against scikit-learn, and the ranges of the bootstrap."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from models.evaluation import auc, brier, log_loss
from models.holdout import MEASURES, calibration, quality, set_aside, threshold_of, wilson

LEFT = np.array([True, True, False, True, False, False, False, False, False, False])
SCORE = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
REVENUE = np.array([10.0, 20.0, 30.0, 40.0, np.nan, 1.0, 1.0, 1.0, 1.0, 1.0])


def measured(**changes):
    asked = {"threshold": 0.65, "share": 0.2, "draws": 50} | changes
    return quality(asked.pop("outcome", LEFT), asked.pop("score", SCORE), **asked)


@pytest.fixture(scope="module")
def many():
    """Give 600 customers with scores that tie, and are right on average."""
    random = np.random.default_rng(5)
    score = np.round(random.beta(1, 3, 600), 2)
    return random.random(600) < score, score


def test_what_is_set_aside_is_a_fifth_of_each_outcome_and_never_the_rest():
    outcome = np.arange(1000) % 4 == 0
    learn, hold = set_aside(outcome, seed=1)
    assert sorted([*learn, *hold]) == list(range(1000))
    assert outcome[hold].sum() == 50
    assert (~outcome[hold]).sum() == 150
    assert (set_aside(outcome, 1)[1] == hold).all()
    assert set(set_aside(outcome, 2)[1]) != set(hold)


def test_measures_of_ten_customers_worked_out_by_hand():
    found = measured()
    value = {name: found[name]["value"] for name in MEASURES}
    # pairs of leaver and stayer: 7 + 7 + 6 of 21 in order
    assert value["roc_auc"] == pytest.approx(20 / 21)
    # leavers stand at places 1, 2 and 4: precision there 1, 1, 3/4
    assert value["average_precision"] == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert found["confusion"] == {"tn": 6, "fp": 1, "fn": 1, "tp": 2}
    assert value["accuracy"] == pytest.approx(0.8)
    assert value["precision"] == value["recall"] == value["f1"] == pytest.approx(2 / 3)
    # the first tenth is one leaver: all of it left, of everyone 3 in 10
    assert value["lift_at_10"] == pytest.approx(10 / 3)
    # so few customers make two bins: scores add up to 3.5 where 3 left, and to 1.05 where none did
    assert value["calibration_error"] == pytest.approx((0.5 + 1.05) / 10)
    assert found["rows"] == 10
    assert found["left"] == 3


def test_measures_agree_with_scikit_learn_where_scores_tie(many):
    from sklearn import metrics

    outcome, score = many
    found = quality(outcome, score, threshold=0.3, share=0.1, draws=10)
    flagged = score >= 0.3
    theirs = {
        "roc_auc": metrics.roc_auc_score(outcome, score),
        "average_precision": metrics.average_precision_score(outcome, score),
        "log_loss": log_loss(outcome, score),
        "brier": brier(outcome, score),
        "accuracy": metrics.accuracy_score(outcome, flagged),
        "precision": metrics.precision_score(outcome, flagged),
        "recall": metrics.recall_score(outcome, flagged),
        "f1": metrics.f1_score(outcome, flagged),
    }
    for name, value in theirs.items():
        assert found[name]["value"] == pytest.approx(value, abs=1e-12), name
    assert found["roc_auc"]["value"] == pytest.approx(auc(outcome, score), abs=1e-12)
    matrix = found["confusion"]
    assert [[matrix["tn"], matrix["fp"]], [matrix["fn"], matrix["tp"]]] == metrics.confusion_matrix(
        outcome, flagged
    ).tolist()


def test_the_order_of_rows_does_not_matter(many):
    outcome, score = many
    turned = np.random.default_rng(0).permutation(len(score))
    revenue = np.arange(len(score), dtype=float)
    asked = {"threshold": 0.3, "share": 0.1, "draws": 1}
    one = quality(outcome, score, revenue=revenue, value=revenue, **asked)
    other = quality(outcome[turned], score[turned], revenue=revenue[turned], value=revenue[turned], **asked)
    for name in MEASURES:
        assert one[name]["value"] == pytest.approx(other[name]["value"], abs=1e-12), name
    for by in (lambda found: found["money"], lambda found: found["money"]["by_expected_loss"]):
        assert by(one)["revenue_kept"]["value"] == pytest.approx(by(other)["revenue_kept"]["value"])


def test_a_range_holds_its_value_and_narrows_with_more_customers(many):
    outcome, score = many
    few = quality(outcome[:150], score[:150], threshold=0.3, share=0.1)
    all_of_them = quality(outcome, score, threshold=0.3, share=0.1)
    for name in MEASURES:
        assert few[name]["low"] <= few[name]["value"] <= few[name]["high"]
    width = [found["roc_auc"]["high"] - found["roc_auc"]["low"] for found in (few, all_of_them)]
    assert width[0] > 1.4 * width[1] > 0


def test_the_range_of_a_share_is_that_of_theory(many):
    outcome, score = many
    found = quality(outcome, score, threshold=0.3, share=0.1, draws=400)["accuracy"]
    error = math.sqrt(found["value"] * (1 - found["value"]) / len(outcome))
    assert found["high"] - found["low"] == pytest.approx(2 * 1.96 * error, rel=0.15)


def test_draws_depend_on_the_seed_alone(many):
    outcome, score = many
    asked = {"threshold": 0.3, "share": 0.1, "draws": 30}
    first, again = (quality(outcome, score, seed=3, **asked) for _ in range(2))
    assert first == again
    assert quality(outcome, score, seed=4, **asked)["brier"]["low"] != first["brier"]["low"]


def test_calling_the_first_of_the_list_reaches_leavers_and_their_revenue():
    money = measured(revenue=REVENUE, value=REVENUE * 12)["money"]
    assert money["n"] == 2
    assert money["leavers_reached"]["value"] == 2
    assert money["leavers_reached"]["at_random"] == pytest.approx(3 * 2 / 10)
    assert money["revenue_kept"]["value"] == 30
    assert money["revenue_kept"]["at_random"] == pytest.approx(70 * 2 / 10)
    assert money["revenue_leaving"] == 70
    # by expected loss the dear ones come first: 0.6 x 40 and 0.7 x 30, of whom the first left
    assert money["by_expected_loss"]["leavers_reached"]["value"] == 1
    assert money["by_expected_loss"]["revenue_kept"]["value"] == 40


def test_without_revenue_only_leavers_are_counted():
    money = measured()["money"]
    assert money["leavers_reached"]["value"] == 2
    assert money["revenue_kept"] is None
    assert money["by_expected_loss"] is None


def test_customers_of_one_score_share_the_end_of_the_list():
    # two places on the list, four customers of the same score, one of whom left
    found = measured(
        outcome=np.array([True, False, False, False] + [False] * 6), score=np.array([0.5] * 4 + [0.1] * 6)
    )
    assert found["money"]["leavers_reached"]["value"] == pytest.approx(0.5)


def test_a_threshold_that_nobody_reaches_has_no_precision():
    found = measured(threshold=0.99)
    assert found["precision"] == {"value": None, "low": None, "high": None}
    assert found["recall"]["value"] == 0
    assert json.dumps(found, allow_nan=False)


def test_the_threshold_is_the_score_of_the_last_on_the_list():
    assert threshold_of(SCORE, 0.2) == 0.8
    assert threshold_of(SCORE, 0.25) == 0.7
    assert threshold_of(SCORE, 0.001) == 0.9
    with pytest.raises(ValueError, match="give the scores of one or more"):
        threshold_of([], 0.1)


def test_calibration_bins_hold_everyone_once_and_ties_together(many):
    outcome, score = many
    bins = calibration(outcome, score)
    assert sum(one["n"] for one in bins) == len(outcome)
    assert sum(one["n"] * one["observed"] for one in bins) == pytest.approx(outcome.sum())
    assert len(bins) == 10
    means = [one["mean_score"] for one in bins]
    assert means == sorted(means)
    assert len(calibration([True, False] * 10, [0.5] * 20)) == 1
    assert all(one["low"] <= one["observed"] <= one["high"] for one in bins)


def test_the_range_of_a_share_by_wilson():
    # Brown, Cai and DasGupta (2001): none of ten gives 0 to 0.278
    low, high = wilson(0.0, 10)
    assert low == 0
    assert high == pytest.approx(0.2775, abs=1e-4)
    assert wilson(1.0, 10)[0] == pytest.approx(1 - 0.2775, abs=1e-4)


@pytest.mark.parametrize(
    ("outcome", "score", "remedy"),
    [
        (np.ones(10, dtype=bool), SCORE, "more customers who left and who stayed"),
        (LEFT, np.where(SCORE > 0.8, np.nan, SCORE), "score every row"),
        (LEFT[:9], SCORE, "give one score for each"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_remedy(outcome, score, remedy):
    with pytest.raises(ValueError, match=remedy):
        measured(outcome=outcome, score=score)
