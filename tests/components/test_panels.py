from types import SimpleNamespace

from components import panels
from components.heatmap import step
from tests.components.trees import by_class, kinds, text

LEVELS = [
    {"level": "m", "label": "Monthly", "known": 10, "leavers": 4, "churn_share": 0.4, "revenue": 500.0,
     "revenue_at_risk": 120.0},
    {"level": "y", "label": "Yearly", "known": 20, "leavers": 1, "churn_share": 0.05, "revenue": 900.0,
     "revenue_at_risk": 30.0},
]  # fmt: skip
STAMP = SimpleNamespace(currency="USD", withheld=None, version="ab12", state="draft")
COHORTS = [
    {"start": "2026-01-01", "months": 0, "customers": 10, "remaining": 10, "share": 1.0},
    {"start": "2026-01-01", "months": 1, "customers": 10, "remaining": 8, "share": 0.8},
    {"start": "2026-02-01", "months": 0, "customers": 5, "remaining": 5, "share": 1.0},
]


def test_without_dates_the_trend_says_one_snapshot_no_history():
    shown = panels.trend([], 1)
    assert "One snapshot, no history" in text(shown)
    assert not kinds(shown, "Graph")


def test_a_month_whose_outcome_is_not_known_is_not_zero():
    rows = [
        {"period": "2026-01-01", "customers": 10, "leavers": 1, "churn_share": 0.1},
        {"period": "2026-02-01", "customers": 9, "leavers": None, "churn_share": None},
    ]
    shown = panels.trend(rows, 3)
    (held,) = kinds(shown, "Store")
    assert held.data["data"][0]["y"] == [0.1, None]
    assert "not known" in text(shown)


def test_a_breakdown_says_how_many_it_stands_on():
    assert "Share who left, by contract; 30 customers" in text(
        panels.breakdown(LEVELS, "contract", "Contract", "x")
    )


def test_money_at_risk_carries_the_model_mark_and_the_draft():
    shown = panels.revenue(LEVELS, "contract", "Contract", STAMP)
    assert by_class(shown, "ks-model-mark")
    assert "draft, not signed off" in text(shown)


def test_who_may_not_see_the_model_sees_revenue_and_why():
    rows = [row | {"revenue_at_risk": None} for row in LEVELS]
    stamp = SimpleNamespace(
        currency="USD", withheld="The model is a draft.", version=None, state=None, has_averages=False
    )
    shown = panels.revenue(rows, "contract", "Contract", stamp)
    assert not by_class(shown, "ks-model-mark")
    assert "The model is a draft." in text(shown)
    assert "At risk" not in text(shown)


def test_retention_by_start_is_a_table_with_gaps_where_nothing_is_known_yet():
    shown = panels.retention(COHORTS)
    cells = [cell.children for cell in kinds(shown, "Td")]
    assert cells == ["100", "80", "100", None]


def test_a_cell_of_retention_says_its_sentence():
    titles = [cell.title for cell in kinds(panels.retention(COHORTS), "Td") if cell.children == "80"]
    assert titles == ["80.0% of 10 customers who began in Jan 2026 still here after 1 month"]


def test_retention_without_dates_goes_by_band():
    shown = panels.retention([{"band": "0-6", "customers": 8, "remaining": 4, "share": 0.5}])
    assert "8 customers in one snapshot" in text(shown)
    assert kinds(shown, "Graph")


def test_colours_of_the_map_go_from_nothing_to_all():
    assert [step(part) for part in (0, 0.44, 0.46, 1)] == [0, 4, 5, 10]
