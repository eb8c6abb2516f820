"""Figures of the evidence in words: shares, money, people and ranges, written one way on all its pages."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any, TypeGuard

from models.effect import Amount

MINUS = "\u2212"
SYMBOLS = {"USD": "$", "EUR": "\u20ac", "GBP": "\u00a3", "JPY": "\u00a5", "INR": "\u20b9"}


def share(value: float, digits: int = 1) -> str:
    """Write a share (0 to 1) as per cent."""
    return f"{100 * value:.{digits}f}%".replace("-", MINUS)


def points(value: float) -> str:
    """Write percentage points."""
    return f"{value:.1f} points".replace("-", MINUS)


def number(value: float) -> str:
    """Write a whole number."""
    return f"{value:,.0f}".replace("-", MINUS)


def counted(many: int, one: str, more: str | None = None) -> str:
    """Write how many there are of something: "1 customer", "1,200 customers"."""
    return f"{many:,} {one if many == 1 else more or f'{one}s'}"


def money(value: float, currency: str) -> str:
    """Write an amount of money, large ones in thousands or millions."""
    symbol = SYMBOLS.get(currency)
    if symbol is None:
        return f"{currency} {_short(value)}".strip()
    return f"{MINUS if value < 0 else ''}{symbol}{_short(abs(value))}"


def ranged(amount: Amount, currency: str | None = None) -> str:
    """Write a figure with its range: "22 (15 to 30)"."""
    write = number if currency is None else lambda value: money(value, currency)
    return f"{write(amount.value)} ({write(amount.low)} to {write(amount.high)})"


def one_in(part: float) -> str | None:
    """Write a share (0 to 1) as one in so many, "1 in 9", or "7 in 10"; None where that says nothing."""
    if 0.5 < part < 0.95:
        return f"{number(10 * part)} in 10"
    return f"1 in {number(1 / part)}" if 0 < part <= 0.5 else None


def moment(time: datetime) -> str:
    """Write a moment, in UTC."""
    return f"{time:%d %B %Y, %H:%M} UTC"


def amount_of(section: Any) -> Amount | None:
    """Read a figure of a report with its range; None where it was not measured."""
    if not isinstance(section, dict):
        return None
    value, low, high = (section.get(name) for name in ("value", "low", "high"))
    if not (is_number(value) and is_number(low) and is_number(high)):
        return None
    return Amount(float(value), float(low), float(high))


def is_number(value: Any) -> TypeGuard[float]:
    """Say whether something is a number that ends."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _short(value: float) -> str:
    size = abs(value)
    if size >= 10_000_000:
        return f"{value / 1_000_000:,.1f}m".replace("-", MINUS)
    return f"{value / 1_000:,.1f}k".replace("-", MINUS) if size >= 10_000 else number(value)
