"""Working hours: when people are at work, and when they go home."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_FORM = re.compile(r"(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True)
class WorkingHours:
    """Days of the week (0 is Monday), and from which to which minute of the day; the last is not in it."""

    days: frozenset[int]
    begin: int
    end: int
    zone: ZoneInfo

    def hold(self, moment: datetime) -> bool:
        """Say whether an aware moment lies within them."""
        local = moment.astimezone(self.zone)
        return local.weekday() in self.days and self.begin <= local.hour * 60 + local.minute < self.end

    def over_at(self, moment: datetime) -> datetime | None:
        """Give the first moment from this one on that lies outside; None where they never end."""
        local = moment.astimezone(self.zone)
        for _ in range(len(DAYS) + 1):
            if not self.hold(local):
                return local
            midnight = datetime.combine(local.date(), time(), self.zone)
            # wall clock, so that a day on which the clock is put forward ends at its usual hour
            local = midnight + timedelta(minutes=self.end)
        return None


def parse_hours(text: str, zone: str = "UTC") -> WorkingHours:
    """Read hours such as ``Mon-Fri 08:00-18:00``, in a time zone such as ``Europe/Berlin``.

    Raises
    ------
    ValueError
        Saying how they are written.
    """
    found = _FORM.fullmatch(text.strip())
    first, last = (found[1], found[2] or found[1]) if found else ("", "")
    if not found or first not in DAYS or last not in DAYS:
        raise ValueError(
            f"{text!r} are no working hours: write days and times, such as 'Mon-Fri 08:00-18:00'."
        )
    begin, end = (int(found[at]) * 60 + int(found[at + 1]) for at in (3, 5))
    if not 0 <= begin < end <= 24 * 60 or max(int(found[4]), int(found[6])) > 59:
        raise ValueError(
            f"{text!r} end before they begin or name a time that is none: write such as '08:00-18:00', "
            "24:00 for midnight."
        )
    span = (DAYS.index(last) - DAYS.index(first)) % len(DAYS)
    days = frozenset((DAYS.index(first) + day) % len(DAYS) for day in range(span + 1))
    try:
        return WorkingHours(days, begin, end, ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise ValueError(
            f"{zone!r} is no time zone known here: give a name such as 'Europe/Berlin', or 'UTC'."
        ) from fault
