import pytest

from components.waterfall import gauge, waterfall, waterfall_data
from tests.components.trees import kinds

REASONS = [
    {"label": f"Reason {n}", "value": str(n), "points": points, "role": "fact"}
    for n, points in enumerate([0.3, -0.2, 0.1, 0.05, 0.02, -0.01, 0.03, 0.01, 0.004, -0.004])
]
END = 0.2 + sum(r["points"] for r in REASONS)


def test_rows_add_up_from_the_starting_point_to_the_score():
    """S43: what is shown is the whole of the score."""
    data = waterfall_data(0.2, END, REASONS)
    assert data["start"] + sum(row["points"] for row in data["rows"]) == pytest.approx(data["end"], abs=1e-15)


def test_what_is_not_shown_alone_stands_in_one_row():
    last = waterfall_data(0.2, END, REASONS)["rows"][-1]
    assert (last["label"], last["value"]) == ("Everything else", "2 more")
    assert last["points"] == pytest.approx(0.0, abs=1e-15)


def test_few_reasons_need_no_row_for_the_rest():
    rows = waterfall_data(0.2, 0.5, REASONS[:1])["rows"]
    assert [row["label"] for row in rows] == ["Reason 0"]


def test_a_drawing_without_data_leaves_its_place_to_a_script():
    assert not kinds(waterfall("what-if"), "Store")
    assert kinds(gauge("customer", {"probability": 0.5, "low": 0.4, "high": 0.6}), "Store")
