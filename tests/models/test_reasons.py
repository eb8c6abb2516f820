import json
import math

import pytest

from config.dataset import Role
from models.reasons import amount, headline, reasons, secant, value_in_words, warning
from models.scorecard import Scorecard, logistic

YOUNG = {"tenure": 2, "Contract": "Month-to-month"}


def test_the_reasons_are_words_of_the_spec_the_weightiest_first(card, spec):
    found = reasons(card, YOUNG, spec)
    assert [(reason.label, reason.value, reason.contribution) for reason in found] == [
        ("Tenure", "2 months", 1.0),
        ("Tenure together with contract", "2 months, month to month", 0.75),
        ("Contract", "month to month", 0.5),
    ]
    assert [reason.role for reason in found] == [Role.FACT, Role.LEVER, Role.LEVER]
    assert [reason.columns for reason in found] == [("tenure",), ("tenure", "Contract"), ("Contract",)]


@pytest.mark.parametrize("row", [YOUNG, {"tenure": 50, "Contract": "Two year"}, {}])
def test_the_points_add_up_from_the_start_to_the_score(card, spec, row):
    found = reasons(card, row, spec)
    assert sum(r.contribution for r in found) + card.intercept == card.score(row).log_odds
    assert card.start + sum(r.points for r in found) == pytest.approx(card.score(row).probability, abs=1e-15)


def test_a_score_that_ends_where_it_starts_still_says_what_raises_and_lowers(plain, spec):
    plain["terms"] = plain["terms"][:2]
    plain["terms"][1]["scores"][2] = -1.0
    card = Scorecard.from_json(json.dumps(plain))
    found = reasons(card, {"tenure": 2, "Contract": "Two year"}, spec)
    slope = 0.19661193324148185  # of the logistic function at -1: e / (1 + e)^2
    assert [r.points for r in found] == pytest.approx([slope, -slope])


def test_the_secant_comes_near_the_slope_where_its_ends_do():
    assert secant(0.0, 0.0) == 0.25
    assert secant(0.0, 1e-3) == pytest.approx(0.25, abs=1e-6)
    assert secant(-2.0, 2.0) == pytest.approx((logistic(2) - logistic(-2)) / 4)


def test_a_reason_says_its_direction(card, spec):
    texts = [reason.text for reason in reasons(card, {"tenure": 2, "Contract": "Two year"}, spec)]
    assert texts[0].startswith("Contract (two year) lowers the chance of leaving by ")
    assert texts[1].startswith("Tenure (2 months) raises the chance of leaving by ")
    assert (
        texts[2]
        == "Tenure together with contract (2 months, two year) does not change the chance of leaving."
    )


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (
            YOUNG,
            "Mostly because the tenure is 2 months and the contract is month to month.",
        ),
        ({"tenure": 8, "Contract": "Two year"}, "Mostly because the contract is two year."),
        ({"tenure": 1, "Contract": None}, "Mostly because the tenure is 1 month."),
    ],
)
def test_the_headline_names_what_weighs_most_in_the_direction_of_the_score(card, spec, row, sentence):
    assert headline(reasons(card, row, spec)) == sentence


def test_without_reasons_the_headline_says_so():
    assert headline([]) == "No single reason stands out."


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("tenure", 1.0, "1 month"),
        ("tenure", 2.5, "2.5 months"),
        ("tenure", None, "not known"),
        ("monthly", 1889.5, "1,889.5 EUR"),
        ("Contract", "Month-to-month", "Month to month"),
        ("Contract", "Weekly", "Weekly"),
        ("Contract", " ", "not known"),
        ("Paperless", "1", "yes"),
        ("Paperless", "No", "no"),
        ("Paperless", "perhaps", "perhaps"),
        ("Region", "Berlin", "Berlin"),
    ],
)
def test_a_value_is_written_as_people_read_it(spec, column, value, words):
    assert value_in_words(spec, column, value) == words


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.001, "0"), (1e6, "1,000,000"), (0.1 + 0.2, "0.3"), (math.inf, "without limit")],
)
def test_an_amount_has_no_more_digits_than_a_person_needs(value, text):
    assert amount(value) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"tenure": 100}, "Tenure is 100 months, above the most that the model has seen (72 months)"),
        ({"tenure": "two"}, "Tenure is 'two', which is no number; the score treats it as missing."),
        ({"tenure": None}, "Tenure is not known"),
        ({"tenure": 5, "Contract": "Weekly"}, "Contract is 'Weekly', a level that the model has never seen."),
    ],
)
def test_a_warning_is_a_sentence_with_label_and_unit(card, spec, row, text):
    assert warning(card.unusual(row)[0], spec).startswith(text)


def test_a_label_of_many_takes_are_in_the_sentence(spec):
    from models.reasons import _fact

    assert _fact(spec.feature("tenure").model_copy(update={"label": "Support calls"}), "2") == (
        "the support calls are 2"
    )
    assert _fact(spec.feature("tenure").model_copy(update={"label": "Service class"}), "A") == (
        "the service class is A"
    )


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("months", "1 month"),
        ("points of 10", "1 point of 10"),
        ("calls in 3 months", "1 call in 3 months"),
        ("EUR per month", "1 EUR per month"),
        ("in 3 months", "1 in 3 months"),
    ],
)
def test_one_of_something_is_said_in_the_singular(unit, text):
    assert amount(1.0, unit) == text
