"""A town of 400 active customers, with a champion and challengers near it and far from it."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec, parse_spec
from config.settings import Settings
from models.scorecard import Scorecard
from services import training
from services.installation import Installation
from services.roles import Actor
from tests.services.reviewed import answer_all

MAX = Actor("u-max", "Max", "manager")
ADA = Actor("u-ada", "Ada", "analyst")
VERA = Actor("u-vera", "Vera", "viewer")

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
EVENING = datetime(2026, 3, 4, 20, 0, tzinfo=UTC)

SPEC = """
name: trials
title: Trials
id: key
outcome: {column: left, positive: "Yes"}
revenue: price
region: area
segments: [contract]
features:
  - {column: contract, label: Contract, kind: categorical, role: lever, levels: [Month to month, One year]}
  - {column: price, label: Monthly price, kind: numeric, unit: EUR}
  - {column: area, label: Area, kind: categorical}
"""

# A report that passes every gate that must be measured
REPORT = {
    "quality": {
        "roc_auc": {"value": 0.85, "low": 0.8, "high": 0.9},
        "lift_at_10": {"value": 3.0, "low": 2.5, "high": 3.5},
        "calibration_error": {"value": 0.02, "low": 0.01, "high": 0.03},
        "train_test_gap": 0.01,
    },
    "cases": {"results": [{"name": "Dearer is riskier", "kind": "direction", "passed": True}]},
    "robustness": {"summary": {"noise_list_kept": 0.9, "missing_score_change": 0.1, "answers_hold": True}},
}


def customers(rows: int = 450) -> pd.DataFrame:
    """Make customers of whom every ninth has left."""
    random = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "key": [f"K{n:03d}" for n in range(rows)],
            "contract": random.choice(["Month to month", "One year"], rows),
            "price": random.uniform(0, 100, rows).round(2),
            "area": random.choice(["North", "South"], rows),
            "left": ["Yes" if n % 9 == 0 else "No" for n in range(rows)],
        }
    )


def card(spec: DatasetSpec, slope: float, intercept: float = -1.0) -> Scorecard:
    """Make a model of the price alone: ``slope`` is log-odds a EUR away from 50."""
    term = {
        "type": "linear", "feature": 0, "slope": slope, "centre": 50.0, "missing": 0.0, "limit": 100.0,
        "bags": [{"slope": slope, "missing": 0.0}, {"slope": slope, "missing": 0.0}],
    }  # fmt: skip
    feature = {
        "column": "price", "kind": "numeric", "minimum": 0.0, "maximum": 100.0, "edges": [],
        "counts": [0, 450],
    }  # fmt: skip
    return Scorecard.from_json(
        json.dumps(
            {
                "format": 1, "spec": spec.hash, "intercept": intercept, "bag_intercepts": [intercept] * 2,
                "spread": 2.0, "features": [feature], "terms": [term],
            }
        )
    )  # fmt: skip


@cache
def _template() -> tuple[TemporaryDirectory, dict[str, str]]:
    """Settle once and copy: tables and snapshots take longer than most tests."""
    folder = TemporaryDirectory(prefix="keepsight-trials-")
    installation = Installation(Settings(var=Path(folder.name), database_url=None))
    installation.store.migrate()
    installation.store.clock = lambda: NOON
    spec = parse_spec(SPEC)
    nothing = pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = installation.warehouse.write_snapshot(
        customers()[list(spec.columns)], spec, source="a test", refused=nothing, report={}, parent=None,
        created=NOON,
    )  # fmt: skip
    installation.store.record_snapshot(snapshot)
    installation.store.set_current_spec(spec.name)
    cards = {
        "base": card(spec, 0.03125),
        "near": card(spec, 0.03125, -0.984375),
        "higher": card(spec, 0.03125, 1.0),
        "reversed": card(spec, -0.03125),
    }
    for name, model in cards.items():
        installation.shelf.put(model.version, model.to_json(), "no estimator", report=REPORT)
        training.score_customers(installation, spec, snapshot.id, model.version, model)
        installation.store.record_version(
            version=model.version, spec_name=spec.name, spec_hash=spec.hash, snapshot=snapshot.id,
            state="draft" if name == "base" else "challenger", scorecard_sha256=model.version, metrics={},
            report_sha256=installation.shelf.put_report(model.version, REPORT),
        )  # fmt: skip
        answer_all(installation, model.version)
    installation.store.dispose()
    return folder, {name: model.version for name, model in cards.items()}


def settle(folder, now: datetime = NOON, **settings) -> tuple[Installation, dict[str, str]]:
    """Give an installation with the customers loaded, and the versions by name.

    ``base`` is a draft; ``near`` scores almost alike, ``higher`` everybody higher in the same order,
    ``reversed`` in the opposite order.
    """
    template, named = _template()
    shutil.copytree(template.name, folder / "var")
    installation = Installation(Settings(var=folder / "var", database_url=None, **settings))
    installation.store.clock = lambda: now
    return installation, named


def load(installation: Installation, frame: pd.DataFrame, parent: str | None = None) -> str:
    """Load other customers, as of now by the installation's clock; give their snapshot."""
    spec, nothing = parse_spec(SPEC), pd.DataFrame({"row": [], "column": [], "value": [], "reason": []})
    snapshot = installation.warehouse.write_snapshot(
        frame[list(spec.columns)], spec, source="a test", refused=nothing, report={}, parent=parent,
        created=installation.store.clock(),
    )  # fmt: skip
    installation.store.record_snapshot(snapshot)
    serving = installation.store.serving_version(spec.name)
    if serving is not None:
        model = installation.load_scorecard(serving.version, serving.scorecard_sha256)
        training.score_customers(installation, spec, snapshot.id, serving.version, model)
    return snapshot.id


def hashes(installation: Installation, version: str) -> dict[str, str]:
    """Give the SHA-256 of each file of a version but its reports, as they lie on the shelf."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (installation.shelf.folder / version).iterdir()
        if not path.name.startswith("report-")
    }


def settle_signed(folder, now: datetime = NOON, **settings) -> tuple[Installation, dict[str, str]]:
    """Do the same, and let ``base`` be the champion."""
    installation, named = settle(folder, now, **settings)
    installation.store.promote(named["base"], actor=MAX.id, began="sign-off", reason="")
    return installation, named
