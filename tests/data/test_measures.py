"""Measures of the Overview, against values worked out by hand on tiny tables."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from config.dataset import DatasetSpec
from data.warehouse import Filters, GroupTooSmall, Warehouse

PLAIN = {
    "name": "tiny",
    "title": "Tiny",
    "id": "id",
    "outcome": {"column": "left", "positive": "1"},
    "revenue": "paid",
    "tenure": "tenure",
    "region": "region",
    "segments": ["plan", "lines"],
    "protected": ["sex"],
    "features": [
        {"column": "plan", "label": "Plan", "kind": "categorical", "levels": ["z", "x", "never"]},
        {"column": "lines", "label": "Lines", "kind": "numeric"},
        {"column": "paid", "label": "Paid", "kind": "numeric"},
        {"column": "tenure", "label": "Tenure", "kind": "numeric"},
    ],
}
SPEC = DatasetSpec.model_validate(PLAIN)
DATED = DatasetSpec.model_validate(
    PLAIN | {"grain": "customer-month", "period": "month", "horizon_months": 2}
)
COLUMNS = ["id", "left", "paid", "tenure", "plan", "lines", "region", "sex"]

ONCE = pd.DataFrame(
    [
        ("a", "0", 10.0, 0.0, "x", 1.0, "North", "f"),
        ("b", "0", 20.0, 6.0, "x", 2.0, "North", "m"),
        ("c", "1", 40.0, 7.0, "x", 10.0, "South", "f"),
        ("d", "0", None, 12.5, "y", 10.0, "South", "m"),
        ("e", "1", 80.0, 48.0, "y", 2.5, None, "f"),
        ("f", None, 5.0, 49.0, None, None, "North", "m"),
    ],
    columns=COLUMNS,
)
CHANCES = {"a": 0.5, "b": 0.25, "c": 0.9, "d": 0.125, "e": 0.8, "f": 1.0}

# Four months, leaving within two: January and February are known, of March only that c left. a and b
# began before the data, c in February (tenure 1 in March), d in March. b is gone after February, c after
# March.
MONTHS = pd.DataFrame(
    [
        ("a", "2026-01-01", "0", 10.0, 5.0, "x"), ("a", "2026-02-01", "0", 11.0, 6.0, "x"),
        ("a", "2026-03-01", None, 12.0, 7.0, "x"), ("a", "2026-04-01", None, 13.0, 8.0, "y"),
        ("b", "2026-01-01", "1", 20.0, 3.0, "x"), ("b", "2026-02-01", "1", 20.0, 4.0, "x"),
        ("c", "2026-02-01", "1", 30.0, 0.0, "y"), ("c", "2026-03-01", "1", 30.0, 1.0, "y"),
        ("d", "2026-03-01", None, 40.0, 0.0, "y"), ("d", "2026-04-01", None, 40.0, 1.0, "y"),
    ],
    columns=["id", "month", "left", "paid", "tenure", "plan"],
).assign(lines=1.0, region="North", sex="f")  # fmt: skip


def keep(folder, rows, spec, chances=None):
    warehouse = Warehouse(folder)
    id = warehouse.write_snapshot(
        rows,
        spec,
        source="tiny",
        refused=pd.DataFrame(),
        report={},
        parent=None,
        created=datetime(2026, 4, 5, tzinfo=UTC),
    ).id
    if chances is not None:
        table = warehouse.current_table(id)
        chance = table["id"].map(chances)
        money = {"expected_loss": chance * 12, "monthly_revenue": float("nan"), "active": table["_active"]}
        score = {"key": table["id"], "log_odds": 0.0, "probability": chance, "low": 0.0, "high": 1.0}
        warehouse.write_scores(id, "v", pd.DataFrame(score | money))
    return warehouse, id


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    return keep(tmp_path_factory.mktemp("once"), ONCE, SPEC, CHANCES)


@pytest.fixture(scope="module")
def dated(tmp_path_factory):
    return keep(tmp_path_factory.mktemp("dated"), MONTHS, DATED, {"a": 0.5, "d": 0.25})


def pick(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


def test_the_headline_of_one_snapshot(once):
    """Active: a, b, d, f. Known: a to e, of whom c and e left. d's revenue is not known."""
    warehouse, id = once
    found = warehouse.headline(id, version="v")
    assert (found.customers, found.scored, found.revenue_customers) == (4, 4, 3)
    assert found.revenue == pytest.approx(10 + 20 + 5)
    assert found.expected_leavers == pytest.approx(0.5 + 0.25 + 0.125 + 1)
    assert found.revenue_at_risk == pytest.approx(0.5 * 10 + 0.25 * 20 + 1 * 5)
    assert (found.churn_leavers, found.churn_customers, found.churn_share) == (2, 5, 0.4)


