"""How a column's name reads: split into words, and written as a label."""

from __future__ import annotations

import re


def parts(name: str) -> list[str]:
    """Split a name where words meet: at capitals, digits' ends, underscores, blanks and signs.

    >>> parts("MonthlyCharges"), parts("total_day_minutes"), parts("customerID")
    (['Monthly', 'Charges'], ['total', 'day', 'minutes'], ['customer', 'ID'])
    """
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return [part for part in re.split(r"[\W_]+", spaced) if part]


def label(name: str) -> str:
    """Write a column's name as people read it.

    >>> label("MonthlyCharges"), label("total_day_minutes"), label("StreamingTV"), label("TENURE_MONTHS")
    ('Monthly charges', 'Total day minutes', 'Streaming TV', 'Tenure months')
    >>> label("SeniorCitizen"), label("SMSCount"), label("ARPU")
    ('Senior citizen', 'SMS count', 'ARPU')
    """
    found = parts(name)
    if not found:
        return name
    loud = name.isupper() and (len(found) > 1 or len(name) > 4)
    said = [part if part.isupper() and len(part) > 1 and not loud else part.lower() for part in found]
    first = said[0]
    return " ".join([first[:1].upper() + first[1:], *said[1:]])
