import copy
import json
import math

import numpy as np
import pandas as pd
import pytest

from models.scorecard import Scorecard, ScorecardError, linear_score, logistic, on_grid
from models.scorecard_format import LinearTerm

YOUNG = {"tenure": 2, "Contract": "Month-to-month"}


@pytest.mark.parametrize(
    ("row", "log_odds"),
    [
        (YOUNG, -1 + 1.0 + 0.5 + 0.75),
        ({"tenure": 6, "Contract": "Month-to-month"}, -1 + 0.25 + 0.5 + 0.75),
        ({"tenure": math.nextafter(6, 0), "Contract": "Month-to-month"}, -1 + 1.0 + 0.5 + 0.75),
        ({"tenure": math.inf, "Contract": "Month-to-month"}, -1 - 1.0 + 0.5 - 0.5),
        ({"tenure": "12", "Contract": "Two year"}, -1 - 1.0 - 2.0),
        ({"tenure": None, "Contract": "Month-to-month"}, -1 + 0.0 + 0.5),
        ({"tenure": 2}, -1 + 1.0 + 0.125),
        ({"tenure": 2, "Contract": "Weekly"}, -1 + 1.0 + 0.0625),
    ],
)
def test_a_score_is_the_intercept_and_the_bins_it_falls_in(card, row, log_odds):
    assert card.score(row).log_odds == log_odds
    assert card.log_odds(pd.DataFrame([{"tenure": None, "Contract": None} | row])) == [log_odds]


def test_a_range_is_spread_times_the_deviation_of_the_bags_about_their_mean(card):
    score = card.score(YOUNG)
    assert score.bag_log_odds == (-1.5 + 2.25, -0.5 + 2.25)
    reach = 2.0 * math.sqrt(0.5)  # two bags, one apart: standard deviation sqrt(1/2)
    assert (score.low, score.high) == pytest.approx(
        (logistic(1.25 - reach), logistic(1.25 + reach)), abs=1e-15
    )


def test_contributions_and_intercept_add_up_exactly_in_any_order(every_shape, awkward_rows):
    frame = pd.DataFrame(awkward_rows(2000, 1), columns=every_shape.columns, dtype=object)
    parts, log_odds = every_shape.contributions(frame), every_shape.log_odds(frame)
    order = np.random.default_rng(2).permutation(parts.shape[1])
    assert np.array_equal(parts[:, order].sum(axis=1) + every_shape.intercept, log_odds)
    assert np.unique(log_odds).size > 500


def test_one_row_and_a_table_give_the_same_bits(every_shape, awkward_rows):
    rows = awkward_rows(2000, 3)
    frame = pd.DataFrame(rows, columns=every_shape.columns, dtype=object)
    low, high = every_shape.interval(frame)
    for one, log_odds, parts, bags, ends in zip(
        [every_shape.score(row) for row in rows],
        every_shape.log_odds(frame),
        every_shape.contributions(frame),
        every_shape.bag_log_odds(frame),
        zip(low, high, strict=True),
        strict=True,
    ):
        assert (one.log_odds, one.contributions, one.bag_log_odds) == (log_odds, tuple(parts), tuple(bags))
        assert (one.low, one.high) == pytest.approx(ends, abs=1e-14)


@pytest.mark.parametrize("kind", [object, "str", "category"])
def test_the_type_of_a_text_column_does_not_change_its_bins(card, kind):
    contracts = pd.Series(["Two year", None, "Weekly", "Month-to-month"]).astype(kind)
    frame = pd.DataFrame({"tenure": [1.0] * 4, "Contract": contracts})
    assert card.encode(frame).bins[1].tolist() == [2, 0, 3, 1]


def test_a_chunked_table_scores_as_a_short_one(card, monkeypatch):
    monkeypatch.setattr("models.scorecard._CHUNK", 3)
    frame = pd.DataFrame({"tenure": np.arange(10.0), "Contract": ["Two year"] * 10})
    bags = card.bag_log_odds(frame)
    assert bags.tolist() == [list(card.score(row).bag_log_odds) for row in frame.to_dict("records")]


def test_a_table_without_a_column_of_the_model_is_refused_with_the_remedy(card):
    with pytest.raises(ScorecardError, match=r"lacks Contract.*load a table with"):
        card.log_odds(pd.DataFrame({"tenure": [1.0]}))


def test_no_rows_give_no_scores(card):
    frame = pd.DataFrame({"tenure": np.empty(0), "Contract": np.empty(0, dtype=object)})
    assert card.log_odds(frame).shape == (0,)
    assert card.contributions(frame).shape == (0, 3)
    assert card.bag_log_odds(frame).shape == (0, 2)


def test_the_json_round_trip_is_exact(every_shape):
    again = Scorecard.from_json(every_shape.to_json())
    assert again.to_json() == every_shape.to_json()
    assert again.version == every_shape.version
    assert again.document == every_shape.document


