"""What-if: exact answers to moves that can be made, clear refusals of the rest, all of it on record."""

import math

import pytest

from services import what_if
from services.roles import NotPermitted
from services.what_if import ChangeRefused, NoModel, NoSuchCustomer
from tests.services.small_town import settle_town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return settle_town(tmp_path_factory.mktemp("town"))


def last_entry(town):
    return town.store.entries(None, None, 1)[0]


def entries(town):
    return town.store.entries(None, None, 1)[0].header.seq


# A1: -1 + contract 1 + price 0.5 + total 0.125 + no television with few offers 0.25 + north 0.0625
#     + tenure (1 - 8) * -0.0625 = 0.4375
OF_A1 = -1 + 1 + 0.5 + 0.125 + 0.25 + 0.0625 + 0.4375


def test_nothing_moved_gives_the_score_of_the_customer_to_the_bit(town, analyst):
    answer = what_if.answer(town, analyst, "A1", {})
    assert answer.after.log_odds == answer.before.log_odds == OF_A1
    assert answer.changes == {}
    assert answer.after == answer.before


def test_a_lever_moves_the_score_by_what_its_term_says(town, analyst):
    answer = what_if.answer(town, analyst, "A1", {"contract": "One year"})
    assert answer.after.log_odds == OF_A1 - 1 - 0.75
    assert answer.before.log_odds == OF_A1
    assert answer.after.probability == pytest.approx(1 / (1 + math.exp(-answer.after.log_odds)), abs=1e-15)


def test_a_derived_column_moves_by_the_difference_of_its_formula(town, analyst):
    """The recorded total of 61.50 is no product of 1 and 60; it moves by 1 * (65 - 60)."""
    (total,) = what_if.answer(town, analyst, "A1", {"price": 65}).followed
    assert (total.column, total.before, total.after) == ("total", "61.5 EUR", "66.5 EUR")
    assert last_entry(town).payload["followed"] == {"total": 66.5}


def test_a_missing_total_stays_missing(town, analyst):
    assert what_if.answer(town, analyst, "A3", {"price": 20}).followed == []


def test_moving_to_the_present_value_is_no_change(town, analyst):
    moves = {"contract": "Month to month", "price": 60, "offer": 2.0}
    assert what_if.answer(town, analyst, "A1", moves).changes == {}


def test_reasons_add_up_from_the_start_to_the_moved_score(town, analyst):
    answer = what_if.answer(town, analyst, "A1", {"contract": "One year", "offer": 8})
    start = 1 / (1 + math.exp(1))
    assert start + sum(reason.points for reason in answer.reasons) == pytest.approx(
        answer.after.probability, abs=1e-12
    )
    assert -1 + sum(reason.contribution for reason in answer.reasons) == answer.after.log_odds
    assert answer.sentence.startswith("Mostly because ")


def test_expected_loss_is_chance_times_twelve_months_of_what_is_paid(town, analyst):
    answer = what_if.answer(town, analyst, "A1", {"price": 30})
    assert answer.before.expected_loss == pytest.approx(answer.before.probability * 720)
    assert answer.after.expected_loss == pytest.approx(answer.after.probability * 360)
    assert (answer.before.revenue, answer.after.revenue) == (60, 30)


