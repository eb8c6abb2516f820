"""Challengers explained by SHAP or LIME: the sum is held against the model's own answer (S43)."""

import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from config.dataset import parse_spec
from models import attribution
from models.attribution import NotAdditive, NotInstalled, attribute, explained

SPEC = """
name: three
title: Three
id: key
outcome: {column: left, positive: "Yes"}
features:
  - {column: a, label: Calls, kind: numeric}
  - {column: a_b, label: Contract, kind: categorical}
  - {column: quiet, label: Quiet, kind: numeric}
"""


@pytest.fixture(scope="session")
def shap():
    return pytest.importorskip(
        "shap", reason="SHAP is not installed: pip install -r requirements-explain.txt", exc_type=ImportError
    )


@pytest.fixture(scope="session")
def table():
    """Give inputs of which one says much, one little and one nothing, and the outcome."""
    random = np.random.default_rng(4)
    calls = random.integers(0, 9, 500).astype(float)
    contract = random.choice(["x", "y", "z_1", "z"], 500).astype(object)
    left = 3 * (contract == "x") + 0.4 * calls + random.normal(size=500) > 3
    calls[::23] = np.nan
    return pd.DataFrame({"a": calls, "a_b": contract, "quiet": 1.0}), left


def pipeline(model, *, filled=False):
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder

    numbers = SimpleImputer(strategy="median", add_indicator=True) if filled else "passthrough"
    encode = ColumnTransformer(
        [
            ("levels", OneHotEncoder(sparse_output=False, handle_unknown="ignore"), ["a_b"]),
            ("numbers", numbers, ["a", "quiet"]),
        ],
        verbose_feature_names_out=False,
    )
    return Pipeline([("encode", encode), ("model", model)])


def boosting(**settings):
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=20, max_leaf_nodes=6, random_state=0, **settings)


def forest():
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(10, max_depth=4, random_state=0)


def test_shap_of_boosting_adds_up_to_the_model_s_own_log_odds(shap, table):
    inputs, left = table
    fitted = pipeline(boosting()).fit(inputs, left)
    rows = inputs.iloc[:60]
    found = attribute(fitted, inputs, rows)
    assert found.columns == ("a", "a_b", "quiet")
    assert (found.scale, found.method, found.spread) == ("log-odds", "SHAP of trees", None)
    own = fitted.decision_function(rows)
    assert found.start + found.values.sum(axis=1) == pytest.approx(own, abs=1e-9)
    assert found.error < 1e-9
    assert found.mark.startswith("Approximate (SHAP of trees): adds up to the model's own answers within ")
    assert not found.values[:, 2].any()
    raises = found.values[(rows["a_b"] == "x").to_numpy(), 1]
    assert len(raises) and (raises > 0).all()


def test_integer_coded_categories_are_refused_and_not_shown(shap):
    random = np.random.default_rng(0)
    coded = pd.DataFrame({"level": random.integers(0, 12, 600).astype(float), "x": random.normal(size=600)})
    left = np.isin(coded["level"], [1, 4, 7, 10]) ^ (random.random(600) < 0.05)
    fitted = boosting(categorical_features=[0]).fit(coded, left)
    with pytest.raises(NotAdditive, match="columns of 0 and 1 instead of coded categories"):
        attribute(fitted, coded, coded.iloc[:100])
    challenger = SimpleNamespace(name="Coded", estimator=fitted, inputs=coded)
    spec = parse_spec(SPEC)
    (told,) = explained([challenger], spec)
    assert told["importance"] == []
    assert "is not shown: it misses the model's own answers by up to" in told["words"]
    assert not {"method", "error"} & told.keys()


def test_shap_of_a_forest_explains_its_probability(shap, table):
    inputs, left = table
    fitted = pipeline(forest(), filled=True).fit(inputs, left)
    found = attribute(fitted, inputs, inputs.iloc[:40])
    assert (found.scale, found.method) == ("probability", "SHAP of trees")
    own = fitted.predict_proba(inputs.iloc[:40])[:, 1]
    assert found.start + found.values.sum(axis=1) == pytest.approx(own, abs=1e-9)


def test_any_other_model_is_asked_in_several_orders(shap, table):
    from sklearn.linear_model import LogisticRegression

    inputs, left = table
    fitted = pipeline(LogisticRegression(), filled=True).fit(inputs, left)
    found = attribute(fitted, inputs, inputs.iloc[:4])
    assert (found.scale, found.method) == ("log-odds", "SHAP by permutation")
    own = fitted.decision_function(inputs.iloc[:4])
    assert found.start + found.values.sum(axis=1) == pytest.approx(own, abs=1e-9)
    assert found.spread is not None and "another run differs by" in found.mark


def test_a_design_column_is_given_to_the_input_that_moves_it(table):
    inputs, left = table
    fitted = pipeline(forest(), filled=True).fit(inputs, left)
    names = list(fitted[:-1].get_feature_names_out())
    owners = attribution._owners(fitted[:-1], inputs)
    assert dict(zip(names, owners.tolist(), strict=True)) == {
        "a_b_x": 1, "a_b_y": 1, "a_b_z": 1, "a_b_z_1": 1, "a": 0, "quiet": -1, "missingindicator_a": 0,
    }  # fmt: skip


