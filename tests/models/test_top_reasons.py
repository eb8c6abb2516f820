"""The weightiest reasons of many rows are those of one row at a time, to the bit."""

import json

import numpy as np
import pandas as pd
import pytest

from models import top_reasons as module
from models.scorecard import Scorecard, ScorecardError
from models.top_reasons import top_reasons
from tests.models.conftest import plain_card


def sorted_reasons(card, frame, count, wanted=None):
    """Give the same by sorting every contribution of every row."""
    parts = card.contributions(frame)
    weights = np.abs(parts) if wanted is None else np.maximum(wanted * parts, 0.0)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :count]
    nothing = np.take_along_axis(weights, order, axis=1) == 0
    return np.where(nothing, -1, order), np.where(nothing, 0.0, np.take_along_axis(parts, order, axis=1))


def frame_of(rows, card):
    return pd.DataFrame({column: [row.get(column) for row in rows] for column in card.columns}, dtype=object)


@pytest.mark.parametrize(("direction", "wanted"), [("both", None), ("raising", 1), ("lowering", -1)])
@pytest.mark.parametrize("count", [1, 3, 5])
def test_they_are_the_largest_contributions_of_each_row(every_shape, awkward_rows, direction, wanted, count):
    frame = frame_of(awkward_rows(500, 5), every_shape)
    found = top_reasons(every_shape, frame, count=count, direction=direction)
    terms, contributions = sorted_reasons(every_shape, frame, count, wanted)
    assert np.array_equal(found.terms, terms)
    assert np.array_equal(found.contributions, contributions)


def test_threads_and_chunks_change_nothing(every_shape, awkward_rows, monkeypatch):
    frame = frame_of(awkward_rows(700, 6), every_shape)
    terms, contributions = sorted_reasons(every_shape, frame, 3)
    monkeypatch.setattr(module, "_CHUNK", 64)
    for threads in (1, 3):
        found = top_reasons(every_shape, frame, threads=threads)
        assert np.array_equal(found.terms, terms)
        assert np.array_equal(found.contributions, contributions)


def test_of_equal_weights_the_earlier_term_comes_first_as_in_the_reasons_of_one(plain, spec):
    from models.reasons import reasons

    plain["terms"][1]["scores"][1] = -1.0
    card = Scorecard.from_json(json.dumps(plain))
    row = {"tenure": 2, "Contract": "Month-to-month"}
    found = top_reasons(card, pd.DataFrame([row]))
    assert found.terms.tolist() == [[0, 1, 2]]
    assert found.contributions.tolist() == [[1.0, -1.0, 0.75]]
    assert [card.term_columns[t] for t in found.terms[0]] == [r.columns for r in reasons(card, row, spec)]


def test_a_row_with_fewer_reasons_says_so(card):
    found = top_reasons(card, pd.DataFrame([{"tenure": np.nan, "Contract": None}]))
    assert found.terms.tolist() == [[1, -1, -1]]
    assert found.contributions.tolist() == [[0.125, 0.0, 0.0]]
    assert top_reasons(card, pd.DataFrame({"tenure": [], "Contract": []})).terms.shape == (0, 3)


def test_the_largest_and_the_smallest_score_there_can_be_stay_exact():
    big, small = 512.0, 2.0**-44
    card = Scorecard.from_json(
        json.dumps(
            plain_card(
                intercept=0.0,
                bag_intercepts=[0.0, 0.0],
                terms=[
                    {
                        "type": "table",
                        "axes": [{"feature": 0, "edges": [6.0, 12.0]}],
                        "scores": [0.0, -big, small, -small],
                        "bags": [[0.0] * 4] * 2,
                    }
                ],
            )
        )
    )
    found = top_reasons(card, pd.DataFrame({"tenure": [1.0, 7.0, 20.0], "Contract": None}), count=1)
    assert found.contributions[:, 0].tolist() == [-big, small, -small]


def test_a_table_without_a_column_of_the_model_is_refused(card):
    with pytest.raises(ScorecardError, match="load a table with these columns"):
        top_reasons(card, pd.DataFrame({"tenure": [1.0]}))
