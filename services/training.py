"""Training: from the current snapshot to a version that answers as a draft."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pandas as pd

from config.dataset import DatasetSpec
from data.store import Transaction, VersionRow
from models.report import build_report, report_sha256
from models.scorecard import Scorecard
from services import card_page, control, earlier_risk, golden, log, objections, revision, tracking
from services.control_states import BATCH
from services.installation import Dataset, Installation
from services.learning_rows import LearningRows, rows_to_learn_from
from services.objections import ObjectedMeanwhile
from services.roles import SYSTEM, Actor, require

if TYPE_CHECKING:
    from models.training import Trained

Progress = Callable[[int, int, str], None]

LIBRARIES = ("interpret-core", "scikit-learn", "fairlearn", "numpy", "pandas", "scipy")
"""What a version depends on besides its table, named in its report."""

TRIES = 3
"""So often a training begins anew because somebody objected to profiling while it ran."""

MITIGATED = "left out of this version to lower a difference between groups of people"


@dataclass(frozen=True)
class TrainedVersion:
    """What one training brought: the version, its state, and its quality."""

    version: str
    state: str
    spec_name: str
    snapshot: str
    rows: int
    auc_mean: float
    auc_sd: float
    pairs: int


def train(
    installation: Installation, actor: Actor, progress: Progress | None = None, *, seed: int = 0
) -> TrainedVersion:
    """Train on the current snapshot, keep the version, score the current customers, put it on record.

    The first version of a spec answers at once, as a draft; a later one is a challenger. When the
    spec itself changed, the new version takes the draft's place, since the old one no longer fits.

    Nothing is learned from customers who object to profiling. Where one objects while it trains, it begins
    anew without them.

    Raises
    ------
    services.objections.ObjectedMeanwhile
        If somebody objected each time; nothing is kept then.
    """
    require(actor, "train-model")
    for _ in range(TRIES - 1):
        with suppress(ObjectedMeanwhile):
            return _train_once(installation, actor, progress, seed)
    return _train_once(installation, actor, progress, seed)


def _train_once(
    installation: Installation, actor: Actor, progress: Progress | None, seed: int
) -> TrainedVersion:
    from models.training import train as fit  # late: brings scikit-learn along

    dataset, settings = installation.dataset(), installation.settings
    learned = rows_to_learn_from(installation, dataset)
    trained = fit(
        learned.table,
        dataset.spec,
        seed=seed,
        progress=progress,
        earlier=learned.earlier,
        at_risk_share=settings.at_risk_share,
        value_months=settings.value_months,
        challengers=settings.challengers,
    )
    row = keep(
        installation,
        actor,
        dataset,
        trained,
        learned,
        seed=seed,
        told={"rows": len(learned.table)},
        state=lambda together: _state(together, dataset.spec),
    )
    auc = trained.metrics["auc"]
    return TrainedVersion(
        row.version,
        row.state,
        dataset.spec.name,
        dataset.snapshot,
        len(learned.table),
        auc["mean"],
        auc["sd"],
        int(trained.choice["pairs"]),
    )


def keep(
    installation: Installation,
    actor: Actor,
    dataset: Dataset,
    trained: Trained,
    learned: LearningRows,
    *,
    seed: int,
    told: Mapping[str, Any],
    state: Callable[[Transaction], str],
    kind: str = "train",
    version: str | None = None,
) -> VersionRow:
    """Put a version on the shelf with its report, score the current customers, and put it on record.

    Parameters
    ----------
    told : mapping
        What the entry of the log, of this ``kind``, says besides.
    state : callable
        Gives the state it begins in, asked in the transaction that records it: of two trainings that end at
        once one is the first.
    version : str, optional
        Its name, where that is not its scorecard's.

    Raises
    ------
    services.objections.ObjectedMeanwhile
        If somebody objected to profiling since it learned; nothing of it is kept then.
    """
    version = version or trained.scorecard.version
    report = build_report(
        trained.report_parts,
        data=_data(dataset, trained) | {"objected": learned.left_out},
        environment=_environment(seed, trained),
    )
    seal = report_sha256(report)
    others = {challenger.name: challenger.estimator for challenger in trained.challengers}
    known = installation.store.version(version)
    objections.check_nobody_new(installation.store, dataset.spec.name, learned.without)
    artifacts = installation.shelf.put(
        version,
        trained.scorecard.to_json(),
        trained.estimator,
        report=report,
        golden=golden.known_answers(trained.scorecard),
        others=others,
        card=card_page.write(
            report, version=version, report_sha256=seal, horizon_months=dataset.spec.horizon_months
        ),
        recorded=known.artifacts if known else None,
    )
    with suppress(ScoringStopped):  # it is scored at its first answer, once batch scoring is on again
        score_customers(installation, dataset.spec, dataset.snapshot, version, trained.scorecard)
    try:
        row = _put_on_record(
            installation, actor, dataset, trained, learned, version, seal, artifacts,
            seed=seed, told=told, state=state, kind=kind,
        )  # fmt: skip
    except ObjectedMeanwhile:
        if known is None:
            installation.shelf.drop(version)  # it learned from somebody who objects
        raise
    tracking.publish(installation, actor)
    return row


def _put_on_record(
    installation: Installation,
    actor: Actor,
    dataset: Dataset,
    trained: Trained,
    learned: LearningRows,
    version: str,
    seal: str,
    artifacts: Mapping[str, str],
    *,
    seed: int,
    told: Mapping[str, Any],
    state: Callable[[Transaction], str],
    kind: str,
) -> VersionRow:
    """Record a version and its entry together, unless somebody objected since it learned."""
    with installation.store.transaction() as transaction:
        objections.check_nobody_new(transaction, dataset.spec.name, learned.without)
        row = transaction.record_version(
            version=version,
            spec_name=dataset.spec.name,
            spec_hash=dataset.spec.hash,
            snapshot=dataset.snapshot,
            state=state(transaction),
            scorecard_sha256=trained.scorecard.version,
            metrics=trained.metrics | {"choice": trained.choice},
            trained_by=actor.name,
            report_sha256=seal,
            artifacts=artifacts,
        )
        # the same version trained again may bring another report, as where a case was mended
        transaction.record_report(version, seal, artifacts)
        log.record(
            installation,
            actor,
            kind,
            subject=dataset.spec.name,
            version=version,
            snapshot=dataset.snapshot,
            payload={
                "seed": seed,
                "state": row.state,
                "auc": trained.metrics["auc"],
                "choice": trained.choice,
                "report": seal,
                "objected": learned.left_out,
                **told,
            },
            transaction=transaction,
        )
    return row


def _data(dataset: Dataset, trained: Trained) -> dict[str, Any]:
    """Say what was learned from, and which columns were left out and why."""
    spec, learned = dataset.spec, trained.scorecard.columns
    unlearned = [column for column in (feature.column for feature in spec.features) if column not in learned]
    return {
        "snapshot": dataset.snapshot,
        "spec": spec.name,
        "spec_hash": spec.hash,
        "title": spec.title,
        "synthetic": spec.synthetic,
        "rows": trained.metrics["rows"],
        "left": trained.metrics["left"],
        "features": [feature.column for feature in spec.features if feature.column in learned],
        "silent": trained.choice["silent"],
        "protected": list(spec.protected),
        "left_out": [
            *({"column": out.column, "reason": out.reason} for out in spec.left_out),
            *({"column": column, "reason": MITIGATED} for column in unlearned),
        ],
        "kept": list(spec.keep),
        "sources": [source.model_dump(mode="json") for source in spec.sources],
    }


def _environment(seed: int, trained: Trained) -> dict[str, Any]:
    """Say with which versions and settings it was trained, so that it can be trained again."""
    return {
        "code": revision.current(),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in LIBRARIES},
        "seed": seed,
        "parameters": trained.choice["parameters"],
    }


def _state(together: Transaction, spec: DatasetSpec) -> str:
    """Decide in which state a new version begins: see :func:`train`."""
    serving = together.serving_version(spec.name)
    if together.was_ever_signed(spec.name):
        return "challenger"  # only the first version answers unsigned
    if serving is None or (serving.state == "draft" and serving.spec_hash != spec.hash):
        return "draft"
    return "challenger"


def versions(installation: Installation) -> list[dict[str, Any]]:
    """List the versions of every spec, newest first, as plain values."""
    return [
        {
            "version": row.version,
            "spec": row.spec_name,
            "state": row.state,
            "snapshot": row.snapshot,
            "created": row.created.isoformat(),
            "auc": row.metrics.get("auc"),
        }
        for row in installation.store.versions()
    ]


class ScoringStopped(ValueError):
    """Batch scoring is stopped in the control room; the message says by whom, and nothing was scored."""


def score_customers(
    installation: Installation, spec: DatasetSpec, snapshot: str, version: str, scorecard: Scorecard
) -> None:
    """Score every current customer of a snapshot once, and keep the scores beside it; the month before too.

    Nobody who objects to profiling is scored, even who objects while this runs; who takes that back is scored
    when this is called the next time.

    Raises
    ------
    ScoringStopped
        If the scores are not kept already, and batch scoring is stopped.
    """
    if installation.warehouse.is_scored(snapshot, version):
        return
    table = installation.warehouse.unscored_table(snapshot, version)
    installation.warehouse.write_scores(
        snapshot, version, scores(installation, spec, table, version, scorecard)
    )
    earlier_risk.keep(installation, snapshot, version, scorecard)


def scores(
    installation: Installation, spec: DatasetSpec, table: pd.DataFrame, version: str, scorecard: Scorecard
) -> pd.DataFrame:
    """Score customers by batch, a row each; ScoringStopped where the control room has stopped that."""
    passage = control.passes(installation, SYSTEM, BATCH)
    if passage.state in ("paused", "off") or version in passage.suspects:
        raise ScoringStopped(f"These customers have no scores by version {version[:8]}. {passage.why}")
    log_odds = scorecard.log_odds(table)
    low, high = scorecard.interval(table)
    probability = scorecard.probability(table)
    revenue = table[spec.revenue] if spec.revenue else pd.Series(float("nan"), index=table.index)
    value = table[spec.value] if spec.value else revenue * installation.settings.value_months
    return pd.DataFrame(
        {
            "key": table[spec.id],
            "log_odds": log_odds,
            "probability": probability,
            "low": low,
            "high": high,
            "expected_loss": probability * value.to_numpy(),
            "monthly_revenue": revenue.to_numpy(),
            "active": table["_active"],
        }
    )
