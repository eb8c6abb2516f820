"""You and your area: what is one's own in Keepsight, and what changed lately."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html
from dash import no_update as KEEP
from flask_login import current_user

from components import control, format, frame, marks
from components import readers as parts
from components.card import card, cards
from components.first_use import AGAIN as NOTE_AGAIN
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import feedback_asks, own_area, own_sessions, usage, what_changed
from services.installation import NothingLoaded
from services.own_area import Area, AreaRefused
from services.own_sessions import NoSuchSession
from services.roles import permission, permitted
from web import here

dash.register_page(__name__, path="/me", title="You and your area - Keepsight", order=30)

LEDE = "What is yours alone: your area, what you see of the model, what is counted, where you are signed in."
AGAIN = {"go": "/me"}


class Ids(StrEnum):
    """Every id of this page."""

    AREA = "me-area"
    CHOOSE = "me-choose"
    NO_AREA = "me-no-area"
    AREA_SAID = "me-area-said"
    COUNTED = "me-counted"
    ASKED = "me-asked"
    END = "me-end"
    END_ALL = "me-end-all"
    SESSIONS_SAID = "me-sessions-said"
    DONE = "me-done"


@permission("own-matters")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    return frame.page(
        "You and your area",
        dcc.Store(id=Ids.DONE),
        cards([_area(), _entries(), _output(), _counted(), _asked(), _note(), _changes(), _sessions()]),
        lede=LEDE,
    )


# --- own area ------------------------------------------------------------------------------------------


def _area() -> html.Section:
    installation, actor = here.installation(), here.actor()
    try:
        columns = own_area.offered(installation, actor)
    except NothingLoaded as nothing:
        return card("Your area", html.P(str(nothing), className="ks-sentence"), width="full")
    if not columns:
        words = "These data name no segments and no region, so there is no area to choose."
        return card("Your area", html.P(words, className="ks-sentence"), width="full")
    own = own_area.own_area(installation, actor)
    options = [
        {"label": f"{one.label}: {words}", "value": json.dumps([one.column, level])}
        for one in columns
        for level, words in one.levels
    ]
    chosen = json.dumps([own.column, own.level]) if own else None
    choice = html.Div(
        [
            html.Label("Area", htmlFor=Ids.AREA, className="ks-dialog-label"),
            dbc.Select(id=Ids.AREA, options=options, value=chosen, placeholder="Choose a segment or region"),
        ],
        className="ks-dialog-field",
    )
    deeds = [html.Button([marks.icon("bi-pin-map"), "Make it mine"], id=Ids.CHOOSE, type="button",
                         className="ks-button"),
             html.Button("No area", id=Ids.NO_AREA, type="button", hidden=own is None,
                         className="ks-button ks-button-second")]  # fmt: skip
    body = [
        html.P(_standing(own), className="ks-sentence"),
        html.P(_consequence(), className="ks-card-note"),
        choice,
        html.Div(deeds, className="ks-me-deeds"),
        html.P(id=Ids.AREA_SAID, className="ks-dialog-said", role="alert"),
    ]
    return card(
        "Your area",
        html.Div(body, className="ks-me-part"),
        note="a segment or region of the customers shown now",
        width="full",
    )


def _standing(own: Area | None) -> str:
    if own is None:
        return "You have not chosen an area."
    count = len(own_area.customers_of(here.installation(), own))
    told = f"Your area is {own.label}: {format.count(count, 'customer')} in the data of now."
    return told if own.as_of is not None else f"{told} Entries about them are still being gathered."


def _consequence() -> str:
    told = "Its own figures stand on the page of guideline G4."
    if permitted(here.actor(), "read-all-log"):
        return f"{told} In the decision log your role reads everybody's entries already."
    return (
        "In the decision log you then read, besides your own entries, what was answered about its customers "
        f"and about the area as a whole, whoever asked. {told} That you chose it is on record."
    )


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.AREA_SAID, "children"),
    Input(Ids.CHOOSE, "n_clicks"),
    Input(Ids.NO_AREA, "n_clicks"),
    State(Ids.AREA, "value"),
    prevent_initial_call=True,
)
@permission("choose-area")
def choose(_chosen: int | None, _none: int | None, value: Any) -> tuple[Any, Any]:
    """Let what is chosen be one's own area, or none."""
    if not ctx.triggered[0]["value"]:
        return KEEP, KEEP
    column, level = (None, None) if ctx.triggered_id == Ids.NO_AREA else _read(value)
    if column is None and ctx.triggered_id != Ids.NO_AREA:
        return KEEP, "Choose an area from the list first."
    try:
        own_area.choose_area(here.installation(), here.actor(), column, level)
    except (AreaRefused, NothingLoaded) as refused:
        return KEEP, str(refused)
    return AGAIN, ""


def _read(value: Any) -> tuple[str | None, str | None]:
    """Read what was chosen; nothing where it is no pair of texts."""
    try:
        column, level = json.loads(value)
    except (TypeError, ValueError):
        return None, None
    return (column, level) if isinstance(column, str) and isinstance(level, str) else (None, None)


# --- what one sees and is counted in -------------------------------------------------------------------


