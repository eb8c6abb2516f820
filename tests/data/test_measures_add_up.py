"""Measures add up: over the levels of any column, over a filter and its complement, over cohorts (R9)."""

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.dataset import DatasetSpec
from data.warehouse import Filters, Warehouse

PLAIN = {
    "name": "crowd",
    "title": "Crowd",
    "id": "id",
    "outcome": {"column": "left", "positive": "1"},
    "revenue": "paid",
    "tenure": "tenure",
    "region": "region",
    "segments": ["plan", "lines"],
    "features": [
        {"column": "paid", "label": "Paid", "kind": "numeric"},
        {"column": "lines", "label": "Lines", "kind": "numeric"},
        {"column": "tenure", "label": "Tenure", "kind": "numeric"},
    ],
}
GRAINS = {
    "customer": DatasetSpec.model_validate(PLAIN),
    "customer-month": DatasetSpec.model_validate(PLAIN | {"grain": "customer-month", "period": "month"}),
}
LEVELS = {
    "plan": ["x", "y", "it's", None],
    "region": ["North", "South", None],
    "lines": [1.0, 2.0, 2.5, np.nan],
}
MONTHS = [f"2026-{month:02d}-01" for month in range(1, 7)]
SUMS = ("customers", "revenue", "revenue_customers", "expected_leavers", "revenue_at_risk")


def history(spec, seed):
    """Make 150 customers; by month, some come late and some go, and the last two months are not known."""
    random = np.random.default_rng(seed)
    months = MONTHS if spec.period else MONTHS[:1]
    rows = []
    for customer in range(150):
        first, last = sorted(random.integers(0, len(months), 2)) if customer % 2 else (0, len(months) - 1)
        rows += [(f"c{customer}", month) for month in months[first : last + 1]]
    frame = pd.DataFrame(rows, columns=["id", "month"])
    for column, levels in LEVELS.items():
        frame[column] = pd.Series(levels, dtype="float64" if column == "lines" else object).sample(
            len(frame), replace=True, random_state=seed
        ).to_numpy()  # fmt: skip
    frame["left"] = random.choice(["0", "1"], len(frame), p=[0.8, 0.2])
    frame.loc[frame["month"] > MONTHS[3], "left"] = None
    frame["paid"] = np.where(random.random(len(frame)) < 0.1, np.nan, random.uniform(1, 99, len(frame)))
    frame["tenure"] = np.where(random.random(len(frame)) < 0.1, np.nan, random.integers(0, 60, len(frame)))
    return frame


@pytest.fixture(scope="module", params=GRAINS)
def crowd(request, tmp_path_factory):
    spec = GRAINS[request.param]
    warehouse, rows = Warehouse(tmp_path_factory.mktemp("crowd")), history(spec, seed=5)
    made = warehouse.write_snapshot(
        rows,
        spec,
        source="crowd",
        refused=pd.DataFrame(),
        report={},
        parent=None,
        created=datetime(2026, 7, 1, tzinfo=UTC),
    )
    table = warehouse.current_table(made.id)
    chance = np.random.default_rng(6).random(len(table))
    score = {"key": table["id"], "log_odds": 0.0, "probability": chance, "low": 0.0, "high": 1.0}
    money = {"expected_loss": chance * table["paid"], "monthly_revenue": table["paid"]}
    warehouse.write_scores(made.id, "v", pd.DataFrame(score | money | {"active": table["_active"]}))
    return warehouse, made.id, rows


def chosen_levels(column):
    said = [
        "" if pd.isna(level) else f"{level:g}" if column == "lines" else level for level in LEVELS[column]
    ]
    return st.lists(st.sampled_from(said), max_size=3)


filters = st.builds(
    lambda levels: Filters(levels), st.fixed_dictionaries({}, optional={c: chosen_levels(c) for c in LEVELS})
)
columns = st.sampled_from(list(LEVELS))


def total(rows, name):
    return sum(row[name] or 0 for row in rows)


@settings(max_examples=25, deadline=None)
@given(filters=filters, column=columns)
def test_the_levels_of_any_column_add_up_to_the_headline(crowd, filters, column):
    warehouse, id, _ = crowd
    head, rows = warehouse.headline(id, filters, "v"), warehouse.breakdown(id, column, filters, "v")
    for name in SUMS:
        assert total(rows, name) == pytest.approx(getattr(head, name) or 0), name
    assert total(rows, "known") == head.churn_customers
    assert total(rows, "leavers") == head.churn_leavers
    assert len({row["level"] for row in rows}) == len(rows)


@settings(max_examples=25, deadline=None)
@given(filters=filters, column=columns, data=st.data())
def test_a_filter_and_its_complement_make_the_whole(crowd, filters, column, data):
    warehouse, id, _ = crowd
    levels = warehouse.levels(id, column)
    some = data.draw(st.lists(st.sampled_from(levels), min_size=1, max_size=len(levels) - 1, unique=True))
    open_filters = filters.without([column])
    sides = [
        Filters({**open_filters.levels, column: part})
        for part in (some, [level for level in levels if level not in some])
    ]
    whole = warehouse.headline(id, open_filters, "v")
    parts = [warehouse.headline(id, side, "v") for side in sides]
    for name in (*SUMS, "churn_customers", "churn_leavers"):
        assert sum(getattr(part, name) or 0 for part in parts) == pytest.approx(getattr(whole, name) or 0), (
            name
        )
    lists = [warehouse.customers_page(id, "v", side, stop=1000) for side in sides]
    keys = [row["id"] for page in lists for row in page.rows]
    assert len(keys) == len(set(keys)) == whole.customers == sum(page.total for page in lists)


@settings(max_examples=15, deadline=None)
@given(filters=filters)
def test_what_is_left_out_of_no_chart(crowd, filters):
    """The bands, months and cohorts hold every row that the headline counts."""
    warehouse, id, rows = crowd
    head = warehouse.headline(id, filters)
    bands = warehouse.tenure_by_outcome(id, filters)
    assert total(bands, "stayed") + total(bands, "left") == head.churn_customers
    if warehouse.periods(id):
        begun = [row for row in warehouse.cohorts(id, filters) if row["months"] == 0]
        latest = rows.sort_values("month").groupby("id").tail(1)
        assert total(begun, "customers") == len(chosen(latest, filters))
        trend = warehouse.trend(id, filters)
        assert total(trend, "customers") == len(chosen(rows, filters))
        assert total(trend, "revenue") == pytest.approx(chosen(rows, filters)["paid"].sum())


def chosen(rows, filters):
    """Filter as the words say it, in pandas."""
    for column, levels in filters.levels.items():
        said = rows[column].map(lambda v: "" if pd.isna(v) else f"{v:g}" if isinstance(v, float) else v)
        rows = rows[said.isin(levels)]
    return rows


def test_current_customers_are_those_of_the_last_month(crowd):
    warehouse, id, rows = crowd
    spec = warehouse.spec_of(id)
    expected = rows if spec.period is None else rows[rows["month"] == rows["month"].max()]
    assert sorted(warehouse.current_table(id)["id"]) == sorted(expected["id"])
    assert warehouse.snapshot(id).customers == rows["id"].nunique()


def test_each_customer_still_there_was_there_a_month_before(crowd):
    warehouse, id, _ = crowd
    rows = warehouse.cohorts(id)
    assert rows
    for row, after in pairwise(rows):
        if row.get("start", row) == after.get("start", after):
            assert after["remaining"] <= row["remaining"] <= row["customers"]
