"""Scenarios: levers and assumptions moved for many customers, and what that brings, as they move."""

from __future__ import annotations

import json
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html, no_update

from components import frame, marks, notices, states
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _scenarios,
)
from pages._scenarios import Ids
from services import scenario_page, scenarios
from services.roles import permission
from services.scenarios import NoModel, ScenarioError
from services.stamp import stamp, standing
from web import here

dash.register_page(__name__, path="/scenarios", title="Scenarios - Keepsight", order=5)

LEDE = "Move levers for many customers at once, and see what it would bring and cost."
LONGEST_LINK = 20_000


@permission("explore")
def layout(steps: str = "", **_others: str) -> html.Main:
    """Lay the page out; ``?steps=`` holds the steps to begin with, as JSON."""
    installation, actor = here.installation(), here.actor()
    try:
        setting = scenario_page.start(installation, actor, _steps(steps))
    except NoModel as fault:
        nothing = states.empty("No model answers you here", str(fault), sign="bi-lock")
        return frame.page("Scenarios", html.Section(nothing, className="ks-card"), lede=LEDE)
    own = stamp(installation, standing(installation, actor))
    return frame.page(
        "Scenarios",
        dcc.Store(id=Ids.SETTING, data=setting),
        dcc.Store(id=Ids.QUESTION),
        dcc.Store(id=Ids.ANSWER),
        notices.notice(own.notice, sign="bi-arrow-repeat"),
        html.Div(
            [
                html.Div(_scenarios.builder(), className="ks-sc-left"),
                html.Div([_scenarios.outcome(own), *_scenarios.details()], className="ks-sc-right"),
            ],
            className="ks-sc",
        ),
        html.Div(id=Ids.SPOKEN, className="visually-hidden", role="status", **{"aria-live": "polite"}),
        lede=LEDE,
        badges=[marks.draft_badge(own), marks.synthetic_badge(own.synthetic)],
    )


def _steps(text: str) -> dict[str, Any]:
    """Read the steps of a link; what cannot be read is no step, and said by the service."""
    if not text or len(text) > LONGEST_LINK:
        return {}
    try:
        return {"steps": json.loads(text)}
    except ValueError:
        return {"steps": text}


def _in_the_browser(function: str, *inputs: Input) -> None:
    """Let assets/scenarios.js follow; it writes into the page itself and hands nothing back to Dash."""
    clientside_callback(
        ClientsideFunction("scenarios", function), Output(Ids.PROOF, f"data-{function}"), *inputs
    )


_in_the_browser("begin", Input(Ids.SETTING, "data"))
_in_the_browser("confirm", Input(Ids.ANSWER, "data"))


@callback(Output(Ids.ANSWER, "data"), Input(Ids.QUESTION, "data"), prevent_initial_call=True)
@permission("explore")
def show_answer(question: dict[str, Any] | None) -> Any:
    """Answer what was released, for everybody; what cannot be asked is told, and everything stays."""
    if not isinstance(question, dict):
        return no_update
    number = question.get("number")
    try:
        found = scenarios.answer(here.installation(), here.actor(), {"steps": question.get("steps")})
    except (ScenarioError, NoModel) as refused:
        return {"number": number, "refused": str(refused)}
    return scenario_page.plain_answer(found) | {"number": number}