def test_the_range_is_the_spread_of_the_bags(town, analyst):
    """Of both bags each of five tables lies an eighth to its side; the card's factor is 2."""
    answer = what_if.answer(town, analyst, "A1", {})
    reach = 2 * 0.625 * math.sqrt(2)
    assert answer.after.low == pytest.approx(1 / (1 + math.exp(reach - OF_A1)), abs=1e-12)
    assert answer.after.high == pytest.approx(1 / (1 + math.exp(-reach - OF_A1)), abs=1e-12)


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"tenure": 12}, "nobody moves it. Move one of: Contract, Monthly price"),
        ({"total": 0}, "Total paid is a fact"),
        ({"area": "South"}, "Area is a fact"),
        ({"left": "No"}, "nothing that the model reads. Move one of"),
        ({"shoe size": 44}, "'shoe size' is nothing that the model reads"),
        ({"price": 9.99}, r"cannot be 9.99 EUR. Choose a value from 10 to 100 EUR"),
        ({"price": 101}, "Choose a value from 10 to 100 EUR"),
        ({"price": 10**400}, "Choose a value from 10 to 100 EUR"),
        ({"price": float("nan")}, "it is a number. Choose a value from 10 to 100 EUR"),
        ({"price": float("inf")}, "Choose a value from 10 to 100 EUR"),
        ({"price": "60"}, "it is a number"),
        ({"price": True}, "it is a number"),
        ({"price": None}, "it is a number"),
        ({"price": [60]}, "it is a number"),
        ({"contract": "For life"}, "Choose one of: Month to month, One year"),
        ({"contract": 1}, "Choose one of: Month to month, One year"),
        ({"contract": None}, "Choose one of"),
        ({"contract": ["One year"]}, "Choose one of"),
        ({"offer": 9.5}, "Choose a value from 0 to 9 offers"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused_with_what_can(town, analyst, changes, remedy):
    before = entries(town)
    with pytest.raises(ChangeRefused, match=remedy):
        what_if.answer(town, analyst, "A1", {"contract": "One year", **changes})
    assert entries(town) == before


def test_an_unknown_customer_is_refused(town, analyst):
    with pytest.raises(NoSuchCustomer, match="look the customer up"):
        what_if.answer(town, analyst, "Z9", {})


def test_who_may_not_explore_gets_no_answer_and_no_entry(town, viewer):
    before = entries(town) if town.store.entries(None, None, 1) else 0
    for ask in (
        lambda: what_if.answer(town, viewer, "A1", {}),
        lambda: what_if.start(town, viewer, "A1"),
        lambda: what_if.matches(town, viewer, "A"),
        lambda: what_if.scorecard(town, viewer, town.champion().version),
    ):
        with pytest.raises(NotPermitted):
            ask()
    assert entries(town) == before


def test_without_a_model_there_is_no_answer(town, analyst, tmp_path):
    empty = settle_town(tmp_path)
    empty.store.set_state(empty.champion().version, "challenger")
    with pytest.raises(NoModel, match="No model is trained"):
        what_if.start(empty, analyst, "A1")


def test_a_combination_that_cannot_be_is_answered_with_a_warning(town, analyst):
    told = what_if.answer(town, analyst, "A1", {"contract": "One year"}).warnings
    assert told == ["A year comes with television."]
    assert what_if.answer(town, analyst, "A1", {"contract": "One year", "tv": "Yes"}).warnings == []
    told = what_if.answer(town, analyst, "A2", {"tv": "No"}).warnings
    assert told == ["A year comes with television.", "So it is in the south."]


def test_outside_the_training_range_is_answered_with_a_warning(town, analyst):
    (told,) = what_if.answer(town, analyst, "A1", {"price": 12}).warnings
    assert told.startswith("Monthly price is 12 EUR, below the least that the model has seen (20 EUR)")


# --- the log -----------------------------------------------------------------------------------------


def test_the_entry_holds_what_is_needed_to_replay_the_answer(town, analyst):
    answer = what_if.answer(town, analyst, "A1", {"contract": "One year", "price": 70})
    logged = last_entry(town)
    payload = logged.payload
    assert logged.header.seq == answer.stamp.entry
    assert (logged.header.kind, logged.subject) == ("what-if", "A1")
    assert logged.header.version == town.champion().version
    assert logged.header.snapshot == town.dataset().snapshot
    row = payload["input"] | payload["changes"] | payload["followed"]
    again = town.champion().scorecard.score(row)
    assert again.log_odds.hex() == payload["answer"]["log_odds_exact"] == answer.after.log_odds.hex()
    assert payload["before"]["probability"] == answer.before.probability
    assert payload["range"] == [answer.after.low, answer.after.high]
    assert [weight for _, weight in payload["reasons"]] == [one.contribution for one in answer.reasons]


@pytest.mark.parametrize(
    ("claim", "is_equal", "difference"),
    [
        (None, None, None),
        (repr(OF_A1), True, 0.0),
        (repr(OF_A1 + 2**-44), False, 2**-44),
        ("0.5", False, OF_A1 - 0.5),
        ("not a number", False, None),
        ("", False, None),
        ("9" * 400, False, None),
    ],
)
def test_what_the_browser_claims_is_compared_bit_by_bit_and_logged(
    town, analyst, claim, is_equal, difference
):
    answer = what_if.answer(town, analyst, "A1", {}, claim)
    assert (answer.is_equal, answer.difference) == (is_equal, difference)
    told = last_entry(town).payload["browser"]
    assert told == (None if claim is None else {"log_odds": claim[:40], "equal": is_equal})


def test_no_answer_leaves_when_it_cannot_be_written_down(town, analyst, monkeypatch):
    """S42: the entry is committed before the answer is given."""

    def full(*_given):
        raise OSError("disk full")

    monkeypatch.setattr(town.store, "append", full, raising=False)
    with pytest.raises(OSError, match="disk full"):
        what_if.answer(town, analyst, "A1", {})


# --- the setting -------------------------------------------------------------------------------------


def test_without_a_name_the_customer_with_the_highest_expected_loss_is_taken(town, analyst):
    """A5 would lose more, but has left already."""
    setting = what_if.start(town, analyst, None)
    losses = {
        key: what_if.answer(town, analyst, key, {}).before.expected_loss for key in ("A1", "A2", "A3", "A4")
    }
    assert setting.id == max(losses, key=losses.get) == "A4"
    assert setting.is_active


def test_the_first_figures_of_a_page_are_on_record_too(town, analyst):
    setting = what_if.start(town, analyst, "A1")
    assert last_entry(town).header.seq == setting.answer.stamp.entry
    assert setting.answer.stamp.is_draft


def test_levers_come_before_assumptions_and_facts_cannot_be_moved(town, analyst):
    setting = what_if.start(town, analyst, "A1")
    assert [(one.column, one.role) for one in setting.controls] == [
        ("contract", "lever"), ("price", "lever"), ("tv", "lever"), ("offer", "assumption"),
    ]  # fmt: skip
    assert [fact.column for fact in setting.facts] == ["tenure", "total", "area"]


def control(setting, column):
    (found,) = [one for one in setting.controls if one.column == column]
    return found


def test_a_slider_reaches_from_the_specs_least_to_its_most_or_over_what_training_saw(town, analyst):
    setting = what_if.start(town, analyst, "A1")
    price, offer = control(setting, "price"), control(setting, "offer")
    assert (price.minimum, price.maximum, price.step, price.value, price.words) == (10, 100, 1, 60, "60 EUR")
    assert (offer.minimum, offer.maximum, offer.step) == (0, 9, 0.1)


def test_a_present_value_beyond_the_specs_range_lies_on_the_slider_all_the_same(town, analyst):
    price = control(what_if.start(town, analyst, "A5"), "price")
    assert (price.minimum, price.maximum, price.value) == (10, 120, 120)


def test_stretches_without_data_are_named(town, analyst):
    """Price was seen from 20 to 99, and nobody paid from 30 to 50."""
    price = control(what_if.start(town, analyst, "A1"), "price")
    assert price.no_data == ((10, 20), (30, 50), (99, 100))


def test_levels_stand_in_the_order_of_the_spec_and_a_measured_lever_says_so(town, analyst):
    setting = what_if.start(town, analyst, "A1")
    assert control(setting, "contract").levels == (
        ("Month to month", "Month to month"),
        ("One year", "One year"),
    )
    assert control(setting, "tv").levels == (("No", "no"), ("Yes", "yes"))
    assert (control(setting, "tv").evidence, control(setting, "price").evidence) == ("trial 7", "predictive")


def test_a_missing_value_is_said_and_can_be_moved_all_the_same(town, analyst):
    setting = what_if.start(town, analyst, "A4")
    contract = control(setting, "contract")
    assert (contract.value, contract.words) == (None, "not known")
    assert what_if.answer(town, analyst, "A4", {"contract": "One year"}).changes == {"contract": "One year"}


def test_a_link_moves_what_can_be_moved_and_says_what_cannot(town, analyst):
    asked = {"contract": "One year", "price": 500.0, "tenure": 3.0}
    setting = what_if.start(town, analyst, "A1", asked)
    assert setting.answer.changes == {"contract": "One year"}
    assert [reason.split(" cannot")[0].split(" is a")[0] for reason in setting.left_out] == [
        "Monthly price",
        "Tenure",
    ]


def test_nothing_of_a_customer_is_handed_out_but_what_is_computed_with(town, analyst):
    setting = what_if.start(town, analyst, "A1")
    assert "left" not in setting.row
    assert "key" not in setting.row


def test_only_the_scorecard_that_answers_is_handed_out(town, analyst):
    champion = town.champion()
    assert what_if.scorecard(town, analyst, champion.version) == champion.scorecard.to_json()
    with pytest.raises(NoModel, match="Reload the page"):
        what_if.scorecard(town, analyst, "0" * 64)


def test_ids_are_offered_by_what_they_contain_without_an_entry(town, analyst):
    before = entries(town)
    assert what_if.matches(town, analyst, "3") == ["A3"]
    assert what_if.matches(town, analyst, "a") == ["A1", "A2", "A3", "A4"]
    assert entries(town) == before
