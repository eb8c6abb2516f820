"""Overview, Customers, one customer and the log, asked as the browser asks them."""

import re

import pytest

from tests.pages.asking import ask, layout, said, whole

EMPTY = {"levels": {}, "since": None, "until": None}
FIRST_ROWS = {"startRow": 0, "endRow": 100, "sortModel": [], "filterModel": {}}


@pytest.fixture(scope="module")
def analyst(house):
    return house.client("analyst")


@pytest.fixture(scope="module")
def viewer(house):
    return house.client("viewer")


def tiles(house, client, query=EMPTY):
    return ask(house, client, "overview-tiles.children", overview_query__data=query)


def customers(house, client, query=EMPTY, search="", request=FIRST_ROWS):
    answer = ask(
        house, client, "customers-grid.getRowsResponse",
        customers_grid__getRowsRequest=request, customers_query__data=query, customers_search__value=search,
    )  # fmt: skip
    return answer["customers-grid"]["getRowsResponse"]


def entries(house, client, start=0, ends=None, kind=""):
    answer = ask(
        house, client, "log-grid.getRowsResponse",
        log_grid__getRowsRequest=FIRST_ROWS | {"startRow": start}, log_ends__data=ends or {},
        log_query__data={"kind": kind},
    )  # fmt: skip
    return answer["log-grid"]["getRowsResponse"], answer["log-ends"]["data"]


def test_the_overview_has_four_tiles_and_says_synthetic(house, analyst):
    words = said(tiles(house, analyst)["overview-tiles"]["children"])
    assert [
        name
        for name in ("Customers", "Churn rate", "Monthly revenue", "Revenue at risk")
        if name not in words
    ] == []
    assert "draft, not signed off" in words
    assert "synthetic data" in said(layout(house, analyst, "/"))


def test_a_viewer_sees_no_model_figure_of_a_draft_and_reads_why(house, viewer):
    """R30: drafts are for analysts, managers and administrators."""
    shown = tiles(house, viewer)["overview-tiles"]["children"]
    assert "ks-model-mark" not in whole(shown)
    assert "draft that nobody has signed off" in said(shown)


def test_filters_reach_the_figures(house, analyst):
    everyone = tiles(house, analyst)["overview-count"]["children"]
    some = tiles(house, analyst, EMPTY | {"levels": {"contract": ["Month to month"]}})["overview-count"][
        "children"
    ]
    counts = [int(re.sub(r"\D", "", text)) for text in (some, everyone)]
    assert 0 < counts[0] < counts[1]


def test_a_filter_that_the_data_does_not_offer_gives_a_sentence_and_no_figure(house, analyst):
    words = said(tiles(house, analyst, EMPTY | {"levels": {"shoe": ["9"]}})["overview-tiles"]["children"])
    assert "No figures for this view" in words
    assert "'shoe' is no column to filter by" in words


def test_the_overview_opens_as_the_link_says(house, analyst):
    shown = whole(layout(house, analyst, "/", "?filters=contract%3DOne%2520year&by=channel"))
    assert '"levels": {"contract": ["One year"]}' in shown
    assert '"value": "channel"' in shown


def test_charts_of_money_name_the_currency(house, analyst):
    answer = ask(
        house, analyst, "overview-revenue.children", overview_query__data=EMPTY, overview_by__value=None
    )
    assert "EUR a month of active customers" in said(answer["overview-revenue"]["children"])


def test_customers_come_with_the_highest_expected_loss_first(house, analyst):
    rows = customers(house, analyst)["rowData"]
    losses = [row["expected_loss"] for row in rows]
    assert len(losses) > 10
    assert losses == sorted(losses, reverse=True)


def test_reasons_in_the_list_are_short_words(house, analyst):
    reasons = [words for row in customers(house, analyst)["rowData"] for words in row["reasons"]]
    assert reasons
    assert max(map(len, reasons)) < 60


def test_a_viewer_gets_a_list_of_facts(house, viewer):
    rows = customers(house, viewer)["rowData"]
    assert rows
    assert {"probability", "low", "high", "expected_loss"}.isdisjoint(rows[0])
    assert "Chance of leaving" not in whole(layout(house, viewer, "/customers"))


def test_a_search_narrows_the_list(house, analyst):
    first = customers(house, analyst)["rowData"][0]["id"]
    found = customers(house, analyst, search=first)
    assert [row["id"] for row in found["rowData"]] == [first]
    assert found["rowCount"] == 1


