"""A plan carried on: as the steps of a scenario where steps can say it, and as a list of who gets what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from data.spreadsheet import as_text
from models.budget import NOBODY
from models.scenario import Base, Scenario, Who
from models.scenario.moving import chosen
from models.scenario.steps import MOST_STEPS
from services import goal, log
from services.goal import NoModel, Worked
from services.log import NoSuchEntry
from services.roles import Actor, require
from services.scenario_export import Download, marks_of, written
from services.scenarios import allowed, open_engine

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["NoModel", "NoSuchPlan", "as_steps", "export", "plain_steps"]

SAME = 1e-12

Mask = npt.NDArray[np.bool_]


class NoSuchPlan(LookupError):
    """Who asks has no such plan on record, or another model or other customers answer now."""


def _open(installation: Installation, actor: Actor, entry: int) -> Worked:
    """Work a plan out again that this person has on record; NoSuchPlan where it is not the same any more."""
    try:
        found = log.one(installation, actor, entry)
    except NoSuchEntry as fault:
        raise NoSuchPlan(str(fault)) from fault
    if found.kind != "goal" or found.payload is None:
        raise NoSuchPlan(f"Entry {entry} is no plan.")
    on, champion = allowed(installation, actor)
    if (champion.version, on.dataset.snapshot) != (found.version, found.snapshot):
        raise NoSuchPlan("Another model or other customers answer now: plan again.")
    return goal.work_out(open_engine(installation, on.dataset, champion), found.payload["question"])


def export(installation: Installation, actor: Actor, entry: int) -> Download:
    """Make the list of a plan, who gets which offer; it is on record when this returns.

    Raises
    ------
    NoSuchPlan, NoModel
        As :func:`open_plan`.
    """
    require(actor, "export-lists")
    worked = _open(installation, actor, entry)
    on, _ = allowed(installation, actor)
    header = ["customer", "offer", "cost", "chance before", "chance after"]
    rows = int(np.count_nonzero(worked.offer != NOBODY))
    marks = marks_of(installation, on)
    logged = log.record(
        installation,
        actor,
        "export",
        subject=None,
        version=on.version,
        snapshot=on.dataset.snapshot,
        payload={"what": "goal", "plan": entry, "rows": rows, "columns": header},
    )
    cells = _cells(worked)
    lines = written([*header, *marks], cells, [*marks.values()])
    return Download(f"plan-{entry}.csv", rows, logged.seq, lines)


def _cells(worked: Worked) -> Iterator[list[str]]:
    base, brought = worked.engine.base, worked.brought
    before = worked.engine.probability(Scenario())
    words = [as_text(text) for text in goal.named(worked)]
    for place in np.flatnonzero(worked.offer != NOBODY):
        offer = int(worked.offer[place])
        after = before[place] - brought.drop[place, offer]
        cost = f"{brought.cost[place, offer]:.10g}"
        yield [
            as_text(base.key(int(place))), words[offer], cost, f"{before[place]:.6f}", f"{after:.6f}"
        ]  # fmt: skip


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


def plain_steps(installation: Installation, actor: Actor, entry: int) -> list[dict[str, Any]] | None:
    """Give the steps of a plan on record; None where steps cannot say it."""
    return as_steps(_open(installation, actor, entry))
