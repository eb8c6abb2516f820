"""When an answer to feedback is due: so many working days on, at the end of that day's hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from config.settings import Settings
from config.working_hours import WorkingHours


def due(settings: Settings, kind: str, now: datetime) -> datetime:
    """Say when an answer to an item of a kind is due that comes now."""
    days = settings.complaint_days if kind == "complaint" else settings.feedback_days
    return after(settings.hours, now, days)


def after(hours: WorkingHours, moment: datetime, days: int) -> datetime:
    """Give the end of the working day that many working days after a moment; its own day does not count."""
    day = moment.astimezone(hours.zone).date()
    left = days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() in hours.days
    midnight = datetime.combine(day, time(), hours.zone)
    return (midnight + timedelta(minutes=hours.end)).astimezone(UTC)
