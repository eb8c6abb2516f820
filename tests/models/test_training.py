"""Training on small made-up tables whose truth is known, on tables that teach nothing, and on Telco."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config

from config.dataset import DatasetSpec, shipped_specs
from models import cross_validation, training
from models.candidates import LOGISTIC, parameters
from models.challengers import ChallengerError
from models.holdout import set_aside
from models.report import SECTIONS, build_report, report_json
from models.training import train
from models.training_table import TrainingError, training_table


@pytest.fixture(autouse=True)
def few_fits(monkeypatch):
    """Fit as little as shows the rule: these tests are not about quality."""
    monkeypatch.setattr(cross_validation, "SEEDS", 1)
    monkeypatch.setattr(cross_validation, "FOLDS", 3)
    monkeypatch.setattr(cross_validation, "BAGS", 2)
    monkeypatch.setattr(cross_validation, "parameters", lambda rows: {**parameters(rows), "max_rounds": 200})


def spec(*features: dict | str, **kinds: str) -> DatasetSpec:
    named = [{"column": c, "label": c, "kind": kind} for c, kind in kinds.items()]
    return DatasetSpec.model_validate(
        {
            "name": "made-up",
            "title": "Made up",
            "id": "id",
            "outcome": {"column": "gone", "positive": "Yes"},
            "features": [*features, *named],
        }
    )


def customers(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Make customers whose log-odds of leaving are 2 x price, and 1.5 more on contract a."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "id": np.arange(rows).astype(str),
            "price": random.normal(size=rows),
            "noise": random.normal(size=rows),
            "contract": random.choice(["a", "b", "0"], rows),
        }
    )
    log_odds = 2 * frame["price"] + 1.5 * (frame["contract"] == "a") - 0.5
    frame["gone"] = np.where(random.random(rows) < 1 / (1 + np.exp(-log_odds)), "Yes", "No")
    return frame


USUAL = {"price": "numeric", "noise": "numeric", "contract": "categorical"}


@pytest.fixture(scope="module")
def usual():
    patch = pytest.MonkeyPatch()
    patch.setattr(cross_validation, "SEEDS", 2)
    steps = []
    frame = customers()
    trained = train(frame, spec(**USUAL), progress=lambda *step: steps.append(step))
    patch.undo()
    return frame, trained, steps


def test_what_serves_says_what_the_estimator_says(usual):
    frame, trained, _ = usual
    said = trained.estimator.predict_proba(frame[list(USUAL)])[:, 1]
    assert trained.scorecard.probability(frame) == pytest.approx(said, abs=1e-9)


def test_the_truth_comes_back_with_its_sign_and_order(usual):
    _, trained, _ = usual
    rows = pd.DataFrame({"price": [-1.0, 1, -1, 1], "noise": 0.0, "contract": ["b", "b", "a", "a"]})
    cheap_b, dear_b, cheap_a, dear_a = trained.scorecard.log_odds(rows)
    assert cheap_b < cheap_a < dear_b < dear_a
    assert 0.5 < cheap_a - cheap_b < 2.5


def test_quality_is_measured_on_each_seed_and_fold(usual):
    frame, trained, _ = usual
    metrics = trained.metrics
    assert metrics["rows"] == len(frame)
    assert metrics["measured_rows"] + metrics["holdout_rows"] == len(frame)
    assert metrics["holdout_rows"] == len(frame) / 5
    assert metrics["left"] == (frame["gone"] == "Yes").sum()
    for measure in ("auc", "log_loss", "brier"):
        assert len(metrics[measure]["folds"]) == len(metrics["seeds"]) * 5
        assert metrics[measure]["mean"] == pytest.approx(np.mean(metrics[measure]["folds"]))
        assert metrics[measure]["sd"] > 0
    assert 0.75 < metrics["auc"]["mean"] < 0.95  # the truth itself ranks 0.87 of pairs right


def test_quality_is_measured_on_customers_the_fit_has_not_seen():
    frame = customers()
    frame["gone"] = np.random.default_rng(9).permutation(frame["gone"])  # nothing is left to know
    auc = train(frame, spec(**USUAL)).metrics["auc"]["mean"]
    assert 0.38 < auc < 0.58  # on its own customers a fit reaches 0.65 and more


def test_progress_counts_to_the_end_and_says_what_is_done(usual):
    _, _, steps = usual
    total = steps[0][1]
    assert [done for done, _, _ in steps] == list(range(1, total + 1))
    assert {of for _, of, _ in steps} == {total}
    assert steps[0][2].startswith("Choosing")
    assert steps[-1][2] == "Wrote the report"


def test_the_choice_is_reported_with_every_candidate(usual):
    _, trained, _ = usual
    assert trained.choice["pairs"] == len(trained.choice["pair_columns"])
    assert [row["pairs"] for row in trained.choice["candidates"]] == [0, 3]  # three features make three pairs
    assert trained.choice["silent"] == []


def test_the_same_table_and_seed_give_the_same_version():
    frame, described = customers(), spec(**USUAL)
    first, again = (train(frame, described, seed=3) for _ in range(2))
    assert first.scorecard.version == again.scorecard.version
    assert first.metrics == again.metrics
    assert train(frame, described, seed=4).scorecard.version != first.scorecard.version


def test_working_on_folds_side_by_side_does_not_change_the_version(monkeypatch):
    frame, described = customers(), spec(**USUAL)
    alone = train(frame, described)
    monkeypatch.setattr(cross_validation, "jobs_for", lambda rows: 2)
    with parallel_config(backend="threading"):  # processes would take seconds to start
        beside = train(frame, described)
    assert beside.scorecard.version == alone.scorecard.version
    assert beside.metrics == alone.metrics


def test_the_report_has_every_section_in_plain_values(usual):
    _, trained, _ = usual
    report = build_report(trained.report_parts, data={}, environment={})
    missing = [name for name in SECTIONS if report[name] is None]
    assert missing == ["mitigation"] or not missing
    assert json.loads(report_json(report)) == report
    assert report["quality"]["rows"] == trained.metrics["holdout_rows"]
    assert report["quality"]["cross_validation"]["auc"] == trained.metrics["auc"]
    assert report["cases"]["results"]
    gap = report["quality"]["train_auc"] - report["quality"]["roc_auc"]["value"]
    assert report["quality"]["train_test_gap"] == pytest.approx(gap)


def test_candidates_are_compared_on_the_same_folds_and_one_is_chosen(usual):
    _, trained, _ = usual
    rows = trained.report_parts["candidates"]
    assert [row["name"] for row in rows] == [
        "Additive model (EBM) without pairs",
        "Additive model (EBM) with 3 pairs",
        "Logistic regression",
        "Gradient boosting",
    ]
    assert [row["kind"] for row in rows] == ["scorecard"] * 3 + ["batch"]
    assert all(len(row["auc"]["folds"]) == 5 and row["why"] and row["seconds"] > 0 for row in rows)
    [chosen] = [row for row in rows if row["chosen"]]
    assert chosen["name"] == trained.choice["name"]
    assert chosen["holdout_auc"] == trained.report_parts["quality"]["roc_auc"]["value"]
    assert [challenger.name for challenger in trained.challengers] == ["Gradient boosting"]


def test_those_set_aside_move_neither_the_choice_nor_what_is_measured_on_the_others():
    frame, described = customers(), spec(**USUAL)
    _, hold = set_aside((frame["gone"] == "Yes").to_numpy(), seed=0)
    spoilt = frame.copy()
    spoilt.loc[hold, ["price", "noise"]] = 1e6  # outcomes stay, so that the same customers are set aside
    one, other = train(frame, described), train(spoilt, described)
    assert one.metrics["auc"] == other.metrics["auc"]
    assert one.report_parts["quality"]["train_auc"] == other.report_parts["quality"]["train_auc"]
    assert [row["log_loss"] for row in one.report_parts["candidates"]] == [
        row["log_loss"] for row in other.report_parts["candidates"]
    ]
    assert one.metrics["threshold"] == other.metrics["threshold"]
    held = other.report_parts["quality"]["roc_auc"]["value"]
    assert held < one.report_parts["quality"]["roc_auc"]["value"] - 0.1
    assert one.scorecard.version != other.scorecard.version  # what serves has learned from them too


def test_with_an_earlier_period_the_hold_out_is_by_time():
    described, later, earlier = spec(**USUAL), customers(), customers(seed=1)
    trained = train(later, described, earlier=earlier)
    quality = trained.report_parts["quality"]
    assert quality["holdout"]["by"] == "time"
    _, hold = set_aside((later["gone"] == "Yes").to_numpy(), seed=0)
    assert quality["rows"] == len(hold)
    assert quality["holdout"]["learned_from"] == len(earlier) - len(hold)  # ids are alike in both periods
    turned = earlier.assign(gone=np.where(earlier["gone"] == "Yes", "No", "Yes"))
    misled = train(later, described, earlier=turned).report_parts["quality"]["roc_auc"]["value"]
    assert misled < 0.5 < quality["roc_auc"]["value"]


def test_an_earlier_period_that_teaches_nothing_is_passed_over_and_said():
    described, later = spec(**USUAL), customers()
    trained = train(later, described, earlier=customers(seed=1).assign(gone="No"))
    held = trained.report_parts["quality"]["holdout"]
    assert held["by"] == "random"
    assert "same outcome" in held["words"]


def test_logistic_regression_serves_where_lines_are_surely_better(monkeypatch):
    monkeypatch.setattr(training, "choose", lambda losses: (LOGISTIC, dict.fromkeys(losses, "because")))
    frame = customers()
    trained = train(frame, spec(**USUAL))
    assert trained.choice["family"] == "logistic"
    assert trained.choice["pair_columns"] == []
    assert {term.type for term in trained.scorecard.terms} == {"linear", "table"}
    typed = frame[list(USUAL)].assign(contract=frame["contract"].astype("category"))
    assert trained.scorecard.probability(frame) == pytest.approx(
        trained.estimator.predict_proba(typed)[:, 1], abs=1e-9
    )


def test_a_classifier_named_in_settings_is_compared_too():
    tree = "sklearn.tree.DecisionTreeClassifier"
    trained = train(customers(), spec(**USUAL), challengers=(tree,))
    row = trained.report_parts["candidates"][-1]
    assert (row["name"], row["kind"], row["path"], row["chosen"]) == ("Decision tree", "batch", tree, False)
    assert [challenger.path for challenger in trained.challengers][-1] == tree
    with pytest.raises(ChallengerError, match="only its estimators are run"):
        train(customers(), spec(**USUAL), challengers=("os.system",))


def test_ten_of_an_outcome_are_enough_to_learn_and_report():
    frame = customers(100)
    frame["gone"] = np.where(frame.index % 10 == 0, "Yes", "No")
    trained = train(frame, spec(**USUAL))
    assert trained.metrics["holdout_rows"] == 20
    assert trained.report_parts["quality"]["left"] == 2


def test_a_pair_that_decides_is_found():
    random = np.random.default_rng(0)
    frame = pd.DataFrame({name: random.choice(["on", "off"], 600) for name in ("left_hand", "right_hand")})
    frame["id"] = np.arange(600).astype(str)
    frame["gone"] = np.where(
        (frame["left_hand"] == frame["right_hand"]) ^ (random.random(600) < 0.1), "Yes", "No"
    )
    trained = train(frame, spec(left_hand="flag", right_hand="flag"))
    assert trained.choice["pair_columns"] == [["left_hand", "right_hand"]]
    assert trained.metrics["auc"]["mean"] > 0.85


def test_a_limit_of_the_spec_holds_everywhere():
    frame = customers()
    frame.loc[frame["price"].between(0, 0.5), "gone"] = "Yes"  # a bump that the limit has to level
    limited = {"column": "price", "label": "Price", "kind": "numeric", "monotone": "increasing"}
    card = train(frame, spec(limited, noise="numeric", contract="categorical")).scorecard
    prices = pd.DataFrame({"price": np.linspace(-3, 3, 400), "noise": 0.0, "contract": "b"})
    assert (np.diff(card.log_odds(prices)) >= 0).all()
    falling = spec({**limited, "monotone": "decreasing"}, noise="numeric", contract="categorical")
    assert (np.diff(train(frame, falling).scorecard.log_odds(prices)) <= 0).all()


def test_missing_values_are_learned_as_values_of_their_own():
    frame = customers()
    frame["gap"] = np.where(frame["gone"] == "Yes", np.nan, 1.0)
    frame.loc[::10, "gap"] = 2.0
    frame.loc[::3, "contract"] = None
    trained = train(frame, spec(gap="numeric", contract="categorical"))
    rows = pd.DataFrame({"gap": [np.nan, 1.0], "contract": [None, None]})
    missing, filled = trained.scorecard.probability(rows)
    assert missing > 0.8 > 0.2 > filled
    features = {feature.column: feature for feature in trained.scorecard.features}
    assert features["gap"].counts[0] == frame["gap"].isna().sum()
    assert features["contract"].counts[0] == frame["contract"].isna().sum()


def test_columns_that_tell_nothing_do_no_harm_and_are_named():
    frame = customers()
    frame["constant"], frame["level"], frame["empty"], frame["blank"] = 7.0, "same", np.nan, None
    silent = {"constant": "numeric", "level": "flag", "empty": "numeric", "blank": "categorical"}
    trained = train(frame, spec(price="numeric", **silent))
    assert trained.choice["silent"] == list(silent)
    rows = pd.DataFrame(
        {"price": 0.0, "constant": [7.0, 7.0], "level": "same", "empty": [np.nan, 5.0], "blank": None}
    )
    told, untold = trained.scorecard.probability(rows)
    assert told == pytest.approx(untold, abs=1e-3)


def test_five_hundred_levels_are_learned_from_and_kept_out_of_pairs():
    frame = customers(1_500)
    frame["many"] = [f"level {i % 500}" for i in range(len(frame))]
    frame.loc[frame["many"] == "level 7", "gone"] = "Yes"
    trained = train(frame, spec(price="numeric", many="categorical", contract="categorical", noise="numeric"))
    assert trained.metrics["auc"]["mean"] > 0.7
    assert not any("many" in pair for pair in trained.choice["pair_columns"])
    assert all("many" in pair for pair in trained.estimator.exclude)
    table = training_table(frame, spec(price="numeric", many="categorical", contract="categorical"))
    assert table.excluded == [("price", "many"), ("many", "contract")]
    assert table.pairs == 1


def test_rows_without_a_known_outcome_are_not_used():
    frame = customers()
    frame.loc[::4, "gone"] = None
    trained = train(frame, spec(price="numeric"))
    assert trained.metrics["rows"] == 300
    assert sum(trained.scorecard.features[0].counts) == 300


def test_one_feature_alone_has_nothing_to_pair():
    trained = train(customers(), spec(price="numeric"))
    assert trained.choice["pairs"] == 0
    assert trained.choice["candidates"] == []


def test_large_tables_are_measured_on_a_sample_and_fitted_whole(monkeypatch):
    monkeypatch.setattr(cross_validation, "ROWS_FOR_FOLDS", 200)
    metrics = train(customers(), spec(**USUAL)).metrics
    assert metrics["measured_rows"] == 200
    assert metrics["rows"] == 400


@pytest.mark.parametrize(
    ("spoil", "remedy"),
    [
        pytest.param(
            lambda f: f.head(2), "at least 10 of each .* load a larger file|same outcome", id="two rows"
        ),
        pytest.param(lambda f: f.assign(gone="No"), "none has 'Yes' in 'gone'", id="nobody left"),
        pytest.param(lambda f: f.assign(gone="Yes"), "each has 'Yes' in 'gone'", id="everybody left"),
        pytest.param(lambda f: f.assign(gone=None), "every value of 'gone' is blank", id="no outcome known"),
        pytest.param(
            lambda f: f.assign(gone=np.where(f.index < 9, "Yes", "No")), "9 customers left", id="nine left"
        ),
        pytest.param(lambda f: f.drop(columns="noise"), "no column 'noise'", id="a column gone"),
        pytest.param(lambda f: f.drop(columns="gone"), "no column 'gone'", id="the outcome gone"),
        pytest.param(
            lambda f: f.assign(price=1.0, noise=np.nan, contract="b"), "No feature tells", id="nothing told"
        ),
    ],
)
def test_what_cannot_be_learned_from_is_refused_with_the_remedy(spoil, remedy):
    with pytest.raises(TrainingError, match=remedy):
        train(spoil(customers()), spec(**USUAL))


def test_protected_columns_do_not_reach_the_model_of_telco():
    shipped = shipped_specs()["telco"]
    assert set(shipped.protected) == {"gender", "SeniorCitizen"}
    assert not set(shipped.protected) & {feature.column for feature in shipped.features}


@pytest.mark.parametrize(
    ("name", "file"), [("telco", "WA_Fn-UseC_-Telco-Customer-Churn.csv"), ("churn2020", "mlc_churn.csv")]
)
def test_the_shipped_specs_fit_their_tables(shared_data, name, file):
    shipped = shipped_specs()[name]
    table = pd.read_csv(shared_data / name / file, dtype=str)
    used = {*shipped.columns, *(left_out.column for left_out in shipped.left_out)}
    assert used == set(table.columns)
    for feature in shipped.features:
        if feature.levels:
            assert set(feature.levels) == set(table[feature.column]), feature.column
        elif feature.minimum is not None:
            numbers = pd.to_numeric(table[feature.column], errors="coerce")
            assert feature.minimum <= numbers.min() <= numbers.max() <= feature.maximum, feature.column
    assert shipped.rules or name == "churn2020"
    for rule in shipped.rules:
        when = np.all([table[c].isin(levels) for c, levels in rule.when.items()], axis=0)
        then = np.all([table[c].isin(levels) for c, levels in rule.then.items()], axis=0)
        assert when.any() and then[when].all(), rule.text


def test_telco_is_learned_well_even_from_few_fits(shared_data, monkeypatch):
    monkeypatch.setattr(cross_validation, "parameters", parameters)
    monkeypatch.setattr(cross_validation, "FOLDS", 2)
    monkeypatch.setattr(training, "PAIRS_TRIED", (0,))
    shipped = shipped_specs()["telco"]
    frame = pd.read_csv(shared_data / "telco" / "WA_Fn-UseC_-Telco-Customer-Churn.csv", dtype=str)
    frame = frame.apply(lambda column: column.str.strip().replace("", None))
    for column in shipped.numeric_columns:
        frame[column] = pd.to_numeric(frame[column])
    trained = train(frame, shipped)
    assert trained.metrics["rows"] == 7_043
    assert trained.metrics["auc"]["mean"] > 0.84
    card = trained.scorecard
    prices = frame.iloc[[0] * 50].assign(MonthlyCharges=np.linspace(20, 118, 50))
    assert (np.diff(card.log_odds(prices)) >= 0).all()


def test_infinite_and_missing_numbers_are_learned_from_by_every_candidate():
    frame = customers()
    frame.loc[::7, "price"] = np.inf
    frame.loc[1::7, "price"] = -np.inf
    frame.loc[2::7, "noise"] = np.nan
    trained = train(frame, spec(**USUAL))
    assert np.isfinite(trained.scorecard.log_odds(frame)).all()
    assert all(np.isfinite(row["log_loss"]["mean"]) for row in trained.report_parts["candidates"])
