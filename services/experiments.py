"""The register of experiments: who is affected, what about them, where, how long, and what came of it.

A version is tried on people only by way of this register. Two experiments that touch the same people do
not run at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from data.store import ExperimentRow
from services import log, training, trial_checks
from services.roles import Actor, require
from services.trial_checks import Colliding, ExperimentRefused

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "KINDS",
    "Colliding",
    "ExperimentRefused",
    "ExperimentRow",
    "NoSuchExperiment",
    "end",
    "listing",
    "one",
    "planned",
    "start",
    "stop",
]

KINDS = ("shadow", "canary", "ab")
PLACE = "the page of one customer"

WHAT = {
    "shadow": "They are scored by the version tried as well; the scores are logged and shown to nobody.",
    "canary": "A share of them is scored by the version tried, marked as a trial.",
    "ab": "Half of them are scored by the version tried, and who leaves is counted in both halves.",
}

LONGEST_DAYS = 365
LEAST_DIFFERENCE = 0.05


class NoSuchExperiment(LookupError):
    """There is no experiment with this id; the message says where to look."""


def start(
    installation: Installation,
    actor: Actor,
    kind: str,
    version: str,
    *,
    days: int = 14,
    share: float | None = None,
    who: Mapping[str, Sequence[str]] | None = None,
    what: str = "",
    least_difference: float = LEAST_DIFFERENCE,
) -> ExperimentRow:
    """Enter an experiment in the register; it runs from then on.

    Parameters
    ----------
    kind : str
        ``shadow`` (scored and logged, never shown), ``canary`` (a share of the customers is answered by the
        version tried) or ``ab`` (a fixed time, then the arms are compared once).
    version : str
        A challenger of the current data, or its first eight signs or more.
    share : float, optional
        Share (0 to 1) of those affected who get the version tried; by default 0.1 for a canary, 0.5 for A/B.
    who : mapping of column to levels, optional
        Who is affected; everybody by default. Columns are the segments of the spec.
    least_difference : float
        Of the share who leave: the least one that an A/B is to find.

    Raises
    ------
    ExperimentRefused
        Saying what is in the way: state, gates, files, share, length, too few customers, a collision.
    """
    require(actor, "run-experiments")
    if kind not in KINDS:
        raise ExperimentRefused(f"{kind!r} is no kind of experiment: choose {', '.join(KINDS)}.")
    if not 1 <= days <= LONGEST_DAYS:
        raise ExperimentRefused(f"{days} days cannot be: give 1 to {LONGEST_DAYS}.")
    dataset = installation.dataset()
    champion = trial_checks.champion(installation, dataset.spec.name)
    row = trial_checks.challenger(installation, dataset, version)
    if kind != "shadow":
        trial_checks.pass_gates(installation, row, champion)
    affected = trial_checks.checked(installation, dataset, who or {})
    portion = trial_checks.portion(kind, share)
    plan = (
        trial_checks.plan(installation, dataset, affected, portion, least_difference) if kind == "ab" else {}
    )
    card = installation.load_scorecard(row.version, row.scorecard_sha256)
    training.score_customers(installation, dataset.spec, dataset.snapshot, row.version, card)
    now = installation.store.clock()
    entry = ExperimentRow(
        id=secrets.token_hex(4),
        spec_name=dataset.spec.name,
        kind=kind,
        version=row.version,
        against=champion.version,
        snapshot=dataset.snapshot,
        who=affected,
        what=what.strip() or WHAT[kind],
        place=PLACE if kind != "shadow" else "nowhere",
        share=portion,
        started=now,
        planned_end=now + timedelta(days=days),
        actor=actor.id,
        name=actor.name,
        plan=plan,
    )
    with installation.store.transaction() as together:
        serving = together.serving_version(entry.spec_name)
        if serving is None or serving.version != entry.against:
            raise ExperimentRefused("Another version became champion in this moment: start again.")
        for running in together.experiments(entry.spec_name, running=True):
            trial_checks.refuse_collision(entry, running)
        together.record_experiment(entry)
        log.record(
            installation,
            actor,
            "experiment",
            subject=entry.id,
            version=entry.version,
            snapshot=entry.snapshot,
            payload={
                "step": "started",
                "kind": kind,
                "against": entry.against,
                "who": affected,
                "what": entry.what,
                "place": entry.place,
                "share": portion,
                "days": days,
                "plan": plan,
            },
            transaction=together,
        )
    return entry


def planned(
    installation: Installation,
    actor: Actor,
    *,
    share: float | None = None,
    who: Mapping[str, Sequence[str]] | None = None,
    least_difference: float = LEAST_DIFFERENCE,
) -> dict[str, Any]:
    """Say how large an A/B would be, before it starts; ExperimentRefused where too few are affected.

    Gives ``champion`` and ``challenger`` (customers planned an arm), ``affected`` and ``base``, the share
    (0 to 1) of those affected who left until now.
    """
    require(actor, "run-experiments")
    dataset = installation.dataset()
    affected = trial_checks.checked(installation, dataset, who or {})
    portion = trial_checks.portion("ab", share)
    return trial_checks.plan(installation, dataset, affected, portion, least_difference)


def stop(installation: Installation, actor: Actor, experiment_id: str, outcome: str) -> ExperimentRow:
    """End an experiment and keep what came of it, in words; it is in effect at the next request.

    Raises
    ------
    NoSuchExperiment
        If there is none with this id.
    ExperimentRefused
        If it has ended, or nothing is said of what came of it.
    """
    require(actor, "run-experiments")
    row = one(installation, actor, experiment_id)
    if not outcome.strip():
        raise ExperimentRefused(
            "What came of it is not said: give a sentence, so that others find it later, such as 'No worse.'."
        )
    is_over = installation.store.clock() >= row.planned_end
    if row.ended is not None or not end(
        installation, actor, row, "finished" if is_over else "stopped", outcome.strip()
    ):
        raise ExperimentRefused(
            f"Experiment {row.id} has ended already: 'flask experiment show {row.id}' tells how."
        )
    return one(installation, actor, experiment_id)


def end(installation: Installation, actor: Actor, row: ExperimentRow, how: str, outcome: str) -> bool:
    """End an experiment, with its entry in the log; False where somebody else just did."""
    with installation.store.transaction() as together:
        if not together.end_experiment(row.id, actor=actor.id, how=how, outcome=outcome):
            return False
        log.record(
            installation,
            actor,
            "experiment",
            subject=row.id,
            version=row.version,
            snapshot=row.snapshot,
            payload={"step": how, "kind": row.kind, "against": row.against, "outcome": outcome},
            transaction=together,
        )
    return True


def one(installation: Installation, actor: Actor, experiment_id: str) -> ExperimentRow:
    """Give an experiment; NoSuchExperiment where there is none."""
    require(actor, "see-experiments")
    row = installation.store.experiment(experiment_id)
    if row is None:
        raise NoSuchExperiment(
            f"There is no experiment {experiment_id!r}: 'flask experiment list' names those there are."
        )
    return row


def listing(
    installation: Installation, actor: Actor, search: str = "", *, running: bool = False
) -> list[ExperimentRow]:
    """Give experiments of every spec, latest first: those in which each word of ``search`` occurs."""
    require(actor, "see-experiments")
    words = search.casefold().split()
    return [
        row
        for row in installation.store.experiments(running=running)
        if all(word in _text(row) for word in words)
    ]


def _text(row: ExperimentRow) -> str:
    parts = (
        row.id,
        row.spec_name,
        row.kind,
        row.version,
        row.what,
        row.place,
        row.name,
        row.how,
        row.outcome,
    )
    levels = (f"{column} {' '.join(levels)}" for column, levels in row.who.items())
    return " ".join([*(part or "running" for part in parts), *levels]).casefold()
