"""Challengers by batch: what may be named, how levels are read, and odd tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.challengers import (
    BOOSTING,
    ChallengerError,
    challenger_name,
    chances,
    check_path,
    fit_challenger,
)

FOREST = "sklearn.ensemble.RandomForestClassifier"
TREE = "sklearn.tree.DecisionTreeClassifier"


def table(rows=200, seed=0):
    random = np.random.default_rng(seed)
    inputs = pd.DataFrame(
        {
            "price": random.normal(size=rows),
            "empty": np.full(rows, np.nan),
            "contract": pd.Categorical(random.choice(["a", "b", "c"], rows)),
        }
    )
    inputs.loc[::9, "price"] = np.nan
    inputs.loc[::7, "contract"] = None
    return inputs, (inputs["contract"] == "b").to_numpy()


TYPES = ["continuous", "continuous", "nominal"]


@pytest.mark.parametrize("path", [BOOSTING, TREE])
def test_a_challenger_learns_from_levels_and_takes_gaps_and_infinity(path):
    inputs, outcome = table()
    fitted = fit_challenger(path, inputs, outcome, TYPES, seed=0)
    chance = chances(fitted, inputs)
    assert chance[outcome].min() > 0.5 > chance[~outcome].max()
    odd = inputs.head(3).assign(
        price=[np.inf, -np.inf, np.nan], contract=pd.Categorical(["b", "never seen", None])
    )
    assert np.isfinite(chances(fitted, odd)).all()
    assert chances(fitted, odd)[0] > 0.5


def test_levels_stand_one_by_one_not_as_whole_numbers():
    inputs, outcome = table()
    encoded = fit_challenger(BOOSTING, inputs, outcome, TYPES, seed=0)[0]
    names = list(encoded.get_feature_names_out())
    assert names == ["price", "contract_(missing)", "contract_a", "contract_b", "contract_c"]


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("os.system", "only its estimators are run"),
        ("sklearnish.Trick", "only its estimators are run"),
        ("sklearn.ensemble.NoSuchClassifier", "correct the name"),
        ("sklearn.nowhere.Thing", "correct the name"),
        ("sklearn.linear_model.LinearRegression", "has predict_proba"),
        ("sklearn.svm.LinearSVC", "has predict_proba"),
        ("sklearn.metrics.roc_auc_score", "has predict_proba"),
    ],
)
def test_what_is_no_classifier_of_scikit_learn_is_refused_with_the_remedy(path, remedy):
    with pytest.raises(ChallengerError, match=remedy):
        check_path(path)


def test_challengers_are_named_in_words():
    assert challenger_name(BOOSTING) == "Gradient boosting"
    assert challenger_name(FOREST) == "Random forest"
