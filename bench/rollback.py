"""Rollback to effect: from the decision to the first answer of the version gone back to, in every worker."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from pathlib import Path

from bench.asking import Line, asking, wait_for
from bench.measure import Measure, percentile
from bench.serving import served
from config.settings import Settings
from data.store import VersionRow
from models.scorecard import Scorecard
from services import signing, training
from services.installation import Installation
from services.roles import Actor

ROUNDS = 20
BAR_SECONDS = 1.0
BESIDE = 2.0**-6
"""How far the second version's scores lie from the first's, in log-odds: near enough to be let in at once."""

PERSON = Actor("bench", "Benchmark", "manager")


def measures() -> list[Measure]:
    """Serve the demo with two workers, let four clients ask, promote and go back again and again."""
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as own:
        folder = Path(own) / "var"
        if named := os.environ.get("KEEPSIGHT_BENCH_VAR"):
            shutil.copytree(named, folder)  # a copy: what is signed here is none of the other benchmarks'
        with served(var=folder) as app:
            installation = Installation(Settings(var=folder, database_url=None))
            first, second = two_versions(installation)
            with asking(app, customer(installation)) as lines:
                rounds = [_go_back(installation, first, second, lines) for _ in range(ROUNDS)]
            wrong = sum(one.status != 200 for line in lines for one in line.told)
            wrong += sum(line.fault is not None for line in lines)
    worst = percentile([effect for effect, _ in rounds], 0.95)
    decided = percentile([taken for _, taken in rounds], 0.95)
    note = (
        f"{ROUNDS} rollbacks, {len(lines)} clients asking what-if on {len({x.worker for x in lines})} workers"
    )
    return [
        Measure("rollback to effect in every worker, p95", worst, "s", "at most", BAR_SECONDS, note),
        Measure("rollback: the decision itself, p95", decided, "s", "at most", None, note),
        Measure("rollback: answers that failed meanwhile", wrong, "answers", "at most", 0, note),
    ]


def customer(installation: Installation) -> str:
    """Give the key of a customer to ask about."""
    dataset = installation.dataset()
    table = installation.warehouse.current_table(dataset.snapshot, [dataset.spec.id])
    return str(table[dataset.spec.id].iloc[0])


def two_versions(installation: Installation) -> tuple[str, str]:
    """Make the version in use the champion, and one beside it that scores almost alike."""
    in_use = installation.in_use()
    row = installation.store.version(str(in_use.version))
    assert row is not None
    second = _beside(installation, row)
    installation.store.promote(row.version, actor=PERSON.id, began="sign-off", reason="")
    return row.version, second


def _beside(installation: Installation, row: VersionRow) -> str:
    plain = json.loads(installation.shelf.scorecard(row.version, row.scorecard_sha256))
    plain["intercept"] += BESIDE
    plain["bag_intercepts"] = [one + BESIDE for one in plain["bag_intercepts"]]
    card = Scorecard.from_json(json.dumps(plain))
    dataset = installation.dataset()
    artifacts = installation.shelf.put(card.version, card.to_json(), "no estimator")
    training.score_customers(installation, dataset.spec, dataset.snapshot, card.version, card)
    installation.store.record_version(
        version=card.version, spec_name=row.spec_name, spec_hash=row.spec_hash, snapshot=row.snapshot,
        state="challenger", scorecard_sha256=card.version, metrics={}, artifacts=artifacts,
    )  # fmt: skip
    return card.version


def _go_back(installation: Installation, first: str, second: str, lines: list[Line]) -> tuple[float, float]:
    """Promote and go back; give the seconds to the last worker's first answer, and to the decision alone."""
    installation.store.promote(second, actor=PERSON.id, began="sign-off", reason="")
    wait_for(second, lines, time.monotonic())
    began = time.monotonic()
    signing.rollback(installation, PERSON, "to be measured")
    decided = time.monotonic()
    return wait_for(first, lines, began) - began, decided - began
