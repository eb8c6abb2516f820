"""Headline figures that one can relate to: each said in people, money, "1 in n" or a unit of the business.

The Overview shows what is told here; whether it really does is checked on the page itself (guideline G5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.tangible import Unit
from services.guidelines.words import money, number, one_in
from services.notice_walk import Shown

if TYPE_CHECKING:
    from services.overview import Headline

CUSTOMERS, CHURN, REVENUE, AT_RISK = "Customers", "Churn rate", "Monthly revenue", "Revenue at risk"
LEAVERS, SAVED = "Expected leavers", "Saved"

HEADLINES = (CUSTOMERS, CHURN, REVENUE, AT_RISK, LEAVERS, SAVED)
"""The headline figures of the Overview, as they are called there; not all are there at any time."""

MONTHS_A_YEAR = 12
PICTURED = re.compile(
    r"\b\d in \d|\bpeople\b|\bcustomers?\b|\bperson\b|[$\u20ac\u00a3\u00a5\u20b9]\s?\d|\b[A-Z]{3} \d"
)


@dataclass(frozen=True)
class Checked:
    """A headline figure and whether the page shows both: an earlier period, and something tangible."""

    shown: Shown
    has_earlier: bool
    has_tangible: bool

    @property
    def is_relatable(self) -> bool:
        """Whether it shows both."""
        return self.has_earlier and self.has_tangible


def tangible(found: Headline, unit: Unit | None) -> Mapping[str, str]:
    """Say each headline figure as something one can picture, by its name."""
    customers, leavers = found.customers.now or 0, found.expected_leavers.now
    currency = found.stamp.currency
    told = {
        CUSTOMERS: _people(found.customers.now, found.customers.before),
        CHURN: _share(found.churn_share.now, found.leavers),
        REVENUE: _compared(found.revenue.now, unit) or _each(found.revenue.now, customers, currency),
        AT_RISK: _joined(_of(leavers, customers), _compared(found.revenue_at_risk.now, unit)),
        LEAVERS: _of(leavers, customers),
        SAVED: _saved(found, unit),
    }
    return {name: words for name, words in told.items() if words}


def checked(shown: Sequence[Shown], unit: Unit | None) -> list[Checked]:
    """Hold what a page really shows against what headline figures are to show.

    A figure that is none of ours counts too: whoever adds one adds what makes it relatable.
    """
    return [
        Checked(one, has_earlier=bool(one.earlier.strip()), has_tangible=_is_tangible(one.tangible, unit))
        for one in shown
    ]


def _is_tangible(words: str, unit: Unit | None) -> bool:
    return bool(PICTURED.search(words)) or (unit is not None and unit.name in words)


# --- in words ----------------------------------------------------------------------------------------


def _each(revenue: float | None, customers: float, currency: str) -> str:
    if not revenue or not customers:
        return ""
    return f"{money(revenue / customers, currency)} a month from each customer"


def _people(now: float | None, before: float | None) -> str:
    """Say in people how their number changed; without an earlier one what a hundredth of them is."""
    if now is None:
        return ""
    if before is None:
        return f"1 in 100 of them is {number(now / 100)} people" if now >= 200 else f"{number(now)} people"
    if now == before:
        return "as many people as before"
    many = abs(now - before)
    how = "more" if now > before else "fewer"
    return f"{number(many)} {'person' if many == 1 else 'people'} {how} than before"


def _share(part: float | None, leavers: int | None) -> str:
    pictured = one_in(part) if part is not None else None
    people = f"{number(leavers)} people" if leavers else ""
    return ": ".join(filter(None, [f"{pictured} customers" if pictured else "", people]))


def _of(part: float | None, customers: float) -> str:
    if not part or not customers:
        return ""
    pictured = one_in(part / customers)
    return f"{pictured} customers" if pictured else f"{number(part)} people"


def _compared(monthly: float | None, unit: Unit | None) -> str:
    """Compare money a month with a unit's a year."""
    if not monthly or unit is None:
        return ""
    return f"in a year {_times(MONTHS_A_YEAR * monthly / unit.amount)} {unit.name}"


def _times(many: float) -> str:
    if many < 0.095:
        return "less than a tenth of"
    return f"{many:.1f} times" if many < 9.95 else f"{number(many)} times"


def _saved(found: Headline, unit: Unit | None) -> str:
    if found.saved is None:
        return ""
    people = f"{number(found.saved.kept.value)} people who stayed"
    worth = found.saved.money
    if worth is None or unit is None or worth.value <= 0:
        return people
    return _joined(people, f"{_times(worth.value / unit.amount)} {unit.name}")


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))
