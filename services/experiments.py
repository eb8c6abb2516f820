"""The register of experiments: who is affected, what about them, where, how long, and what came of it.

A version is tried on people only by way of this register. Two experiments that touch the same people do
not run at once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import ExperimentRow, VersionRow
from data.warehouse import Filters
from models.sample_size import planned_n
from services import gates, log, training
from services.installation import Dataset
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

KINDS = ("shadow", "canary", "ab")
PLACE = "the page of one customer"

WHAT = {
    "shadow": "They are scored by the version tried as well; the scores are logged and shown to nobody.",
    "canary": "A share of them is scored by the version tried, marked as a trial.",
    "ab": "Half of them are scored by the version tried, and who leaves is counted in both halves.",
}

LONGEST_DAYS = 365
LARGEST_CANARY = 0.5
LEAST_DIFFERENCE = 0.05


class ExperimentRefused(ValueError):
    """An experiment that cannot start; the message says why and how to mend it."""


class Colliding(ExperimentRefused):
    """Another experiment runs on some of the same people; wait for its end, or choose others."""


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
    champion = _champion(installation, dataset.spec.name)
    row = _challenger(installation, dataset, version)
    if kind != "shadow":
        _pass_gates(installation, row, champion)
    affected = _checked(installation, dataset, who or {})
    portion = _portion(kind, share)
    plan = _plan(installation, dataset, affected, portion, least_difference) if kind == "ab" else {}
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
            _refuse_collision(entry, running)
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


def arm(row: ExperimentRow, subject: str, values: Mapping[str, Any], now: datetime) -> str | None:
    """Say which version answers for a subject: ``challenger`` or ``champion``; None for who is not affected.

    The same subject is always in the same arm of an experiment, in every worker and on every machine.

    Parameters
    ----------
    values : mapping
        The subject's row.
    """
    if row.ended is not None or row.kind == "shadow" or not row.started <= now < row.planned_end:
        return None
    if not is_affected(row, values):
        return None
    return "challenger" if place(row.id, subject) < row.share else "champion"


def is_affected(row: ExperimentRow, values: Mapping[str, Any]) -> bool:
    """Say whether a subject's values are among those an experiment is about."""
    return all(values.get(column) in levels for column, levels in row.who.items())


