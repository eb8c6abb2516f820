"""What a training leaves behind: a version, its report under its hash, challengers on the shelf, an entry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import models.cross_validation
import models.training
from config.settings import Settings
from data.artifacts import card_name
from models.report import SECTIONS, report_sha256
from services import card, datasets, registry, revision, training
from services.installation import Installation
from services.roles import SYSTEM, Actor, NotPermitted


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Train once, with few fits: these tests are not about quality."""
    few = pytest.MonkeyPatch()
    for name, value in {"SEEDS": 1, "FOLDS": 2, "BAGS": 2}.items():
        few.setattr(models.cross_validation, name, value)
    few.setattr(models.training, "PAIRS_TRIED", (0,))
    few.delenv("DATABASE_URL", raising=False)
    folder = tmp_path_factory.mktemp("trained")
    installation = Installation(Settings(var=folder / "var"))
    installation.store.migrate()
    customers().to_csv(folder / "our customers.csv", index=False)
    datasets.load(installation, SYSTEM, folder / "our customers.csv")
    steps = []
    made = training.train(installation, Actor("u-1", "Ada", "analyst"), lambda *step: steps.append(step))
    yield installation, made, steps
    few.undo()


def customers(rows=240):
    """Make customers whose leaving depends on contract and calls, with columns that give it away."""
    random = np.random.default_rng(3)
    contract, calls = random.choice(["Monthly", "Yearly"], rows), random.integers(0, 9, rows)
    chance = 1 / (1 + np.exp(-(-2.2 + 1.8 * (contract == "Monthly") + 0.35 * calls)))
    left = random.random(rows) < chance
    return pd.DataFrame(
        {
            "customer_id": [f"K{n:04d}" for n in range(rows)],
            "contract": contract,
            "support_calls": calls,
            "cancel_code": np.where(left, "C1", ""),
            "churned": np.where(left, "Yes", "No"),
        }
    )


def test_a_training_leaves_a_version_with_its_report(trained, viewer):
    installation, made, steps = trained
    row = installation.store.versions()[0]
    assert row.version == made.version
    assert row.trained_by == "Ada"
    report = installation.shelf.report(made.version, row.report_sha256)
    assert report_sha256(report) == row.report_sha256
    assert set(report) == {"format", *SECTIONS}
    assert report["quality"]["rows"] == 48  # a fifth of 240
    assert [step[0] for step in steps] == list(range(1, steps[0][1] + 1))
    with pytest.raises(NotPermitted):
        training.train(installation, viewer)


def test_the_report_names_data_left_out_columns_and_environment(trained):
    installation, made, _ = trained
    row = installation.store.versions()[0]
    report = installation.shelf.report(made.version, row.report_sha256)
    data, environment = report["data"], report["environment"]
    assert data["snapshot"] == made.snapshot == row.snapshot
    assert data["spec_hash"] == row.spec_hash
    assert data["rows"] == 240
    assert {out["column"] for out in data["left_out"]} >= {"cancel_code"}
    assert all(out["reason"] for out in data["left_out"])
    assert set(environment["libraries"]) == set(training.LIBRARIES)
    assert environment["seed"] == 0


def test_files_of_a_version_are_recorded_by_hash_and_challengers_are_kept(trained):
    installation, made, _ = trained
    row = installation.store.versions()[0]
    assert {"scorecard.json", "estimator.joblib", "gradient-boosting.joblib"} <= set(row.artifacts)
    installation.shelf.verify(made.version, row.artifacts)
    assert row.artifacts["scorecard.json"] == made.version


def test_the_log_holds_the_report_that_a_training_made(trained):
    installation, made, _ = trained
    [entry] = [one for one in installation.store.entries() if one.header.kind == "train"]
    assert entry.header.version == made.version
    assert entry.payload["report"] == installation.store.versions()[0].report_sha256


def test_a_training_keeps_the_card_of_its_report_and_says_by_which_code(trained, analyst):
    installation, made, _ = trained
    row = installation.store.versions()[0]
    name = card_name(row.report_sha256)
    assert row.report_sha256 in installation.shelf.card(made.version, name, row.artifacts[name])
    assert card.show(installation, analyst, made.version).kept_sha256 == row.artifacts[name]
    assert registry.one(installation, analyst, made.version).code == revision.current()


def test_code_outside_of_a_checkout_has_no_revision(monkeypatch, tmp_path):
    monkeypatch.setattr(revision, "ROOT", tmp_path)
    revision.current.cache_clear()
    try:
        assert revision.current() is None
    finally:
        revision.current.cache_clear()
