"""Trials: versions tried before they are signed for everybody, their guards, and what came of them."""

from __future__ import annotations

from typing import Any

import dash
from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
)

from components import controls, dialog, frame, marks, registry, states, trials
from components.card import card, cards
from config.glossary import meaning
from pages import _foot  # noqa: F401  (registers the foot's callback)
from pages._trial_forms import Ids, chosen, dialogs, part
from services import experiments, held, trials_page
from services.experiments import NoSuchExperiment
from services.roles import permission
from services.trials_page import TrialsPage
from web import here

dash.register_page(__name__, path="/trials", title="Trials - Keepsight", order=7)

LEDE = "A version is tried on a share of the customers before it is signed for everybody."


@permission("see-experiments")
def layout(trial: str = "", **_query: str) -> html.Main:
    """Lay the page out; ``?trial=`` chooses the one in detail."""
    try:
        found = trials_page.gather(here.installation(), here.actor(), trial or None)
    except NoSuchExperiment as fault:
        nothing = states.empty("No such trial", str(fault), sign="bi-eyedropper")
        return frame.page("Trials", html.Section(nothing, className="ks-card"), back=("Trials", "/trials"))
    shown = found.detail.row.id if found.detail else None
    return frame.page(
        "Trials",
        dcc.Store(id=Ids.SHOWN, data=shown),
        dcc.Store(id=Ids.DONE),
        cards([_held(found), _detail(found), _champion(found), _register(found), _compared(found)]),
        *dialogs(found),
        lede=LEDE,
        badges=[marks.synthetic_badge(found.stamp.synthetic)],
        actions=_actions(found),
    )


def _labels(found: TrialsPage) -> dict[str, str]:
    return {one.column: one.label for one in found.segments}


def _actions(found: TrialsPage) -> list[Any]:
    if not found.may_run or found.why_not:
        return []
    return [dialog.opener("Start a trial", Ids.START_DIALOG, sign="bi-plus-lg", id=Ids.START)]


def _held(found: TrialsPage) -> html.Section | None:
    if not found.held:
        return None
    tools = dialog.opener("Call off", Ids.CANCEL_DIALOG, sign="bi-x-lg", kind="second", id=Ids.CANCEL)
    return card(
        "Waits until people have gone home",
        trials.held(found.held),
        note="promotions that would change very much at once",
        tools=tools if found.may_sign else None,
        width="full",
    )


def _detail(found: TrialsPage) -> html.Section | None:
    if found.detail is None:
        return None
    row = found.detail.row
    stops = found.may_run and row.ended is None
    return card(
        f"{trials.KINDS.get(row.kind, row.kind)} {row.id}",
        trials.detail(found.detail, _labels(found)),
        badge=html.Span(
            [trials.state_badge(row), marks.badge("draft, not signed off", "draft", meaning("draft"))],
            className="ks-title-row",
        ),
        model=True,
        tools=dialog.opener("End it", Ids.STOP_DIALOG, sign="bi-stop-circle", kind="second", id=Ids.STOP)
        if stops
        else None,
        width="full",
    )


def _champion(found: TrialsPage) -> html.Section | None:
    champion = found.champion
    if champion is None:
        return None
    watched: list[Any] = ["It has answered since ", registry.moment(champion.since), ". "]
    if champion.until is not None:
        watched += ["Its scores are watched against those of the version it replaced until ",
                    registry.moment(champion.until), ". "]  # fmt: skip
    if champion.is_wanted:
        watched.append("Somebody stood by the change, so its scores alone do not roll it back.")
    warning = (
        [html.P([marks.badge("train again", "warn"), " ", champion.proposal])] if champion.proposal else []
    )
    return card(
        f"The champion, version {champion.version[:8]}",
        [html.P(watched, className="ks-md-words"), *warning, trials.guards(champion.guards)],
        model=True,
        note="over a limit, the version before it answers again by itself",
        width="full",
    )


def _register(found: TrialsPage) -> html.Section:
    if not found.rows:
        why = found.why_not or "Start one above; it is entered here with what came of it."
        if not found.why_not and not found.may_run:
            why = "Managers and administrators start them; each is entered here with what came of it."
        model = (
            dcc.Link("Go to the Model page", href="/model", className="ks-button") if found.why_not else None
        )
        empty = states.empty("No trial yet", why, sign="bi-eyedropper", action=model)
        return card("Register", empty, width="full")
    shown = found.detail.row.id if found.detail else None
    listed = trials.register(found.rows, shown, _labels(found))
    return card(
        "Register",
        html.Div(listed, id=Ids.REGISTER, className="ks-refresh ks-register", **{"aria-live": "polite"}),
        tools=controls.search(Ids.SEARCH, "", label="Find a trial by any word of it"),
        note="running ones first; who was affected, what about them, what came of it",
        width="full",
    )