def test_the_list_is_sorted_by_the_column_asked_for(house, analyst):
    request = FIRST_ROWS | {"sortModel": [{"colId": "monthly_revenue", "sort": "asc"}]}
    prices = [row["monthly_revenue"] for row in customers(house, analyst, request=request)["rowData"]]
    assert prices == sorted(prices)


def test_a_customer_shows_score_reasons_facts_and_a_way_to_what_if(house, analyst):
    key = customers(house, analyst)["rowData"][0]["id"]
    shown = layout(house, analyst, "/customer", f"?id={key}")
    assert f"Customer {key}" in said(shown)
    assert "Mostly because" in said(shown)
    assert f"/what-if?customer={key}" in whole(shown)


def test_the_waterfall_of_a_customer_adds_up(house, analyst):
    """S43."""
    key = customers(house, analyst)["rowData"][0]["id"]
    shown = layout(house, analyst, "/customer", f"?id={key}")
    (data,) = [store for store in stores(shown) if "rows" in store]
    assert data["start"] + sum(row["points"] for row in data["rows"]) == pytest.approx(data["end"], abs=1e-12)


def stores(part):
    """Give the data of every store in a layout."""
    if isinstance(part, list):
        return [data for one in part for data in stores(one)]
    if not isinstance(part, dict) or "props" not in part:
        return []
    own = (
        [part["props"]["data"]]
        if part["type"] == "Store" and isinstance(part["props"].get("data"), dict)
        else []
    )
    return own + stores(part["props"].get("children"))


def test_a_viewer_sees_a_customers_facts_and_no_score(house, analyst, viewer):
    key = customers(house, analyst)["rowData"][0]["id"]
    shown = layout(house, viewer, "/customer", f"?id={key}")
    assert "What is known" in said(shown)
    assert "ks-gauge" not in whole(shown)
    assert "/what-if" not in whole(shown)


@pytest.mark.parametrize(
    ("search", "words"), [("", "No customer is chosen"), ("?id=nobody", "There is no customer 'nobody'")]
)
def test_a_customer_that_is_not_there_gets_a_sentence(house, analyst, search, words):
    assert words in said(layout(house, analyst, "/customer", search))


def test_the_log_tells_what_was_just_looked_at(house, analyst):
    key = customers(house, analyst)["rowData"][0]["id"]
    layout(house, analyst, "/customer", f"?id={key}")
    rows, _ = entries(house, analyst)
    assert f"looked at customer {key}" in rows["rowData"][0]["text"]


def test_an_entry_opens_with_its_inputs_and_its_seal(house, analyst):
    rows, _ = entries(house, analyst, kind="prediction")
    answer = ask(house, analyst, "log-detail.children", log_chosen__data=rows["rowData"][0]["seq"])
    words = said(answer["log-detail"]["children"])
    assert "What went in" in words
    assert re.search(r"Seal [0-9a-f]{64}", words)


def test_an_entry_of_somebody_else_reads_like_none(house, analyst, viewer):
    """S17."""
    rows, _ = entries(house, analyst)
    others = ask(house, viewer, "log-detail.children", log_chosen__data=rows["rowData"][0]["seq"])
    nobody = ask(house, viewer, "log-detail.children", log_chosen__data=999_999_999)
    hidden, absent = (said(answer["log-detail"]["children"]) for answer in (others, nobody))
    assert "No such entry" in hidden
    assert re.sub(r"\d+", "", hidden) == re.sub(r"\d+", "", absent)


def test_the_log_is_read_on_from_where_a_page_ended(house, analyst):
    for _ in range(101):
        tiles(house, analyst)
    first, ends = entries(house, analyst)
    start = len(first["rowData"])
    assert first["rowCount"] == start + 1
    second, _ = entries(house, analyst, start=start, ends=ends)
    numbers = [row["seq"] for row in (*first["rowData"], *second["rowData"])]
    assert len(numbers) == len(set(numbers)) > start
    assert numbers == sorted(numbers, reverse=True)


def test_an_address_that_leads_nowhere_says_so(house, analyst):
    assert "There is no page at this address" in said(layout(house, analyst, "/nowhere"))


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 40, "1e3", "<script>"])
def test_an_odd_number_in_the_address_opens_the_log_all_the_same(house, analyst, odd):
    assert "Decision log" in said(layout(house, analyst, "/log", f"?entry={odd}"))
