import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from components import format


def test_money_carries_its_currency():
    assert format.money(1234.5, "USD", 2) == "$1,234.50"
    assert format.money(1234.4, "CHF") == "CHF 1,234"


def test_money_owed_has_its_sign_before_the_currency():
    assert format.money(-5, "EUR") == "−€5"


def test_what_rounds_to_nothing_has_no_sign():
    assert format.number(-0.2) == "0"
    assert format.points(-0.0001) == "0.0"


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_what_is_missing_is_said_so(missing):
    said = [
        format.money(missing, "USD"),
        format.share(missing),
        format.points(missing),
        format.number(missing),
    ]
    assert said == ["not known"] * 4


@pytest.mark.parametrize(
    ("part", "words"),
    [(0, "0.0%"), (0.0001, "under 0.1%"), (0.265, "26.5%"), (0.9999, "over 99.9%"), (1, "100.0%")],
)
def test_a_chance_never_turns_into_certainty_by_rounding(part, words):
    assert format.share(part) == words


def test_a_large_amount_is_written_short():
    assert format.short_money(1_240_000, "USD") == "$1.24 million"
    assert format.short_money(316_985.4, "USD") == "$316,985"


def test_one_is_not_plural():
    assert format.count(1, "customer") == "1 customer"
    assert format.count(1204, "customer") == "1,204 customers"


def test_a_share_moves_by_points_and_an_amount_by_per_cent():
    assert format.change(0.30, 0.25, "May") == "up 5.0 points on May"
    assert format.change(90, 100, "May", unit="amount") == "down 10.0% on May"
    assert format.change(90, 90, "May", unit="amount") == "as in May"


def test_a_change_from_nothing_has_no_per_cent():
    assert format.change(5, 0, "May", unit="amount") == "was 0 in May"


def test_no_earlier_period_is_said_so():
    assert "no earlier period" in format.change(5, None, "May")


def test_dates_are_written_out_and_other_text_stays():
    assert format.day("2026-03-01") == "1 March 2026"
    assert format.month("2026-03-01") == "March 2026"
    assert format.day("spring") == "spring"


def test_a_moment_is_sent_in_utc():
    there = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    assert format.instant(there) == "2026-03-01T12:00:00+00:00"
    assert datetime.fromisoformat(format.instant(there)).tzinfo == UTC
