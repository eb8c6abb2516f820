"""The effect of an action, against published numbers, hand calculations and properties."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models.effect import Amount, Arm, effect, newcombe
from models.sample_size import detectable, planned_n


def test_the_range_is_that_of_newcombe_1998():
    """Table II, example (a): 56 of 70 against 48 of 80, method 10."""
    found = newcombe(56, 70, 48, 80)
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))


def test_arms_without_a_single_leaver_still_have_a_range():
    """Example (h): 0 of 10 against 0 of 10."""
    found = newcombe(0, 10, 0, 10)
    assert (found.low, found.high) == (pytest.approx(-0.2775, abs=1e-4), pytest.approx(0.2775, abs=1e-4))


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_the_range_holds_the_difference_and_turns_round_with_the_arms(first, second, data):
    hits = data.draw(st.integers(0, first)), data.draw(st.integers(0, second))
    one, other = newcombe(hits[0], first, hits[1], second), newcombe(hits[1], second, hits[0], first)
    assert -1 <= one.low <= one.value <= one.high <= 1
    assert (other.low, other.high) == (pytest.approx(-one.high), pytest.approx(-one.low))


def test_kept_and_money_by_hand():
    """Held out 30 of 100 left, contacted 180 of 900: 10 points, 90 customers; each who left was worth 200."""
    contacted = Arm(900, 180, 225.0, 900, 180 * 200.0, 180 * 200.0**2)
    held = Arm(100, 30, 26.0, 100, 30 * 200.0, 30 * 200.0**2)
    found = effect(contacted, held, 900)
    assert found.difference.value == pytest.approx(0.1)
    assert found.kept.value == pytest.approx(90)
    assert found.kept.low == pytest.approx(900 * found.difference.low)
    assert found.money.value == pytest.approx(900 * 200 * 0.1)
    error = 200 * math.sqrt(0.2 * 0.8 / 899 + 0.3 * 0.7 / 99)
    assert found.money.high - found.money.value == pytest.approx(900 * 1.959964 * error, rel=1e-6)
    assert found.is_clear
    assert found.contacted.predicted == pytest.approx(0.25)
    assert found.contacted.observed.value == pytest.approx(0.2)
    assert found.held.predicted == pytest.approx(0.26)


def test_where_some_outcomes_are_not_known_the_share_is_taken_to_all_it_was_for():
    assert effect(Arm(800, 160), Arm(100, 30), 900).kept.value == pytest.approx(90)


@pytest.mark.parametrize(
    ("contacted", "held"), [((900, 180), (29, 8)), ((29, 8), (900, 180)), ((900, 3), (100, 1))]
)
def test_too_few_are_no_effect(contacted, held):
    assert effect(Arm(*contacted), Arm(*held), contacted[0]) is None


def test_without_worth_there_is_no_money():
    assert effect(Arm(900, 180), Arm(100, 30), 900).money is None


def test_a_range_over_nothing_is_not_clear():
    found = effect(Arm(900, 180), Arm(100, 21), 900)
    assert found.kept.low < 0 < found.kept.high
    assert not found.is_clear
    assert isinstance(found.kept, Amount)


@given(st.floats(0.02, 0.6), st.integers(50, 5000), st.floats(0.02, 0.5))
def test_what_is_detectable_is_the_least_that_the_plan_finds_with_these_arms(base, rows, share):
    held = max(1, round(rows * share))
    found = detectable(base, rows - held, held)
    assume(found is not None)
    part = (rows - held) / rows
    assert planned_n(base, -found, share=part).champion <= held
    if found > 2e-4:
        assert planned_n(base, -(found - 2e-4), share=part).champion > held


def test_arms_that_are_too_small_find_nothing():
    assert detectable(0.1, 9, 1) is None
    assert detectable(0.1, 10, 0) is None
