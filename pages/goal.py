"""From a goal: a budget, or a number of customers to keep, and who would get which offer."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import dash
import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, dcc, html, no_update

from components import frame, goal, marks, notices, states
from components.card import card
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import goal as service
from services import goal_page
from services.goal import GoalRefused, NoModel
from services.goal_page import GoalSetting
from services.roles import permission, permitted
from web import here

dash.register_page(__name__, path="/scenarios/goal", title="From a goal - Keepsight", order=6)

LEDE = "Say what there is to spend, or how many customers to keep; the plan says who would get which offer."
EVERYBODY = "everybody"


class Ids(StrEnum):
    """Every id of this page of its own; the fields of offers have patterned ones."""

    BUDGET = "goal-budget"
    WANTED = "goal-wanted"
    FOR = "goal-for"
    OFFERS = "goal-offers"
    PLAN = "goal-plan"
    BUSY = "goal-busy"
    FOUND = "goal-found"


@permission("explore")
def layout(**_others: str) -> html.Main:
    """Lay the page out; the plan is worked out, and put on record, when somebody asks."""
    back = ("Scenarios", "/scenarios")
    try:
        setting = goal_page.start(here.installation(), here.actor())
    except NoModel as fault:
        nothing = states.empty("No model answers you here", str(fault), sign="bi-lock")
        return frame.page("From a goal", html.Section(nothing, className="ks-card"), lede=LEDE, back=back)
    own = setting.stamp
    begin = states.empty(
        "No plan yet", "Choose offers, say the budget or the goal, and press Plan.", sign="bi-signpost-split"
    )
    return frame.page(
        "From a goal",
        dcc.Store(id=Ids.OFFERS, data=[[one.step, one.sign] for one in setting.candidates]),
        notices.notice(own.notice, sign="bi-arrow-repeat"),
        html.Div(
            [
                html.Div(_question(setting), className="ks-goal-left"),
                html.Div(
                    html.Section(begin, className="ks-card"),
                    id=Ids.FOUND, className="ks-goal-right", **{"aria-live": "polite"},
                ),
            ],
            className="ks-goal",
        ),
        lede=LEDE,
        badges=[marks.draft_badge(own), marks.synthetic_badge(own.synthetic)],
        back=back,
    )  # fmt: skip


def _question(setting: GoalSetting) -> html.Section:
    currency = setting.stamp.currency
    options = [{"label": f"Everybody ({setting.customers:,})", "value": EVERYBODY}]
    options += [{"label": words, "value": f"{column}={level}"} for column, level, words in setting.groups]
    chosen = html.Div(
        [
            html.Label("For whom", htmlFor=Ids.FOR, className="ks-wb-label"),
            dbc.Select(id=Ids.FOR, options=options, value=EVERYBODY),
        ],
        className="ks-goal-field",
    )
    busy = f"Working out who gets what among {setting.customers:,} customers ..."
    act = html.Button(
        [marks.icon("bi-signpost-split"), "Plan"], id=Ids.PLAN, type="button", className="ks-button"
    )
    return card(
        "The goal",
        [
            goal.number_field(
                Ids.BUDGET, f"Budget, {currency}", setting.budget, note=f"over {setting.months:g} months"
            ),
            goal.number_field(
                Ids.WANTED, "Keep so many more customers", None,
                note="Left empty: keep the most value for the budget.",
            ),
            chosen,
            html.H3("Offers to plan with", className="ks-goal-heading"),
            html.P("Levers only: what is ours to move. Each customer gets one offer or none.",
                   className="ks-card-note"),
            goal.offers(setting.candidates, currency, setting.months),
            act,
            html.P(busy, id=Ids.BUSY, hidden=True, role="status", className="ks-card-note"),
        ],
        width="full",
    )  # fmt: skip


@callback(
    Output(Ids.FOUND, "children"),
    Input(Ids.PLAN, "n_clicks"),
    State(Ids.BUDGET, "value"),
    State(Ids.WANTED, "value"),
    State(Ids.FOR, "value"),
    State(Ids.OFFERS, "data"),
    State(goal.use_id(ALL), "value"),
    State(goal.amount_id(ALL), "value"),
    State(goal.cost_id(ALL), "value"),
    running=[(Output(Ids.BUSY, "hidden"), False, True), (Output(Ids.PLAN, "disabled"), True, False)],
    prevent_initial_call=True,
)
@permission("explore")
def show_plan(
    clicks: int | None,
    budget: Any,
    wanted: Any,
    group: Any,
    offers: Any,
    used: list[Any],
    amounts: list[Any],
    costs: list[Any],
) -> Any:
    """Plan, and put it on record."""
    if not clicks or not isinstance(offers, list):
        return no_update
    chosen = [
        {"steps": [_step(*offer, amount, cost)]}
        for offer, use, amount, cost in zip(offers, used, amounts, costs, strict=True)
        if use
    ]
    installation, actor = here.installation(), here.actor()
    try:
        found = service.plan(installation, actor, chosen, budget, wanted=wanted, who=_who(group))
    except (GoalRefused, NoModel) as refused:
        nothing = states.empty("No plan", str(refused), sign="bi-slash-circle")
        return html.Section(nothing, className="ks-card")
    return goal.plan(found, may_export=permitted(actor, "export-lists"))


def _step(step: dict[str, Any], sign: int, amount: Any, cost: Any) -> dict[str, Any]:
    """Put a step together; a field that is empty or no number is left to the service to refuse."""
    made = dict(step)
    if made.get("operation") == "add":
        made["value"] = sign * amount if isinstance(amount, int | float) else amount
    return made if cost is None else made | {"cost": cost}


def _who(group: Any) -> dict[str, Any]:
    """Read the group chosen: ``column=level``."""
    column, given, level = str(group or "").partition("=")
    return {"levels": {column: [level]}} if given else {}
