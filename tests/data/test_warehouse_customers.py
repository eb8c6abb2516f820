"""Rows of customers: training and current tables, one customer, history, and the list in pages."""

from datetime import UTC, datetime

import pandas as pd
import pytest

from config.dataset import DatasetSpec
from data.warehouse import ContentError, Filters, Warehouse

PLAIN = {
    "name": "tiny",
    "title": "Tiny",
    "id": "id",
    "outcome": {"column": "left", "positive": "1"},
    "revenue": "paid",
    "segments": ["plan"],
    "protected": ["sex"],
    "features": [
        {"column": "paid", "label": "Paid", "kind": "numeric"},
        {"column": "plan", "label": "Plan", "kind": "categorical"},
        {"column": "low", "label": "A feature named as a score is", "kind": "numeric"},
    ],
}
SPEC = DatasetSpec.model_validate(PLAIN)
DATED = DatasetSpec.model_validate(PLAIN | {"grain": "customer-month", "period": "month"})

CUSTOMERS = pd.DataFrame(
    [
        ("K-3", "0", 30.0, "x", 1.0, "f"),
        ("k-1", "0", None, "y", 2.0, "m"),
        ("K-2", "1", 20.0, "x", 3.0, "f"),
        ("M-4", None, 10.0, None, None, "m"),
    ],
    columns=["id", "left", "paid", "plan", "low", "sex"],
)
LOSSES = {"K-3": 5.0, "k-1": None, "K-2": 9.0, "M-4": 7.0}

MONTHS = pd.DataFrame(
    [
        # c leaves after January; d and e come in February; of March only an early leaver is known.
        ("a", "2026-01-01", "0"), ("a", "2026-02-01", "0"), ("a", "2026-03-01", None),
        ("b", "2026-02-01", "1"), ("b", "2026-01-01", "0"), ("b", "2026-03-01", "1"),
        ("c", "2026-01-01", "1"),
        ("d", "2026-02-01", "0"), ("d", "2026-03-01", None),
        ("e", "2026-02-01", "0"), ("e", "2026-03-01", None),
    ],
    columns=["id", "month", "left"],
).assign(paid=1.0, plan="x", low=0.0, sex="f")  # fmt: skip


def keep(folder, rows, spec):
    warehouse = Warehouse(folder)
    made = warehouse.write_snapshot(
        rows,
        spec,
        source="tiny",
        refused=pd.DataFrame(),
        report={},
        parent=None,
        created=datetime(2026, 3, 5, tzinfo=UTC),
    )
    return warehouse, made.id


@pytest.fixture
def kept(tmp_path):
    """Give four customers, three of them active, with scores by version v."""
    warehouse, id = keep(tmp_path, CUSTOMERS, SPEC)
    table = warehouse.current_table(id)
    chances = {"K-3": 0.1, "k-1": 0.4, "K-2": 0.9, "M-4": 0.3}
    warehouse.write_scores(
        id,
        "v",
        pd.DataFrame(
            {
                "key": table["id"],
                "log_odds": 0.25,
                "probability": table["id"].map(chances),
                "low": 0.01,
                "high": 0.99,
                "expected_loss": table["id"].map(LOSSES),
                "monthly_revenue": table["paid"],
                "active": table["_active"],
            }
        ),
    )
    return warehouse, id


@pytest.fixture
def dated(tmp_path):
    return keep(tmp_path, MONTHS, DATED)


def ids(page):
    return [row["id"] for row in page.rows]


def test_training_learns_from_known_outcomes_only(kept):
    warehouse, id = kept
    table = warehouse.training_table(id)
    assert table["id"].tolist() == ["K-3", "k-1", "K-2"]
    assert list(table.columns) == list(SPEC.columns)
    assert table["paid"].dtype == "float64"


def test_training_by_month_takes_one_row_a_customer_at_the_last_known_month(dated):
    """March holds one early leaver and three not known: to learn from it would be to learn from leavers."""
    warehouse, id = dated
    table = warehouse.training_table(id)
    assert table["month"].unique().tolist() == ["2026-02-01"]
    assert dict(zip(table["id"], table["left"], strict=True)) == {"a": "0", "b": "1", "d": "0", "e": "0"}


