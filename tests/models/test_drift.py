"""Drift: figures worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.drift import psi, quantile_of_moves, relative_move, replaced_share, share_over

SCORES = st.lists(st.floats(0, 1), min_size=1, max_size=40).map(np.array)


def test_the_index_is_the_one_worked_out_by_hand():
    # two bins cut at the median 1.5: reference 2 and 2, current 1 and 3, a half added to each count
    before, after = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.0, 2.0, 2.0, 3.0])
    r, c = (2.5 / 5, 2.5 / 5), (1.5 / 5, 3.5 / 5)
    expected = sum((b - a) * math.log(b / a) for a, b in zip(r, c, strict=True))
    assert psi(before, after, bins=2) == pytest.approx(expected)


@given(SCORES)
def test_scores_do_not_drift_from_themselves(scores):
    assert psi(scores, scores) == 0


@given(SCORES, SCORES)
def test_the_index_is_never_negative_and_always_finite(before, after):
    assert 0 <= psi(before, after) < math.inf


def test_a_shift_of_everybody_is_large_and_a_tiny_one_small():
    scores = np.linspace(0, 0.5, 500)
    assert psi(scores, scores + 0.3) > 0.2
    assert psi(scores, scores + 0.001) < 0.01


@pytest.mark.parametrize("bad", [[], [0.1, math.nan], [math.inf]])
def test_what_is_no_score_is_refused_with_the_remedy(bad):
    with pytest.raises(ValueError, match="only rows that were scored"):
        psi(np.array([0.1, 0.2]), np.array(bad))


def test_the_share_over_a_threshold_counts_those_on_it():
    assert share_over(np.array([0.1, 0.5, 0.9, 0.2]), 0.5) == 0.5


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [(0.10, 0.12, 0.2), (0.10, 0.08, 0.2), (0.1, 0.1, 0), (0, 0, 0), (0, 0.1, math.inf)],
)
def test_a_move_is_told_as_a_share_of_what_was(before, after, moved):
    assert relative_move(before, after) == pytest.approx(moved)


def test_moves_count_either_way():
    assert quantile_of_moves(np.array([0.5, 0.5]), np.array([0.3, 0.7])) == pytest.approx(0.2)


def test_moves_of_other_rows_are_refused():
    with pytest.raises(ValueError, match="score the same table"):
        quantile_of_moves(np.array([0.5]), np.array([0.3, 0.7]))


def test_the_share_replaced_is_of_the_list_not_of_everybody():
    before = np.array([0.9, 0.8, 0.7, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
    after = np.array([0.9, 0.8, 0.7, 0.1, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert replaced_share(before, after, 0.4) == 0.25
    assert replaced_share(before, before, 0.4) == 0
