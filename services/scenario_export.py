"""Lists of customers that a scenario is about, as CSV: who gets what, and who crosses the at-risk line.

Keys are personal data: who may is in the permission table, and each list is on record before its first byte.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from config.dataset import Role
from data.spreadsheet import as_text
from models.scenario import Base, Engine, Scenario
from models.scenario.given import Given, given
from models.scenario.moving import Moving
from services import kept_scenarios, log, scenario_words, scenarios
from services.objections import passing
from services.roles import Actor, require
from services.scenario_pins import standing_of
from services.stamp import Standing, stamp

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["LISTS", "Download", "NoSuchList", "export", "export_kept"]

CHUNK = 1 << 14

NOTICE = "Made to assist; a person decides."
DRAFT = "Draft, not signed off."

Cells = Iterator[list[str]]
Places = npt.NDArray[np.intp]


class NoSuchList(ValueError):
    """No list has this name; the message says which there are."""


@dataclass(frozen=True)
class Download:
    """A list on its way out.

    Attributes
    ----------
    name : str
        Of the file.
    rows : int
        How many customers are in it.
    entry : int
        Number of its entry in the log.
    lines : iterator of str
        CSV, a header first, in pieces of some thousand rows: a million customers never stand in memory.
    """

    name: str
    rows: int
    entry: int
    lines: Iterator[str]


def export(installation: Installation, actor: Actor, what: str, plain: Mapping[str, Any]) -> Download:
    """Make a list out of a scenario on what answers now; it is on record when this returns.

    Parameters
    ----------
    what : str
        ``steps``: who gets what, and what it costs. ``crossing``: who crosses the at-risk line.

    Raises
    ------
    NoSuchList
        For another list.
    services.scenarios.ScenarioError, services.scenarios.NoModel
        If it cannot be answered.
    """
    require(actor, "export-lists")
    on, _ = scenarios.allowed(installation, actor)
    return _export(installation, actor, what, on, plain)


def export_kept(
    installation: Installation, actor: Actor, what: str, scenario_id: str, *, then: bool = False
) -> Download:
    """Make a list out of a kept scenario, on what answers now or (``then``) on what it is pinned to.

    Faults as in :func:`export`, and besides:

    Raises
    ------
    services.kept_scenarios.NoSuchScenario, services.scenario_pins.Gone
        If there is no such scenario, or what it is pinned to is gone.
    """
    require(actor, "export-lists")
    row = kept_scenarios.one(installation, actor, scenario_id)
    on = standing_of(installation, actor, row) if then else scenarios.allowed(installation, actor)[0]
    return _export(installation, actor, what, on, row.scenario, row)


def _export(
    installation: Installation,
    actor: Actor,
    what: str,
    on: Standing,
    plain: Mapping[str, Any],
    row: kept_scenarios.ScenarioRow | None = None,
) -> Download:
    if what not in LISTS:
        raise NoSuchList(f"There is no list {what!r}: choose {' or '.join(LISTS)}.")
    assert on.champion is not None
    worked = scenarios.work_out(installation, on.dataset, on.champion, plain)
    header, rows, cells = LISTS[what](worked.engine, worked.scenario)
    marks = marks_of(installation, on)
    entry = log.record(
        installation,
        actor,
        "export",
        subject=row.id if row else None,
        version=on.version,
        snapshot=on.dataset.snapshot,
        payload={
            "what": what,
            "name": row.name if row else None,
            "rows": rows,
            "columns": header,
            "scenario": worked.scenario.plain(),
            "words": scenario_words.steps(worked.scenario.steps, on.dataset.spec),
        },
    )
    name = f"scenario-{row.id if row else entry.seq}-{what}.csv"
    cells = passing(installation, on.dataset.spec.name, cells)
    return Download(name, rows, entry.seq, written([*header, *marks], cells, list(marks.values())))


def marks_of(installation: Installation, on: Standing) -> dict[str, str]:
    """Give what every row carries, since rows are copied out of their file: model, data, notice."""
    own = stamp(installation, on)
    return {
        "model version": str(own.version)[:12],
        "data": f"{'synthetic, ' if own.synthetic else ''}{own.data_date}, snapshot {own.snapshot}",
        "made": f"{installation.store.clock():%Y-%m-%d}",
        "notice": f"{DRAFT} {NOTICE}" if own.is_draft else NOTICE,
    }


def written(header: list[str], cells: Cells, marks: list[str]) -> Iterator[str]:
    """Write rows as CSV, a piece of some thousand at a time."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(as_text, header))
    for count, row in enumerate(cells, start=1):
        writer.writerow(row + marks)
        if count % CHUNK == 0:
            yield text.getvalue()
            text.seek(0)
            text.truncate()
    yield text.getvalue()


