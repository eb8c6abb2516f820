"""The unit that a business thinks in, such as "a sales rep's salary: 45,000": its name, and money a year."""

from __future__ import annotations

import re
from dataclasses import dataclass

NONE = "none"
HOW = (
    'write what it is and what it costs a year, in the currency of the data: "a sales rep\'s salary: 45,000"'
)

_FORM = re.compile(r"(?P<name>[^:]{2,60}):\s*(?P<amount>\d[\d,.' ]*)")
_AMOUNT = re.compile(r"\d{1,3}([,' ]\d{3})+(\.\d+)?|\d+(\.\d+)?")


@dataclass(frozen=True)
class Unit:
    """Something one can picture, and what it costs a year."""

    name: str
    amount: float


def parse_unit(text: str) -> Unit | None:
    """Read a unit; None where none is wanted.

    Raises
    ------
    ValueError
        Saying how it is written.

    Examples
    --------
    >>> parse_unit("a sales rep's salary: 45,000")
    Unit(name="a sales rep's salary", amount=45000.0)
    >>> parse_unit("none") is None
    True
    """
    words = text.strip()
    if words.lower() == NONE:
        return None
    found = _FORM.fullmatch(words)
    amount = found["amount"].strip() if found else ""
    if found is None or not _AMOUNT.fullmatch(amount):
        raise ValueError(f"{text!r} is no unit: {HOW}, or {NONE!r} for no unit.")
    value = float(re.sub(r"[,' ]", "", amount))
    if value <= 0:
        raise ValueError(f"{text!r} costs nothing, so that nothing compares with it: {HOW}.")
    return Unit(found["name"].strip(), value)
