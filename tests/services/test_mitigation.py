"""Mitigations on record: a version each, compared, chosen by a manager, told in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import models.cross_validation
import models.training
from config.settings import Settings
from services import customers, datasets, log, mitigation, signing, training, what_if
from services.installation import Installation
from services.mitigation import MitigationError
from services.roles import SYSTEM, Actor, NotPermitted
from services.signing import SignOffRefused

MAX = Actor("u-max", "Max", "manager")
ADA = Actor("u-ada", "Ada", "analyst")

SPEC = """
name: town
title: Town
id: key
outcome: {column: left, positive: "Yes"}
revenue: price
currency: EUR
segments: [street]
protected: [area, single]
features:
  - {column: calls, label: Calls, kind: numeric}
  - {column: street, label: Street, kind: categorical, role: lever, levels: [long, short]}
"""


def people(rows: int = 700) -> pd.DataFrame:
    """Make people who leave more often in the north, where nine in ten live in a long street."""
    random = np.random.default_rng(5)
    north = random.random(rows) < 0.5
    long = random.random(rows) < np.where(north, 0.9, 0.1)
    calls = random.normal(size=rows).round(3)
    left = random.random(rows) < 1 / (1 + np.exp(-(-1.5 + 1.2 * calls + 1.5 * north)))
    return pd.DataFrame(
        {
            "key": [f"K{n:04d}" for n in range(rows)],
            "area": np.where(north, "north", "south"),
            "single": "all alike",
            "street": np.where(long, "long", "short"),
            "calls": calls,
            "price": random.uniform(10, 90, rows).round(2),
            "left": np.where(left, "Yes", "No"),
        }
    )


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Train once and try two mitigations, with few fits; tests below add to it and change nothing."""
    few = pytest.MonkeyPatch()
    for name, value in {"SEEDS": 1, "FOLDS": 2, "BAGS": 2}.items():
        few.setattr(models.cross_validation, name, value)
    few.setattr(models.training, "PAIRS_TRIED", (0,))
    few.delenv("DATABASE_URL", raising=False)
    folder = tmp_path_factory.mktemp("mitigated")
    installation = Installation(Settings(var=folder / "var"))
    installation.store.migrate()
    (folder / "town.yaml").write_text(SPEC, encoding="utf-8")
    people().to_csv(folder / "people.csv", index=False)
    datasets.load(installation, SYSTEM, folder / "people.csv", spec=str(folder / "town.yaml"))
    base = training.train(installation, ADA, lambda *_: None)
    yield installation, base.version
    few.undo()


@pytest.fixture(scope="module")
def reweighed(town):
    installation, _ = town
    return mitigation.try_out(installation, ADA, "reweight", "area")


@pytest.fixture(scope="module")
def lines(town):
    installation, _ = town
    return mitigation.try_out(_with_lines(installation), ADA, "lines", "area")


def _with_lines(installation: Installation) -> Installation:
    """Give the same installation where lines by group may be tried."""
    return Installation(installation.settings.model_copy(update={"lines_by_group": True}))


def test_a_mitigation_tried_is_a_challenger_with_its_report_and_entry(town, reweighed):
    installation, base = town
    row = installation.store.version(reweighed.version)
    assert (row.state, row.trained_by, row.scorecard_sha256) == ("challenger", "Ada", reweighed.version)
    report = installation.shelf.report(row.version, row.report_sha256)
    assert report["mitigation"]["base"] == base != reweighed.version
    assert report["mitigation"]["effect"] == reweighed.section["effect"]
    assert installation.warehouse.has_scores(row.snapshot, row.version)
    [entry] = log.page(installation, MAX, log.EntryFilter(kinds=("mitigation",), version=row.version)).entries
    assert entry.text.startswith(f"Ada tried reweighing for Area on version {base[:8]}, which gave version ")
    assert "The difference went from" in entry.text and "ROC AUC" in entry.text
    assert installation.store.serving_version("town").version == base


def test_before_is_what_the_report_of_the_version_says(town, reweighed):
    installation, base = town
    row = installation.store.version(base)
    report = installation.shelf.report(base, row.report_sha256)
    [area] = [one for one in report["fairness"]["attributes"] if one["columns"] == ["area"]]
    changed = reweighed.section["fairness"]["statistical_parity_difference"]
    assert changed["before"]["value"] == pytest.approx(area["statistical_parity_difference"]["value"])
    assert reweighed.section["quality"]["roc_auc"]["before"] == report["quality"]["roc_auc"]
    assert reweighed.section["quality"]["log_loss"]["before"] == report["quality"]["log_loss"]


def test_lines_are_a_version_of_the_same_scorecard_that_nobody_can_sign(town, lines):
    installation, base = town
    row = installation.store.version(lines.version)
    assert row.scorecard_sha256 == base != row.version
    assert not lines.can_serve
    report = installation.shelf.report(row.version, row.report_sha256)
    assert [one["group"] for one in report["mitigation"]["lines"]] == ["north", "south"]
    assert "counsel" in report["mitigation"]["caution"]
    assert "no list follows yet" in signing.review(installation, MAX, lines.version).why_not
    with pytest.raises(SignOffRefused, match="no list follows yet"):
        signing.sign(installation, MAX, lines.version, row.report_sha256, "It seems fair to me.")


def test_lines_wait_until_somebody_set_that_they_may_be_tried(town):
    installation, _ = town
    with pytest.raises(MitigationError, match="Ask counsel first"):
        mitigation.try_out(installation, ADA, "lines", "area")


