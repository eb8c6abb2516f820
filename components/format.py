"""Numbers and dates as people read them: money, shares, points, counts, changes in words."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime

NOT_KNOWN = "not known"
MINUS = "−"
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹"}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _is_missing(value: float | None) -> bool:
    return value is None or not math.isfinite(value)


def number(value: float | None, decimals: int = 0) -> str:
    """Group thousands: 1234.5 is "1,234" (or "1,234.5" with one decimal); missing is "not known"."""
    if _is_missing(value):
        return NOT_KNOWN
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and float(text.replace(",", "")) else text


def value(amount: float | None) -> str:
    """Write a measured number with no more decimals than it has, at most two."""
    if _is_missing(amount):
        return NOT_KNOWN
    return number(amount, 2).rstrip("0").rstrip(".") if amount % 1 else number(amount)


def money(amount: float | None, currency: str, decimals: int = 0) -> str:
    """Write an amount with its currency: "$1,234", or "CHF 1,234" where no sign is known to all."""
    if _is_missing(amount):
        return NOT_KNOWN
    text = number(amount, decimals)
    sign, digits = (MINUS, text[1:]) if text.startswith(MINUS) else ("", text)
    return sign + SYMBOLS.get(currency, f"{currency} ") + digits


def short_money(amount: float | None, currency: str) -> str:
    """Write a large amount short for a tile: "$1.24 million", "$316,985", "$84"."""
    if _is_missing(amount):
        return NOT_KNOWN
    for size, word in ((1e9, "billion"), (1e6, "million")):
        if abs(amount) >= size:
            return f"{money(amount / size, currency, 2)} {word}"
    return money(amount, currency)


def share(part: float | None, decimals: int = 1) -> str:
    """Write a share in 0-1 as per cent; a small or a large one never turns into 0 or 100."""
    if _is_missing(part):
        return NOT_KNOWN
    least = 10.0**-decimals
    if 0 < part * 100 < least / 2:
        return f"under {least:.{decimals}f}%"
    if 100 - least / 2 < part * 100 < 100:
        return f"over {100 - least:.{decimals}f}%"
    return f"{part * 100:.{decimals}f}%"


def points(difference: float | None) -> str:
    """Write a difference of shares in signed percentage points: 0.123 is "+12.3"."""
    if _is_missing(difference):
        return NOT_KNOWN
    text = f"{abs(difference) * 100:.1f}"
    if float(text) == 0:
        return "0.0"
    return ("+" if difference > 0 else MINUS) + text


def share_range(low: float, high: float) -> str:
    """Write a range of shares: "76.0% to 85.1%"."""
    return f"{share(low)} to {share(high)}"


def count(quantity: int, noun: str, plural: str | None = None) -> str:
    """Count things in words that agree: "1 customer", "1,204 customers"."""
    return f"{number(quantity)} {noun if quantity == 1 else plural or noun + 's'}"


def month(period: str | date | None) -> str:
    """Name the month of an ISO date: "2026-03-01" is "March 2026"; other text stays as it is."""
    day = _day(period)
    return f"{MONTHS[day.month - 1]} {day.year}" if day else str(period or NOT_KNOWN)


def short_month(period: str | date | None) -> str:
    """Name the month of an ISO date in few letters: "Mar 2026"."""
    day = _day(period)
    return f"{MONTHS[day.month - 1][:3]} {day.year}" if day else str(period or NOT_KNOWN)


def day(moment: str | date | datetime | None) -> str:
    """Write a date: "1 March 2026"; other text stays as it is, None is "not known"."""
    found = _day(moment)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}" if found else str(moment or NOT_KNOWN)


def _day(moment: str | date | datetime | None) -> date | None:
    if isinstance(moment, date):
        return moment
    try:
        return date.fromisoformat(str(moment)[:10])
    except ValueError:
        return None


def instant(moment: datetime) -> str:
    """Write a moment in UTC as ISO text; the browser shows it in the reader's own time."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def change(now: float | None, before: float | None, than: str | None, *, unit: str = "share") -> str:
    """Say in words how a figure moved against an earlier period.

    Parameters
    ----------
    now, before : float or None
        The figure and its earlier value; None where there is none.
    than : str or None
        What it is compared with, as read: "February 2026".
    unit : {"share", "amount"}
        A share moves by points, an amount by per cent of its earlier value.
    """
    if _is_missing(now) or _is_missing(before) or than is None:
        return "no earlier period to compare with"
    moved = points(now - before) if unit == "share" else _relative(now, before)
    if moved is None:
        return f"was {number(before)} in {than}"
    if float(moved.lstrip("+" + MINUS)) == 0:
        return f"as in {than}"
    word = "up" if now > before else "down"
    size = moved.lstrip("+" + MINUS)
    return f"{word} {size} points on {than}" if unit == "share" else f"{word} {size}% on {than}"


def _relative(now: float, before: float) -> str | None:
    return points((now - before) / abs(before)) if before else None