def _compared(found: TrialsPage) -> html.Section | None:
    if found.compared is None:
        return None
    return card(
        "Champion and challenger side by side",
        trials.compared(found.compared, meaning),
        note="quality on the customers each had set aside, with 95% ranges",
        help_text=f"{meaning('champion')} {meaning('challenger')}",
        model=True,
        width="full",
    )


# --- callbacks ---------------------------------------------------------------------------------------


@callback(
    Output(Ids.REGISTER, "children"),
    Input(Ids.SEARCH, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("see-experiments")
def search_register(words: str | None, shown: str | None) -> Any:
    """List the trials in which every word occurs."""
    installation = here.installation()
    rows = trials_page.register(installation, here.actor(), words if isinstance(words, str) else "")
    spec = installation.dataset().spec
    return trials.register(rows, shown, {column: spec.label(column) for column in spec.segments})


@callback(
    Output(Ids.PLANNED, "children"),
    Input(Ids.KIND, "value"),
    Input(Ids.SHARE, "value"),
    Input(Ids.DIFFERENCE, "value"),
    Input({"type": "trials-who", "column": ALL}, "value"),
    State({"type": "trials-who", "column": ALL}, "id"),
)
@permission("run-experiments")
def show_planned(kind: str | None, percent: Any, least: Any, levels: list[Any], ids: list[Any]) -> str:
    """Say how large an A/B would be before it starts; the other kinds need no size."""
    if kind != "ab":
        return ""
    try:
        plan = experiments.planned(
            here.installation(),
            here.actor(),
            share=part(percent),
            who=chosen(levels, ids),
            least_difference=part(least) or experiments.LEAST_DIFFERENCE,
        )
    except (ValueError, LookupError) as refused:
        return str(refused)
    return trials.planned(plan)


clientside_callback(
    ClientsideFunction("trials", "share"),
    Output(Ids.SHARE, "value"),
    Input(Ids.KIND, "value"),
    prevent_initial_call=True,
)


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.START_SAID, "children"),
    Input(Ids.START_NOW, "n_clicks"),
    State(Ids.KIND, "value"),
    State(Ids.VERSION, "value"),
    State(Ids.SHARE, "value"),
    State(Ids.DAYS, "value"),
    State(Ids.DIFFERENCE, "value"),
    State(Ids.WHAT, "value"),
    State({"type": "trials-who", "column": ALL}, "value"),
    State({"type": "trials-who", "column": ALL}, "id"),
    prevent_initial_call=True,
)
@permission("run-experiments")
def start(
    clicks: int | None,
    kind: Any,
    version: Any,
    percent: Any,
    days: Any,
    least: Any,
    what: Any,
    levels: list[Any],
    ids: list[Any],
) -> tuple[Any, Any]:
    """Enter a trial in the register; what hinders is told in the dialog."""
    if not clicks:
        return no_update, no_update
    if not isinstance(days, int) or isinstance(days, bool):
        return no_update, "Say for how many days, as a whole number."
    try:
        row = experiments.start(
            here.installation(),
            here.actor(),
            str(kind),
            str(version),
            days=days,
            share=None if kind == "shadow" else part(percent),
            who=chosen(levels, ids),
            what=what if isinstance(what, str) else "",
            least_difference=part(least) or experiments.LEAST_DIFFERENCE,
        )
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/trials?trial={row.id}"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.STOP_SAID, "children"),
    Input(Ids.STOP_NOW, "n_clicks"),
    State(Ids.OUTCOME, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("run-experiments")
def stop(clicks: int | None, outcome: Any, shown: Any) -> tuple[Any, Any]:
    """End the trial in detail; what came of it is asked for."""
    if not clicks:
        return no_update, no_update
    try:
        row = experiments.stop(
            here.installation(), here.actor(), str(shown), outcome if isinstance(outcome, str) else ""
        )
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/trials?trial={row.id}"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.CANCEL_SAID, "children"),
    Input(Ids.CANCEL_NOW, "n_clicks"),
    State(Ids.CANCELLED, "value"),
    State(Ids.REASON, "value"),
    prevent_initial_call=True,
)
@permission("sign-model")
def call_off(clicks: int | None, which: Any, reason: Any) -> tuple[Any, Any]:
    """Call off a promotion that waits, with a reason."""
    if not clicks or not str(which or "").isdecimal():
        return no_update, no_update
    try:
        held.cancel(
            here.installation(), here.actor(), int(str(which)), reason if isinstance(reason, str) else ""
        )
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": "/trials"}, ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
