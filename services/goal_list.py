"""The list of a plan, who gets which offer, as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from data.spreadsheet import as_text
from models.budget import NOBODY
from models.scenario import Scenario
from services import goal, log
from services.goal import NoModel, Worked
from services.log import NoSuchEntry
from services.objections import are_as_then, passing
from services.roles import Actor, require
from services.scenario_export import Download, marks_of, written
from services.scenarios import allowed, open_engine

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["NoModel", "NoSuchPlan", "export"]


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
    if not are_as_then(installation, on.dataset.spec.name, found.payload):
        raise NoSuchPlan("Others object to profiling now than when this was planned: plan again.")
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
    cells = passing(installation, on.dataset.spec.name, _cells(worked))
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
