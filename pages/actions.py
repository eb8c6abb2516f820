"""Actions: lists that go out from a scenario with a part held out by lot, and what came of them."""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import actions as parts
from components import controls, dialog, frame, marks, states, trials
from components.card import card, cards
from config.glossary import meaning
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import actions, actions_page
from services.actions import NoSuchAction
from services.actions_page import ActionsPage
from services.roles import permission
from web import here

dash.register_page(__name__, path="/actions", title="Actions - Keepsight", order=6)

LEDE = "What a scenario proposes, done for real, with a part held out by lot: only so can its effect be told."
LONGEST_LINK = 20_000
LEAVE = "leave"


class Ids(StrEnum):
    """Every id of this page."""

    SHOWN = "actions-shown"
    SOURCE = "actions-source"
    NAME = "actions-name"
    STARTS = "actions-starts"
    ENDS = "actions-ends"
    HOLD_OUT = "actions-hold-out"
    LEAVE_OUT = "actions-leave-out"
    PLAN = "actions-plan"
    START = "actions-start"
    START_SAID = "actions-start-said"
    SEARCH = "actions-search"
    REGISTER = "actions-register"
    OFF = "actions-off"
    OFF_DIALOG = "actions-off-dialog"
    REASON = "actions-reason"
    OFF_NOW = "actions-off-now"
    OFF_SAID = "actions-off-said"
    DONE = "actions-done"


@permission("see-actions")
def layout(action: str = "", steps: str = "", scenario: str = "", **_others: str) -> html.Main:
    """Lay the page out; ``?action=`` shows one, ``?steps=`` (JSON) or ``?scenario=`` make another."""
    try:
        found = actions_page.gather(here.installation(), here.actor(), action or None)
    except NoSuchAction as fault:
        nothing = states.empty("No such action", str(fault), sign="bi-send")
        return frame.page("Actions", html.Section(nothing, className="ks-card"), back=("Actions", "/actions"))
    source = _source(steps, scenario)
    return frame.page(
        "Actions",
        dcc.Store(id=Ids.SHOWN, data=found.detail[0].id if found.detail else None),
        dcc.Store(id=Ids.DONE),
        cards([_form(found, source) if source else None, _detail(found), _register(found)]),
        *_dialogs(found),
        lede=LEDE,
        badges=[marks.synthetic_badge(found.stamp.synthetic)],
    )


def _source(steps: str, scenario: str) -> dict[str, Any] | None:
    """Read what the action is made of: the id of a kept scenario, or the steps of a link."""
    if scenario:
        return {"scenario": scenario}
    if not steps or len(steps) > LONGEST_LINK:
        return None
    try:
        return {"steps": json.loads(steps)}
    except (ValueError, RecursionError):
        return {"steps": steps}


def _form(found: ActionsPage, source: dict[str, Any]) -> html.Section:
    today = here.installation().store.clock().date()
    percent = round(100 * found.hold_out_share)
    fields = [
        html.Div(
            [
                html.Label("Name", htmlFor=Ids.NAME, className="ks-dialog-label"),
                dbc.Input(id=Ids.NAME, value="", maxLength=120, className="ks-day ks-ac-wide",
                          placeholder="Yearly offer in spring"),
            ],
            className="ks-day-field",
        ),
        controls.day(Ids.STARTS, today, label="From", least=today),
        controls.day(Ids.ENDS, None, label="Until (a month by default)", least=today),
        trials.amount(Ids.HOLD_OUT, "Held out by lot", percent, "% of them", least=1, most=50, step=1),
    ]  # fmt: skip
    leave = controls.checks(
        Ids.LEAVE_OUT,
        [(LEAVE, "Leave out who is in another action or A/B comparison at that time")],
        (),
        label="Those who are taken",
    )
    start = html.Button([marks.icon("bi-send"), "Start the action"], id=Ids.START, type="button",
                        className="ks-button")  # fmt: skip
    who = [html.P("Managers and administrators start actions.", className="ks-card-note")]
    return card(
        "Turn into an action",
        [
            dcc.Store(id=Ids.SOURCE, data=source),
            html.Div(fields, className="ks-ac-fields"),
            leave,
            html.Div(
                states.loading(), id=Ids.PLAN, className="ks-refresh ks-ac-plan", **{"aria-live": "polite"}
            ),
            html.P(id=Ids.START_SAID, className="ks-dialog-said", role="alert"),
            html.Div([start] if found.may_start else who, className="ks-ac-foot"),
        ],
        note="assumptions of the scenario are no part of it",
        help_text=meaning("held-out"),
        model=True,
        width="full",
    )


def _detail(found: ActionsPage) -> html.Section | None:
    if found.detail is None:
        return None
    row, told = found.detail
    tools: list[Any] = []
    if found.may_export and row.called_off is None:
        tools.append(
            html.A(
                [marks.icon("bi-download"), "Download the list"],
                href=f"/actions/{row.id}.csv",
                className="ks-button ks-button-second",
            )
        )
    if found.may_call_off:
        tools.append(dialog.opener("Call off", Ids.OFF_DIALOG, sign="bi-x-lg", kind="second", id=Ids.OFF))
    return card(
        row.name,
        parts.detail(row, told),
        badge=parts.state_badge(told.state),
        note=f"action {row.id}",
        tools=html.Div(tools, className="ks-actions") if tools else None,
        width="full",
    )


