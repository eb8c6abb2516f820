"""Scenarios: levers and assumptions moved for many customers, and what that brings, as they move."""

from __future__ import annotations

import json
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html, no_update

from components import frame, marks, notices, states
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _kept,  # noqa: F401  (registers what keeping does)
    _kept_parts,
    _scenarios,
)
from pages._kept_ids import Kept
from pages._scenarios import Ids
from services import opened_scenarios, scenario_page
from services.kept_scenarios import NoSuchScenario
from services.opened_scenarios import Opened
from services.roles import permission
from services.scenarios import NoModel
from services.stamp import stamp, standing
from web import here

dash.register_page(__name__, path="/scenarios", title="Scenarios - Keepsight", order=5)

LEDE = "Move levers for many customers at once, and see what it would bring and cost."
LONGEST_LINK = 20_000


@permission("explore")
def layout(steps: str = "", kept: str = "", revision: str = "", **_others: str) -> html.Main:
    """Lay the page out; ``?steps=`` holds the steps to begin with, as JSON, ``?kept=`` a kept scenario."""
    installation, actor = here.installation(), here.actor()
    opened, absent = _opened(kept, revision)
    banner = [_kept_parts.banner(actor, opened)] if opened else [notices.notice(absent, kind="warn")]
    asked = _steps(steps) or (opened.kept.scenario if opened else {})
    try:
        setting = scenario_page.start(
            installation, actor, asked, opened.now if opened and not steps else None
        )
    except NoModel as fault:
        nothing = states.empty("No model answers you here", str(fault), sign="bi-lock")
        return frame.page("Scenarios", *banner, html.Section(nothing, className="ks-card"), lede=LEDE)
    own, row = stamp(installation, standing(installation, actor)), opened.kept if opened else None
    return frame.page(
        "Scenarios",
        dcc.Store(id=Ids.SETTING, data=setting),
        dcc.Store(id=Ids.QUESTION),
        dcc.Store(id=Ids.ANSWER),
        dcc.Store(id=Kept.SHOWN, data=_shown(opened)),
        dcc.Store(id=Kept.ON_SCREEN, data=setting["answer"]["scenario"].get("steps", [])),
        dcc.Store(id=Kept.DONE),
        dcc.Store(id=Kept.CHANGED),
        notices.notice(own.notice, sign="bi-arrow-repeat"),
        *banner,
        html.Div(
            [
                html.Div([_scenarios.builder(), _kept_parts.going_out(actor)], className="ks-sc-left"),
                html.Div([_scenarios.outcome(own), *_scenarios.details()], className="ks-sc-right"),
            ],
            className="ks-sc",
        ),
        _kept_parts.kept_card(),
        _kept_parts.ask(actor, row),
        html.Div(id=Ids.SPOKEN, className="visually-hidden", role="status", **{"aria-live": "polite"}),
        lede=LEDE,
        badges=[marks.draft_badge(own), marks.synthetic_badge(own.synthetic)],
        actions=[
            _kept_parts.opener(row),
            dcc.Link("From a goal", href="/scenarios/goal", className="ks-button ks-button-second"),
        ],
    )


def _opened(scenario_id: str, revision: str) -> tuple[Opened | None, str]:
    """Open the kept scenario of a link; in words why not, where there is none."""
    if not scenario_id:
        return None, ""
    number = int(revision) if revision.isdecimal() and len(revision) < 9 else None
    try:
        return opened_scenarios.open_kept(here.installation(), here.actor(), scenario_id, number), ""
    except (NoSuchScenario, NoModel) as fault:
        return None, str(fault)


def _shown(opened: Opened | None) -> dict[str, Any] | None:
    """Give what the page holds of the scenario it was opened on."""
    if opened is None:
        return None
    row = opened.kept
    return {
        "id": row.id, "revision": row.revision, "name": row.name, "steps": row.scenario.get("steps", []),
    }  # fmt: skip


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


clientside_callback(
    ClientsideFunction("actions", "address"),
    Output(Kept.ACT, "href"),
    Input(Kept.ON_SCREEN, "data"),
    Input(Kept.SHOWN, "data"),
)
_in_the_browser("begin", Input(Ids.SETTING, "data"))
_in_the_browser("confirm", Input(Ids.ANSWER, "data"))


@callback(Output(Ids.ANSWER, "data"), Input(Ids.QUESTION, "data"), prevent_initial_call=True)
@permission("explore")
def show_answer(question: dict[str, Any] | None) -> Any:
    """Answer what was released, for everybody; what cannot be asked is told, and everything stays."""
    if not isinstance(question, dict):
        return no_update
    return scenario_page.asked(here.installation(), here.actor(), question)
