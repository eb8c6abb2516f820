import math

import numpy as np
import pandas as pd
import pytest

from models.compilation import compile_ebm, student_factor
from models.scorecard import Scorecard, ScorecardError


@pytest.fixture(scope="module")
def compiled(fitted):
    from config.dataset import DatasetSpec, Feature, Outcome

    columns = {"tenure": "numeric", "Contract": "categorical", "monthly": "numeric"}
    features = tuple(Feature(column=column, label=column, kind=kind) for column, kind in columns.items())
    spec = DatasetSpec(
        name="fitted",
        title="Fitted",
        id="key",
        outcome=Outcome(column="left", positive="1"),
        features=features,
    )
    return compile_ebm(fitted.ebm, fitted.frame, spec)


@pytest.fixture(scope="module")
def rows_at_the_edges(compiled):
    """Rows on bin edges and one step beside them, at infinity, missing, and of unknown levels (S39)."""
    random, rows = np.random.default_rng(1), 5000
    frame = pd.DataFrame(
        {"Contract": random.choice(np.array(["x", "y", "z", "new", None], dtype=object), rows)}
    )
    for column in ("tenure", "monthly"):
        edges = np.array(compiled.features[compiled.columns.index(column)].edges)
        beside = [np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)]
        values = np.concatenate(
            [edges, *beside, [np.inf, -np.inf, np.nan, 0.0, -0.0, 1e300], random.normal(size=50)]
        )
        frame[column] = random.choice(values, rows)
    return frame[["tenure", "Contract", "monthly"]]


def test_probabilities_are_those_of_the_estimator(compiled, fitted, rows_at_the_edges):
    for frame in (fitted.frame, rows_at_the_edges):
        expected = fitted.ebm.predict_proba(frame)[:, 1]
        assert np.abs(compiled.probability(frame) - expected).max() < 1e-9
        assert np.ptp(expected) > 0.5


def test_every_bag_is_compiled(compiled, fitted, rows_at_the_edges):
    ebm, bags = fitted.ebm, compiled.bag_log_odds(rows_at_the_edges)
    assert bags.shape == (5000, 4)
    assert np.abs(bags.mean(axis=1) - compiled.log_odds(rows_at_the_edges)).max() < 1e-9
    bins = compiled.encode(rows_at_the_edges).bins[1]
    place = ebm.term_features_.index((1,))
    expected = np.array(ebm.bagged_scores_[place])[2][bins]
    own = np.array(compiled.terms[place].bags[2])[bins]
    assert np.abs(own - expected).max() < 1e-12


def test_the_card_survives_its_file(compiled, rows_at_the_edges):
    again = Scorecard.from_json(compiled.to_json())
    assert again.version == compiled.version
    assert np.array_equal(again.log_odds(rows_at_the_edges), compiled.log_odds(rows_at_the_edges))


def test_the_training_range_and_counts_stand_in_the_card(compiled, fitted):
    tenure, contract, _ = compiled.features
    assert (tenure.minimum, tenure.maximum) == (fitted.frame["tenure"].min(), fitted.frame["tenure"].max())
    assert tenure.counts[0] == fitted.frame["tenure"].isna().sum()
    assert sum(tenure.counts) == sum(contract.counts) == len(fitted.frame)
    assert contract.counts[1:-1] == [(fitted.frame["Contract"] == level).sum() for level in contract.levels]


def test_a_range_takes_the_quantile_of_the_textbook():
    assert student_factor(8) == pytest.approx(
        2.3646, abs=1e-4
    )  # t table, 7 degrees of freedom, two-sided 95 %
    assert student_factor(2) == pytest.approx(12.706, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "value", "remedy"),
    [
        ("bagged_intercept_", None, "outer_bags of 2 or more"),
        ("bagged_intercept_", np.zeros(1), "outer_bags of 2 or more"),
        ("link_", "identity", "fit a binary one"),
        ("classes_", np.arange(3), "fit a binary one"),
        ("feature_types_in_", ["ordinal", "nominal", "continuous"], "'continuous' or 'nominal'"),
    ],
)
def test_an_estimator_of_another_form_is_refused_with_the_remedy(fitted, spec, name, value, remedy):
    class Other:
        def __getattr__(self, asked):
            return value if asked == name else getattr(fitted.ebm, asked)

    with pytest.raises(ScorecardError, match=remedy):
        compile_ebm(Other(), fitted.frame, spec)


def test_a_missing_value_never_seen_in_training_scores_as_the_estimator_says(compiled, fitted):
    frame = pd.DataFrame({"tenure": [0.0], "Contract": ["x"], "monthly": [math.nan]})
    assert abs(compiled.probability(frame)[0] - fitted.ebm.predict_proba(frame)[0, 1]) < 1e-9
