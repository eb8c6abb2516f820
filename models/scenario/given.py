"""Who gets what of a scenario: customer by customer, which steps change them and what each costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.dataset import Feature, Kind
from models.scenario.base import Array
from models.scenario.moving import Columns, Mask, Moving
from models.scenario.steps import Step
from models.scorecard import Floats


@dataclass(frozen=True)
class Given:
    """What one step gives some rows: whom it changes, and the cost of each in currency (0 for the others).

    Both of shape (rows,); their sums are what :class:`models.scenario.moving.Tally` counts.
    """

    changed: Mask
    costs: Floats


def given(moving: Moving, rows: slice) -> list[Given]:
    """Carry a scenario out on some rows; say of each step, in their order, what it gives them."""
    columns, found = Columns(moving.base, rows), []
    for place, step in enumerate(moving.scenario.steps):
        feature = moving.base.spec.feature(step.column)
        old = columns.now(step.column)
        moving.take(place, columns)
        new = columns.now(step.column)
        changed = new != old
        if feature.kind is Kind.NUMERIC:
            changed &= new == new  # a move of what is missing is none
        found.append(Given(changed, _costs(step, feature, old, new, changed, moving.months)))
    return found


def _costs(step: Step, feature: Feature, old: Array, new: Array, changed: Mask, months: float) -> Floats:
    """Give what each costs: an amount for each changed, or the spec's for what is moved."""
    if step.cost is not None:
        return np.where(changed, step.cost, 0.0)
    each = (feature.cost or 0.0) * months
    if not each or feature.kind is not Kind.NUMERIC:
        return np.where(changed, each, 0.0)
    return np.where(changed, np.nan_to_num(np.abs(new - old)), 0.0) * each
