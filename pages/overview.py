"""Overview: how the customers are, and what the model expects of the next months."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html

from components import (
    actions,
    controls,
    filters,
    format,
    frame,
    kpi,
    marks,
    notices,
    panels,
    states,
    subject,
)
from components.card import card, cards
from config.dataset import DatasetSpec
from config.glossary import meaning
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _overview_levers,
)
from services import earlier_risk, overview, relatable
from services.overview import Filters, Headline, Tile
from services.roles import permission
from services.stamp import Stamp
from web import here

dash.register_page(__name__, path="/", title="Overview - Keepsight", order=1)

NAME = "overview"
SEE_AVERAGES = "No model answers now; the averages of groups above are no prediction."


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
        cards([_overview_levers.levers(), *_charts(spec, _dimensions(segments, by))]),
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
    known = {column for column, _ in segments}
    first = segments[0][0] if segments else None
    return controls.choice(Ids.BY, segments, by if by in known else first, label="Break down by")


def _charts(spec: DatasetSpec, dimensions: html.Div) -> list[html.Section | html.Div]:
    """Hold the place of each chart that the data has something for; the others are there, unseen."""
    trend = ("Customers and churn over time", Ids.TREND, "churn-rate", None)
    shown = [
        ("Churn by segment", Ids.BREAKDOWN, None, dimensions),
        ("Tenure of those who stayed and left", Ids.TENURE, "tenure", None),
        *([("Revenue and revenue at risk", Ids.REVENUE, "revenue-at-risk", None)] if spec.revenue else []),
        ("Retention", Ids.COHORTS, "retention", None),
        *([("Churn by region", Ids.REGION, None, None)] if spec.region else []),
    ]
    # Without dates the trend can only say so: that stands last.
    shown = [trend, *shown] if spec.period else [*shown, trend]
    held = [
        _card(title, place, term, tools, "full" if place == shown[-1][1] and len(shown) % 2 else "half")
        for title, place, term, tools in shown
    ]
    absent = {Ids.REVENUE, Ids.REGION} - {place for _, place, _, _ in shown}
    return [*held, *(html.Div(id=place, hidden=True) for place in sorted(absent))]


def _card(title: str, place: Ids, term: str | None, tools: Any, width: str) -> html.Section:
    body = html.Div(states.loading(), id=place, className="ks-refresh")
    return card(title, body, help_text=meaning(term) if term else "", tools=tools, width=width)


filters.wire_filters(NAME)
clientside_callback(
    ClientsideFunction("overview", "address"),
    Output(Ids.LIST, "href"),
    Input(filters.query_id(NAME), "data"),
    Input(Ids.BY, "value"),
)
clientside_callback(
    ClientsideFunction("filters", "cross_overview"),
    Input({"type": "ks-graph", "name": ALL}, "clickData"),
    prevent_initial_call=True,
)


@callback(
    Output(Ids.TILES, "children"),
    Output(f"{NAME}-count", "children"),
    Input(filters.query_id(NAME), "data"),
)
@permission("see-facts")
def show_tiles(query: dict[str, Any] | None) -> tuple[Any, str]:
    """Answer the four tiles and the number of customers in view."""
    try:
        found = overview.headline(here.installation(), here.actor(), _filters(query))
    except ValueError as refused:
        return states.empty("No figures for this view", str(refused)), ""
    history = None if found.customers.before is not None else "one snapshot, no history"
    view = f"{format.count(found.customers.now, 'customer')} in view"
    shown = [*_notices(found), _tiles(found)]
    if found.stamp.version is not None and found.excluded:
        shown.append(subject.excluded(found.excluded))
    return [*shown, marks.stamp_line(found.stamp, history)], view


def _notices(found: Headline) -> list[Any]:
    """Say above the figures what stands in for the model, and what waits for an analyst."""
    stamp = found.stamp
    said = [
        notices.stand_in(stamp),
        notices.notice(found.proposal, sign="bi-mortarboard"),
        notices.averages(found.averages, stamp.horizon_months),
    ]
    return [one for one in said if one is not None]


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
def show_charts(query: dict[str, Any] | None, by: str | None) -> tuple[Any, ...]:
    """Answer the charts."""
    installation = here.installation()
    try:
        found = overview.charts(installation, here.actor(), _filters(query), breakdown_by=by)
    except ValueError as refused:
        return (states.empty("No chart for this view", str(refused)),) * 6
    spec, stamp = installation.dataset().spec, found.stamp
    column, region = found.breakdown_by, spec.region
    return (
        panels.trend(found.trend, stamp.horizon_months),
        panels.breakdown(found.breakdown, column, spec.label(column), "churn-by")
        if column
        else panels.nothing(),
        panels.tenure(found.tenure),
        panels.revenue(found.breakdown, column, spec.label(column), stamp)
        if column and spec.revenue
        else None,
        panels.retention(found.cohorts),
        panels.breakdown(found.region, region, spec.label(region), "region") if region else None,
    )


def _filters(query: dict[str, Any] | None) -> Filters:
    query = query or {}
    since, until = query.get("since"), query.get("until")
    return Filters(query.get("levels") or {}, (since, until) if since or until else None)


# --- tiles -------------------------------------------------------------------------------------------


def _tiles(found: Headline) -> html.Div:
    stamp = found.stamp
    members = [_customers(found), _churn(found), _money(found), _at_risk(found, stamp)]
    return kpi.tiles([*members, _saved(found)] if found.saved else members)


def _saved(head: Headline) -> html.Article:
    found = head.saved
    assert found is not None
    worth = None if found.money is None else found.money.value
    return kpi.tile(
        "Saved",
        format.number(found.kept.value) if worth is None else format.short_money(worth, found.currency),
        note=actions.saved_note(found),
        change=_saved_change(head),
        tangible=head.tangible.get(relatable.SAVED),
        help_text=meaning("saved"),
    )


def _saved_change(head: Headline) -> str:
    """Say how much of it came in the last month."""
    assert head.saved is not None
    if head.saved_before is None:
        return "nothing was measured a month before"
    more = head.saved.actions - head.saved_before.actions
    kept = format.number(head.saved_before.kept.value)
    return f"{format.count(more, 'action')} more than a month before, when it was {kept} customers"


def _customers(found: Headline) -> html.Article:
    tile = found.customers
    return kpi.tile(
        "Customers",
        format.number(tile.now),
        note=f"active on {format.day(found.stamp.data_date)}",
        change=_change(found, tile, "amount"),
        tangible=found.tangible.get(relatable.CUSTOMERS),
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
        change=_change(found, tile, "share"),
        tangible=found.tangible.get(relatable.CHURN),
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
        change=_change(found, tile, "amount"),
        tangible=found.tangible.get(relatable.REVENUE),
        help_text=meaning("monthly-revenue"),
    )


def _at_risk(found: Headline, stamp: Stamp) -> html.Article:
    if stamp.withheld or found.expected_leavers.now is None:
        why = SEE_AVERAGES if found.averages else stamp.withheld
        return kpi.closed_tile("Revenue at risk", why or "No customer has a score yet.")
    leavers = found.expected_leavers.now
    horizon = format.count(stamp.horizon_months, "month")
    if found.revenue_at_risk.now is None:
        return kpi.tile(
            "Expected leavers", format.number(leavers), note=f"within {horizon}", model=True,
            change=_change(found, found.expected_leavers, "amount"),
            tangible=found.tangible.get(relatable.LEAVERS),
            badge=marks.draft_badge(stamp), help_text=meaning("expected-leavers"),
        )  # fmt: skip
    return kpi.tile(
        "Revenue at risk",
        format.short_money(found.revenue_at_risk.now, stamp.currency),
        note=f"a month, with {format.number(leavers)} expected leavers within {horizon}",
        change=_change(found, found.revenue_at_risk, "amount"),
        tangible=found.tangible.get(relatable.AT_RISK),
        help_text=meaning("revenue-at-risk"),
        model=True,
        badge=marks.draft_badge(stamp),
    )


def _change(found: Headline, tile: Tile, unit: str) -> str | None:
    """Say how a figure moved; nothing where there is no earlier period, which the stamp says once."""
    than = found.before_called or earlier_risk.MONTH
    return None if tile.before is None else format.change(tile.now, tile.before, than, unit=unit)