def test_one_snapshot_has_no_period_and_no_history(once):
    warehouse, id = once
    found = warehouse.headline(id)
    assert (found.churn_period, found.churn_period_before, found.churn_share_before) == (None, None, None)
    assert (found.customers_before, found.revenue_before) == (None, None)
    assert warehouse.trend(id) == []


def test_without_scores_the_models_figures_are_none(once):
    warehouse, id = once
    found = warehouse.headline(id)
    assert (found.expected_leavers, found.revenue_at_risk, found.scored) == (None, None, 0)
    assert pick(warehouse.breakdown(id, "plan"), "expected_leavers", "revenue_at_risk") == [(None, None)] * 3


def test_without_a_revenue_column_money_is_none(tmp_path):
    spec = DatasetSpec.model_validate({k: v for k, v in PLAIN.items() if k != "revenue"})
    warehouse, id = keep(tmp_path, ONCE, spec, CHANCES)
    found = warehouse.headline(id, version="v")
    assert (found.revenue, found.revenue_at_risk, found.customers) == (None, None, 4)
    assert found.expected_leavers == pytest.approx(1.875)
    assert set(pick(warehouse.breakdown(id, "plan", version="v"), "revenue", "revenue_at_risk")) == {
        (None, None)
    }


def test_a_breakdown_of_one_snapshot(once):
    """In the spec's order (z and never do not occur), then the others, the missing level last."""
    warehouse, id = once
    rows = warehouse.breakdown(id, "plan", version="v")
    assert pick(rows, "level", "customers", "known", "leavers", "churn_share") == [
        ("x", 2, 3, 1, pytest.approx(1 / 3)), ("y", 1, 2, 1, 0.5), ("", 1, 0, 0, None)
    ]  # fmt: skip
    assert pick(rows, "revenue", "expected_leavers", "revenue_at_risk") == [
        (30.0, 0.75, 10.0), (None, 0.125, None), (5.0, 1.0, 5.0)
    ]  # fmt: skip


def test_a_level_that_all_left_has_no_customers_and_no_revenue(once):
    warehouse, id = once
    rows = warehouse.breakdown(id, "region", version="v")
    assert pick(rows, "level", "customers", "leavers", "revenue", "revenue_at_risk") == [
        ("North", 3, 0, 35.0, 15.0), ("South", 1, 1, None, None), ("", 0, 1, 0.0, 0.0)
    ]  # fmt: skip


def test_a_numeric_segment_has_levels_of_whole_numbers_in_order_of_size(once):
    warehouse, id = once
    assert warehouse.levels(id, "lines") == ["1", "2", "2.5", "10", ""]
    assert warehouse.headline(id, Filters({"lines": ["10", "2.5"]})).churn_customers == 3


def test_levels_follow_the_spec_then_the_alphabet(once):
    warehouse, id = once
    assert warehouse.levels(id, "plan") == ["x", "y", ""]


def test_tenure_bands_by_outcome(once):
    """0 and 6 are in 0-6; 7 in 7-12; 12.5 in 13-24; 48 in 25-48; f (49 months) has no outcome yet."""
    warehouse, id = once
    assert pick(warehouse.tenure_by_outcome(id), "band", "stayed", "left") == [
        ("0-6", 2, 0), ("7-12", 0, 1), ("13-24", 1, 0), ("25-48", 0, 1)
    ]  # fmt: skip


def test_without_dates_cohorts_go_by_tenure_band(once):
    warehouse, id = once
    assert warehouse.cohorts(id, Filters({"plan": ["x"]})) == [
        {"band": "0-6", "customers": 2, "remaining": 2, "share": 1.0},
        {"band": "7-12", "customers": 1, "remaining": 0, "share": 0.0},
    ]


def test_without_tenure_there_are_no_bands(tmp_path):
    spec = DatasetSpec.model_validate({k: v for k, v in PLAIN.items() if k != "tenure"})
    warehouse, id = keep(tmp_path, ONCE, spec)
    assert warehouse.tenure_by_outcome(id) == []
    assert warehouse.cohorts(id) == []


def test_where_nobody_is_left_in_view_sums_are_zero_and_shares_unknown(once):
    warehouse, id = once
    found = warehouse.headline(id, Filters({"plan": ["nobody"]}), "v")
    assert (found.customers, found.revenue, found.expected_leavers, found.revenue_at_risk) == (0, 0, 0, 0)
    assert (found.churn_share, found.churn_customers) == (None, 0)
    assert warehouse.breakdown(id, "plan", Filters({"plan": ["nobody"]}), "v") == []


