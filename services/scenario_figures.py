"""Figures of scenarios side by side: what each is called, in which unit, and which of them differ."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
"""The figures of an answer as the log holds them, see :func:`services.scenarios.figures`."""


@dataclass(frozen=True)
class Line:
    """One figure of several scenarios, or of one at several times.

    Attributes
    ----------
    unit : str
        ``customers`` or ``money``.
    values : tuple of float or None
        In the order asked for; None where a scenario has no figures.
    differs : bool
        Whether any two of them differ, be it in the last bit.
    """

    name: str
    label: str
    unit: str
    values: tuple[float | None, ...]
    differs: bool


def cost(figures: Figures) -> float:
    """Give what all steps cost together, beside a lower price, in currency."""
    return float(sum(step["cost"] - step.get("in_price", 0.0) for step in figures["steps"]))


def net(figures: Figures) -> float:
    """Give what customers are expected to pay more with it than without it, less the cost, in currency."""
    return float(figures["kept_after"] - cost(figures) - figures["kept_before"])


def side_by_side(several: Sequence[Figures | None], *, has_revenue: bool, has_worth: bool) -> list[Line]:
    """Put figures side by side, a line each; those in currency only where the data know them."""
    known = {"": True, "revenue": has_revenue, "worth": has_worth}
    return [
        _line(name, label, "money" if needs else "customers", read, several)
        for name, label, needs, read in _FIGURES
        if known[needs]
    ]


def _line(
    name: str,
    label: str,
    unit: str,
    read: Callable[[Figures], float],
    several: Sequence[Figures | None],
) -> Line:
    values = tuple(None if one is None else read(one) for one in several)
    there = [value for value in values if value is not None]
    return Line(name, label, unit, values, any(value != there[0] for value in there))


def _held(name: str) -> Callable[[Figures], float]:
    return lambda figures: figures[name]


_FIGURES: tuple[tuple[str, str, str, Callable[[Figures], float]], ...] = (
    ("customers", "Customers", "", _held("customers")),
    ("leavers_before", "Expected leavers without it", "", _held("leavers_before")),
    ("leavers_after", "Expected leavers with it", "", _held("leavers_after")),
    (
        "leavers",
        "Change of expected leavers",
        "",
        lambda figures: figures["leavers_after"] - figures["leavers_before"],
    ),
    ("at_risk_before", "Revenue at risk a month without it", "revenue", _held("at_risk_before")),
    ("at_risk_after", "Revenue at risk a month with it", "revenue", _held("at_risk_after")),
    ("cost", "Cost", "worth", cost),
    ("net", "Net value", "worth", net),
    ("over_after", "On the at-risk list with it", "", _held("over_after")),
    ("joins", "Come onto the list", "", _held("joins")),
    ("leaves", "Leave the list", "", _held("leaves")),
)
