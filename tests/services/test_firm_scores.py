"""No firm score for somebody unlike anything seen: on the page, in the list, in What-if, in the log."""

import pytest

from config.dataset import parse_spec
from data.warehouse import Filters
from services import customers, what_if
from tests.services import small_town
from tests.services.test_contingency import load
from tests.services.trial_town import ADA, SPEC, settle_signed
from tests.services.trial_town import customers as people

WIDE = small_town.SPEC.replace("minimum: 10, maximum: 100,", "minimum: 10, maximum: 1000,")
TEXT = "No firm score: far outside what the model has seen in Monthly price."


@pytest.fixture
def town(tmp_path):
    """Give a town in which K001 pays nine times the most that the model has seen."""
    installation, _ = settle_signed(tmp_path)
    frame = people()
    frame.loc[frame["key"] == "K001", "price"] = 900.0
    load(installation, frame, parse_spec(SPEC))
    return installation


def test_somebody_unlike_anything_seen_gets_no_firm_score_and_the_input_is_named(town):
    answer = customers.one(town, ADA, "K001")
    assert not answer.score.is_firm
    assert answer.score.doubt == TEXT
    [told] = answer.warnings
    assert told.startswith("Monthly price is 900 EUR, above the most that the model has seen (100 EUR)")


def test_the_number_is_available_all_the_same_and_the_log_says_how_like(town):
    answer = customers.one(town, ADA, "K001")
    assert answer.score.log_odds == -1 + 0.03125 * (900 - 50)
    payload = town.store.entry(answer.stamp.entry).payload
    assert (payload["familiarity"], payload["answer"]["log_odds"]) == ("unlike", answer.score.log_odds)


def test_others_get_a_firm_score(town):
    answer = customers.one(town, ADA, "K002")
    assert answer.score.is_firm and answer.score.doubt == ""


def test_the_list_marks_the_same_customers(town):
    rows = customers.page(town, ADA, Filters(), stop=500).rows
    assert [row["id"] for row in rows if not row["is_firm"]] == ["K001"]


@pytest.fixture
def wide(tmp_path, monkeypatch):
    """Give the small town with a price that can be moved up to 1,000."""
    monkeypatch.setattr(small_town, "SPEC", WIDE)
    return small_town.settle_town(tmp_path)


# seen from 20 to 99: half the width more is 138.5
@pytest.mark.parametrize(
    ("price", "grade"), [(60, "usual"), (138, "usual"), (139, "unlike"), (1000, "unlike")]
)
def test_what_if_says_no_firm_score_beyond_half_the_range(wide, analyst, price, grade):
    answer = what_if.answer(wide, analyst, "A1", {"price": price})
    assert (answer.familiarity == "unlike") is (grade == "unlike")
    assert (answer.doubt == TEXT) is (grade == "unlike")
    assert wide.store.entry(answer.stamp.entry).payload["familiarity"] == answer.familiarity