def test_a_design_that_mixes_inputs_is_not_split(table):
    mixed = SimpleNamespace(transform=lambda rows: rows[["a"]].fillna(0) + rows[["quiet"]].to_numpy())
    frame = table[0].assign(quiet=np.arange(500.0))
    assert attribution._owners(mixed, frame) is None


def test_the_report_names_what_weighs_by_its_label(shap, table):
    inputs, left = table
    typed = inputs.astype({"a_b": "category"})
    one = SimpleNamespace(name="Boosting", estimator=pipeline(boosting()).fit(inputs, left), inputs=typed)
    (told,) = explained([one], parse_spec(SPEC))
    assert (told["name"], told["approximate"], told["rows"]) == ("Boosting", True, 500)
    assert [row["label"] for row in told["importance"]] == ["Contract", "Calls", "Quiet"]
    assert told["importance"][2]["mean"] == 0


def test_fewer_rows_of_a_forest_are_explained_since_each_takes_long(shap, table):
    inputs, left = table
    typed = inputs.astype({"a_b": "category"})
    fitted = pipeline(forest(), filled=True).fit(inputs, left)
    (told,) = explained([SimpleNamespace(name="Forest", estimator=fitted, inputs=typed)], parse_spec(SPEC))
    assert told["rows"] == attribution.ROWS_OF_A_FOREST < len(inputs)


@pytest.mark.parametrize(("method", "library"), [("shap", "shap"), ("lime", "lime.lime_tabular")])
def test_without_the_library_it_is_said_in_a_line_how_to_install_it(monkeypatch, table, method, library):
    monkeypatch.setitem(sys.modules, library, None)
    inputs, left = table
    fitted = pipeline(boosting()).fit(inputs, left)
    with pytest.raises(NotInstalled, match=r"pip install -r requirements-explain\.txt"):
        attribute(fitted, inputs, inputs.iloc[:2], method=method)


def test_a_report_without_the_library_says_that_nothing_is_explained(monkeypatch, table):
    monkeypatch.setitem(sys.modules, "shap", None)
    inputs, left = table
    typed = inputs.astype({"a_b": "category"})
    one = SimpleNamespace(name="Boosting", estimator=pipeline(boosting()).fit(inputs, left), inputs=typed)
    (told,) = explained([one], parse_spec(SPEC))
    assert told["words"].startswith("Not explained: shap is not installed (")
    assert told["words"].endswith("Install it with `pip install -r requirements-explain.txt`.")
    assert told["importance"] == []


def test_a_fault_of_the_library_loses_the_explanation_and_not_the_training(monkeypatch, table):
    def broken(*given, **named):
        raise RuntimeError("no such kernel")

    monkeypatch.setattr(attribution, "_by_trees", broken)
    inputs, left = table
    typed = inputs.astype({"a_b": "category"})
    one = SimpleNamespace(name="Boosting", estimator=pipeline(boosting()).fit(inputs, left), inputs=typed)
    (told,) = explained([one], parse_spec(SPEC))
    assert told["words"] == "Not explained: RuntimeError in SHAP, no such kernel"
    assert (told["approximate"], told["importance"]) == (True, [])


def test_lime_is_shown_with_how_far_it_is_off(table):
    pytest.importorskip(
        "lime.lime_tabular",
        reason="LIME is not installed: pip install -r requirements-explain.txt",
        exc_type=ImportError,
    )
    from sklearn.linear_model import LogisticRegression

    inputs, left = table
    fitted = pipeline(LogisticRegression(C=0.01), filled=True).fit(inputs, left)
    found = attribute(fitted, inputs, inputs.iloc[:3], method="lime")
    own = fitted.predict_proba(inputs.iloc[:3])[:, 1]
    assert found.error == np.abs(found.start + found.values.sum(axis=1) - own).max() > 0
    assert "points" in found.mark


def test_an_explanation_too_far_off_is_not_shown(monkeypatch, table):
    inputs, _ = table
    far = attribution.Attribution(("a",), np.zeros(2), np.zeros((2, 1)), "probability", "LIME", np.nan)
    monkeypatch.setattr(attribution, "_lime", lambda *given: (far, np.array([0.0, 0.11])))
    with pytest.raises(NotAdditive, match=r"0\.11 \(probability\), where 0\.1 is allowed"):
        attribute(None, inputs, inputs, method="lime")
    monkeypatch.setattr(attribution, "_lime", lambda *given: (far, np.array([0.0, np.nan])))
    with pytest.raises(NotAdditive):
        attribute(None, inputs, inputs, method="lime")


def test_importing_it_brings_no_heavy_library_along():
    import subprocess

    code = "import sys, models.attribution; print({'shap', 'lime', 'numba', 'sklearn'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
