"""How like the training data a customer is, by input and as a whole; beyond a distance no firm score."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from config.dataset import parse_spec
from models.familiarity import UNLIKE_ROW, familiarity, unlike_share
from models.scorecard import Scorecard
from tests.models.conftest import plain_card

USUAL = {"tenure": 30.0, "Contract": "Month-to-month"}


def counted(**changes):
    """Make a card that has seen a thousand customers, one of them on two years, none unknown."""
    plain = plain_card(**changes)
    plain["features"][0]["counts"] = [0, 200, 300, 500]
    plain["features"][1]["counts"] = [0, 999, 1, 0]
    return Scorecard.from_json(json.dumps(plain))


def many(inputs):
    """Make a card of many equal inputs, each with two usual levels and a rare one, and its spec."""
    features = [
        {"column": f"c{n}", "kind": "categorical", "levels": ["a", "b", "z"], "counts": [0, 500, 490, 10, 0]}
        for n in range(inputs)
    ]
    columns = "\n".join(f"  - {{column: c{n}, label: C{n}, kind: categorical}}" for n in range(inputs))
    spec = f"name: many\ntitle: M\nid: key\noutcome: {{column: left, positive: x}}\nfeatures:\n{columns}"
    return Scorecard.from_json(json.dumps(plain_card(features=features, terms=[]))), parse_spec(spec)


def test_a_usual_customer_raises_no_word(spec):
    found = familiarity(counted(), USUAL, spec)
    assert (found.grade, found.is_firm, found.text) == ("usual", True, "")
    assert [one.words for one in found.inputs] == [None, None]


def test_an_input_is_as_usual_as_the_share_of_rows_that_far_out(spec):
    of = {one.column: one.share for one in familiarity(counted(), USUAL, spec).inputs}
    assert of == {"tenure": 1.0, "Contract": 1.0}
    low = familiarity(counted(), {"tenure": 2.0, "Contract": "Two year"}, spec).inputs
    assert [one.share for one in low] == [0.4, 1 / 1000]
    assert low[1].words == (
        "Contract is Two year; fewer than 1 in 999 customers that the model has learned from are as far out."
    )


def test_a_sliver_of_a_bin_amid_others_is_not_rare(plain, spec):
    plain["features"][0]["counts"] = [0, 500, 1, 500]
    plain["features"][1]["counts"] = [0, 900, 101, 0]
    card = Scorecard.from_json(json.dumps(plain))
    assert familiarity(card, {"tenure": 8.0, "Contract": "Month-to-month"}, spec).inputs[0].share == 1.0


def test_what_is_often_missing_is_not_unusual_when_missing(plain, spec):
    plain["features"][0]["counts"] = [400, 200, 200, 200]
    plain["features"][1]["counts"] = [0, 900, 100, 0]
    card = Scorecard.from_json(json.dumps(plain))
    assert familiarity(card, USUAL | {"tenure": None}, spec).grade == "usual"
    assert familiarity(counted(), USUAL | {"tenure": None}, spec).grade == "unusual"


@pytest.mark.parametrize(
    ("tenure", "grade", "beyond"),
    [(72.0, "usual", 0.0), (90.0, "unusual", 0.25), (108.0, "unusual", 0.5), (108.1, "unlike", None),
     (-36.1, "unlike", None), (math.inf, "unlike", math.inf), (-math.inf, "unlike", math.inf)],
)  # fmt: skip
def test_beyond_half_the_range_there_is_no_firm_score(spec, tenure, grade, beyond):
    found = familiarity(counted(), USUAL | {"tenure": tenure}, spec)
    assert found.grade == grade
    assert beyond is None or found.inputs[0].beyond == beyond
    assert found.is_firm is (grade != "unlike")
    if grade == "unlike":
        assert found.text == "No firm score: far outside what the model has seen in Tenure."
    if grade == "unusual":
        assert found.text == "Unusual, so take the score with care: Tenure."


def test_a_customer_of_whom_little_is_known_gets_no_firm_score(spec):
    found = familiarity(counted(), {}, spec)
    assert found.text == "No firm score: 100% of what the model reads is not known here or was never seen."
    half = familiarity(counted(), {"tenure": 30.0, "Contract": "never seen"}, spec)
    assert half.grade == "unusual"


def test_many_rare_values_at_once_are_unlike_anything_seen():
    card, spec = many(8)
    row = {f"c{n}": "a" for n in range(8)}
    grades = []
    for rare in range(9):
        found = familiarity(card, row | {f"c{n}": "z" for n in range(rare)}, spec)
        grades.append(found.grade)
    assert grades[:3] == ["usual"] * 3
    assert grades[-1] == "unlike"
    assert sorted(grades, key=["usual", "unusual", "unlike"].index) == grades
    assert "too much is unusual at once, above all C0, C1 and C2" in found.text


def test_the_share_of_a_row_is_fisher_s():
    from scipy.stats import combine_pvalues

    card, spec = many(5)
    found = familiarity(card, {"c0": "z", "c1": "z", "c2": "b", "c3": "a", "c4": "b"}, spec)
    assert found.share == pytest.approx(combine_pvalues([one.share for one in found.inputs]).pvalue, rel=1e-9)


def test_a_card_without_counts_judges_by_range_alone(plain, spec):
    for feature in plain["features"]:
        feature["counts"] = [0] * 4
    card = Scorecard.from_json(json.dumps(plain))
    assert familiarity(card, USUAL, spec).share is None
    assert familiarity(card, USUAL | {"tenure": 1e9}, spec).grade == "unlike"
    assert familiarity(card, USUAL, spec).grade == "usual"
    assert familiarity(card, {}, spec).grade == "unlike"
    rows = pd.DataFrame([USUAL, {"tenure": None, "Contract": None}, {"tenure": 5.0, "Contract": "new"}])
    assert unlike_share(card, rows) == 1 / 3


def test_a_table_is_judged_as_its_rows_are(spec):
    card = counted()
    rows = [
        USUAL, {}, {"tenure": 500.0, "Contract": "Two year"}, {"tenure": -1.0, "Contract": "new"},
        {"tenure": np.nan, "Contract": "Month-to-month"}, {"tenure": 3, "Contract": None},
    ]  # fmt: skip
    frame = pd.DataFrame([{"tenure": r.get("tenure"), "Contract": r.get("Contract")} for r in rows])
    each = [familiarity(card, row, spec).grade == "unlike" for row in rows]
    assert any(each) and not all(each)
    assert unlike_share(card, frame) == np.mean(each)
    assert unlike_share(card, frame.iloc[:0]) == 0
    other, _ = many(8)
    assert unlike_share(other, pd.DataFrame([{f"c{n}": "z" for n in range(8)}] * 2)) == 1
    assert UNLIKE_ROW > 0
