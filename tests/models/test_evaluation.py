"""Measures of quality, against values worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.evaluation import auc, brier, log_loss, spread, stratified_folds, stratified_sample


def test_auc_counts_the_pairs_in_order():
    # pairs of (left, stayed): 0.8 beats 0.3 and 0.7; 0.5 beats 0.3 alone: 3 of 4
    assert auc([True, True, False, False], [0.8, 0.5, 0.3, 0.7]) == 0.75


def test_a_tie_counts_half():
    assert auc([True, False, False], [0.5, 0.5, 0.1]) == 0.75
    assert auc([True, False], [0.2, 0.2]) == 0.5


def test_auc_turns_round_with_the_score_and_ignores_its_scale():
    random = np.random.default_rng(0)
    outcome, score = random.random(200) < 0.3, np.round(random.normal(size=200), 1)
    assert auc(outcome, -score) == pytest.approx(1 - auc(outcome, score), abs=1e-12)
    assert auc(outcome, np.exp(score)) == auc(outcome, score)


def test_log_loss_and_brier_of_a_coin():
    assert log_loss([True, False], [0.5, 0.5]) == pytest.approx(math.log(2), abs=1e-15)
    assert brier([True, False], [0.5, 0.5]) == 0.25


def test_losses_punish_by_how_far_the_probability_was_off():
    assert log_loss([True, False], [0.8, 0.4]) == pytest.approx(-(math.log(0.8) + math.log(0.6)) / 2)
    assert brier([True, False], [0.8, 0.4]) == pytest.approx((0.04 + 0.16) / 2)


def test_a_certain_error_is_costly_but_finite():
    assert 30 < log_loss([True, False], [0.0, 1.0]) < 40


@pytest.mark.parametrize("measure", [auc, log_loss, brier])
@pytest.mark.parametrize(
    ("outcome", "score", "remedy"),
    [
        ([True, True], [0.1, 0.2], "customers who left and of customers who stayed"),
        ([True, False], [0.1, math.nan], "score every row"),
        ([True, False], [0.1], "one score for each outcome"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_remedy(measure, outcome, score, remedy):
    with pytest.raises(ValueError, match=remedy):
        measure(outcome, score)


def test_the_spread_is_that_of_a_sample():
    summed = spread([0.8, 0.9])
    assert summed["mean"] == pytest.approx(0.85)
    assert summed["sd"] == pytest.approx(math.sqrt(0.005))
    assert summed["folds"] == [0.8, 0.9]


def test_folds_are_of_one_size_and_share_the_outcomes():
    outcome = np.arange(103) % 10 == 0  # 11 left
    fold = stratified_folds(outcome, 5, seed=3)
    assert sorted(np.bincount(fold)) == [20, 20, 21, 21, 21]
    assert sorted(np.bincount(fold[outcome])) == [2, 2, 2, 2, 3]


def test_folds_depend_on_the_seed_alone():
    outcome = np.arange(100) % 4 == 0
    assert (stratified_folds(outcome, 5, 1) == stratified_folds(outcome, 5, 1)).all()
    assert (stratified_folds(outcome, 5, 1) != stratified_folds(outcome, 5, 2)).any()


def test_a_sample_keeps_the_share_of_leavers_and_draws_no_row_twice():
    outcome = np.arange(1000) % 5 == 0
    rows = stratified_sample(outcome, 100, seed=0)
    assert len(np.unique(rows)) == 100
    assert outcome[rows].sum() == 20
    assert (stratified_sample(outcome, 1000, seed=0) == np.arange(1000)).all()
