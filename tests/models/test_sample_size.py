"""Planned sizes and the test of two shares, against published figures."""

import pytest

from models.sample_size import compare, planned_n


def test_the_plan_is_the_published_one():
    # Two shares of 10 % and 5 %, two-sided 5 %, power 80 %: 435 an arm (Fleiss, without correction)
    plan = planned_n(0.10, -0.05)
    assert (plan.champion, plan.challenger, plan.total) == (435, 435, 870)


def test_unequal_arms_keep_their_ratio_and_take_more_in_all():
    even, uneven = planned_n(0.2, -0.04), planned_n(0.2, -0.04, share=0.1)
    assert uneven.challenger == pytest.approx(uneven.champion / 9, abs=1)
    assert uneven.total > even.total


def test_a_smaller_difference_takes_more_subjects():
    assert planned_n(0.2, 0.01).total > planned_n(0.2, 0.02).total


@pytest.mark.parametrize(
    ("base", "difference", "share"), [(0, 0.1, 0.5), (0.9, 0.1, 0.5), (0.1, -0.1, 0.5), (0.1, 0.05, 1)]
)
def test_what_is_no_share_is_refused(base, difference, share):
    with pytest.raises(ValueError, match="above 0 and under 1"):
        planned_n(base, difference, share=share)


def test_a_difference_of_nothing_cannot_be_planned():
    with pytest.raises(ValueError, match="worth finding"):
        planned_n(0.2, 0)


def test_the_test_of_two_shares_is_the_one_worked_out_by_hand():
    # 30 of 100 against 15 of 100: pooled 0.225, z = 0.15 / sqrt(0.225 x 0.775 x 0.02) = 2.540, p = 0.0111
    found = compare(100, 30, 100, 15)
    assert found.difference == pytest.approx(-0.15)
    assert found.p == pytest.approx(0.0111, abs=1e-4)
    assert found.is_significant
    # +- 1.96 x sqrt(0.3 x 0.7 / 100 + 0.15 x 0.85 / 100) = 0.1139
    assert (found.low, found.high) == pytest.approx((-0.2639, -0.0361), abs=1e-4)


def test_equal_shares_differ_by_chance():
    assert compare(50, 0, 40, 0).p == 1
    assert not compare(50, 10, 50, 10).is_significant


@pytest.mark.parametrize("counts", [(0, 0, 10, 1), (10, 11, 10, 1), (10, 1, 0, 0)])
def test_an_arm_without_outcomes_is_refused(counts):
    with pytest.raises(ValueError, match="both arms"):
        compare(*counts)
