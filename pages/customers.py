"""Customers: the active ones, those with the highest expected loss first, paged by the server."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, html, no_update

from components import controls, filters, format, frame, marks, notices
from components.grid import ROWS_A_PAGE, column, figure_column, grid
from config.dataset import DatasetSpec
from config.glossary import meaning
from pages import _foot
from services import customers, overview
from services.overview import Filters
from services.roles import permission
from services.stamp import Stamp
from web import here

dash.register_page(__name__, path="/customers", title="Customers - Keepsight", order=2)

NAME = "customers"
SEGMENTS = 2
AVERAGE = "Average of the group, not a prediction"
AVERAGE_HELP = "The share of a customer's group who left, in the past: the same for everybody in the group."
MONEY = "KsMoney(params.value, '{currency}', {decimals})"


class Ids(StrEnum):
    """Every id of this page of its own; those of the filter row come from ``components.filters``."""

    GRID = "customers-grid"
    SEARCH = "customers-search"
    STAMP = "customers-stamp"


@permission("see-facts")
def layout(filters: str = "", q: str = "") -> html.Main:
    """Lay the page out; filters and search come from the address."""
    installation, actor = here.installation(), here.actor()
    dataset = installation.dataset()
    stamp = _foot.current_stamp()
    has_model = stamp is not None and stamp.version is not None
    offered = [
        c for c in overview.filters_offered(installation, actor) if c.column not in dataset.spec.protected
    ]
    return frame.page(
        "Customers",
        notices.stand_in(stamp),
        _row(offered, filters, q),
        _grid(dataset.spec, customers.segments(dataset), stamp),
        html.Div(id=Ids.STAMP),
        lede=_lede(has_model, stamp.withheld if stamp else None),
        badges=[marks.draft_badge(stamp), marks.synthetic_badge(dataset.spec.synthetic)],
    )


def _lede(has_model: bool, withheld: str | None) -> Any:
    if has_model:
        return (
            "Active customers, highest expected loss first. "
            "Expected loss is the chance of leaving times what the customer is worth."
        )
    return notices.spoken(f"Active customers. {withheld or ''}")


def _row(offered: list[Any], chosen: str, q: str) -> html.Div:
    search = controls.search(Ids.SEARCH, q, label="Find a customer by id")
    return filters.filter_bar(
        NAME,
        [(choice.column, choice.label, choice.levels) for choice in offered],
        filters.chosen_levels(chosen),
        before=[search],
    )


def _grid(spec: DatasetSpec, segments: list[tuple[str, str]], stamp: Stamp | None) -> Any:
    has_model = stamp is not None and stamp.version is not None
    has_reasons = stamp is not None and has_model and stamp.control != "paused"
    columns = [column("id", "Customer", cellRenderer="KsCustomer", minWidth=134, flex=1.2, sortable=True)]
    if has_model:
        columns += _model_columns(spec)
    if stamp is not None and stamp.has_averages:
        # not sortable: an average of many ranks nobody
        columns.append(
            column(
                "average",
                AVERAGE,
                cellRenderer="KsAverage",
                minWidth=150,
                flex=1.5,
                headerTooltip=AVERAGE_HELP,
            )
        )
    if spec.revenue:
        exact = MONEY.format(currency=spec.currency, decimals=spec.decimals)
        columns.append(
            figure_column("monthly_revenue", "Per month", exact, minWidth=104, shown_from=560, sortable=True,
                          headerTooltip=meaning("monthly-revenue"))
        )  # fmt: skip
    if has_reasons:
        columns.append(
            column("reasons", "Mainly because", cellRenderer="KsChips", minWidth=330, flex=4, shown_from=860,
                   headerTooltip=meaning("reason"))
        )  # fmt: skip
    widths = (1000, 1300) if has_model else (560, 700)
    columns += [
        column(f"s{i}", label, cellRenderer="KsWords", minWidth=140, shown_from=width)
        for i, ((_, label), width) in enumerate(zip(segments[:SEGMENTS], widths, strict=False))
    ]
    return grid(
        Ids.GRID,
        columns,
        label="Active customers",
        key="id",
        nothing="No customer fits. Clear a filter or the search.",
        opens="KsOpenCustomer(params)",
        row_height=64,
    )


def _model_columns(spec: DatasetSpec) -> list[dict[str, Any]]:
    money = MONEY.format(currency=spec.currency, decimals=0)
    falling = {"sortable": True, "sortingOrder": ["desc", "asc"]}
    return [
        column("probability", "Chance of leaving", cellRenderer="KsChance", minWidth=104, flex=1.5,
               headerTooltip=meaning("chance-of-leaving"), **falling),
        figure_column("expected_loss", "Expected loss", money, minWidth=118, flex=1.25, sort="desc",
                      headerTooltip=meaning("expected-loss"), **falling),
    ]  # fmt: skip


filters.wire_filters(NAME)
clientside_callback(
    ClientsideFunction("customers", "again"),
    Input(filters.query_id(NAME), "data"),
    Input(Ids.SEARCH, "value"),
)


@callback(
    Output(Ids.GRID, "getRowsResponse"),
    Output(f"{NAME}-count", "children"),
    Output(Ids.STAMP, "children"),
    Input(Ids.GRID, "getRowsRequest"),
    State(filters.query_id(NAME), "data"),
    State(Ids.SEARCH, "value"),
    prevent_initial_call=True,
)
@permission("see-facts")
def show_rows(
    request: dict[str, Any] | None, query: dict[str, Any], search: str | None
) -> tuple[Any, Any, Any]:
    """Answer the rows the grid asks for, and say how many there are."""
    if not request:
        return no_update, no_update, no_update
    installation = here.installation()
    spec = installation.dataset().spec
    start = int(request.get("startRow") or 0)
    found = customers.page(
        installation,
        here.actor(),
        Filters((query or {}).get("levels") or {}),
        sort=_sort(request.get("sortModel") or [], spec),
        start=start,
        stop=start + ROWS_A_PAGE,
        search=search or "",
    )
    answer = {"rowData": [_plain(row, spec) for row in found.rows], "rowCount": found.total}
    return answer, f"{format.count(found.total, 'customer')} in view", marks.stamp_line(found.stamp)


def _sort(model: list[dict[str, str]], spec: DatasetSpec) -> list[tuple[str, str]]:
    """Read the grid's order; columns of the page that are named otherwise in the data are translated."""
    names = {"id": spec.id, "monthly_revenue": spec.revenue}
    return [(names.get(part["colId"]) or part["colId"], part["sort"]) for part in model]


def _plain(row: dict[str, Any], spec: DatasetSpec) -> dict[str, Any]:
    """Name segments by their place, since the grid reads a dot in a field's name as a path."""
    shown = {f"s{i}": row.get(name) for i, name in enumerate(spec.segments[:SEGMENTS])}
    kept = ("id", "probability", "low", "high", "is_firm", "expected_loss", "monthly_revenue")
    average = row.get("average")
    plain = {"average": {"share": average.churn_share, "of": average.customers}} if average else {}
    return (
        {name: row[name] for name in kept if name in row}
        | ({"objects": True} if row.get("objects") else {})
        | shown
        | plain
        | {"reasons": row.get("reasons", [])}
    )
