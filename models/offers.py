"""What offers would do to each customer: how far the chance falls, the cost, and who cannot have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.dataset import Kind
from models.budget import drops
from models.reach import level_with_data, numbers_with_data, seen_of
from models.scenario import Base, Engine, Scenario, Step
from models.scenario.base import Array
from models.scenario.given import given
from models.scenario.moving import Columns, Mask, Moving
from models.scorecard import Floats

CHUNK = 1 << 16


@dataclass(frozen=True)
class Offered:
    """Offers to n customers.

    Attributes
    ----------
    drop : array of shape (n, offers)
        By how much the chance falls, a difference of shares.
    cost : array of shape (n, offers)
        In currency; infinite for who cannot have it.
    changes : array of shape (n, offers)
        Whom an offer would change at all.
    outside : array of shape (n, offers)
        Whom it would move to where the model has seen nobody.
    astray : array of shape (n, offers)
        Of whom a lever's present value is not known, or would move the way that raises the chance.
    """

    drop: Floats
    cost: Floats
    changes: Mask
    outside: Mask
    astray: Mask


def offered(engine: Engine, offers: Sequence[Sequence[Step]]) -> Offered:
    """Work offers, some steps each, out for all customers of a base."""
    base, shape = engine.base, (engine.base.rows, len(offers))
    cost = np.empty(shape)
    changes, outside, astray = (np.zeros(shape, dtype=bool) for _ in range(3))
    for place, steps in enumerate(offers):
        moving = Moving(base, Scenario(steps=tuple(steps)), base.value_months)
        moving.choose()
        for start in range(0, base.rows, CHUNK):
            rows = slice(start, min(start + CHUNK, base.rows))
            columns, _ = moving.carry_out(rows)
            gets = given(moving, rows)
            changes[rows, place] = np.any([one.changed for one in gets], axis=0)
            outside[rows, place] = _outside(moving, columns)
            astray[rows, place] = _astray(moving, columns)
            cost[rows, place] = np.sum([one.costs for one in gets], axis=0)
    cost[~changes | outside | astray] = np.inf
    return Offered(drops(engine, offers), cost, changes, outside, astray)


def _outside(moving: Moving, columns: Columns) -> Mask:
    """Say who is moved to where nobody was seen; who stands there today may be carried along by a lever."""
    base, found = moving.base, np.zeros(columns.rows.stop - columns.rows.start, dtype=bool)
    levers = {step.column for step in moving.scenario.steps}
    for column in moving.touched:
        if column in base.scorecard.columns:
            old, new = columns.recorded(column), columns.now(column)
            moved = (new != old) & (new == new)
            moved &= ~_with_data(base, column, new)
            found |= moved if column in levers else moved & _with_data(base, column, old)
    return found


def _with_data(base: Base, column: str, values: Array) -> Mask:
    seen = seen_of(base.scorecard, column)
    if column not in base.levels:
        return numbers_with_data(seen, values)
    known = np.array([True, *(level_with_data(seen, text) for text in base.levels[column])])
    found: Mask = known.take(values)
    return found


def _astray(moving: Moving, columns: Columns) -> Mask:
    found = np.zeros(columns.rows.stop - columns.rows.start, dtype=bool)
    for column in {step.column for step in moving.scenario.steps}:
        feature = moving.base.spec.feature(column)
        old, new = columns.recorded(column), columns.now(column)
        if feature.kind is not Kind.NUMERIC:
            found |= (old == 0) & (new != 0)
            continue
        found |= np.isnan(old) & ~np.isnan(new)
        if feature.monotone == "increasing":
            found |= new > old
        elif feature.monotone == "decreasing":
            found |= new < old
    return found
