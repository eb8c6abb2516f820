"""Outcomes of an A/B: who left in which arm, counted once, when its fixed time is over.

Until then only counts of customers are told, never who left: looking early and stopping at a good moment
would find a difference where there is none far more often than one time in twenty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from data.store import ExperimentRow, SnapshotRow
from models.sample_size import Comparison, compare
from services import arms, experiments
from services.experiments import ExperimentRefused
from services.roles import Actor

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class Arm:
    """The customers of one arm.

    Attributes
    ----------
    customers : int
        Active and affected when the A/B began.
    known : int
        Those of them among the customers loaded since, so that it is known whether they left.
    left : int or None
        Those of them who left; None until the fixed time is over.
    planned : int
        How many it takes.
    """

    customers: int
    known: int
    left: int | None
    planned: int


@dataclass(frozen=True)
class Outcomes:
    """What is known of an A/B.

    Attributes
    ----------
    champion, challenger : Arm
    snapshot : str or None
        The customers it is judged on: the first loaded at the planned end or after; None until then.
    comparison : Comparison or None
        Of the shares who left; None until then, and where an arm has no customers.
    words : str
        The same in words.
    """

    champion: Arm
    challenger: Arm
    snapshot: str | None
    comparison: Comparison | None
    words: str


def result(installation: Installation, actor: Actor, experiment_id: str) -> Outcomes:
    """Give the result of an A/B once its time is over; until then how far it is.

    Raises
    ------
    services.experiments.NoSuchExperiment
        If there is none with this id.
    ExperimentRefused
        If it is no A/B, or ended before its time: then the arms are never compared.
    """
    row = experiments.one(installation, actor, experiment_id)
    if row.kind != "ab":
        raise ExperimentRefused(
            f"Experiment {row.id} is a {row.kind}: only an A/B counts who leaves in both arms. "
            f"'flask experiment show {row.id}' tells what is measured of it."
        )
    if row.ended is not None and row.ended < row.planned_end:
        raise ExperimentRefused(
            f"Experiment {row.id} ended before its time, so its arms are not compared: start another one."
        )
    return of(installation, row)


def of(installation: Installation, row: ExperimentRow) -> Outcomes:
    """Count the arms of an A/B; its leavers and their comparison only once the fixed time is over."""
    judged = _judged_on(installation, row)
    latest = judged or _latest(installation, row)
    tried, gone = _counted(installation, row, latest.id if latest else None)
    champion, challenger = (
        Arm(
            customers=int(arm.sum()),
            known=int((gone[arm] >= 0).sum()),
            left=int((gone[arm] == 1).sum()) if judged else None,
            planned=int(row.plan.get(name, 0)),
        )
        for name, arm in (("champion", ~tried), ("challenger", tried))
    )
    found = None
    if judged and champion.known and challenger.known:
        found = compare(champion.known, champion.left or 0, challenger.known, challenger.left or 0)
    words = _told(champion, challenger, found) if judged else _not_yet(row, champion, challenger)
    return Outcomes(champion, challenger, judged.id if judged else None, found, words)


def _judged_on(installation: Installation, row: ExperimentRow) -> SnapshotRow | None:
    """Find the first customers loaded at the planned end or after: the same whenever somebody looks."""
    if installation.store.clock() < row.planned_end:
        return None
    return first_loaded(installation, row.spec_name, row.planned_end)


def first_loaded(installation: Installation, spec_name: str, moment: datetime) -> SnapshotRow | None:
    """Give the first customers loaded at a moment or after; None where there are none yet."""
    since = [one for one in installation.store.snapshots(spec_name) if one.created >= moment]
    return min(since, key=lambda one: one.created, default=None)


def _latest(installation: Installation, row: ExperimentRow) -> SnapshotRow | None:
    since = [one for one in _snapshots(installation, row) if one.created > row.started]
    return since[-1] if since else None


def _snapshots(installation: Installation, row: ExperimentRow) -> list[SnapshotRow]:
    return sorted(installation.store.snapshots(row.spec_name), key=lambda one: one.created)


def _counted(
    installation: Installation, row: ExperimentRow, snapshot: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Mark of those affected whom the version tried answered, and who left: 1, 0, or -1 where unknown."""
    key = installation.warehouse.spec_of(row.snapshot).id
    began = installation.warehouse.current_table(row.snapshot)
    began = began[began["_active"].to_numpy() & arms.affected(row, began)]
    tried = arms.tried(row, began, key)
    if snapshot is None:
        return tried, np.full(len(began), -1)
    left = installation.warehouse.outcomes_since(snapshot, installation.warehouse.last_period(row.snapshot))
    return tried, np.array([left.get(str(one), -1) for one in began[key]], dtype=int)


def _not_yet(row: ExperimentRow, champion: Arm, challenger: Arm) -> str:
    return (
        f"Not yet: the outcomes of {champion.known:,} of planned {champion.planned:,} customers with the "
        f"champion and {challenger.known:,} of planned {challenger.planned:,} with the version tried are "
        f"known. Who left is counted once, in the first customers loaded from {row.planned_end:%d %B %Y} on."
    )


def _told(champion: Arm, challenger: Arm, found: Comparison | None) -> str:
    if found is None:
        return "One arm has no customers whose outcome is known, so nothing can be compared."
    verdict = (
        f"so large a difference is rarely chance (p = {found.p:.3f})"
        if found.is_significant
        else f"chance alone explains that (p = {found.p:.2f})"
    )
    short = [
        f"{arm.known:,} of planned {arm.planned:,} {which}"
        for arm, which in ((champion, "with the champion"), (challenger, "with the version tried"))
        if arm.known < arm.planned
    ]
    fewer = (
        f" Fewer outcomes are known than planned ({', '.join(short)}): more may be missed." if short else ""
    )
    return (
        f"With the version tried {challenger.left:,} of {challenger.known:,} left ({found.challenger:.1%}), "
        f"with the champion {champion.left:,} of {champion.known:,} ({found.champion:.1%}): a difference of "
        f"{100 * found.difference:+.1f} points (95% range {100 * found.low:+.1f} to "
        f"{100 * found.high:+.1f}); {verdict}.{fewer}"
    )
