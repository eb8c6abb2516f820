"""Levers of one customer: what each can be moved to, and what each move costs."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from config.dataset import DatasetSpec, Feature, Kind
from models.reach import ends_of, level_with_data, levels, numbers_with_data, seen_of, step_of
from models.scorecard import Floats, Scorecard
from models.scorecard_format import NumericFeature
from models.values import level, number

MOST_VALUES = 100_000
"""Of a lever with more steps than this, only every so-manieth is tried."""

_DECIMALS = 9


@dataclass(frozen=True)
class Lever:
    """A lever and its candidates, n of them; the first is to leave it as it is.

    Attributes
    ----------
    values : tuple of float or str
    numbers : array of shape (n,)
        The values as formulas read them.
    cost : array of shape (n,)
        In currency; 0 for the first.
    """

    column: str
    values: tuple[float | str, ...]
    numbers: Floats
    cost: Floats

    def only(self, places: Any) -> Lever:
        """Give the lever with some of its candidates, the first among them."""
        values = tuple(self.values[int(place)] for place in places)
        return Lever(self.column, values, self.numbers[places], self.cost[places])


def levers_of(
    card: Scorecard,
    spec: DatasetSpec,
    row: Mapping[str, Any],
    columns: Collection[str],
    costs: Mapping[str, float],
    *,
    data_only: bool,
) -> tuple[list[Lever], dict[str, str]]:
    """List the levers of a customer that can be moved, and say of the others why not.

    Parameters
    ----------
    columns : collection of str
        Which levers are asked for.
    costs : mapping
        Cost by column, taken before the spec's.
    data_only : bool
        Whether values at which the model has seen nobody are left out.
    """
    found, left_out = [], {}
    for feature in spec.features:
        if feature.column not in columns:
            continue
        cost = costs.get(feature.column, feature.cost)
        present = row.get(feature.column)
        if cost is None:
            left_out[feature.column] = f"{feature.label} is left out, since nobody said what moving it costs."
        elif not _is_known(feature, present):
            left_out[feature.column] = f"{feature.label} is left out, since its present value is not known."
        else:
            make = _of_number if feature.kind is Kind.NUMERIC else _of_levels
            lever = make(card, feature, present, cost, data_only)
            if len(lever.values) > 1:
                found.append(lever)
    return found, left_out


def _is_known(feature: Feature, present: Any) -> bool:
    return math.isfinite(number(present)) if feature.kind is Kind.NUMERIC else level(present) is not None


def _of_number(card: Scorecard, feature: Feature, present: Any, cost: float, data_only: bool) -> Lever:
    value, seen = number(present), seen_of(card, feature.column)
    grid = _grid(card, feature, value)
    # a price that may only raise the chance of leaving is never raised to keep somebody
    if feature.monotone == "increasing":
        grid = grid[grid < value]
    elif feature.monotone == "decreasing":
        grid = grid[grid > value]
    if data_only and isinstance(seen, NumericFeature):
        grid = grid[numbers_with_data(seen, grid)]
    numbers = np.concatenate([[value], grid])
    return Lever(feature.column, tuple(numbers.tolist()), numbers, np.abs(numbers - value) * cost)


def _grid(card: Scorecard, feature: Feature, value: float) -> Floats:
    """Give the values of the slider, the present one left out; those beyond the spec's range too."""
    ends = ends_of(card, feature, value)
    if ends is None:
        return np.zeros(0)
    step = step_of(feature, *ends)
    count = math.floor((ends[1] - ends[0]) / step * (1 + 1e-12)) + 1
    stride = -(-count // MOST_VALUES)
    grid = np.round(ends[0] + step * stride * np.arange(-(-count // stride)), _DECIMALS)
    low = -math.inf if feature.minimum is None else feature.minimum
    high = math.inf if feature.maximum is None else feature.maximum
    return grid[(grid >= low) & (grid <= high) & (grid != value)]


def _of_levels(card: Scorecard, feature: Feature, present: Any, cost: float, data_only: bool) -> Lever:
    here, seen = level(present) or "", seen_of(card, feature.column)
    offered = [one for one in levels(card, feature, present) if one != here]
    values = (here, *(one for one in offered if not data_only or level_with_data(seen, one)))
    numbers = np.array([number(one) for one in values])
    return Lever(feature.column, values, numbers, np.where(np.arange(len(values)) > 0, float(cost), 0.0))
