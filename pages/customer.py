"""One customer: what is known, the chance of leaving with its range, and the reasons that add up to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import quote

import dash
from dash import Input, Output, State, callback, dcc, html, no_update

from components import charts, facts, feedback, format, frame, marks, notices, states, subject
from components import movement as moved
from components.card import card, cards
from components.graph import graph
from components.table import table
from components.waterfall import gauge, waterfall, waterfall_data
from config.dataset import DatasetSpec, Kind
from config.glossary import meaning
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _offers,
    _way_back,
)
from services import customers, movement
from services.contingency import GroupAverage
from services.customers import CustomerAnswer, NoSuchCustomer
from services.roles import permission, permitted
from web import here

dash.register_page(__name__, path="/customer", title="Customer - Keepsight", order=3)

LIST = ("Customers", "/customers")
HISTORIES = 3
OBJECTED = "This customer objected to profiling, so nothing is worked out."
NO_REASONS = "Reasons explain a score, and none is shown to you."


class Ids(StrEnum):
    """Every id of this page."""

    WHAT_IF = "customer-what-if"
    SUBJECT = "customer-subject"
    RECOMMENDATIONS = "customer-recommendations"
    KEY = "customer-key"
    ASK_MOVED = "customer-ask-moved"
    MOVED = "customer-moved"


@permission("see-facts")
def layout(id: str = "") -> html.Main:
    """Lay the page of one customer out; ``?id=`` names the customer."""
    if not id:
        return frame.page(
            "Customer", _choose("No customer is chosen", "Choose one from the list."), back=LIST
        )
    try:
        found = customers.one(here.installation(), here.actor(), id)
    except NoSuchCustomer as fault:
        return frame.page("Customer", _choose("No such customer", str(fault)), back=LIST)
    spec = here.installation().dataset().spec
    return frame.page(
        f"Customer {found.id}",
        notices.stand_in(found.stamp),
        notices.cautions(_doubts(found)),
        cards(
            [
                _score(found),
                _reasons(found),
                None if found.stamp.objects else _offers.section(found),
                None if _is_paused(found) else _way_back.section(found),
                _movement(found),
                _facts(found),
                *_history(found, spec),
            ]
        ),
        dcc.Store(id=Ids.KEY, data=found.id),
        marks.stamp_line(found.stamp),
        lede=_standing(found, spec),
        badges=[
            subject.objected_badge(found.stamp.objects),
            marks.draft_badge(found.stamp),
            marks.synthetic_badge(found.stamp.synthetic),
        ],
        actions=[feedback.opener("prediction", found.id), *_actions(found)],
        back=LIST,
    )


def _choose(title: str, text: str) -> html.Section:
    link = dcc.Link("To the list of customers", href="/customers", className="ks-button")
    return html.Section(states.empty(title, text, sign="bi-person", action=link), className="ks-card")


def _standing(found: CustomerAnswer, spec: DatasetSpec) -> str:
    state = "Active" if found.active else f"No longer active: {spec.outcome.label}"
    return f"{state} on {format.day(found.stamp.data_date)}. {spec.title}."


def _actions(found: CustomerAnswer) -> list[Any]:
    key, links = quote(found.id, safe=""), []
    if permitted(here.actor(), "see-subject"):
        links.append(
            _link(
                "bi-person-vcard", "All that is held", f"/subject?customer={key}", id=Ids.SUBJECT, second=True
            )
        )
    if permitted(here.actor(), "choose-for-customers") and not found.stamp.objects:
        links.append(
            _link(
                "bi-collection",
                "Recommendations",
                f"/recommendations?customer={key}",
                id=Ids.RECOMMENDATIONS,
                second=True,
            )
        )
    if found.score is not None and not _is_paused(found) and permitted(here.actor(), "explore"):
        links.append(_link("bi-sliders2", "What if ...", f"/what-if?customer={key}", id=Ids.WHAT_IF))
    return links


def _link(sign: str, words: str, href: str, *, id: Ids, second: bool = False) -> dcc.Link:
    look = "ks-button ks-button-second" if second else "ks-button"
    return dcc.Link([marks.icon(sign), words], href=href, id=id, className=look)


def _is_paused(found: CustomerAnswer) -> bool:
    """Say whether the score is one of before: nothing more can be asked of the model."""
    return found.stamp.control == "paused"


def _doubts(found: CustomerAnswer) -> list[str]:
    doubt = found.score.doubt if found.score else ""
    return [*([doubt] if doubt else []), *found.warnings]


def _score(found: CustomerAnswer) -> html.Section:
    score, stamp = found.score, found.stamp
    if score is None:
        why = stamp.withheld or "There is no model yet."
        if found.average is not None:
            return _average(found.average, found)
        return card("Chance of leaving", states.empty("No score here", why, sign="bi-lock"), width="third")
    data = {
        "probability": score.probability, "low": score.low, "high": score.high, "threshold": score.threshold,
        "firm": score.is_firm,
    }  # fmt: skip
    horizon = format.count(stamp.horizon_months, "month")
    return card(
        "Chance of leaving",
        [gauge("customer", data), _legend(score.threshold is not None)],
        note=f"within {horizon}; higher means more likely to leave",
        help_text=f"{meaning('chance-of-leaving')} {meaning('range')}",
        model=True,
        badge=marks.draft_badge(stamp),
        width="third",
        middle=True,
    )


def _average(own: GroupAverage, found: CustomerAnswer) -> html.Section:
    stamp = found.stamp
    return card(
        "Average of the group",
        [
            *notices.average(own, found.period, stamp.horizon_months),
            html.P(notices.spoken(stamp.withheld or "")),
        ],
        note="a fact of the past, the same for all of the group",
        width="third",
    )


def _legend(has_line: bool) -> html.P:
    line = " The short line is where the at-risk list begins." if has_line else ""
    return html.P(
        f"The outer arc is the model's spread, not chance.{line}", className="ks-card-note ks-gauge-legend"
    )


def _reasons(found: CustomerAnswer) -> html.Section:
    if found.score is None:
        why = "Reasons explain a score, and there is none now." if found.average else NO_REASONS
        why = OBJECTED if found.stamp.objects else why
        return card("Why", states.empty("No reasons here", why, sign="bi-lock"), width="two-thirds")
    if _is_paused(found):
        why = "The model is paused, so nothing is worked out. The score is the last one, with its date above."
        return card("Why", states.empty("No reasons now", why, sign="bi-pause-circle"), width="two-thirds")
    rows = [
        {"label": r.label, "value": r.value, "points": r.points, "role": str(r.role)} for r in found.reasons
    ]
    subdued = None if found.score.is_firm else "ks-unfirm"
    drawn = waterfall("customer", waterfall_data(found.score.start, found.score.probability, rows))
    return card(
        "Why",
        [html.P(found.sentence, className="ks-sentence"), html.Div(drawn, className=subdued)],
        note="from the model's starting point to this customer; patterns in past customers, not causes",
        help_text=f"{meaning('reason')} {meaning('starting-point')}",
        model=True,
        badge=marks.draft_badge(found.stamp),
        width="two-thirds",
    )


def _movement(found: CustomerAnswer) -> html.Section | html.Div:
    """Hold the place of why the score moved; it is worked out, and put on record, when somebody asks."""
    ask = html.Button(
        [marks.icon("bi-clock-history"), "Why did it move?"],
        id=Ids.ASK_MOVED, type="button", className="ks-button ks-button-second",
    )  # fmt: skip
    if found.score is None or _is_paused(found):
        return html.Div([html.Div(ask, id=Ids.MOVED)], hidden=True)
    return card(
        "Since last month",
        html.Div(ask, id=Ids.MOVED, **{"aria-live": "polite"}),
        note="what of the change is this customer's data, and what a new model",
        model=True,
        badge=marks.draft_badge(found.stamp),
        width="full",
    )


@callback(
    Output(Ids.MOVED, "children"),
    Input(Ids.ASK_MOVED, "n_clicks"),
    State(Ids.KEY, "data"),
    prevent_initial_call=True,
)
@permission("see-facts")
def show_movement(clicks: int | None, key: str | None) -> Any:
    """Answer why the score moved; on record."""
    if not clicks or not isinstance(key, str):
        return no_update
    try:
        return moved.movement(movement.why(here.installation(), here.actor(), key))
    except NoSuchCustomer as fault:
        return states.empty("No such customer", str(fault), sign="bi-person")


def _facts(found: CustomerAnswer) -> html.Section:
    rows = [
        facts.fact(one.label, one.value, role=str(one.role), missing=one.value == format.NOT_KNOWN)
        for one in found.facts
    ]
    return card(
        "What is known",
        facts.facts(rows),
        note="a lever is yours to move, an assumption moves by others, a fact stays",
        width="full",
    )


def _history(found: CustomerAnswer, spec: DatasetSpec) -> list[html.Section]:
    """Draw up to three measured values that moved over time."""
    rows = found.history
    if spec.period is None or len(rows) < 2:
        return []
    moving = [
        feature for feature in spec.features
        if feature.kind is Kind.NUMERIC and feature.column != spec.tenure
        and len({row.get(feature.column) for row in rows}) > 1
    ]  # fmt: skip
    first = [f for f in moving if f.column == spec.revenue]
    chosen = [*first, *(f for f in moving if f not in first)][:HISTORIES]
    periods = [str(row[spec.period]) for row in rows]
    span = f"{format.month(periods[0])} to {format.month(periods[-1])}"
    cut = []
    for feature in chosen:
        values = [row.get(feature.column) for row in rows]
        lines = [(format.month(p), format.value(v)) for p, v in zip(periods, values, strict=True)]
        drawn = graph(
            charts.history(periods, values, name=feature.label, unit=feature.unit or ""),
            id=f"history-{feature.column}",
            title=f"{feature.label}, {span}",
            table=table(f"{feature.label} by month", ("Month", feature.label), lines),
            size="small",
        )
        note = f"{feature.unit + ', ' if feature.unit else ''}{span}"
        cut.append(card(feature.label, drawn, note=note, width="third"))
    return cut