def test_the_headline_by_month(dated):
    """Now: a and d. In March: a, c and d; that c has left since is not known of today's customers either."""
    warehouse, id = dated
    found = warehouse.headline(id, version="v")
    assert (found.customers, found.customers_before) == (2, 3)
    assert (found.revenue, found.revenue_before) == (53.0, 82.0)
    assert (found.churn_period, found.horizon_months) == ("2026-02-01", 2)
    assert (found.churn_leavers, found.churn_customers) == (2, 3)
    assert found.churn_share == pytest.approx(2 / 3)
    assert (found.churn_period_before, found.churn_share_before, found.churn_customers_before) == (
        "2026-01-01", 0.5, 2
    )  # fmt: skip
    assert found.revenue_at_risk == pytest.approx(0.5 * 13 + 0.25 * 40)


def test_where_the_last_month_is_known_both_months_count_those_who_did_not_leave(tmp_path):
    rows = MONTHS[MONTHS["month"] <= "2026-02-01"]
    warehouse, id = keep(tmp_path, rows, DATED)
    found = warehouse.headline(id)
    assert (found.customers, found.customers_before) == (1, 1)
    assert (found.revenue, found.revenue_before) == (11.0, 10.0)


def test_the_trend_says_churn_only_where_it_is_known(dated):
    warehouse, id = dated
    assert pick(warehouse.trend(id), "period", "customers", "known", "leavers", "churn_share", "revenue") == [
        ("2026-01-01", 2, 2, 1, 0.5, 30.0),
        ("2026-02-01", 3, 3, 2, pytest.approx(2 / 3), 61.0),
        ("2026-03-01", 3, 0, None, None, 82.0),
        ("2026-04-01", 2, 0, None, None, 53.0),
    ]


def test_a_period_limits_the_history_and_leaves_today_as_it_is(dated):
    warehouse, id = dated
    january = Filters(period=("2026-01", "2026-01"))
    assert pick(warehouse.trend(id, january), "period") == [("2026-01-01",)]
    found = warehouse.headline(id, january)
    assert (found.customers, found.churn_period, found.churn_share) == (2, "2026-01-01", 0.5)
    assert found.churn_period_before is None
    late = warehouse.headline(id, Filters(period=("2026-03", None)))
    assert (late.churn_share, late.churn_period, late.customers) == (None, None, 2)
    assert warehouse.tenure_by_outcome(id, Filters(period=("2026-03", None))) == []


def test_a_breakdown_by_month_joins_today_with_the_last_known_month(dated):
    """Now a and d are on y; in February a and b were on x, c on y."""
    warehouse, id = dated
    rows = warehouse.breakdown(id, "plan", version="v")
    assert pick(rows, "level", "customers", "known", "leavers", "revenue") == [
        ("x", 0, 2, 1, 0.0), ("y", 2, 1, 1, 53.0)
    ]  # fmt: skip


def test_tenure_by_outcome_is_of_the_last_known_month(dated):
    warehouse, id = dated
    assert pick(warehouse.tenure_by_outcome(id), "band", "stayed", "left") == [("0-6", 1, 2)]


def test_cohorts_count_who_is_still_there_month_by_month(dated):
    warehouse, id = dated
    assert pick(warehouse.cohorts(id), "start", "months", "customers", "remaining", "share") == [
        (None, 0, 2, 2, 1.0), (None, 1, 2, 2, 1.0), (None, 2, 2, 1, 0.5), (None, 3, 2, 1, 0.5),
        ("2026-02-01", 0, 1, 1, 1.0), ("2026-02-01", 1, 1, 1, 1.0), ("2026-02-01", 2, 1, 0, 0.0),
        ("2026-03-01", 0, 1, 1, 1.0), ("2026-03-01", 1, 1, 1, 1.0),
    ]  # fmt: skip


def test_a_filter_takes_a_cohorts_customers_by_their_last_month(dated):
    """a was on plan x until March and is on y now; b was on x to the end."""
    warehouse, id = dated
    rows = warehouse.cohorts(id, Filters({"plan": ["x"]}))
    assert pick(rows, "start", "months", "remaining") == [
        (None, 0, 1),
        (None, 1, 1),
        (None, 2, 0),
        (None, 3, 0),
    ]


def test_without_tenure_a_cohort_begins_when_first_seen(tmp_path):
    spec = DATED.model_copy(update={"tenure": None})
    warehouse, id = keep(tmp_path, MONTHS, spec)
    rows = [row for row in warehouse.cohorts(id) if row["months"] == 0]
    assert pick(rows, "start", "customers") == [("2026-01-01", 2), ("2026-02-01", 1), ("2026-03-01", 1)]


