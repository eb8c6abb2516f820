"""Training: from the current snapshot to a version that answers as a draft."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from config.dataset import DatasetSpec
from models.scorecard import Scorecard
from services import log
from services.installation import Installation
from services.roles import Actor, require

Progress = Callable[[int, int, str], None]


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
    """
    require(actor, "train-model")
    from models.training import train as fit  # late: brings scikit-learn along

    dataset = installation.dataset()
    table = installation.warehouse.training_table(dataset.snapshot)
    trained = fit(table, dataset.spec, seed=seed, progress=progress)
    version = trained.scorecard.version
    installation.shelf.put(version, trained.scorecard.to_json(), trained.estimator)
    score_customers(installation, dataset.spec, dataset.snapshot, version, trained.scorecard)
    state = _state(installation, dataset.spec)
    auc = trained.metrics["auc"]
    with installation.store.transaction() as transaction:
        transaction.record_version(
            version=version,
            spec_name=dataset.spec.name,
            spec_hash=dataset.spec.hash,
            snapshot=dataset.snapshot,
            state=state,
            scorecard_sha256=version,
            metrics=trained.metrics | {"choice": trained.choice},
        )
        log.record(
            installation,
            actor,
            "train",
            subject=dataset.spec.name,
            version=version,
            snapshot=dataset.snapshot,
            payload={"rows": len(table), "seed": seed, "state": state, "auc": auc, "choice": trained.choice},
            transaction=transaction,
        )
    return TrainedVersion(
        version,
        state,
        dataset.spec.name,
        dataset.snapshot,
        len(table),
        auc["mean"],
        auc["sd"],
        int(trained.choice["pairs"]),
    )


def _state(installation: Installation, spec: DatasetSpec) -> str:
    """Decide in which state a new version begins: see :func:`train`."""
    serving = installation.store.serving_version(spec.name)
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


def score_customers(
    installation: Installation, spec: DatasetSpec, snapshot: str, version: str, scorecard: Scorecard
) -> None:
    """Score every current customer of a snapshot once, and keep the scores beside it."""
    if installation.warehouse.has_scores(snapshot, version):
        return
    table = installation.warehouse.current_table(snapshot)
    log_odds = scorecard.log_odds(table)
    low, high = scorecard.interval(table)
    probability = scorecard.probability(table)
    revenue = table[spec.revenue] if spec.revenue else pd.Series(float("nan"), index=table.index)
    value = table[spec.value] if spec.value else revenue * installation.settings.value_months
    installation.warehouse.write_scores(
        snapshot,
        version,
        pd.DataFrame(
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
        ),
    )