def _register(found: ActionsPage) -> html.Section:
    if not found.rows:
        empty = states.empty(
            "No action yet",
            "Build a scenario, then turn it into an action: who gets it, until when, and who is held out.",
            sign="bi-send",
            action=dcc.Link("Go to Scenarios", href="/scenarios", className="ks-button"),
        )
        return card("All actions", empty, width="full")
    listed = parts.register(found.rows, found.detail[0].id if found.detail else None)
    return card(
        "All actions",
        html.Div(listed, id=Ids.REGISTER, className="ks-refresh ks-ac-register", **{"aria-live": "polite"}),
        tools=controls.search(Ids.SEARCH, "", label="Find an action by any word of it"),
        note="latest first; nobody is in two of them at a time",
        width="full",
    )


def _dialogs(found: ActionsPage) -> list[Any]:
    if not (found.may_call_off and found.detail):
        return []
    return [
        dialog.dialog(
            Ids.OFF_DIALOG,
            f"Call off {found.detail[0].name}?",
            [
                html.P("Its customers are free for other actions, and its effect will never be told."),
                dialog.writing(Ids.REASON, "Why", hint="A sentence; it stands in the log."),
            ],
            [html.Button([marks.icon("bi-x-lg"), "Call it off"], id=Ids.OFF_NOW, type="button",
                         className="ks-button")],
            said=Ids.OFF_SAID,
        )
    ]  # fmt: skip


# --- callbacks ---------------------------------------------------------------------------------------


@callback(
    Output(Ids.PLAN, "children"),
    Input(Ids.SOURCE, "data"),
    Input(Ids.STARTS, "value"),
    Input(Ids.ENDS, "value"),
    Input(Ids.HOLD_OUT, "value"),
    Input(Ids.LEAVE_OUT, "value"),
)
@permission("see-actions")
def show_plan(source: Any, starts: Any, ends: Any, percent: Any, leave: Any) -> Any:
    """Say what the action would be and could find, before it is made."""
    if not isinstance(source, dict):
        return no_update
    try:
        asked = _asked(source, starts, ends, percent, leave)
        found = actions.planned(here.installation(), here.actor(), asked.pop("plain"), **asked)
    except (ValueError, LookupError) as refused:
        return states.empty("No action like this", str(refused), sign="bi-exclamation-triangle")
    return parts.plan(found, leaves_out=asked["leave_out"])


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.START_SAID, "children"),
    Input(Ids.START, "n_clicks"),
    State(Ids.SOURCE, "data"),
    State(Ids.NAME, "value"),
    State(Ids.STARTS, "value"),
    State(Ids.ENDS, "value"),
    State(Ids.HOLD_OUT, "value"),
    State(Ids.LEAVE_OUT, "value"),
    prevent_initial_call=True,
)
@permission("start-actions")
def start(
    clicks: int | None, source: Any, name: Any, starts: Any, ends: Any, percent: Any, leave: Any
) -> tuple[Any, Any]:
    """Make the action; what hinders is told beside the button."""
    if not clicks or not isinstance(source, dict):
        return no_update, no_update
    try:
        asked = _asked(source, starts, ends, percent, leave)
        called = name if isinstance(name, str) else ""
        row = actions.start(here.installation(), here.actor(), asked.pop("plain"), name=called, **asked)
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/actions?action={row.id}"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.OFF_SAID, "children"),
    Input(Ids.OFF_NOW, "n_clicks"),
    State(Ids.REASON, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("start-actions")
def call_off(clicks: int | None, reason: Any, shown: Any) -> tuple[Any, Any]:
    """Call the action in detail off; why is asked for."""
    if not clicks:
        return no_update, no_update
    said = reason if isinstance(reason, str) else ""
    try:
        row = actions.call_off(here.installation(), here.actor(), str(shown), said)
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/actions?action={row.id}"}, ""


@callback(
    Output(Ids.REGISTER, "children"),
    Input(Ids.SEARCH, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("see-actions")
def search_register(words: str | None, shown: str | None) -> Any:
    """List the actions in which every word occurs."""
    found = actions_page.register(here.installation(), here.actor(), words if isinstance(words, str) else "")
    return parts.register(found, shown)


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))


def _asked(source: dict[str, Any], starts: Any, ends: Any, percent: Any, leave: Any) -> dict[str, Any]:
    """Read the form as ``services.actions`` takes it; ValueError for what is no day or number."""
    if not isinstance(percent, int | float) or isinstance(percent, bool):
        raise ValueError("Say how many per cent are held out, as a number of 1 to 50.")
    scenario = source.get("scenario")
    return {
        "plain": None if scenario else {"steps": source.get("steps")},
        "scenario_id": str(scenario) if scenario else None,
        "starts": _day(starts),
        "ends": _day(ends),
        "hold_out_share": percent / 100,
        "leave_out": isinstance(leave, list) and LEAVE in leave,
    }


def _day(text: Any) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{str(text)[:40]!r} is no day: choose one in the calendar.") from None
