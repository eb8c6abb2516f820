"""What the dialogs of the Model page do once confirmed; what hinders is told in them, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from dash import Input, Output, State, callback, no_update

from pages._model_ids import Ids
from services import registry, signing
from services.roles import permission
from web import here


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SIGN_SAID, "children"),
    Input(Ids.SIGN_NOW, "n_clicks"),
    State(Ids.STATEMENT, "value"),
    State(Ids.OVERRIDE, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("sign-model")
def sign(
    clicks: int | None, statement: str | None, override: str | None, shown: dict[str, Any] | None
) -> tuple[Any, Any]:
    """Sign exactly the report that was shown; what hinders is told in the dialog."""
    if not clicks or not isinstance(shown, dict):
        return no_update, no_update
    if not isinstance(statement, str) or not statement.strip():
        return no_update, "Write a sentence first: what you looked at, and why you agree."
    try:
        signing.sign(
            here.installation(),
            here.actor(),
            str(shown.get("version")),
            str(shown.get("report")),
            statement.strip(),
            override=override.strip() or None if isinstance(override, str) else None,
        )
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": "/model"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.BACK_SAID, "children"),
    Input(Ids.BACK_NOW, "n_clicks"),
    State(Ids.REASON, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("withdraw-model")
def roll_back(clicks: int | None, reason: str | None, shown: dict[str, Any] | None) -> tuple[Any, Any]:
    """Go back from the champion shown, so that a second press takes no second step; else tell why not."""
    if not clicks or not isinstance(shown, dict):
        return no_update, no_update
    if not isinstance(reason, str) or not reason.strip():
        return no_update, "Say why first: the next person will want to know."
    try:
        signing.rollback(here.installation(), here.actor(), reason.strip(), of=str(shown.get("version")))
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": "/model"}, ""


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.WITHDRAW_SAID, "children"),
    Input(Ids.WITHDRAW_NOW, "n_clicks"),
    State(Ids.WITHDRAW_REASON, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("withdraw-model")
def withdraw(clicks: int | None, reason: str | None, shown: dict[str, Any] | None) -> tuple[Any, Any]:
    """Take the version shown out of use for good."""
    if not isinstance(reason, str) or not reason.strip():
        return no_update, "Say why first: the next person will want to know." if clicks else no_update
    return _do(
        clicks, shown, lambda version: signing.withdraw(here.installation(), here.actor(), version, reason)
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.PLAN_SAID, "children"),
    Input(Ids.PLAN_NOW, "n_clicks"),
    State(Ids.PLAN_WITHDRAWAL, "value"),
    State(Ids.PLAN_DELETION, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("withdraw-model")
def plan(
    clicks: int | None, withdrawal: str | None, deletion: str | None, shown: dict[str, Any] | None
) -> tuple[Any, Any]:
    """Keep the days on which the version shown is meant to be withdrawn and deleted."""
    return _do(
        clicks,
        shown,
        lambda version: registry.plan(
            here.installation(), here.actor(), version, _day(withdrawal), _day(deletion)
        ),
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.NOTE_SAID, "children"),
    Input(Ids.NOTE_NOW, "n_clicks"),
    State(Ids.NOTE_KIND, "value"),
    State(Ids.NOTE_TEXT, "value"),
    State(Ids.SHOWN, "data"),
    prevent_initial_call=True,
)
@permission("see-model")
def note(
    clicks: int | None, kind: str | None, text: str | None, shown: dict[str, Any] | None
) -> tuple[Any, Any]:
    """Keep a note of the version shown."""
    return _do(
        clicks,
        shown,
        lambda version: registry.note(here.installation(), here.actor(), version, str(kind), text or ""),
    )


@callback(Output(Ids.DAY_SAID, "children"), Input(Ids.DAY, "value"), prevent_initial_call=True)
@permission("see-model")
def show_day(day: str | None) -> str:
    """Answer what was champion on the day asked for."""
    try:
        asked = _day(day)
        return registry.champion_on(here.installation(), here.actor(), asked).words if asked else ""
    except ValueError as refused:
        return str(refused)


def _do(clicks: int | None, shown: dict[str, Any] | None, deed: Callable[[str], object]) -> tuple[Any, Any]:
    """Do something with the version shown; say in the dialog why not, else show the version anew."""
    if not clicks or not isinstance(shown, dict):
        return no_update, no_update
    version = str(shown.get("version"))
    try:
        deed(version)
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return {"go": f"/model?version={version}"}, ""


def _day(text: str | None) -> date | None:
    """Read the day of a date field; None where it is empty."""
    if not text:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError(f"{text!r} is no day: choose one, such as 2026-03-03.") from None
