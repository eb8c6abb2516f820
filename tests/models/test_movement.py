"""Why a score moved: parts of data and of model that add up to the bit, told in words."""

import json
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import movement
from models.movement import Movement, SplitError, split, tell
from models.scorecard import Scorecard
from tests.models.conftest import plain_card, scores

THEN = {"tenure": 2, "Contract": "Month-to-month"}
NOW = {"tenure": 13, "Contract": "Month-to-month"}


def other_card(**changes):
    plain = plain_card(intercept=-0.5)
    plain["terms"] = plain["terms"][:2]
    plain["terms"][1]["scores"] = [0.125, 0.75, -2.0, 0.0625]
    return Scorecard.from_json(json.dumps(plain | changes))


def exact(values):
    return sum((Fraction(value) for value in values), Fraction(0))


def test_a_change_of_data_alone_is_all_data(card):
    found = split(card, THEN, card, NOW)
    assert [(part.columns, part.change) for part in found.data] == [
        (("tenure",), -2.0), (("Contract", "tenure"), -1.25),
    ]  # fmt: skip
    assert found.model == ()
    assert found.between == found.now
    assert found.interplay == 0


def test_a_change_of_model_alone_is_all_model(card):
    found = split(card, THEN, other_card(), THEN)
    assert found.data == ()
    assert [(part.columns, part.change) for part in found.model] == [
        (("Contract", "tenure"), -0.75), ((), 0.5), (("Contract",), 0.25),
    ]  # fmt: skip


def test_the_score_between_is_the_model_of_then_on_the_data_of_now(card):
    found = split(card, THEN, other_card(), NOW)
    assert found.then.log_odds == card.score(THEN).log_odds
    assert found.between.log_odds == card.score(NOW).log_odds
    assert found.now.log_odds == other_card().score(NOW).log_odds
    by_now = other_card().score(NOW).log_odds - other_card().score(THEN).log_odds
    assert found.interplay == by_now - found.data_change


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_the_parts_add_up_to_the_bit(data, every_shape, awkward_rows):
    import numpy as np

    seed = data.draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    plain = json.loads(every_shape.to_json())
    plain["intercept"] = scores(random)
    plain["terms"] = [
        term | ({"scores": scores(random, len(term["scores"]))} if "scores" in term else {"slope": 0.125})
        for term in plain["terms"][1:]
    ]
    now, (row_then, row_now) = Scorecard.from_json(json.dumps(plain)), awkward_rows(2, seed)
    found = split(every_shape, row_then, now, row_now)
    assert exact(p.change for p in found.data) == Fraction(found.data_change)
    assert exact(p.change for p in found.model) == Fraction(found.model_change)
    whole = Fraction(now.score(row_now).log_odds) - Fraction(every_shape.score(row_then).log_odds)
    assert exact([found.data_change, found.model_change]) == whole == Fraction(found.change)
    points = math.fsum(p.points for p in (*found.data, *found.model))
    assert points == pytest.approx(found.points, abs=1e-12)
    assert found.data_points + found.model_points == pytest.approx(found.points, abs=1e-15)


def test_a_split_that_does_not_add_up_is_refused(card, monkeypatch):
    honest = movement._parts
    monkeypatch.setattr(movement, "_parts", lambda *given: honest(*given)[1:])
    with pytest.raises(SplitError, match="not explained"):
        split(card, THEN, card, NOW)


def test_nothing_changed_is_told_as_nothing(card, spec):
    found = split(card, THEN, card, dict(THEN))
    assert (found.change, found.data, found.model) == (0.0, (), ())
    assert tell(found, spec) == [
        "The chance of leaving stayed at 77.7%: nothing that the model reads has changed."
    ]


def test_data_is_told_with_values_then_and_now(card, spec):
    told = tell(split(card, THEN, card, NOW), spec)
    assert told[0].startswith("The chance of leaving fell from 77.7% to ")
    assert told[0].endswith("all of it because the customer's data changed; the model is the same.")
    assert told[1].startswith("Tenure (2 months, now 13 months) lowered it by ")
    assert told[2].startswith("Contract (Month to month) and Tenure (2 months, now 13 months) lowered it by ")


def test_the_model_is_told_apart_from_the_data(card, spec):
    told = tell(split(card, THEN, other_card(), NOW), spec)
    assert ": the customer's data lowered it by " in told[0] and ", the new model raised it by " in told[0]
    assert "The new model starts from another chance, which raised it by " in " ".join(told)
    only = tell(split(card, THEN, other_card(), THEN), spec)[0]
    assert only.endswith("all of it because the model changed; what it reads of the customer is the same.")


def test_changes_that_cancel_are_told_as_such(plain, spec):
    plain["terms"] = plain["terms"][:1]
    card = Scorecard.from_json(json.dumps(plain))
    lower = Scorecard.from_json(json.dumps(plain | {"intercept": 1.0}))
    told = tell(split(card, THEN, lower, NOW), spec)[0]
    assert told.startswith("The chance of leaving stayed at 50.0%: the customer's data lowered it by ")
    assert "the new model raised it by " in told


def test_a_column_that_only_the_former_model_read_is_told_by_its_name(card, spec):
    narrower = spec.model_copy(update={"features": tuple(f for f in spec.features if f.column != "tenure")})
    told = tell(split(card, THEN, card, NOW), narrower)
    assert told[1].startswith("Tenure (2, now 13) lowered it by ")
    assert isinstance(split(card, THEN, card, NOW), Movement)