def test_a_tenure_that_is_missing_or_absurd_leaves_the_month_first_seen(tmp_path):
    rows = MONTHS.assign(tenure=[None] * 4 + [float("inf")] * 2 + [-5.0] * 2 + [0.0] * 2)
    warehouse, id = keep(tmp_path, rows, DATED)
    found = [row for row in warehouse.cohorts(id) if row["months"] == 0]
    assert pick(found, "start", "customers") == [
        (None, 1), ("2026-01-01", 1), ("2026-02-01", 1), ("2026-03-01", 1)
    ]  # fmt: skip


def test_a_period_chooses_cohorts_by_their_start(dated):
    warehouse, id = dated
    rows = warehouse.cohorts(id, Filters(period=("2026-02", "2026-02")))
    assert set(pick(rows, "start")) == {("2026-02-01",)}


def test_cohorts_run_over_the_turn_of_a_year(tmp_path):
    rows = MONTHS.replace({"month": {"2026-01-01": "2025-11-01", "2026-02-01": "2025-12-01",
                                     "2026-03-01": "2026-01-01", "2026-04-01": "2026-02-01"}})  # fmt: skip
    warehouse, id = keep(tmp_path, rows, DATED)
    assert {row["start"] for row in warehouse.cohorts(id)} == {None, "2025-12-01", "2026-01-01"}


@pytest.mark.parametrize("ask", ["headline", "trend", "tenure_by_outcome", "cohorts"])
def test_a_filter_that_the_spec_does_not_offer_is_refused(once, ask):
    warehouse, id = once
    with pytest.raises(ValueError, match="choose one of plan, lines, region, sex"):
        getattr(warehouse, ask)(id, Filters({"paid": ["10"]}))


@pytest.mark.parametrize("ask", ["breakdown", "levels"])
def test_a_column_that_is_no_segment_is_not_broken_down(once, ask):
    warehouse, id = once
    with pytest.raises(ValueError, match="choose one of plan, lines, region, sex"):
        getattr(warehouse, ask)(id, "paid")


def test_an_answer_changed_by_its_reader_does_not_change_the_next(once):
    warehouse, id = once
    warehouse.breakdown(id, "plan")[0]["customers"] = 99
    warehouse.levels(id, "plan").clear()
    assert warehouse.breakdown(id, "plan")[0]["customers"] == 2
    assert warehouse.levels(id, "plan") == ["x", "y", ""]


def crowd(**sizes):
    """Make active customers, so many of each sex; every tenth has plan y."""
    sexes = [sex for sex, size in sizes.items() for _ in range(size)]
    plans = ["y" if i % 10 == 0 else "x" for i in range(len(sexes))]
    plain = {
        "id": [f"c{i}" for i in range(len(sexes))],
        "left": "0",
        "paid": 1.0,
        "tenure": 1.0,
        "lines": 1.0,
    }
    return pd.DataFrame(plain | {"plan": plans, "region": "North", "sex": sexes})


def test_a_protected_group_is_shown_from_thirty_people(tmp_path):
    warehouse, id = keep(tmp_path, crowd(f=30, m=40), SPEC)
    assert pick(warehouse.breakdown(id, "sex"), "level", "customers") == [("f", 30), ("m", 40)]
    assert warehouse.headline(id, Filters({"sex": ["f"]})).customers == 30


def test_a_smaller_protected_group_is_not_shown_nor_told_by_difference(tmp_path):
    """With 29 f hidden and the total known, showing all others would tell f: the next smallest goes too."""
    warehouse, id = keep(tmp_path, crowd(f=29, m=40, x=50), SPEC)
    assert pick(warehouse.breakdown(id, "sex"), "level") == [("x",)]
    for levels in (["f"], ["m", "x"]):
        with pytest.raises(GroupTooSmall, match="widen the filters"):
            warehouse.headline(id, Filters({"sex": levels}))
    assert warehouse.headline(id, Filters({"sex": ["m"]})).customers == 40


def test_small_cells_of_a_protected_group_are_left_out(tmp_path):
    """Of 40 m, 4 have plan y: with them hidden, x would tell them, so neither is shown."""
    warehouse, id = keep(tmp_path, crowd(f=100, m=40), SPEC)
    assert warehouse.breakdown(id, "plan", Filters({"sex": ["m"]})) == []
    assert pick(warehouse.breakdown(id, "plan"), "level", "customers") == [("x", 126), ("y", 14)]
    with pytest.raises(GroupTooSmall):
        warehouse.headline(id, Filters({"sex": ["m"], "plan": ["y"]}))


def test_small_groups_of_columns_that_are_not_protected_are_shown(once):
    warehouse, id = once
    assert warehouse.headline(id, Filters({"plan": ["y"]})).customers == 1
