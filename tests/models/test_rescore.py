import numpy as np
import pandas as pd
import pytest

from models.rescore import Portfolio
from models.scorecard import ScorecardError
from models.values import level


@pytest.fixture(scope="module", params=[1, 2], ids=["one thread", "two threads"])
def portfolio(request, every_shape, awkward_rows):
    frame = pd.DataFrame(awkward_rows(5000, 11), columns=every_shape.columns, dtype=object)
    made = Portfolio(every_shape, frame, threads=request.param)
    return made, frame


@pytest.fixture(autouse=True)
def many_chunks(monkeypatch):
    monkeypatch.setattr("models.rescore._CHUNK", 700)


def _after(frame, changes):
    after = frame.copy()
    for column, change in changes.items():
        if isinstance(change, dict):
            after[column] = (
                frame[column]
                .map(level)
                .map(lambda value, to=change: to.get(value, value or "unseen" if value is not None else None))
            )
        else:
            after[column] = change if np.ndim(change) else pd.Series([change] * len(frame), dtype=object)
    return after


RANDOM = np.random.default_rng(5)
LEVELS = ["1", "toString", "Zürich 😀", "constructor", "new", None]


@pytest.mark.parametrize(
    "changes",
    [
        {"x": RANDOM.normal(size=5000) * 100},
        {"x": RANDOM.choice([np.nan, np.inf, -np.inf, -0.0, 0.1, 29.85], 5000)},
        {"y": 1.0},
        {"y": None},
        {"constructor": RANDOM.normal(size=5000) * 100},
        {"constructor": 3.0},
        {"level": "constructor"},
        {"level": None},
        {"level": RANDOM.choice(np.array(LEVELS, dtype=object), 5000)},
        {"level": {"1": "toString", "constructor": None, "toString": "never seen"}},
        {"flag": "1", "level": {"1": "constructor"}},
        {"x": RANDOM.normal(size=5000), "y": RANDOM.normal(size=5000), "level": "1", "flag": "0"},
        {},
    ],
    ids=lambda changes: " and ".join(changes) or "nothing",
)
def test_a_move_equals_scoring_the_changed_table_anew(portfolio, changes):
    made, frame = portfolio
    after = _after(frame, changes)
    for _ in range(2):  # the second time from what was kept
        assert np.array_equal(made.moved_log_odds(changes), made.scorecard.log_odds(after))
        apart = np.abs(made.moved_probability(changes) - made.scorecard.probability(after))
        assert apart.max() < 1e-12


def test_a_move_leaves_the_portfolio_as_it_was(portfolio):
    made, frame = portfolio
    made.moved_probability({"x": 5.0, "level": "1"})
    assert np.array_equal(made.log_odds, made.scorecard.log_odds(frame))
    assert np.array_equal(made.moved_log_odds({}), made.log_odds)


def test_the_array_given_is_the_one_filled(portfolio):
    made, _ = portfolio
    out = np.empty(made.rows)
    assert made.moved_probability({"x": 1.0}, out=out) is out


def test_only_the_last_few_moved_columns_are_kept(portfolio):
    made, _ = portfolio
    for column in ("x", "y", "level", "flag", "constructor"):
        made.moved_probability({column: None})
        made.moved_log_odds({column: None})
    assert len(made._kept) == 4


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        ({"age": 1.0}, "no column of the model; change one of x, y"),
        ({"x": np.ones(3)}, "3 new values for 5000 rows"),
        ({"flag": {"2": "1"}}, "no level of flag that the model knows; change one of 0, 1"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_the_remedy(portfolio, changes, remedy):
    with pytest.raises(ScorecardError, match=remedy):
        portfolio[0].moved_probability(changes)


def test_a_portfolio_without_customers_answers_nothing(every_shape):
    made = Portfolio(every_shape, pd.DataFrame(columns=every_shape.columns, dtype=object))
    assert made.moved_probability({"x": 1.0, "level": "1"}).shape == (0,)
