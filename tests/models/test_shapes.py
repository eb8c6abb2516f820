"""Shapes, importance and segments: what a scorecard says as a whole, read out of it exactly."""

import json

import numpy as np
import pandas as pd
import pytest

from models.explanation import FEWEST, explanation, importance, segment_reasons
from models.scorecard import Scorecard
from models.shapes import shapes, term_labels
from tests.models.conftest import plain_card

FRAME = pd.DataFrame(
    {
        "tenure": [2.0] * 40 + [50.0] * 40 + [8.0] * 5,
        "Contract": ["Month-to-month"] * 40 + ["Two year"] * 40 + ["Weekly"] * 5,
    }
)


def with_segments(spec):
    return spec.model_copy(update={"segments": ("Contract", "absent")})


def test_a_shape_holds_each_bin_in_words_with_its_effect_band_and_count(card, spec):
    tenure, contract, pair = shapes(card, spec)
    assert [one["words"] for one in tenure["bins"]] == [
        "not known", "under 6 months", "6 months to under 12 months", "12 months or more",
    ]  # fmt: skip
    assert [one["effect"] for one in tenure["bins"]] == [0.0, 1.0, 0.25, -1.0]
    assert [one["count"] for one in tenure["bins"]] == [0, 3, 2, 1]
    assert [(one["start"], one["end"]) for one in tenure["bins"]] == [
        (None, None), (None, 6.0), (6.0, 12.0), (12.0, None),
    ]  # fmt: skip
    assert [one["words"] for one in contract["bins"]] == [
        "not known", "Month to month", "Two year", "any other value",
    ]  # fmt: skip
    assert (contract["role"], pair["role"], tenure["kind"], pair["kind"]) == (
        "lever",
        "lever",
        "numeric",
        "pair",
    )
    assert [one["label"] for one in (tenure, contract, pair)] == term_labels(card, spec)


def test_the_effects_shown_are_those_that_rows_are_scored_by(every_shape, awkward_rows):
    rows = awkward_rows(300, 1)
    tables = [place for place, term in enumerate(every_shape.terms) if hasattr(term, "axes")]
    shown = {place: _flat(every_shape, place) for place in tables}
    assert tables
    for row in rows:
        parts = every_shape.score(row).contributions
        for place in tables:
            bins = [every_shape.bin_of(f, row.get(c)) for f, c in enumerate(every_shape.columns)]
            assert shown[place][int(every_shape.cell(place, [np.array(b) for b in bins]))] == parts[place]


def _flat(card, place):
    """Give the effects of a term as the shape shows them, cell by cell."""
    from config.dataset import parse_spec

    kinds = {"numeric": "numeric", "categorical": "categorical"}
    features = "\n".join(
        f"  - {{column: {f.column}, label: {f.column}, kind: {kinds[f.kind]}}}" for f in card.features
    )
    spec = parse_spec(
        f"name: shape\ntitle: S\nid: key\noutcome: {{column: left, positive: x}}\nfeatures:\n{features}"
    )
    shape = shapes(card, spec)[place]
    cells = shape["bins"] if "bins" in shape else [cell for row in shape["cells"] for cell in row]
    return [cell["effect"] for cell in cells]


def test_the_band_is_the_spread_of_the_bags(plain, spec):
    plain["terms"][0]["bags"] = [[0.0, 0.5, 0.0, 0.0], [0.0, 1.5, 0.0, 0.0]]
    one = shapes(Scorecard.from_json(json.dumps(plain)), spec)[0]["bins"][1]
    reach = 2.0 * np.std([0.5, 1.5], ddof=1)
    assert (one["low"], one["high"]) == pytest.approx((1.0 - reach, 1.0 + reach))


def test_a_pair_counts_the_rows_of_each_cell_where_rows_are_given(card, spec):
    assert shapes(card, spec)[2]["cells"][1][1]["count"] is None
    cells = shapes(card, spec, card.encode(FRAME))[2]["cells"]
    assert (cells[1][1]["count"], cells[2][2]["count"], cells[1][3]["count"]) == (40, 40, 5)
    assert sum(cell["count"] for row in cells for cell in row) == len(FRAME)


def test_a_shape_is_told_by_its_ends_among_what_customers_hold(card, spec):
    tenure, contract, _ = shapes(card, spec)
    assert tenure["words"].startswith("The chance of leaving is highest at ")
    assert tenure["words"].endswith("and lowest at 12 months or more (12%).")
    assert "not known" not in contract["words"]
    assert "any other value" not in contract["words"]