def test_the_earlier_training_table_was_known_when_the_later_month_began(dated, tmp_path):
    warehouse, id = dated
    table = warehouse.earlier_training_table(id)
    assert table["month"].unique().tolist() == ["2026-01-01"]
    assert dict(zip(table["id"], table["left"], strict=True)) == {"a": "0", "b": "0", "c": "1"}
    slow = DATED.model_copy(update={"horizon_months": 2})  # of January, outcomes are known in March only
    warehouse, id = keep(tmp_path / "slow", MONTHS, slow)
    assert warehouse.earlier_training_table(id) is None


def test_without_dates_there_is_no_earlier_training_table(kept):
    warehouse, id = kept
    assert warehouse.earlier_training_table(id) is None


def test_training_on_no_outcome_says_what_to_do(tmp_path):
    warehouse, id = keep(tmp_path, CUSTOMERS.assign(left=None), SPEC)
    with pytest.raises(ContentError, match="Load a file that holds outcomes"):
        warehouse.training_table(id)


def test_without_dates_everyone_is_current_and_those_who_left_are_not_active(kept):
    warehouse, id = kept
    table = warehouse.current_table(id)
    assert dict(zip(table["id"], table["_active"], strict=True)) == {
        "K-3": True, "k-1": True, "K-2": False, "M-4": True
    }  # fmt: skip


def test_by_month_those_of_the_last_month_are_current(dated):
    warehouse, id = dated
    table = warehouse.current_table(id, ["id"])
    assert list(table.columns) == ["id", "_active"]
    assert dict(zip(table["id"], table["_active"], strict=True)) == {
        "a": True,
        "b": False,
        "d": True,
        "e": True,
    }


def test_a_customer_is_given_as_entered(kept):
    warehouse, id = kept
    asked = warehouse.customer(id, "M-4")
    assert asked == {
        "id": "M-4", "left": None, "paid": 10.0, "plan": None, "low": None, "sex": "m", "_active": True
    }  # fmt: skip
    assert warehouse.customer(id, "m-4") is None


def test_a_customer_who_is_gone_has_a_history_but_is_not_current(dated):
    warehouse, id = dated
    assert warehouse.customer(id, "c") is None
    assert [row["month"] for row in warehouse.history(id, "c")] == ["2026-01-01"]


def test_history_is_told_from_the_oldest_month(dated):
    warehouse, id = dated
    assert [(row["month"], row["left"]) for row in warehouse.history(id, "b")] == [
        ("2026-01-01", "0"), ("2026-02-01", "1"), ("2026-03-01", "1")
    ]  # fmt: skip


def test_without_dates_there_is_no_history(kept):
    warehouse, id = kept
    assert warehouse.history(id, "K-3") == []
    assert warehouse.periods(id) == []
    assert warehouse.last_period(id) is None


def test_months_are_listed_from_the_oldest(dated):
    warehouse, id = dated
    assert warehouse.periods(id) == ["2026-01-01", "2026-02-01", "2026-03-01"]
    assert warehouse.last_period(id) == "2026-03-01"


def test_the_list_holds_active_customers_highest_loss_first_unknown_last(kept):
    warehouse, id = kept
    page = warehouse.customers_page(id, "v")
    assert ids(page) == ["M-4", "K-3", "k-1"]
    assert page.total == 3


def test_a_row_holds_raw_values_and_scores(kept):
    warehouse, id = kept
    page = warehouse.customers_page(id, "v", stop=1)
    assert page.rows == [
        {
            "id": "M-4", "left": None, "paid": 10.0, "plan": None, "low": 0.01, "log_odds": 0.25,
            "probability": 0.3, "high": 0.99, "expected_loss": 7.0, "monthly_revenue": 10.0, "active": True,
        }
    ]  # fmt: skip
    assert page.values == [{"id": "M-4", "left": None, "paid": 10.0, "plan": None, "low": None}]


def test_without_a_version_the_list_is_in_the_order_of_the_key(kept):
    warehouse, id = kept
    page = warehouse.customers_page(id, None)
    assert ids(page) == ["K-3", "M-4", "k-1"]
    assert "probability" not in page.rows[0]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ([("paid", "asc")], ["M-4", "K-3", "k-1"]),
        ([("paid", "desc")], ["K-3", "M-4", "k-1"]),
        ([("plan", "asc")], ["K-3", "k-1", "M-4"]),
        ([("low", "asc")], ["K-3", "M-4", "k-1"]),
        ([("monthly_revenue", "asc")], ["M-4", "K-3", "k-1"]),
        ([("low", "asc"), ("probability", "desc"), ("probability", "asc")], ["k-1", "M-4", "K-3"]),
        ([("id", "desc")], ["k-1", "M-4", "K-3"]),
    ],
)
def test_the_list_is_sorted_as_asked_missing_last_and_ties_by_key(kept, sort, expected):
    warehouse, id = kept
    assert ids(warehouse.customers_page(id, "v", sort=sort)) == expected


