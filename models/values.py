"""How one cell is read: as a number or as a level, alike here and in the browser.

``assets/scorecard.js`` holds the same two rules; the parity tests hold them together.
"""

from __future__ import annotations

import math
import re
from numbers import Real
from typing import Any

import numpy as np

UNSEEN = ""
"""Stands for a value that cannot be any level; no level is empty."""

_BLANK = " \t\r\n"
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def number(value: Any) -> float:
    """Read a value as a number; NaN where it is missing or no decimal number.

    Infinity is a number, true and false are 1 and 0, and text counts when it is a
    plain decimal ("29.85", "-1e3"): "inf" or "1,5" in text are not.
    """
    kind = type(value)
    if kind is float:
        return value
    if kind is str or isinstance(value, str):
        text = value.strip(_BLANK)
        return float(text) if _DECIMAL.fullmatch(text) else math.nan
    if not isinstance(value, Real | np.bool_):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf  # type: ignore[operator]


def level(value: Any) -> str | None:
    """Read a value as a level; None where it is missing, UNSEEN where it can be none.

    Text is trimmed. A whole number is its digits (1.0 is "1"), as in a canonical table.
    """
    if isinstance(value, str):
        return value.strip(_BLANK) or None
    value = number(value)
    if math.isnan(value):
        return None
    return str(int(value)) if abs(value) < 2.0**53 and value == int(value) else UNSEEN
