"""Working hours: when they hold, when they are over, and what cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from config.settings import Settings
from config.working_hours import parse_hours

# 4 March 2026 is a Wednesday
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
OFFICE = parse_hours("Mon-Fri 08:00-18:00")


@pytest.mark.parametrize(
    ("hours", "holds"), [(-5, False), (-4, True), (0, True), (5.99, True), (6, False), (72, False)]
)
def test_they_hold_from_the_first_minute_to_before_the_last(hours, holds):
    assert OFFICE.hold(NOON + timedelta(hours=hours)) is holds


def test_they_are_over_at_the_end_of_the_day_and_at_once_outside():
    assert OFFICE.over_at(NOON) == NOON + timedelta(hours=6)
    night = NOON + timedelta(hours=10)
    assert OFFICE.over_at(night) == night


def test_a_time_zone_moves_them():
    berlin = parse_hours("Mon-Fri 08:00-18:00", "Europe/Berlin")
    assert berlin.over_at(NOON) == NOON + timedelta(hours=5)


def test_they_end_at_the_usual_hour_on_the_day_the_clock_is_put_forward():
    berlin = parse_hours("Sun 08:00-18:00", "Europe/Berlin")
    sunday = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)
    assert berlin.over_at(sunday) == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)


def test_days_that_run_on_into_the_night_of_the_next_are_over_at_their_end():
    shifts = parse_hours("Wed-Thu 00:00-24:00")
    assert shifts.over_at(NOON) == datetime(2026, 3, 6, 0, 0, tzinfo=UTC)


def test_a_week_goes_on_over_sunday():
    assert parse_hours("Sat-Mon 08:00-10:00").days == {5, 6, 0}


def test_hours_without_an_end_are_never_over():
    assert parse_hours("Mon-Sun 00:00-24:00").over_at(NOON) is None


@pytest.mark.parametrize(
    "text", ["", "always", "Mon-Fry 08:00-18:00", "Mon 18:00-08:00", "Mon 8:00-9:00", "Mon 08:61-09:00"]
)
def test_what_are_no_hours_stops_the_start_with_how_to_write_them(text):
    with pytest.raises(ValidationError, match="such as"):
        Settings(working_hours=text)


def test_a_zone_that_is_none_stops_the_start():
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        Settings(time_zone="Mars/Olympus")
