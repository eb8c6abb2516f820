"""What the page "From a goal" starts from: offers to begin with, whom to plan for, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from config.dataset import Feature, Kind
from models.reasons import value_in_words
from models.scenario import Base
from models.scorecard import logistic
from services.goal import MOST_OFFERS, free_levers
from services.roles import Actor
from services.scenarios import allowed, open_engine
from services.stamp import Stamp, stamp

if TYPE_CHECKING:
    from services.installation import Installation

SHARE_OF_WORTH = 0.01
"""The budget to begin with: this share of what all customers are worth, rounded to one figure."""


@dataclass(frozen=True)
class Candidate:
    """An offer to begin with.

    Attributes
    ----------
    step : dict
        Without amount and cost for a number.
    label, words : str
        The lever, and what is done to it: "up by", or "from Month to month to One year".
    amount : float or None
        Of a number, above 0; None for a level.
    sign : int
        Which way a number goes: the way that keeps customers.
    each : float or None
        What the data say that one unit (or another level) costs, in currency over the months of the worth.
    is_chosen : bool
        Whether it is planned with from the start.
    """

    step: dict[str, Any]
    label: str
    words: str
    unit: str
    amount: float | None
    sign: int
    each: float | None
    is_chosen: bool


@dataclass(frozen=True)
class GoalSetting:
    """What the page is laid out from; ``groups`` are (column, level, words) to plan for alone."""

    candidates: list[Candidate]
    groups: list[tuple[str, str, str]]
    customers: int
    budget: float | None
    months: float
    stamp: Stamp


def start(installation: Installation, actor: Actor) -> GoalSetting:
    """Set the page up; NoModel where no model may answer this person."""
    on, champion = allowed(installation, actor)
    base = open_engine(installation, on.dataset, champion).base
    spec = base.spec
    groups = [
        (column, level, f"{spec.label(column)}: {spec.level_label(column, level)}")
        for column in dict.fromkeys([*spec.segments, *filter(None, [spec.region])])
        for level in base.levels.get(column, ())
    ]
    worth = float(np.nansum(base.arrays["worth"]))
    return GoalSetting(
        _candidates(base), groups, base.rows, _round(worth * SHARE_OF_WORTH) or None, base.value_months,
        stamp(installation, on),
    )  # fmt: skip


def _candidates(base: Base) -> list[Candidate]:
    """Suggest offers, one of each lever before a second of any."""
    free = free_levers(base.spec)
    by_lever = [_of(base, one) for one in base.spec.features if one.column in free]
    rounds = [own[place] for place in range(MOST_OFFERS) for own in by_lever if place < len(own)]
    return rounds[:MOST_OFFERS]


def _of(base: Base, feature: Feature) -> list[Candidate]:
    months = base.value_months
    each = None if feature.cost is None else feature.cost * months
    if feature.kind is Kind.NUMERIC:
        return _of_number(base, feature, each)
    column = feature.column
    levels, codes = base.levels[column], base.codes(column)
    counts = np.bincount(codes, minlength=len(levels) + 1)[1:]
    chances = np.bincount(codes, weights=logistic(base.log_odds), minlength=len(levels) + 1)[1:]
    rates = np.divide(chances, counts, out=np.full(len(levels), np.nan), where=counts > 0)
    if np.isnan(rates).all():
        return []
    worst = int(np.nanargmax(rates))  # where most leave, and so the most can be kept
    most = levels[worst]
    return [
        Candidate(
            {"column": column, "operation": "move", "level": most, "value": other}, feature.label,
            f"from {value_in_words(base.spec, column, most)} to {value_in_words(base.spec, column, other)}",
            "", None, 1, each, each is not None,
        )
        for place, other in enumerate(levels)
        if rates[place] < rates[worst] and other in (feature.levels or levels)
    ]  # fmt: skip


def _of_number(base: Base, feature: Feature, each: float | None) -> list[Candidate]:
    values = base.values(feature.column)
    low = feature.minimum if feature.minimum is not None else float(np.nanmin(values, initial=0.0))
    high = feature.maximum if feature.maximum is not None else float(np.nanmax(values, initial=1.0))
    step = feature.step or 1.0
    tenth = max(round((high - low) / 10 / step), 1) * step
    sign = -1 if feature.monotone == "increasing" else 1
    return [
        Candidate(
            {"column": feature.column, "operation": "add"}, feature.label, "up by" if sign > 0 else "down by",
            feature.unit or "", tenth * times, sign, each, each is not None,
        )
        for times in (1, 3)
    ]  # fmt: skip


def _round(amount: float) -> float:
    """Round to one figure: 41,230 is 40,000."""
    if amount < 1:
        return 0.0
    size = 10.0 ** np.floor(np.log10(amount))
    return float(round(amount / size) * size)
