"""Tables that training can make nothing of, and columns that must do no harm, from the file to the report."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import models.cross_validation
import models.training
from config.settings import Settings
from data.checks import LoadRefused
from models.training_table import TrainingError
from services import datasets, gates, training
from services.installation import Installation
from services.roles import SYSTEM

ROWS = 600
SPEC = """
name: awkward
title: Awkward
id: customer_id
outcome: {column: churned, positive: "Yes"}
protected: [gender]
features:
  - {column: calls, label: Calls, kind: numeric}
  - {column: street, label: Street, kind: categorical}
  - {column: constant, label: Constant, kind: numeric}
  - {column: empty, label: Empty, kind: numeric}
  - {column: blank, label: Blank, kind: categorical}
"""


def awkward() -> pd.DataFrame:
    """Make customers who leave by their calls, with columns that tell nothing, too much or too finely."""
    random = np.random.default_rng(5)
    calls = random.integers(0, 9, ROWS).astype(object)
    left = random.random(ROWS) < 1 / (1 + np.exp(3 - 0.7 * calls.astype(float)))
    calls[:5] = ["", "NaN", "", "", ""]
    return pd.DataFrame(
        {
            "customer_id": [f"K{n:04d}" for n in range(ROWS)],
            "calls": calls,
            "street": [f"Street {n % 500}" for n in range(ROWS)],
            "constant": 7,
            "empty": "",
            "blank": "",
            "gender": "female",
            "churned": np.where(left, "Yes", "No"),
        }
    )


@pytest.fixture(scope="module", autouse=True)
def few_fits():
    """Fit little: these tests are not about quality."""
    few = pytest.MonkeyPatch()
    for name, value in {"SEEDS": 1, "FOLDS": 2, "BAGS": 2}.items():
        few.setattr(models.cross_validation, name, value)
    few.setattr(models.training, "PAIRS_TRIED", (0,))
    few.delenv("DATABASE_URL", raising=False)
    yield
    few.undo()


def loaded(folder, frame: pd.DataFrame, spec: str | None = SPEC) -> Installation:
    installation = Installation(Settings(var=folder / "var"))
    installation.store.migrate()
    frame.to_csv(folder / "awkward.csv", index=False)
    if spec is not None:
        (folder / "awkward.yaml").write_text(spec)
    path = None if spec is None else str(folder / "awkward.yaml")
    datasets.load(installation, SYSTEM, folder / "awkward.csv", spec=path)
    return installation


def report_of(installation: Installation) -> dict:
    row = installation.store.versions()[0]
    return json.loads(json.dumps(installation.shelf.report(row.version, row.report_sha256)))


@pytest.fixture(scope="module")
def report(tmp_path_factory, few_fits):
    installation = loaded(tmp_path_factory.mktemp("awkward"), awkward())
    training.train(installation, SYSTEM)
    return report_of(installation)


def test_constant_and_empty_columns_do_no_harm_and_are_named(report):
    assert report["data"]["silent"] == ["constant", "empty", "blank"]
    assert report["quality"]["roc_auc"]["value"] > 0.6


def test_five_hundred_levels_are_learned_from(report):
    [street] = [one for one in report["explanation"]["shapes"] if one["columns"] == ["street"]]
    assert len(street["bins"]) == 502  # with what is missing and what was never seen


def test_a_protected_column_with_one_value_is_said_to_be_one_group(report):
    [gender] = report["fairness"]["attributes"]
    assert gender["state"] == "one group only"
    judged = {one.name: one for one in gates.judge(report, gates.load_gates())}
    assert judged["leavers found in every group"].shown == "not measured"
    assert not judged["leavers found in every group"].blocks


def test_blank_and_nan_are_missing_and_not_refused(report):
    [calls] = [one for one in report["explanation"]["shapes"] if one["columns"] == ["calls"]]
    assert calls["bins"][0]["count"] == 5


def test_infinity_is_refused_row_by_row_and_the_rest_is_learned_from(tmp_path):
    frame = awkward()
    frame.loc[10:19, "calls"] = ["inf", "-inf"] * 5
    installation = loaded(tmp_path, frame)
    [listed] = datasets.listing(installation)
    assert (listed["rows"], listed["refused"]) == (ROWS - 10, 10)
    training.train(installation, SYSTEM)
    assert report_of(installation)["robustness"]["summary"]["answers_hold"] is True


def test_a_perfect_leak_is_left_out_and_named(tmp_path):
    frame = awkward().drop(columns=["constant", "empty", "blank", "street"])
    frame["reason_code"] = np.where(frame["churned"] == "Yes", "moved away", "")
    installation = loaded(tmp_path, frame, spec=None)
    training.train(installation, SYSTEM)
    data = report_of(installation)["data"]
    assert "reason_code" not in data["features"]
    assert {one["column"]: one["reason"] for one in data["left_out"]}["reason_code"]


@pytest.mark.parametrize(("outcome", "said"), [("No", "never holds 'Yes'"), ("Yes", "in every row")])
def test_customers_with_one_outcome_only_are_refused_at_the_door(tmp_path, outcome, said):
    with pytest.raises(LoadRefused, match=f"{said}.*nothing was changed"):
        loaded(tmp_path, awkward().assign(churned=outcome))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(
            lambda f: f.groupby("churned").head(1),
            "at least 10 of each .* load a larger file",
            id="two customers",
        ),
        pytest.param(
            lambda f: f.assign(calls=1, street="one"), "No feature tells customers apart", id="all constant"
        ),
    ],
)
def test_what_cannot_be_learned_from_is_refused_and_leaves_nothing(tmp_path, spoil, said):
    installation = loaded(tmp_path, spoil(awkward()))
    before = len(list(installation.store.entries()))
    with pytest.raises(TrainingError, match=said):
        training.train(installation, SYSTEM)
    assert installation.store.versions() == []
    assert len(list(installation.store.entries())) == before
    assert not list((tmp_path / "var" / "models").glob("*"))