def test_the_version_changes_with_the_last_bit_of_one_score(plain):
    before = Scorecard.from_json(json.dumps(plain)).version
    plain["terms"][0]["scores"][1] += 2.0**-44
    assert Scorecard.from_json(json.dumps(plain)).version != before


def test_the_version_does_not_depend_on_how_the_file_is_laid_out(plain, card):
    text = json.dumps(dict(reversed(plain.items())), indent=3)
    assert Scorecard.from_json(text).version == card.version


def _set(path: str, value):
    def change(plain):
        *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
        place = plain
        for step in way:
            place = place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_set("format", 2), "format"),
        (_set("surprise", 1), "surprise"),
        (_set("intercept", "1"), "intercept"),
        (_set("intercept", 2.0**-45), "2\\*\\*-44"),
        (_set("terms.0.scores.1", 0.1), "terms.0: a score is no multiple"),
        (_set("terms.0.bags.1.1", 0.1), "terms.0: a score is no multiple"),
        (_set("terms.0.scores", [0.0] * 5), "5 scores for 4 cells"),
        (_set("terms.0.bags", [[0.0] * 4]), "1 bags for 2"),
        (_set("terms.0.bags.0", [0.0] * 3), "3 scores for 4 cells"),
        (_set("terms.0.axes.0.feature", 2), "no such feature"),
        (_set("terms.0.axes.0.feature", -1), "feature"),
        (_set("terms.0.axes.0.feature", 1), "levels of Contract"),
        (_set("terms.0.axes.0.edges", [6.0, 11.0]), "edges that stand in tenure"),
        (_set("terms.1.axes.0.levels", ["Two year", "Month-to-month"]), "levels of Contract"),
        (_set("terms.2.axes.1", {"feature": 0, "edges": [6.0, 12.0]}), "both axes are of one feature"),
        (_set("features.0.edges", [12.0, 6.0]), "ascend"),
        (_set("features.0.edges", [6.0, 6.0]), "ascend"),
        (_set("features.0.counts", [1]), "1 counts for 4 bins"),
        (_set("features.0.counts.0", -1), "counts"),
        (_set("features.1.column", "tenure"), "a column stands twice"),
        (_set("features.1.levels", ["a", "a"]), "a level stands twice"),
        (_set("features.1.levels", ["a ", ""]), "trimmed and not empty"),
        (_set("bag_intercepts", [0.0]), "bag_intercepts"),
        (_set("intercept", 600.0), "add up to more than 512"),
    ],
)
def test_a_file_that_is_wrong_in_one_point_is_refused_and_the_point_named(plain, change, reason):
    broken = copy.deepcopy(plain)
    change(broken)
    with pytest.raises(ScorecardError, match=reason):
        Scorecard.from_json(json.dumps(broken))


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{", '{"format": 1, "format": 1}', '{"format": NaN}', "[" * 100_000, "\x80\x04K\x01."],
    ids=["empty", "null", "list", "cut off", "a name twice", "NaN", "deep", "pickle"],
)
def test_what_is_no_scorecard_at_all_is_refused_with_the_remedy(text):
    with pytest.raises(ScorecardError, match="train again"):
        Scorecard.from_json(text)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_file_with_a_number_that_is_none_is_refused(plain, value):
    plain["terms"][0]["scores"][0] = value
    with pytest.raises(ScorecardError, match="no number of JSON"):
        Scorecard.from_json(json.dumps(plain))


def test_the_grid_rounds_halves_upwards():
    step = 2.0**-44
    assert on_grid([0.5 * step, -0.5 * step, 0.49 * step, 1.5 * step, 1.0]).tolist() == [
        step,
        0,
        0,
        2 * step,
        1,
    ]


def test_a_linear_score_is_kept_within_its_limit_and_on_the_grid():
    term = LinearTerm(type="linear", feature=0, slope=0.5, centre=2.0, missing=0.25, limit=8.0, bags=[])
    values = [2.0, 4.0, 1e9, -np.inf, np.nan, 2.0 + 2.0**-44]
    assert linear_score(values, 0.5, 0.25, term).tolist() == [0, 1, 8, -8, 0.25, 2.0**-44]
    assert linear_score([np.inf], 0.0, 0.25, term).tolist() == [0]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ({"tenure": 72, "Contract": "Two year"}, []),
        ({"tenure": 73, "Contract": "Weekly"}, [("tenure", "above"), ("Contract", "unknown")]),
        ({"tenure": -1, "Contract": " "}, [("tenure", "below"), ("Contract", "missing")]),
        ({"tenure": "two"}, [("tenure", "unreadable"), ("Contract", "missing")]),
    ],
)
def test_what_the_model_has_not_learned_from_is_named(card, row, kinds):
    found = card.unusual(row)
    assert [(one.column, one.kind) for one in found] == kinds
    assert all(one.text.startswith(one.column) for one in found)
