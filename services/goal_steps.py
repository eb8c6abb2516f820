"""A plan as the steps of a scenario, where steps can say it for exactly those who get an offer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.budget import NOBODY
from models.scenario import Base, Scenario, Who
from models.scenario.moving import chosen
from models.scenario.steps import MOST_STEPS

if TYPE_CHECKING:
    from services.goal import Worked

SAME = 1e-12

Mask = npt.NDArray[np.bool_]


def as_steps(worked: Worked) -> list[dict[str, Any]] | None:
    """Say a plan as steps of a scenario, for exactly those who get an offer; None where that cannot be."""
    base, asked = worked.engine.base, worked.asked
    steps = []
    for place, offer in enumerate(worked.offers):
        gets = worked.offer == place
        if not gets.any():
            continue
        groups = _groups(base, worked.brought.changes[:, place], gets, asked)
        if groups is None:
            return None
        steps += [step.model_copy(update={"who": who}) for who in groups for step in offer]
    if not 1 <= len(steps) <= MOST_STEPS:
        return None
    scenario = Scenario(steps=tuple(steps))
    return scenario.plain()["steps"] if _is_same(worked, scenario) else None


def _groups(base: Base, changes: Mask, gets: Mask, asked: Who) -> list[Who] | None:
    """Find whom to name so that exactly those get it: all, some levels, the first few, or by key."""
    for who in _tries(base, gets, asked):
        if np.array_equal(chosen(base, who) & changes, gets):
            return [who]
    if np.count_nonzero(gets) <= MOST_STEPS:
        return [Who(key=base.key(int(place))) for place in np.flatnonzero(gets)]
    return None


def _tries(base: Base, gets: Mask, asked: Who) -> Iterator[Who]:
    yield asked
    spec = base.spec
    for column, levels in base.levels.items():
        codes = np.unique(base.codes(column)[gets])
        if 0 in codes or column in asked.levels or (column in spec.protected and column not in spec.segments):
            continue
        own = tuple(levels[code - 1] for code in codes)
        yield asked.model_copy(update={"levels": {**asked.levels, column: own}})
    among = chosen(base, asked)
    last = base.arrays["rank"][gets].max()
    yield asked.model_copy(update={"first": int(np.count_nonzero(among & (base.arrays["rank"] <= last)))})


def _is_same(worked: Worked, scenario: Scenario) -> bool:
    """Say whether a scenario brings every customer to the chance that the plan does."""
    engine, gets = worked.engine, worked.offer != NOBODY
    wanted = engine.probability(Scenario())
    places = np.flatnonzero(gets)
    wanted[places] -= worked.brought.drop[places, worked.offer[places]]
    return bool(np.abs(engine.probability(scenario) - wanted).max(initial=0.0) < SAME)