def test_what_was_tried_stands_beside_the_version_it_was_tried_on(town, reweighed, lines):
    installation, base = town
    for asked in (None, base, reweighed.version[:8], lines.version):
        found = mitigation.compare(installation, ADA, asked)
        assert found.base == base
        assert {reweighed.version, lines.version} <= {one.version for one in found.tried}
    assert found.columns == (("area", "Area"), ("single", "Single"))
    assert not found.may_choose and mitigation.compare(installation, MAX).may_choose


def test_a_choice_is_put_on_record_with_its_reason_and_told(town, reweighed, lines):
    installation, base = town
    made = mitigation.choose(installation, MAX, reweighed.version[:8], "Two leavers are worth it.")
    assert (made.base, made.version, made.by, made.kept) == (base, reweighed.version, "Max", False)
    assert mitigation.compare(installation, ADA).choice == made
    [entry, *_] = log.page(installation, MAX, log.EntryFilter(kinds=("mitigation-choice",))).entries
    assert entry.text.startswith(f"Max chose version {reweighed.version[:8]}, reweighing for Area of ")
    assert entry.text.endswith(f"instead of version {base[:8]}, because: Two leavers are worth it.")
    assert installation.store.version(reweighed.version).state == "challenger"

    kept = mitigation.choose(installation, MAX, base, "The difference is chance.")
    assert kept.kept and mitigation.compare(installation, ADA).choice == kept
    [entry, *_] = log.page(installation, MAX, log.EntryFilter(kinds=("mitigation-choice",))).entries
    assert f"Max kept version {base[:8]} as it is" in entry.text
    assert entry.text.endswith("because: The difference is chance.")


def _state(installation: Installation) -> tuple:
    shelf = sorted(path.name for path in installation.shelf.folder.iterdir())
    return installation.store.head(), [row.version for row in installation.store.versions()], shelf


@pytest.mark.parametrize(
    ("ask", "fault", "remedy"),
    [
        pytest.param(("reweight", "no such"), MitigationError, "take area, single", id="no column"),
        pytest.param(("reweight", "calls"), MitigationError, "no protected column", id="not protected"),
        pytest.param(("reweight", "single"), MitigationError, "Everybody has the same", id="one value"),
        pytest.param(("wish", "area"), MitigationError, "take one of", id="no way"),
        pytest.param(("constrain", "area", "opportunity"), MitigationError, "odds or parity", id="no aim"),
        pytest.param(("leave-out", "area"), MitigationError, "is no feature of the model", id="no feature"),
    ],
)
def test_what_cannot_be_tried_changes_nothing(town, ask, fault, remedy):
    installation, _ = town
    before = _state(installation)
    kind, column, *aim = ask
    with pytest.raises(fault, match=remedy):
        mitigation.try_out(installation, ADA, kind, column, aim=aim[0] if aim else None)
    assert _state(installation) == before


def test_a_mitigation_is_not_tried_on_a_mitigation_nor_on_no_version(town, reweighed):
    installation, base = town
    with pytest.raises(MitigationError, match=f"mitigation of version {base[:8]}"):
        mitigation.try_out(installation, ADA, "reweight", "area", version=reweighed.version)
    with pytest.raises(LookupError, match="flask model list"):
        mitigation.try_out(installation, ADA, "reweight", "area", version="0" * 64)


def test_roles_are_asked_first(town, reweighed, viewer):
    installation, _ = town
    before = _state(installation)
    with pytest.raises(NotPermitted):
        mitigation.try_out(installation, MAX, "reweight", "area")
    with pytest.raises(NotPermitted):
        mitigation.compare(installation, viewer)
    with pytest.raises(NotPermitted):
        mitigation.choose(installation, ADA, reweighed.version, "Why not?")
    assert _state(installation) == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001])
def test_a_choice_without_a_reason_is_refused(town, reweighed, reason):
    installation, _ = town
    before = _state(installation)
    with pytest.raises(MitigationError, match="Write a sentence"):
        mitigation.choose(installation, MAX, reweighed.version, reason)
    assert _state(installation) == before


def test_only_what_was_tried_on_a_version_can_be_chosen_of_it(town, reweighed):
    installation, base = town
    fresh = training.train(installation, ADA, lambda *_: None, seed=3)
    with pytest.raises(MitigationError, match="Nothing was tried on version"):
        mitigation.choose(installation, MAX, fresh.version, "I like it.")
    with pytest.raises(MitigationError, match=f"choose one of {base[:8]}"):
        mitigation.choose(installation, MAX, fresh.version, "I like it.", base=base)


def test_a_version_without_a_column_answers_where_the_column_is_in_the_data(town):
    installation, _ = town
    made = mitigation.try_out(installation, ADA, "leave-out", "area", proxies=1)
    row = installation.store.version(made.version)
    data = installation.shelf.report(row.version, row.report_sha256)["data"]
    assert data["features"] == ["calls"]
    assert [out["column"] for out in data["left_out"]] == ["street"]
    assert "difference between groups" in data["left_out"][0]["reason"]
    installation.store.promote(made.version, actor=MAX.id, began="sign-off", reason="")
    [key, *_] = what_if.matches(installation, MAX, "K")
    what_if.start(installation, MAX, key)
    moved = what_if.answer(installation, MAX, key, {"street": "short"})
    assert moved.after == what_if.answer(installation, MAX, key, {"street": "long"}).after
    assert customers.one(installation, MAX, key).score.probability is not None
