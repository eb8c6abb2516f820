"""The part of the customer's page that asks what would bring the chance of leaving below a line."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update

from components import marks, states, way_back
from components.card import card
from services import way_back as service
from services.customers import CustomerAnswer
from services.roles import permission, permitted
from services.way_back import NoModel, NoSuchCustomer, TargetRefused
from web import here

WITHOUT_A_LINE = 20.0


class Ids(StrEnum):
    """Every id of this part."""

    BEGIN = "way-back-begin"
    TARGET = "way-back-target"
    ASK = "way-back-ask"
    FOUND = "way-back-found"


def section(found: CustomerAnswer) -> html.Section | None:
    """Lay the question out; it is answered, and put on record, when somebody asks."""
    if found.score is None or not permitted(here.actor(), "explore"):
        return None
    line = found.score.threshold
    begin = WITHOUT_A_LINE if line is None else max(math.floor(line * 1000) / 10, 0.1)
    note = "" if line is None else "The at-risk list begins a little above this."
    field = html.Div(
        [
            html.Label("Chance of leaving to come below, in %", htmlFor=Ids.TARGET, className="ks-wb-label"),
            dbc.Input(
                id=Ids.TARGET, type="number", value=begin, min=0.1, max=99.9, step=0.1,
                className="ks-wb-target",
            ),
        ],
        className="ks-wb-field",
    )  # fmt: skip
    ask = html.Button(
        [marks.icon("bi-signpost-split"), "Look for ways"],
        id=Ids.ASK, type="button", className="ks-button ks-button-second",
    )  # fmt: skip
    return card(
        "What would bring this below a line?",
        [
            dcc.Store(id=Ids.BEGIN, data={"id": found.id, "line": None if line is None else begin}),
            html.Div([field, ask], className="ks-wb-ask"),
            html.Div(html.P(note, className="ks-card-note"), id=Ids.FOUND, **{"aria-live": "polite"}),
        ],
        note="the cheapest changes of levers that the model says would do; a person decides",
        model=True,
        badge=marks.draft_badge(found.stamp),
        width="full",
    )


@callback(
    Output(Ids.FOUND, "children"),
    Input(Ids.ASK, "n_clicks"),
    Input(Ids.TARGET, "n_submit"),
    State(Ids.TARGET, "value"),
    State(Ids.BEGIN, "data"),
    running=[(Output(Ids.ASK, "disabled"), True, False)],
    prevent_initial_call=True,
)
@permission("explore")
def show_ways(clicks: int | None, submitted: int | None, percent: Any, begin: dict[str, Any] | None) -> Any:
    """Answer what would do; on record."""
    if not (clicks or submitted) or not isinstance(begin, dict):
        return no_update
    if percent is None:  # what the browser holds for no number within the limits
        return states.empty("No such chance", "Give a chance from 0.1 to 99.9%.", sign="bi-signpost-split")
    is_line = percent == begin.get("line")
    target = None if is_line else percent / 100 if isinstance(percent, int | float) else math.nan
    try:
        return way_back.way_back(
            service.find(here.installation(), here.actor(), str(begin.get("id")), target)
        )
    except (TargetRefused, NoModel) as fault:
        return states.empty("No advice here", str(fault), sign="bi-slash-circle")
    except NoSuchCustomer as fault:
        return states.empty("No such customer", str(fault), sign="bi-person")