def test_pages_join_to_the_whole_list(tmp_path):
    rows = pd.concat([CUSTOMERS.assign(id=CUSTOMERS["id"] + f"-{i}", paid=i % 3) for i in range(10)])
    warehouse, id = keep(tmp_path, rows, SPEC)
    sort = [("paid", "desc")]
    pages = [warehouse.customers_page(id, None, sort=sort, start=i, stop=i + 7) for i in range(0, 30, 7)]
    joined = [key for page in pages for key in ids(page)]
    assert joined == ids(warehouse.customers_page(id, None, sort=sort))
    assert len(set(joined)) == 30 == pages[0].total


def test_beyond_the_end_there_is_nothing(kept):
    warehouse, id = kept
    page = warehouse.customers_page(id, "v", start=50, stop=60)
    assert (page.rows, page.total) == ([], 3)


@pytest.mark.parametrize(
    ("search", "expected"), [("k", ["K-3", "k-1"]), ("-4", ["M-4"]), ("z", []), (" ", [])]
)
def test_search_finds_keys_that_contain_it_in_either_case(kept, search, expected):
    warehouse, id = kept
    page = warehouse.customers_page(id, "v", search=search)
    assert (ids(page), page.total) == (expected, len(expected))


def test_filters_choose_rows_the_missing_level_too(kept):
    warehouse, id = kept
    assert ids(warehouse.customers_page(id, "v", Filters({"plan": ["x"]}))) == ["K-3"]
    assert ids(warehouse.customers_page(id, "v", Filters({"plan": ["x", None]}))) == ["M-4", "K-3"]
    assert ids(warehouse.customers_page(id, "v", Filters({"plan": [""]}))) == ["M-4"]


def test_each_filter_has_its_own_total(kept):
    warehouse, id = kept
    totals = [
        warehouse.customers_page(id, "v", Filters({"plan": plans})).total for plans in ([], ["x"], ["x", ""])
    ]
    assert totals == [3, 1, 2]


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"filters": Filters({"paid": ["1"]})}, "choose one of plan, sex"),
        ({"filters": Filters({"sex": ["f"]})}, "take this filter away"),
        ({"filters": Filters(period=("2026-01", None))}, "take the period away"),
        ({"sort": [("nothing", "asc")]}, "choose one of id, left, paid"),
        ({"sort": [("sex", "asc")]}, "no column to sort by"),
        ({"sort": [("paid", "up")]}, "sort by 'asc' or 'desc'"),
        ({"start": -1}, "a start of at least 0"),
        ({"start": 5, "stop": 4}, "a stop above it"),
        ({"stop": 5000}, "at most 1000 a page"),
    ],
)
def test_what_the_list_cannot_do_is_refused_with_the_remedy(kept, given, remedy):
    warehouse, id = kept
    with pytest.raises(ValueError, match=remedy):
        warehouse.customers_page(id, "v", **given)


def test_sorting_by_a_score_needs_scores(kept):
    warehouse, id = kept
    with pytest.raises(ValueError, match="no column to sort by"):
        warehouse.customers_page(id, None, sort=[("probability", "asc")])


@pytest.mark.parametrize(("share", "expected"), [(0.1, 0.4), (0.34, 0.4), (0.67, 0.3), (1.0, 0.1)])
def test_the_threshold_is_the_last_chance_among_the_highest_share(kept, share, expected):
    """Of three active customers with 0.4, 0.3 and 0.1; the one who left does not count."""
    warehouse, id = kept
    assert warehouse.threshold(id, "v", share) == expected


def test_filters_are_equal_however_they_are_written():
    one, two = Filters({"b": ["y", "x"], "a": ("z",), "c": []}), Filters({"a": ["z"], "b": ["x", "y", "x"]})
    assert one == two
    assert len({one, two}) == 1
    assert Filters(period=("2026-01", "2026-02-01")) == Filters(period=("2026-01-01", "2026-02"))
    assert one.plain() == {"levels": {"a": ["z"], "b": ["x", "y"]}, "period": None}


def test_a_period_that_is_no_month_is_refused():
    with pytest.raises(ValueError, match="write it as 2026-03"):
        Filters(period=("March", None))
