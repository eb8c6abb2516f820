"""Model: what the model is worth, what it does, whether anybody stands behind it; here it is signed."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import dialog, feedback, format, frame, marks, notices, registry, shapes, states
from components.card import cards
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _model_deeds,  # noqa: F401  (registers what the dialogs do)
    _problems,
)
from pages._model_body import body, ways
from pages._model_dialogs import dialogs
from pages._model_ids import Ids
from pages._model_register import register
from pages._model_standing import compared, standing, waiting
from services import model_page
from services.model_page import ModelPage, NoSuchVersion
from services.roles import permission
from web import here

dash.register_page(__name__, path="/model", title="Model - Keepsight", order=7)


@permission("see-model")
def layout(version: str = "", compare: str = "") -> html.Main:
    """Lay the page out; ``?version=`` chooses one, ``&compare=`` sets another beside it."""
    try:
        found = model_page.gather(here.installation(), here.actor(), version or None, compare or None)
    except NoSuchVersion as fault:
        nothing = states.empty("No such model", str(fault), sign="bi-clipboard-x")
        return frame.page("Model", html.Section(nothing, className="ks-card"))
    return frame.page(
        "Model",
        dcc.Store(id=Ids.SHOWN, data={"version": found.version, "report": found.known.report_sha256}),
        dcc.Store(id=Ids.DONE),
        notices.notice(found.proposal, sign="bi-mortarboard"),
        waiting(found),
        ways(),
        cards([standing(found), compared(found)]),
        *body(found, register(found)),
        *dialogs(found),
        *_problems.dialogs(
            [(found.version, f"{found.version[:8]}, {found.state}")], f"/model?version={found.version}"
        ),
        lede=_lede(found),
        badges=[registry.state_badge(found.state), marks.synthetic_badge(found.stamp.synthetic)],
        actions=_actions(found),
    )


def _lede(found: ModelPage) -> list[Any]:
    answers = "It answers now." if found.is_serving else "It does not answer now."
    horizon = format.count(found.stamp.horizon_months, "month")
    about = f"{found.stamp.title}: who will leave within {horizon}."
    return [about, " Version ", html.Code(found.version[:8]), f". {answers}"]


def _actions(found: ModelPage) -> list[Any]:
    print_button = html.Button(
        [marks.icon("bi-printer"), "Print"],
        id=Ids.PRINT,
        type="button",
        className="ks-button ks-button-second",
    )
    card = html.A(
        [marks.icon("bi-download"), "Model card"],
        href=f"/model/card/{found.version}.html",
        className="ks-button ks-button-second",
        title="One HTML page that stands alone and prints well",
        download=f"model-card-{found.version[:12]}.html",
    )
    say = feedback.opener("page", "/model", words="Say something about this model")
    return [say, print_button, card, *_ends(found)]


def _ends(found: ModelPage) -> list[Any]:
    """Offer to go back and to withdraw, to who may."""
    offered = []
    if found.may_roll_back:
        offered.append(
            dialog.opener(
                "Roll back", Ids.BACK_DIALOG, sign="bi-arrow-counterclockwise", kind="second", id=Ids.BACK
            )
        )
    if found.may_withdraw:
        offered.append(
            dialog.opener(
                "Withdraw", Ids.WITHDRAW_DIALOG, sign="bi-slash-circle", kind="second", id=Ids.WITHDRAW
            )
        )
    return offered


@callback(
    Output(Ids.SHAPE, "children"),
    Input(Ids.FEATURE, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("see-model")
def show_shape(place: str | None, shown: dict[str, Any] | None) -> Any:
    """Draw the effect of the feature chosen."""
    if not isinstance(shown, dict) or not str(place or "").isdecimal():
        return no_update
    held = model_page.report(here.installation(), here.actor(), str(shown.get("version")))
    return shapes.shape(held.get("explanation"), int(str(place)))


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
clientside_callback(
    ClientsideFunction("model", "print"), Input(Ids.PRINT, "n_clicks"), prevent_initial_call=True
)