def place(experiment_id: str, subject: str) -> float:
    """Give a subject's place in an experiment, from 0 to under 1: by SHA-256, evenly, and never another."""
    digest = hashlib.sha256(f"{experiment_id}:{subject}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def _champion(installation: Installation, spec_name: str) -> VersionRow:
    serving = installation.store.serving_version(spec_name)
    if serving is None or serving.state != "champion":
        raise ExperimentRefused(
            "Nothing is signed yet, so there is no champion to try a version against: sign one first."
        )
    return serving


def _challenger(installation: Installation, dataset: Dataset, version: str) -> VersionRow:
    rows = installation.store.versions(dataset.spec.name)
    found = [row for row in rows if len(version) >= 8 and row.version.startswith(version)]
    if len(found) != 1:
        raise ExperimentRefused(
            f"There is no version {version[:16]!r} of this data: 'flask model list' names those there are."
        )
    [row] = found
    if row.state != "challenger":
        raise ExperimentRefused(
            f"Version {row.version[:8]} is {row.state}, and only a challenger is tried: train one, or choose "
            "another with 'flask model list'."
        )
    try:
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
    except ArtifactError as fault:
        raise ExperimentRefused(str(fault)) from fault
    known = {feature.column for feature in dataset.spec.features}
    if missing := [column for column in card.columns if column not in known]:
        raise ExperimentRefused(
            f"Version {row.version[:8]} reads {', '.join(missing)}, which the current data do not have: "
            "train again with `flask model train`."
        )
    return row


def _pass_gates(installation: Installation, row: VersionRow, champion: VersionRow) -> None:
    """Pass where no gate blocks: nobody is shown scores of a version that could not be signed."""
    if row.report_sha256 is None:
        raise ExperimentRefused(
            f"Version {row.version[:8]} has no report, so nobody knows how good it is: try it as a shadow, "
            "or train again."
        )
    try:
        report = installation.shelf.report(row.version, row.report_sha256)
    except ArtifactError as fault:
        raise ExperimentRefused(str(fault)) from fault
    before = None
    if champion.report_sha256 is not None:
        try:
            before = installation.shelf.report(champion.version, champion.report_sha256)
        except ArtifactError:
            before = None  # the gates that compare are left out, as for the first champion
    red = [one.words for one in gates.judge(report, gates.load_gates(), before) if one.blocks]
    if red:
        raise ExperimentRefused(
            f"Version {row.version[:8]} does not pass: {'; '.join(red)}. Try it as a shadow, or mend it."
        )


def _checked(
    installation: Installation, dataset: Dataset, who: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Let pass who is affected: levels that there are, of segments."""
    spec, found = dataset.spec, {}
    for column, levels in who.items():
        if column not in spec.segments:
            raise ExperimentRefused(
                f"{column!r} is no segment, so nobody is chosen by it: "
                f"use {', '.join(spec.segments) or 'none'}."
            )
        known = installation.warehouse.levels(dataset.snapshot, column)
        if not levels or set(levels) - set(known):
            raise ExperimentRefused(
                f"{column} has no level {', '.join(sorted(set(levels) - set(known))) or '(none named)'}: "
                f"choose among {', '.join(known)}."
            )
        found[column] = sorted(set(levels))
    return found


def _portion(kind: str, share: float | None) -> float:
    if kind == "shadow":
        return 1.0
    portion = {"canary": 0.1, "ab": 0.5}[kind] if share is None else share
    if not 0 < portion <= LARGEST_CANARY:
        raise ExperimentRefused(
            f"A share of {portion:g} cannot be: give one above 0 and at most {LARGEST_CANARY:g}."
        )
    return portion


def _plan(
    installation: Installation,
    dataset: Dataset,
    who: Mapping[str, Sequence[str]],
    share: float,
    least_difference: float,
) -> dict[str, Any]:
    """Plan the arms of an A/B: how many it takes, and that there are as many."""
    found = installation.warehouse.headline(dataset.snapshot, Filters(dict(who)), None)
    if found.churn_share is None:
        raise ExperimentRefused("Nobody's outcome is known, so the size of an A/B cannot be planned.")
    try:
        plan = planned_n(found.churn_share, -abs(least_difference), share=share)
    except ValueError as fault:
        raise ExperimentRefused(
            f"{least_difference:g} cannot be found: {found.churn_share:.1%} leave now. {fault}"
        ) from fault
    there = int(found.customers)
    if there * share < plan.challenger or there * (1 - share) < plan.champion:
        raise ExperimentRefused(
            f"To find a difference of {abs(least_difference) * 100:.1f} points it takes {plan.total:,} "
            f"customers ({plan.challenger:,} of them with the version tried), but {there:,} are affected: "
            "choose more of them or a greater difference, or try a canary."
        )
    return asdict(plan) | {
        "base": found.churn_share,
        "least_difference": abs(least_difference),
        "level": 0.05,
        "power": 0.8,
        "affected": there,
    }


def _refuse_collision(entry: ExperimentRow, running: ExperimentRow) -> None:
    """Refuse what touches the same people as one that runs, or doubles a shadow."""
    shadows = (entry.kind == "shadow") + (running.kind == "shadow")
    if shadows == 1 or (shadows == 2 and entry.version != running.version):
        return
    if not all(
        set(levels) & set(running.who[column])
        for column, levels in entry.who.items()
        if column in running.who
    ):
        return
    raise Colliding(
        f"Experiment {running.id} ({running.kind}, by {running.name}, until {running.planned_end:%d %B %Y}) "
        f"runs on some of the same customers. Wait for its end, stop it with 'flask experiment stop "
        f"{running.id}', or choose other customers."
    )


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