# --- who gets what -----------------------------------------------------------------------------------


def _steps(engine: Engine, scenario: Scenario) -> tuple[list[str], int, Cells]:
    moving = Moving(engine.base, scenario, engine.base.value_months)
    moving.choose()
    feature = engine.base.spec.feature
    # nobody gets an assumption: it is not ours to move
    ours = [n for n, step in enumerate(scenario.steps) if feature(step.column).role is Role.LEVER]
    header = ["customer", "steps", "cost", *(f"cost of step {number + 1}" for number in ours)]
    reached = sum(int(np.count_nonzero(_any(_given(moving, rows, ours)))) for rows in _slices(engine.base))
    return header, reached, _given_cells(moving, ours)


def _given(moving: Moving, rows: slice, ours: list[int]) -> list[Given]:
    """Say what the steps that are ours to take give some rows."""
    steps = given(moving, rows)
    return [steps[number] for number in ours]


def _given_cells(moving: Moving, ours: list[int]) -> Cells:
    for rows in _slices(moving.base):
        steps = _given(moving, rows, ours)
        who = np.flatnonzero(_any(steps))
        # as lists at once, since taking one number out of an array costs more than writing its row
        keys = moving.base.arrays["keys"][rows][who].tolist()
        gets = np.array([step.changed[who] for step in steps]).T.tolist()
        costs = np.array([step.costs[who] for step in steps]).T.tolist()
        for key, own, each in zip(keys, gets, costs, strict=True):
            yield [
                as_text(key.decode()),
                " and ".join(str(number + 1) for number, changed in zip(ours, own, strict=True) if changed),
                _amount(sum(each)),
                *(_amount(cost) if changed else "" for cost, changed in zip(each, own, strict=True)),
            ]


def _any(steps: list[Given]) -> npt.NDArray[np.bool_]:
    """Say who gets at least one step."""
    return np.any([step.changed for step in steps], axis=0) if steps else np.zeros(0, dtype=bool)


# --- who crosses the line ----------------------------------------------------------------------------


def _crossing(engine: Engine, scenario: Scenario) -> tuple[list[str], int, Cells]:
    base, spec = engine.base, engine.base.spec
    # what is protected says nothing of what to do, so it does not leave with the list
    segments = [name for name in spec.segments if name in base.levels and name not in spec.protected]
    header = ["customer", "chance before", "chance after", "direction", *map(spec.label, segments)]
    header += ["revenue a month"] if spec.revenue else []
    before, after = engine.probability(Scenario()), engine.probability(scenario)
    places = np.flatnonzero((before >= engine.line) != (after >= engine.line))
    return header, len(places), _crossing_cells(base, places, before[places], after[places], segments)


def _crossing_cells(
    base: Base, places: Places, before: np.ndarray, after: np.ndarray, segments: list[str]
) -> Cells:
    spec = base.spec
    labels = {
        name: ["", *(as_text(spec.level_label(name, text)) for text in base.levels[name])]
        for name in segments
    }
    for number, place in enumerate(places):
        revenue = float(base.values(spec.revenue)[place]) if spec.revenue else None
        yield [
            as_text(base.key(int(place))),
            f"{before[number]:.6f}",
            f"{after[number]:.6f}",
            "onto the list" if after[number] > before[number] else "off the list",
            *(labels[name][int(base.codes(name)[place])] for name in segments),
            *([] if revenue is None else [_amount(revenue)]),
        ]


def _amount(value: float) -> str:
    return "" if value != value else f"{value:.10g}"


def _slices(base: Base) -> Iterator[slice]:
    return (slice(start, min(start + CHUNK, base.rows)) for start in range(0, base.rows, CHUNK))


LISTS: dict[str, Callable[[Engine, Scenario], tuple[list[str], int, Cells]]] = {
    "steps": _steps,
    "crossing": _crossing,
}
"""By name: what gives header, number of rows and rows of a list."""
