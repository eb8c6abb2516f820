"""People: who may sign in, in which role, from where they are signed in; what each role may do."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html
from dash import no_update as KEEP
from flask import request

from components import controls, dialog, frame
from components import people as parts
from components.card import card, cards
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import people
from services.people import Person
from services.roles import ROLES, permission, permissions
from web import here

dash.register_page(__name__, path="/people", title="People - Keepsight", order=20)

CLOSING = (
    "Their sessions end at once, and their password and links open nothing until it is opened again. "
    "What they did stays in the log."
)


CHANGING = (
    'From their next click on they see and do what the new role may; what that is stands under "What each '
    'role may do".'
)


class Ids(StrEnum):
    """Every id of this page."""

    SHOWN = "people-shown"
    NAME = "people-name"
    ROLE = "people-role"
    ADD = "people-add"
    ADDED = "people-added"
    NEW_ROLE = "people-new-role"
    SET_ROLE = "people-set-role"
    LINK = "people-link"
    LINKED = "people-linked"
    OUT = "people-out"
    CLOSE = "people-close"
    CLOSE_DIALOG = "people-close-dialog"
    CLOSE_NOW = "people-close-now"
    CLOSE_SAID = "people-close-said"
    OPEN = "people-open"
    END = "people-end"
    SAID = "people-said"
    DONE = "people-done"


@permission("manage-people")
def layout(person: str = "") -> html.Main:
    """Lay the page out; ``?person=`` opens one account."""
    everybody = people.listing(here.installation(), here.actor())
    chosen = next((one for one in everybody if one.id == person), None)
    return frame.page(
        "People",
        dcc.Store(id=Ids.SHOWN, data=chosen.id if chosen else None),
        dcc.Store(id=Ids.DONE),
        cards(
            [
                card("Accounts", parts.listed(everybody, person), note="choose a name to change the account",
                     width="two-thirds" if not chosen else "half"),
                _account(chosen) if chosen else _adding(),
                _adding() if chosen else None,
                card("What each role may do", parts.roles(permissions(), ROLES), width="full",
                     note="one table decides it for pages, exports and commands alike"),
            ]
        ),
        *([_closing(chosen)] if chosen and chosen.disabled is None else []),
        lede="Who may sign in, in which role, and from where they are signed in now.",
    )  # fmt: skip


def _adding() -> html.Section:
    roles = [(role, role) for role in ROLES]
    body = html.Div(
        [
            dialog.line(Ids.NAME, "Name they sign in with", most=80),
            html.Div([html.P("Role", className="ks-dialog-label"),
                      controls.choice(Ids.ROLE, roles, "viewer", label="Role")]),
            html.Button("Add and make a link", id=Ids.ADD, type="button", className="ks-button"),
            html.Div(id=Ids.ADDED, **{"aria-live": "polite"}),
        ],
        className="ks-people-form",
    )  # fmt: skip
    return card("Add a person", body, note="they choose their own password by a link", width="third")


def _account(found: Person) -> html.Section:
    own = found.id == here.actor().id
    roles = [(role, role) for role in ROLES]
    change = [
        html.Div([html.P("Role", className="ks-dialog-label"),
                  controls.choice(Ids.NEW_ROLE, roles, found.role, label=f"Role of {found.name}")]),
        html.P(CHANGING, className="ks-card-note"),
        _button("Change the role", Ids.SET_ROLE),
    ]  # fmt: skip
    closed = found.disabled is not None
    deeds = [
        _button("One-time link", Ids.LINK, hidden=closed),
        _button("Sign out everywhere", Ids.OUT, hidden=not found.sessions),
        _button("Open the account again", Ids.OPEN, hidden=not closed),
    ]
    if not own and not closed:
        close = dialog.opener(
            "Close the account", Ids.CLOSE_DIALOG, sign="bi-person-x", kind="second", id=Ids.CLOSE
        )
        deeds.append(close)
    body = html.Div(
        [
            html.P([parts.state(found), " since ", parts.moment(found.disabled or found.created)]),
            *([html.P("This is your own account: another administrator changes it.")] if own else change),
            html.Div(deeds, className="ks-people-deeds"),
            html.Div(id=Ids.LINKED, **{"aria-live": "polite"}),
            html.P(id=Ids.SAID, className="ks-dialog-said", role="alert"),
            html.H3("Signed in", className="ks-part-title"),
            parts.sessions(found, Ids.END),
        ],
        className="ks-people-form",
    )
    return card(found.name, body, note=f"{found.role}, id {found.id}", width="half")


def _button(words: str, id: str, *, hidden: bool = False) -> html.Button:
    return html.Button(words, id=id, type="button", className="ks-button ks-button-second", hidden=hidden)


def _closing(found: Person) -> html.Dialog:
    return dialog.dialog(
        Ids.CLOSE_DIALOG,
        f"Close the account of {found.name}?",
        [html.P(CLOSING)],
        [html.Button("Close it", id=Ids.CLOSE_NOW, type="button", className="ks-button ks-button-alarm")],
        said=Ids.CLOSE_SAID,
    )


@callback(
    Output(Ids.ADDED, "children"),
    Output(Ids.NAME, "value"),
    Input(Ids.ADD, "n_clicks"),
    State(Ids.NAME, "value"),
    State(Ids.ROLE, "value"),
    prevent_initial_call=True,
)
@permission("manage-people")
def add(clicks: int | None, name: str | None, role: str | None) -> tuple[Any, Any]:
    """Add a person and show their link, once."""
    if not clicks:
        return KEEP, KEEP
    try:
        made, path = people.add(here.installation(), here.actor(), name or "", role or "")
    except ValueError as refused:
        return html.P(str(refused), role="alert"), KEEP
    to_account = dcc.Link("To the account", href=f"/people?person={made.id}", className="ks-quiet-link")
    return [_once(path, made.name), to_account], ""


@callback(
    Output(Ids.LINKED, "children"),
    Output(Ids.SAID, "children"),
    Input(Ids.LINK, "n_clicks"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("manage-people")
def make_link(clicks: int | None, person_id: str | None) -> tuple[Any, Any]:
    """Make a one-time link and show it, once."""
    if not clicks or not isinstance(person_id, str):
        return KEEP, KEEP
    try:
        path = people.link(here.installation(), here.actor(), person_id)
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return _once(path, "them"), ""


def _once(path: str, name: str) -> html.Div:
    address = request.host_url.rstrip("/") + path
    return parts.once(address, name, here.installation().settings.link_minutes)


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SAID, "children", allow_duplicate=True),
    Input(Ids.SET_ROLE, "n_clicks"),
    Input(Ids.OUT, "n_clicks"),
    Input(Ids.OPEN, "n_clicks"),
    Input({"type": Ids.END, "handle": ALL}, "n_clicks"),
    State(Ids.NEW_ROLE, "value", allow_optional=True),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
    optional=True,
)
@permission("manage-people")
def change(
    _set: int | None,
    _out: int | None,
    _opened: int | None,
    _ended: list[int | None],
    role: str | None,
    person_id: str | None,
) -> tuple[Any, Any]:
    """Change an account by the button pressed; what hinders is told, and changes nothing."""
    if not ctx.triggered[0]["value"] or not isinstance(person_id, str):
        return KEEP, KEEP
    where, who, pressed = here.installation(), here.actor(), ctx.triggered_id
    try:
        if pressed == Ids.SET_ROLE:
            people.set_role(where, who, person_id, role or "")
        elif pressed == Ids.OPEN:
            people.enable(where, who, person_id)
        else:
            people.end_sessions(where, who, person_id, None if pressed == Ids.OUT else pressed["handle"])
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return {"go": f"/people?person={person_id}"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.CLOSE_SAID, "children"),
    Input(Ids.CLOSE_NOW, "n_clicks"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("manage-people")
def close(clicks: int | None, person_id: str | None) -> tuple[Any, Any]:
    """Close the account; what hinders is told in the dialog."""
    if not clicks or not isinstance(person_id, str):
        return KEEP, KEEP
    try:
        people.disable(here.installation(), here.actor(), person_id)
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return {"go": f"/people?person={person_id}"}, ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
