"""What the dialogs of the Control room do once confirmed; what hinders is told there and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, no_update

from components import control as parts
from pages._control_ids import Ids, answer_id, change_id
from services import control_drill, control_notices, control_people, control_room, signing
from services.control import ControlRefused
from services.roles import permission
from web import here

AGAIN = {"go": "/control"}


@callback(
    Output(Ids.WHAT, "value"),
    Output(Ids.STATE, "value"),
    Input(change_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("control-system")
def open_switch(clicks: list[int | None]) -> tuple[Any, Any]:
    """Let the dialog begin with the switch whose button was pressed."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update
    return str(ctx.triggered_id.get("subsystem")), None


@callback(
    Output(Ids.PREVIEW, "children"),
    Input(Ids.WHAT, "value"),
    Input(Ids.STATE, "value"),
    prevent_initial_call=True,
)
@permission("control-system")
def show_preview(what: Any, state: Any) -> Any:
    """Say what people will see before it is confirmed."""
    if not what or not state:
        return []
    try:
        return parts.preview(control_room.preview(here.installation(), here.actor(), str(what), str(state)))
    except (ValueError, LookupError) as refused:
        return str(refused)


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SET_SAID, "children"),
    Input(Ids.SET_NOW, "n_clicks"),
    State(Ids.WHAT, "value"),
    State(Ids.STATE, "value"),
    State(Ids.REASON, "value"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("control-system")
def throw(clicks: int | None, what: Any, state: Any, reason: Any, seen: Any) -> tuple[Any, Any]:
    """Throw the switch as it was seen; of two who do at once the second is told how it stands."""
    if clicks and not state:
        return no_update, "Choose a state first."
    revision = seen.get(str(what)) if isinstance(seen, dict) else None
    return _do(
        clicks,
        lambda: control_room.switch(
            here.installation(), here.actor(), str(what), str(state), _text(reason),
            seen=revision if isinstance(revision, int) else None,
        ),
    )  # fmt: skip


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.HIDE, "disabled"),
    Input(Ids.HIDE, "n_clicks"),
    prevent_initial_call=True,
)
@permission("request-stop")
def hide_or_show(clicks: int | None) -> tuple[Any, Any]:
    """Hide model output for who asks, or show it again."""
    if not clicks:
        return no_update, no_update
    installation, actor = here.installation(), here.actor()
    if not control_people.hide(installation, actor):
        control_people.show(installation, actor)
    return AGAIN, True


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.ASK_SAID, "children"),
    Input(Ids.ASK_NOW, "n_clicks"),
    State(Ids.ASK_WHAT, "value"),
    State(Ids.ASK_TEXT, "value"),
    prevent_initial_call=True,
)
@permission("request-stop")
def ask(clicks: int | None, what: Any, text: Any) -> tuple[Any, Any]:
    """Send a request to stop."""
    return _do(
        clicks,
        lambda: control_people.request_stop(here.installation(), here.actor(), str(what), _text(text)),
    )


@callback(Output(Ids.ANSWERED, "children"), Input(answer_id(ALL), "n_clicks"), prevent_initial_call=True)
@permission("control-system")
def open_answer(clicks: list[int | None]) -> Any:
    """Show the request whose button was pressed, by its number first."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update
    number = ctx.triggered_id.get("number")
    rows = control_people.requests(here.installation(), here.actor())
    row = next((one for one in rows if one.number == number), None)
    return f"{row.number}: {row.name} asks: {row.text}" if row else no_update


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.ANSWER_SAID, "children"),
    Input(Ids.ANSWER_NOW, "n_clicks"),
    State(Ids.ANSWERED, "children"),
    State(Ids.ANSWER_TEXT, "value"),
    prevent_initial_call=True,
)
@permission("control-system")
def answer(clicks: int | None, shown: Any, text: Any) -> tuple[Any, Any]:
    """Answer the request that is shown."""
    number = str(shown or "").partition(":")[0]
    if not number.isdecimal() or len(number) > 9:
        return no_update, "Choose a request first." if clicks else no_update
    return _do(
        clicks,
        lambda: control_people.answer(here.installation(), here.actor(), int(number), _text(text)),
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.BACK_SAID, "children"),
    Input(Ids.BACK_NOW, "n_clicks"),
    State(Ids.BACK_REASON, "value"),
    State(Ids.BACK_FROM, "data"),
    prevent_initial_call=True,
)
@permission("withdraw-model")
def roll_back(clicks: int | None, reason: Any, serving: Any) -> tuple[Any, Any]:
    """Go back from the champion shown, so that a second press takes no second step."""
    return _do(
        clicks,
        lambda: signing.rollback(
            here.installation(), here.actor(), _text(reason), of=serving if isinstance(serving, str) else None
        ),
    )


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.RELOAD_SAID, "children"),
    Input(Ids.RELOAD_NOW, "n_clicks"),
    State(Ids.RELOAD_REASON, "value"),
    prevent_initial_call=True,
)
@permission("control-system")
def reload(clicks: int | None, reason: Any) -> tuple[Any, Any]:
    """Let the workers begin anew."""
    return _do(clicks, lambda: control_notices.reload(here.installation(), here.actor(), _text(reason)))


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.NOTICE_SAID, "children"),
    Input(Ids.NOTICE_NOW, "n_clicks"),
    State(Ids.NOTICE_TEXT, "value"),
    State(Ids.NOTICE_IN, "value"),
    State(Ids.NOTICE_FOR, "value"),
    prevent_initial_call=True,
)
@permission("control-system")
def announce(clicks: int | None, text: Any, waits: Any, lasts: Any) -> tuple[Any, Any]:
    """Put the notice above every page."""
    if clicks and not (_is_minutes(waits) and _is_minutes(lasts)):
        return no_update, "Say in how many minutes it begins, and how many it lasts, as whole numbers."

    def do() -> object:
        begins = here.installation().store.clock() + timedelta(minutes=waits)
        ends = begins + timedelta(minutes=lasts)
        return control_notices.announce(here.installation(), here.actor(), _text(text), ends, begins)

    return _do(clicks, do)


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.NOTICE_SAID, "children", allow_duplicate=True),
    Input(Ids.NOTICE_OVER, "n_clicks"),
    prevent_initial_call=True,
)
@permission("control-system")
def take_away(clicks: int | None) -> tuple[Any, Any]:
    """Take the notice away."""
    return _do(clicks, lambda: control_notices.take_away(here.installation(), here.actor()))


@callback(
    Output(Ids.DRILLED, "children"),
    Output(Ids.DRILL_SAID, "children"),
    Input(Ids.DRILL_NOW, "n_clicks"),
    State(Ids.DRILL_WHAT, "value"),
    State(Ids.DRILL_REASON, "value"),
    prevent_initial_call=True,
)
@permission("control-system")
def drill(clicks: int | None, what: Any, reason: Any) -> tuple[Any, Any]:
    """Drill a switch and show what came out in each state."""
    if not clicks:
        return no_update, no_update
    try:
        found = control_drill.run(here.installation(), here.actor(), str(what), _text(reason))
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return parts.drilled(found), ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))


def _do(clicks: int | None, deed: Callable[[], object]) -> tuple[Any, Any]:
    """Do something, then show the page anew; what hinders is told in the dialog."""
    if not clicks:
        return no_update, no_update
    try:
        deed()
    except (ControlRefused, ValueError, LookupError) as refused:
        return no_update, str(refused)
    return AGAIN, ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _is_minutes(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10_080
