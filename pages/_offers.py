"""The part of the customer's page with offers: what the customer is likely to take, and what it would do."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
)

from components import dialog, marks, offers, states
from components.card import card
from services.customers import CustomerAnswer, NoSuchCustomer
from services.recommender import offers as service
from services.roles import NotPermitted, permission, permitted
from web import here


class Ids(StrEnum):
    """Every id of this part."""

    BEGIN = "offers-begin"
    ASK = "offers-ask"
    FOUND = "offers-found"
    DIALOG = "offers-dialog"
    CHOSEN = "offers-chosen"
    PLAN = "offers-plan"
    MAKE = "offers-make"
    SAID = "offers-said"
    DONE = "offers-done"


def act_id(item: str) -> dict[str, str]:
    """Name the button that makes an offer an action."""
    return {"type": "offers-act", "item": item}


def section(found: CustomerAnswer) -> html.Section | None:
    """Lay the offers out; of a customer at risk they come by themselves, of others when somebody asks."""
    if not (permitted(here.actor(), "explore") and permitted(here.actor(), "choose-for-customers")):
        return None
    at_risk = _is_at_risk(found)
    ask = html.Button(
        [marks.icon("bi-gift"), "Look for offers"],
        id=Ids.ASK, type="button", className="ks-button ks-button-second", hidden=at_risk,
    )  # fmt: skip
    begin = states.loading() if at_risk else html.P("This customer is not on the at-risk list.")
    return card(
        "Offers",
        [
            dcc.Store(id=Ids.BEGIN, data={"id": found.id, "now": at_risk}),
            dcc.Store(id=Ids.CHOSEN),
            dcc.Store(id=Ids.DONE),
            html.Div(ask, className="ks-of-ask"),
            html.Div(begin, id=Ids.FOUND, className="ks-of-found", **{"aria-live": "polite"}),
            _dialog(),
        ],
        note="what this customer is likely to take, what it would do and cost; a person decides",
        model=found.score is not None,
        badge=marks.draft_badge(found.stamp),
        width="full",
    )


def _is_at_risk(found: CustomerAnswer) -> bool:
    score = found.score
    return score is not None and score.threshold is not None and score.probability >= score.threshold


def _dialog() -> html.Dialog:
    make = html.Button(
        [marks.icon("bi-send"), "Make it an action"], id=Ids.MAKE, type="button", className="ks-button",
        hidden=True,
    )  # fmt: skip
    return dialog.dialog(
        Ids.DIALOG,
        "Make this offer an action?",
        [html.Div(id=Ids.PLAN, **{"aria-live": "polite"})],
        [make],
        said=Ids.SAID,
    )


@callback(Output(Ids.FOUND, "children"), Input(Ids.ASK, "n_clicks"), Input(Ids.BEGIN, "data"))
@permission("explore")
def show_offers(clicks: int | None, begin: dict[str, Any] | None) -> Any:
    """Answer which offers; on record."""
    if not isinstance(begin, dict) or not (clicks or begin.get("now")):
        return no_update
    try:
        found = service.for_customer(here.installation(), here.actor(), str(begin.get("id")))
    except NoSuchCustomer as fault:
        return states.empty("No such customer", str(fault), sign="bi-person")
    return offers.offers(found, act_id, Ids.DIALOG)


@callback(
    Output(Ids.PLAN, "children"),
    Output(Ids.CHOSEN, "data"),
    Output(Ids.MAKE, "hidden"),
    Output(Ids.SAID, "children"),
    Input({"type": "offers-act", "item": ALL}, "n_clicks"),
    State(Ids.BEGIN, "data"),
    running=[(Output(Ids.MAKE, "disabled"), True, False)],
    prevent_initial_call=True,
)
@permission("see-actions")
def show_plan(clicks: list[int | None], begin: dict[str, Any] | None) -> tuple[Any, Any, bool, str]:
    """Say what would be on record, before it is."""
    pressed = ctx.triggered_id
    if not any(clicks) or not isinstance(pressed, dict) or not isinstance(begin, dict):
        return no_update, no_update, True, ""
    key, item = str(begin.get("id")), str(pressed.get("item"))
    installation = here.installation()
    try:
        name, planned = service.plan_action(installation, here.actor(), key, item)
    except (ValueError, LookupError, NotPermitted) as refused:
        return html.P(str(refused)), None, True, ""
    decimals = installation.dataset().spec.decimals
    told = offers.plan(name, planned, key, decimals)
    return told, {"id": key, "item": item}, bool(planned.collisions), ""


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SAID, "children", allow_duplicate=True),
    Input(Ids.MAKE, "n_clicks"),
    State(Ids.CHOSEN, "data"),
    running=[(Output(Ids.MAKE, "disabled"), True, False)],
    prevent_initial_call=True,
)
@permission("start-actions")
def make_action(clicks: int | None, chosen: dict[str, Any] | None) -> tuple[Any, str]:
    """Make the offer an action and go to it; what hinders is told beside the button."""
    if not clicks or not isinstance(chosen, dict):
        return no_update, ""
    key, item = str(chosen.get("id")), str(chosen.get("item"))
    try:
        row = service.make_action(here.installation(), here.actor(), key, item)
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/actions?action={row.id}"}, ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