def _entries() -> html.Section:
    words = "What you did and were answered is on record, and what was answered about your area."
    link = dcc.Link([marks.icon("bi-journal-text"), "Your entries"], href=f"/log?who={here.actor().id}",
                    className="ks-button ks-button-second")  # fmt: skip
    return card("Your entries", [html.P(words, className="ks-sentence"), html.Div(link)], width="third")


def _output() -> html.Section:
    hidden = here.installation().store.control(here.actor().id).hidden
    words = (
        ["You have hidden it since ", control.moment(hidden), "."]
        if hidden
        else "You see model output. You can hide it for yourself and work with facts alone."
    )
    link = dcc.Link("Hide or show it in the Control room", href="/control", className="ks-quiet-link")
    return card("Model output", [html.P(words, className="ks-sentence"), link], width="third")


def _counted() -> html.Section:
    out = usage.is_left_out(here.installation(), here.actor())
    on = usage.summary(here.installation(), 1).is_on
    words = "It is counted which pages are opened and how fast they answer, a day and page, without names."
    if not on:
        words = "Nothing is counted here: it is switched off in the Settings."
    elif out:
        words = "What you open is not counted: you are left out."
    button = _button("Count me again" if out else "Leave me out", Ids.COUNTED)
    note = "it holds for what you opened in the last seconds too"
    return card(
        "Counts of use", [html.P(words, className="ks-sentence"), html.Div(button)], note=note, width="third"
    )


def _asked() -> html.Section:
    wants = feedback_asks.wants(here.installation(), here.actor())
    words = (
        "Keepsight asks you at useful moments what was useful or wrong, once a week at most."
        if wants
        else "Keepsight does not ask you for feedback. You can say something on every page all the same."
    )
    button = _button("Do not ask me" if wants else "Ask me again", Ids.ASKED)
    return card("Being asked", [html.P(words, className="ks-sentence"), html.Div(button)])


def _note() -> html.Section:
    words = "What Keepsight is and is not, as it stood above the first page you opened."
    link = dcc.Link("Read it again", href=f"/me{NOTE_AGAIN}", className="ks-button ks-button-second")
    return card("The first note", [html.P(words, className="ks-sentence"), html.Div(link)])


def _button(words: str, id: str) -> html.Button:
    return html.Button(words, id=id, type="button", className="ks-button ks-button-second")


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Input(Ids.COUNTED, "n_clicks"),
    prevent_initial_call=True,
)
@permission("own-matters")
def change_counted(clicks: int | None) -> Any:
    """Leave oneself out of the counts, or be counted again."""
    if not clicks:
        return KEEP
    installation, actor = here.installation(), here.actor()
    (usage.count_in if usage.is_left_out(installation, actor) else usage.leave_out)(installation, actor)
    return AGAIN


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Input(Ids.ASKED, "n_clicks"),
    prevent_initial_call=True,
)
@permission("give-feedback")
def change_asked(clicks: int | None) -> Any:
    """Let oneself be asked for feedback, or not any more."""
    if not clicks:
        return KEEP
    installation, actor = here.installation(), here.actor()
    feedback_asks.set_wanted(installation, actor, not feedback_asks.wants(installation, actor))
    return AGAIN


# --- what changed, and sessions ------------------------------------------------------------------------


def _changes() -> html.Div:
    reads_all = permitted(here.actor(), "read-all-log")
    lines = what_changed.listing(here.installation(), here.actor())
    body = parts.changes(lines, lambda line: f"/log?entry={line.entry}" if reads_all else None)
    note = "model, data, settings and switches that changed what people see; latest first"
    return html.Div(
        card("What changed lately", body, note=note, width="full"), id="changes", className="ks-me-full"
    )


def _sessions() -> html.Section:
    found = own_sessions.mine(here.installation(), here.actor(), current_user.token)
    body = [
        parts.sessions(found, Ids.END),
        html.Div(
            html.Button("Sign out everywhere else", id=Ids.END_ALL, type="button", hidden=len(found) < 2,
                        className="ks-button ks-button-second")
        ),
        html.P(id=Ids.SESSIONS_SAID, className="ks-dialog-said", role="alert"),
    ]  # fmt: skip
    return card(
        "Where you are signed in",
        html.Div(body, className="ks-me-part"),
        note="a session ends by itself when it is not used",
        width="full",
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.SESSIONS_SAID, "children"),
    Input(Ids.END_ALL, "n_clicks"),
    Input({"type": Ids.END, "handle": ALL}, "n_clicks"),
    prevent_initial_call=True,
)
@permission("own-matters")
def sign_out_elsewhere(_all: int | None, _one: list[int | None]) -> tuple[Any, Any]:
    """End other sessions of one's own; this one goes on."""
    if not ctx.triggered[0]["value"]:
        return KEEP, KEEP
    installation, actor, token = here.installation(), here.actor(), current_user.token
    try:
        if isinstance(ctx.triggered_id, dict):
            own_sessions.end(installation, actor, token, str(ctx.triggered_id["handle"]))
        else:
            own_sessions.end_others(installation, actor, token)
    except NoSuchSession as refused:
        return KEEP, str(refused)
    return AGAIN, ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