def test_whole_numbers_are_told_as_people_count_them_and_others_are_not(plain, spec):
    edges = [0.5, 1.5, 4.0]
    plain["features"][0] |= {"edges": edges, "counts": [0, 1, 1, 1, 1]}
    plain["terms"] = [
        {"type": "table", "axes": [{"feature": 0, "edges": edges}], "scores": [0] * 5, "bags": [[0] * 5] * 2}
    ]
    words = [one["words"] for one in shapes(Scorecard.from_json(json.dumps(plain)), spec)[0]["bins"]]
    assert words[1:] == ["0 months or less", "1 month", "2 to 3 months", "4 months or more"]
    plain["features"][0]["maximum"] = 72.3
    words = [one["words"] for one in shapes(Scorecard.from_json(json.dumps(plain)), spec)[0]["bins"]]
    assert words[1:] == [
        "under 0.5 months", "0.5 months to under 1.5 months", "1.5 months to under 4 months",
        "4 months or more",
    ]  # fmt: skip


def test_edges_that_lie_close_are_told_apart(plain, spec):
    edges = [1.0001, 1.0002]
    plain["features"][0] |= {"edges": edges, "counts": [0, 1, 1, 1]}
    plain["terms"] = [
        {"type": "table", "axes": [{"feature": 0, "edges": edges}], "scores": [0] * 4, "bags": [[0] * 4] * 2}
    ]
    words = [one["words"] for one in shapes(Scorecard.from_json(json.dumps(plain)), spec)[0]["bins"]]
    assert words[1] == "under 1.0001 months"
    assert words[2] == "1.0001 months to under 1.0002 months"


def test_a_slope_is_a_line_over_the_range_of_training(spec):
    linear = {
        "type": "linear", "feature": 0, "slope": -0.0625, "centre": 8.0, "missing": 0.5, "limit": 16.0,
        "bags": [{"slope": -0.0625, "missing": 0.25}] * 2,
    }  # fmt: skip
    card = Scorecard.from_json(json.dumps(plain_card(terms=[linear])))
    shape = shapes(card, spec)[0]
    assert shape["kind"] == "linear"
    assert [point["value"] for point in shape["line"]] == [0.0, 18.0, 36.0, 54.0, 72.0]
    for point in shape["line"]:
        assert point["effect"] == card.score({"tenure": point["value"]}).contributions[0]
    assert shape["bins"][0]["effect"] == 0.5


def test_importance_is_the_mean_size_of_what_a_term_gives(card, spec):
    found = importance(card, FRAME, spec)
    parts = np.abs(card.contributions(FRAME)).mean(axis=0)
    assert [one["mean"] for one in found] == sorted(parts.tolist(), reverse=True)
    assert sum(one["share"] for one in found) == pytest.approx(1)
    assert found[0]["label"] == "Contract"
    assert [one["columns"] for one in importance(card, FRAME)] == [one["columns"] for one in found]


def test_importance_of_no_rows_is_nothing(card):
    assert [one["share"] for one in importance(card, FRAME.iloc[:0])] == [None, None, None]


def test_reasons_of_a_segment_add_up_to_how_it_differs(card, spec):
    (found,) = segment_reasons(card, FRAME, with_segments(spec))
    months, years, weekly = found["levels"]
    rows = FRAME["Contract"] == months["level"]
    log_odds = card.log_odds(FRAME)
    assert months["difference"] == pytest.approx(log_odds[rows].mean() - log_odds.mean(), abs=1e-9)
    assert sum(one["difference"] for one in months["reasons"]) == pytest.approx(
        months["difference"], abs=1e-9
    )
    assert months["mean_chance"] == pytest.approx(card.probability(FRAME)[rows].mean())
    assert "above the" in months["words"] and "below the" in years["words"]
    assert "mostly because of: Contract, Tenure" in years["words"]
    assert weekly == {"level": "Weekly", "label": "Weekly", "n": 5, "too_few": True}


def test_a_segment_is_spoken_of_from_thirty_customers_on(card, spec):
    for rows, too_few in ((FEWEST - 1, True), (FEWEST, False)):
        (found,) = segment_reasons(card, FRAME.iloc[:rows], with_segments(spec))
        assert found["levels"][0]["too_few"] is too_few


def test_the_section_of_the_report_is_plain_json(card, spec):
    section = explanation(card, FRAME, with_segments(spec))
    assert json.loads(json.dumps(section, allow_nan=False)) == section
