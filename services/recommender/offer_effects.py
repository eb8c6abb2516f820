"""What one offer would do to one customer: exact by the scorecard, or why nothing is said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from config.dataset import DatasetSpec, Feature, Kind, Role
from models import derivation
from models.familiarity import familiarity
from models.reach import level_with_data, levels, numbers_with_data, seen_of
from models.reasons import inside, value_in_words
from models.scorecard import RowScore, Scorecard
from models.scorecard_format import CategoricalFeature
from models.values import level, number


@dataclass(frozen=True)
class Effect:
    """An offer that lowers the chance of leaving, in the model.

    Attributes
    ----------
    before, after : float
        Chance of leaving, shares in 0-1; ``low`` to ``high`` is the model's spread of ``after``.
    saved : float or None
        By how much the expected loss falls, in currency; None where the customer's worth is not known.
    """

    before: float
    after: float
    low: float
    high: float
    saved: float | None


@dataclass(frozen=True)
class Moved:
    """What an offer does to a customer.

    Attributes
    ----------
    words : str
        What it moves, before and after; "" where it moves nothing.
    effect : Effect or None
        None where nothing is claimed; ``why`` says why then.
    is_idle : bool
        Whether it does nothing for this customer, or nothing good.
    """

    words: str
    effect: Effect | None
    why: str
    is_idle: bool = False


def moved_by(
    offer: Mapping[str, Any],
    row: Mapping[str, Any],
    spec: DatasetSpec,
    card: Scorecard | None,
    worth: float,
    withheld: str,
) -> Moved:
    """Work one offer out for one customer.

    Parameters
    ----------
    offer : mapping
        ``lever`` and either ``change`` or ``level``.
    card : Scorecard or None
        None where no figure may be told; ``withheld`` says why.
    worth : float
        Of the customer, in currency; NaN where it is not known.
    """
    feature = next((one for one in spec.features if one.column == offer.get("lever")), None)
    if feature is None or feature.role is not Role.LEVER:
        return Moved(
            "", None, f"It moves no lever of these data, so no effect is told ({offer.get('lever')})."
        )
    old, name = row.get(feature.column), inside(feature.label)
    if _is_missing(feature, old):
        return Moved("", None, f"No effect is told, since the {name} of this customer is not known.")
    new = _new(feature, old, offer, card)
    if new is None:
        return Moved("", None, f"This cannot be: the {name} has no such value.", is_idle=True)
    here = value_in_words(spec, feature.column, old)
    if new == old:
        return Moved("", None, f"Nothing changes: the {name} is {here} already.", is_idle=True)
    ends = f"{feature.label}: {here} to {value_in_words(spec, feature.column, new)}"
    if card is None:
        return Moved(ends, None, withheld)
    after = derivation.move(row, {feature.column: new}, spec)
    if broken := _broken(spec, row, after):
        return Moved(ends, None, f"This cannot be: {broken}", is_idle=True)
    if why := _doubt(card, spec, feature, row, after):
        return Moved(ends, None, why)
    start, end = card.score(row), card.score(after)
    if why := _no_gain(start, end, name):
        return Moved(ends, None, why, is_idle=True)
    saved = (start.probability - end.probability) * worth
    known = saved if math.isfinite(saved) else None
    return Moved(ends, Effect(start.probability, end.probability, end.low, end.high, known), "")


def cost_over(offer: Mapping[str, Any], currency: str, months: float) -> float | None:
    """Sum the cost of an offer up, in the currency of the data; None where its unit says no such sum."""
    own, _, each = str(offer.get("cost_unit") or "").partition(" ")
    times = {"once": 1.0, "per month": months, "per year": months / 12}.get(each)
    return None if own != currency or times is None else float(offer["cost"]) * times


def step_of(offer: Mapping[str, Any], cost: float) -> dict[str, Any]:
    """Write an offer as the step of a scenario, at what it costs in all."""
    if offer.get("level") is not None:
        return {"column": offer["lever"], "operation": "set", "value": offer["level"], "cost": cost}
    return {"column": offer["lever"], "operation": "add", "value": offer["change"], "cost": cost}


def _is_missing(feature: Feature, value: Any) -> bool:
    return math.isnan(number(value)) if feature.kind is Kind.NUMERIC else level(value) is None


def _new(feature: Feature, old: Any, offer: Mapping[str, Any], card: Scorecard | None) -> float | str | None:
    """Give the value after, None where there is none; a change is held at the ends, as in scenarios."""
    to, change = offer.get("level"), offer.get("change")
    if feature.kind is not Kind.NUMERIC:
        known = feature.levels if card is None else levels(card, feature, old)
        return str(to) if to in known else None
    if change is None:
        return None
    value = number(old)
    new = value + float(change)
    # one recorded beyond the range stays where it is, rather than being moved the other way
    if feature.minimum is not None:
        new = max(new, min(value, feature.minimum))
    if feature.maximum is not None:
        new = min(new, max(value, feature.maximum))
    return new


def _broken(spec: DatasetSpec, row: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Name a rule that the customer as moved would break, and does not today; "" where there is none."""
    before = derivation.broken_rules(row, spec)
    return next((rule.text for rule in derivation.broken_rules(after, spec) if rule not in before), "")


def _doubt(
    card: Scorecard, spec: DatasetSpec, feature: Feature, row: Mapping[str, Any], after: Mapping[str, Any]
) -> str:
    """Say why no effect may be told; "" where one may."""
    if not familiarity(card, dict(row), spec).is_firm:
        return "No effect is told, since the score of this customer is not firm."
    followers = [one.column for one in spec.derived if _has_data(card, one.column, row.get(one.column))]
    if not all(_has_data(card, column, after.get(column)) for column in (feature.column, *followers)):
        return "No effect is told: the model has seen nobody there."
    if not familiarity(card, dict(after), spec).is_firm:
        return "No effect is told: the customer would be unlike any that the model has seen."
    return ""


def _has_data(card: Scorecard, column: str, value: Any) -> bool:
    """Say whether the model has seen somebody at a value; of a column that it does not read, yes."""
    seen = seen_of(card, column)
    if isinstance(seen, CategoricalFeature):
        return level_with_data(seen, str(value))
    return bool(numbers_with_data(seen, number(value)))


def _no_gain(before: RowScore, after: RowScore, name: str) -> str:
    if after.log_odds == before.log_odds:
        return f"In the model the {name} makes no difference for this customer."
    if after.log_odds > before.log_odds:
        return "In the model it raises the chance of leaving."
    return ""
