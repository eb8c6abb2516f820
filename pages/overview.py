"""Overview: how the customers are, and what the model expects of the next months."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from components import charts, filters, format, frame, kpi, marks, states
from components.card import card, cards, sub
from components.graph import graph
from components.table import table
from config.glossary import meaning
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import overview
from services.access import permission
from services.overview import Charts, Filters, Headline
from services.stamp import Stamp
from web import here

dash.register_page(__name__, path="/", title="Overview - Keepsight", order=1)

NAME = "overview"


class Ids(StrEnum):
    """Every id of this page of its own; those of the filter row come from ``components.filters``."""

    TILES = "overview-tiles"
    BY = "overview-by"
    TREND = "overview-trend"
    BREAKDOWN = "overview-breakdown"
    TENURE = "overview-tenure"
    REVENUE = "overview-revenue"
    COHORTS = "overview-cohorts"
    REGION = "overview-region"
    LIST = "overview-list"


@permission("see-facts")
def layout(
    filters: str = "", since: str | None = None, until: str | None = None, by: str | None = None
) -> html.Main:
    """Lay the page out; filters, period and dimension come from the address, so a view can be shared."""
    installation, actor = here.installation(), here.actor()
    spec = installation.dataset().spec
    offered = overview.filters_offered(installation, actor)
    segments = [(choice.column, choice.label) for choice in offered if choice.column in spec.segments]
    return frame.page(
        "Overview",
        _filter_row(offered, filters, since, until),
        html.Div(kpi.tiles([states.loading("tile")] * 4), id=Ids.TILES, className="ks-refresh"),
        cards(
            [
                _card("Customers and churn over time", Ids.TREND, term="churn-rate"),
                _card("Churn by segment", Ids.BREAKDOWN, tools=_dimensions(segments, by)),
                _card("Tenure of those who stayed and left", Ids.TENURE, term="tenure"),
                _card("Revenue and revenue at risk", Ids.REVENUE, term="revenue-at-risk", given=spec.revenue),
                _card("Retention", Ids.COHORTS, term="retention"),
                _card("Churn by region", Ids.REGION, given=spec.region),
            ]
        ),
        lede=spec.title,
        badges=[marks.synthetic_badge(spec.synthetic)],
        actions=[
            dcc.Link(
                [marks.icon("bi-people"), "See these customers"],
                href="/customers",
                id=Ids.LIST,
                className="ks-button ks-button-second",
            )
        ],
    )


def _filter_row(offered: list[Any], chosen: str, since: str | None, until: str | None) -> html.Div:
    months = overview.periods(here.installation(), here.actor())
    return filters.filter_bar(
        NAME,
        [(choice.column, choice.label, choice.levels) for choice in offered],
        filters.chosen_levels(chosen),
        periods=[(month, format.month(month)) for month in months],
        start=since if since in months else None,
        end=until if until in months else None,
    )


def _dimensions(segments: list[tuple[str, str]], by: str | None) -> html.Div:
    options = [{"label": label, "value": column} for column, label in segments]
    known = {column for column, _ in segments}
    first = segments[0][0] if segments else None
    return html.Div(
        dcc.RadioItems(id=Ids.BY, options=options, value=by if by in known else first, className="ks-choice"),
        role="group",
        **{"aria-label": "Break down by"},
    )


def _card(
    title: str, place: Ids, *, term: str | None = None, tools: Any = None, given: str | None = ""
) -> html.Section | html.Div:
    """Hold the place of a chart; unseen where the data has no such column (``given`` is None)."""
    if given is None:
        return html.Div(id=place, hidden=True)
    body = html.Div(states.loading(), id=place, className="ks-refresh")
    return card(title, body, help_text=meaning(term) if term else "", tools=tools)


filters.wire_filters(NAME)
clientside_callback(
    ClientsideFunction("overview", "address"),
    Output(Ids.LIST, "href"),
    Input(filters.query_id(NAME), "data"),
    Input(Ids.BY, "value"),
)
clientside_callback(
    ClientsideFunction("filters", "cross_overview"),
    Output(Ids.LIST, "title"),
    Input({"type": "ks-graph", "name": ALL}, "clickData"),
    prevent_initial_call=True,
)


@callback(
    Output(Ids.TILES, "children"),
    Output(f"{NAME}-count", "children"),
    Input(filters.query_id(NAME), "data"),
)
@permission("see-facts")
def show_tiles(query: dict[str, Any]) -> tuple[Any, str]:
    """Answer the four tiles and the number of customers in view."""
    try:
        found = overview.headline(here.installation(), here.actor(), _filters(query))
    except ValueError as refused:
        return states.empty("No figures for this view", str(refused)), ""
    return [_tiles(found), marks.stamp_line(found.stamp)], f"{format.count(found.customers.now, 'customer')} in view"


@callback(
    Output(Ids.TREND, "children"),
    Output(Ids.BREAKDOWN, "children"),
    Output(Ids.TENURE, "children"),
    Output(Ids.REVENUE, "children"),
    Output(Ids.COHORTS, "children"),
    Output(Ids.REGION, "children"),
    Input(filters.query_id(NAME), "data"),
    Input(Ids.BY, "value"),
)
@permission("see-facts")
def show_charts(query: dict[str, Any], by: str | None) -> tuple[Any, ...]:
    """Answer the charts."""
    try:
        found = overview.charts(here.installation(), here.actor(), _filters(query), breakdown_by=by)
    except ValueError as refused:
        return (states.empty("No chart for this view", str(refused)),) * 6
    return (
        _trend(found), _breakdown(found), _tenure(found), _revenue(found), _cohorts(found), _region(found)
    )  # fmt: skip


def _filters(query: dict[str, Any]) -> Filters:
    since, until = query.get("since"), query.get("until")
    return Filters(query.get("levels") or {}, (since, until) if since or until else None)


# --- tiles -------------------------------------------------------------------------------------------


def _tiles(found: Headline) -> html.Div:
    stamp = found.stamp
    return kpi.tiles([_customers(found), _churn(found), _money(found), _at_risk(found, stamp)])


def _customers(found: Headline) -> html.Article:
    tile = found.customers
    return kpi.tile(
        "Customers",
        format.number(tile.now),
        note=f"active on {format.day(found.stamp.data_date)}",
        change=format.change(tile.now, tile.before, MONTH_BEFORE, unit="amount"),
        help_text=meaning("customers"),
    )


def _churn(found: Headline) -> html.Article:
    tile, period = found.churn_share, found.churn_period
    note = (
        f"left within {format.count(found.stamp.horizon_months, 'month')} after {format.month(period)}"
        if period
        else "of all customers in the data left"
    )
    return kpi.tile(
        "Churn rate",
        format.share(tile.now),
        note=note,
        change=format.change(tile.now, tile.before, MONTH_BEFORE),
        help_text=meaning("churn-rate"),
    )


def _money(found: Headline) -> html.Article:
    tile, stamp = found.revenue, found.stamp
    if tile.now is None:
        return kpi.closed_tile("Monthly revenue", "The data names no revenue column.")
    return kpi.tile(
        "Monthly revenue",
        format.short_money(tile.now, stamp.currency),
        note="of active customers, a month",
        change=format.change(tile.now, tile.before, MONTH_BEFORE, unit="amount"),
        help_text=meaning("monthly-revenue"),
    )


def _at_risk(found: Headline, stamp: Stamp) -> html.Article:
    if stamp.withheld or found.expected_leavers.now is None:
        return kpi.closed_tile("Revenue at risk", stamp.withheld or "No customer has a score yet.")
    leavers = found.expected_leavers.now
    horizon = format.count(stamp.horizon_months, "month")
    if found.revenue_at_risk.now is None:
        return kpi.tile(
            "Expected leavers", format.number(leavers), note=f"within {horizon}", model=True,
            badge=marks.draft_badge(stamp), help_text=meaning("expected-leavers"),
        )  # fmt: skip
    return kpi.tile(
        "Revenue at risk",
        format.short_money(found.revenue_at_risk.now, stamp.currency),
        note=f"a month, with {format.number(leavers)} expected leavers within {horizon}",
        help_text=meaning("revenue-at-risk"),
        model=True,
        badge=marks.draft_badge(stamp),
    )


MONTH_BEFORE = "the month before"


# --- charts ------------------------------------------------------------------------------------------


def _trend(found: Charts) -> Any:
    rows = found.trend
    if not rows:
        return states.empty(
            "One snapshot, no history",
            "The data has one date only, so nothing can be shown over time. Load data with a row per "
            "customer and month to see how customers and churn move.",
            sign="bi-calendar3",
        )
    horizon = f"within {format.count(found.stamp.horizon_months, 'month')}"
    title = "Customers and share who left, by month"
    return [
        sub(f"{format.month(rows[0]['period'])} to {format.month(rows[-1]['period'])}; share of that month's customers"),
        graph(
            charts.trend(
                [r["period"] for r in rows], [r["customers"] for r in rows],
                [r["churn_share"] for r in rows], horizon=horizon,
            ),
            id="trend",
            title=title,
            table=table(
                title,
                ("Month", "Customers", f"Left {horizon}", "Share"),
                [
                    (format.month(r["period"]), format.number(r["customers"]), format.number(r["leavers"]),
                     format.share(r["churn_share"]))
                    for r in rows
                ],
            ),
        ),
    ]  # fmt: skip


def _breakdown(found: Charts) -> Any:
    return _share_chart(found.breakdown, found.breakdown_by, "churn-by", found.stamp)


def _region(found: Charts) -> Any:
    column = here.installation().dataset().spec.region
    return _share_chart(found.region, column, "region", found.stamp)


def _share_chart(rows: list[dict[str, Any]], column: str | None, name: str, stamp: Stamp) -> Any:
    known = [row for row in rows if row["churn_share"] is not None]
    if column is None:
        return None
    if not known:
        return _nothing()
    label = here.installation().dataset().spec.label(column)
    people = sum(row["known"] for row in known)
    title = f"Share who left, by {label}"
    return [
        sub(f"Share who left, by {label.lower()}; {format.count(people, 'customer')}"),
        graph(
            charts.share_bars(
                [r["level"] for r in known], [r["label"] for r in known], [r["churn_share"] for r in known],
                [r["known"] for r in known], column=column, of="left",
            ),
            id=name,
            title=title,
            clicks=True,
            table=table(
                title,
                (label, "Customers", "Left", "Share"),
                [
                    (r["label"], format.number(r["known"]), format.number(r["leavers"]),
                     format.share(r["churn_share"]))
                    for r in known
                ],
            ),
        ),
    ]  # fmt: skip


def _tenure(found: Charts) -> Any:
    rows = found.tenure
    if not rows:
        return _nothing("The data names no tenure column.")
    title = "Customers who stayed and left, by months as a customer"
    people = sum(row["stayed"] + row["left"] for row in rows)
    return [
        sub(f"Number of customers by months as a customer; {format.count(people, 'customer')}"),
        graph(
            charts.outcome_bars(
                [r["band"] or "not known" for r in rows], [r["stayed"] for r in rows],
                [r["left"] for r in rows], axis="months as a customer",
            ),
            id="tenure",
            title=title,
            table=table(
                title,
                ("Months", "Stayed", "Left"),
                [(r["band"] or "not known", format.number(r["stayed"]), format.number(r["left"])) for r in rows],
            ),
        ),
    ]  # fmt: skip


def _revenue(found: Charts) -> Any:
    rows = [row for row in found.breakdown if row["revenue"] is not None]
    if not rows or found.breakdown_by is None:
        return _nothing()
    stamp = found.stamp
    label = here.installation().dataset().spec.label(found.breakdown_by)
    risks = [row["revenue_at_risk"] for row in rows]
    has_risk = any(risk is not None for risk in risks)
    title = f"Monthly revenue and the part at risk, by {label}"
    heads = [label, "Monthly revenue", *(["At risk"] if has_risk else [])]
    lines = [
        [r["label"], format.money(r["revenue"], stamp.currency)]
        + ([format.money(r["revenue_at_risk"], stamp.currency)] if has_risk else [])
        for r in rows
    ]
    note = f"{stamp.currency} a month of active customers, by {label.lower()}"
    model_marks = [marks.model_mark("at risk is a model figure"), marks.draft_badge(stamp)] if has_risk else []
    return [
        sub(note, *model_marks),
        graph(
            charts.money_bars(
                [r["level"] for r in rows], [r["label"] for r in rows], [r["revenue"] for r in rows],
                risks if has_risk else None, column=found.breakdown_by, unit=f"{stamp.currency} a month",
            ),
            id="revenue-by",
            title=title,
            clicks=True,
            table=table(title, heads, lines),
        ),
        *([html.P(stamp.withheld, className="ks-card-note")] if stamp.withheld else []),
    ]  # fmt: skip


def _cohorts(found: Charts) -> Any:
    rows = found.cohorts
    if not rows:
        return _nothing("The data names no tenure and has no dates.")
    if "band" in rows[0]:
        return _by_band(rows)
    return _by_start(rows)


def _by_band(rows: list[dict[str, Any]]) -> Any:
    title = "Share still here, by months as a customer"
    people = sum(row["customers"] for row in rows)
    names = [row["band"] or "not known" for row in rows]
    return [
        sub(f"Share still here, by months as a customer; {format.count(people, 'customer')}, one snapshot"),
        graph(
            charts.retention_bars(names, [r["stayed_share"] for r in rows], [r["customers"] for r in rows]),
            id="cohorts",
            title=title,
            table=table(
                title,
                ("Months", "Customers", "Still here"),
                [
                    (name, format.number(r["customers"]), format.share(r["stayed_share"]))
                    for name, r in zip(names, rows, strict=True)
                ],
            ),
        ),
    ]


def _by_start(rows: list[dict[str, Any]]) -> Any:
    starts = list(dict.fromkeys(row["start"] for row in rows))
    names = [format.short_month(start) if start else "before" for start in starts]
    last = max(row["months"] for row in rows)
    kept = {(row["start"], row["months"]): row["share"] for row in rows}
    months = list(range(last + 1))
    grid = [[kept.get((start, month)) for month in months] for start in starts]
    size = {row["start"]: row["customers"] for row in rows}
    title = "Share still here, by start month and months since"
    shown = [month for month in (1, 3, 6, 12, 18, 24) if month <= last]
    return [
        sub(f"Share of those who began together; {format.count(sum(size.values()), 'customer')}, by start month"),
        graph(
            charts.cohort_map(names, months, grid),
            id="cohorts",
            title=title,
            size="large" if len(starts) > 14 else "medium",
            table=table(
                title,
                ("Began", "Customers", *(f"After {format.count(m, 'month')}" for m in shown)),
                [
                    (name, format.number(size[start]),
                     *("" if (s := kept.get((start, m))) is None else format.share(s) for m in shown))
                    for name, start in zip(names, starts, strict=True)
                ],
            ),
        ),
    ]  # fmt: skip


def _nothing(why: str = "No customer in this view has a known outcome.") -> html.Div:
    return states.empty("Nothing to draw here", f"{why} Clear a filter, or load data that has it.")
