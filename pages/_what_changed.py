"""The notice of what changed, above every page until it is put away."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, html, no_update

from components import readers as parts
from services import what_changed
from services.roles import permission
from web import here


def notice() -> html.Div | None:
    """Tell what changed since this person last took note; look beside it whether anything did just now."""
    installation = here.installation()
    now = what_changed.due(installation)
    if now is not None:
        what_changed.note_beside(installation, now)
    shown = parts.changed(what_changed.notice(installation, here.actor()))
    return None if shown is None else html.Div(shown, id=parts.CHANGED)


@callback(
    Output(parts.CHANGED, "children"),
    Input(parts.CHANGED_NOTED, "n_clicks"),
    State(parts.CHANGED_UP_TO, "data"),
    prevent_initial_call=True,
)
@permission("own-matters")
def put_away(clicks: int | None, up_to: Any) -> Any:
    """Put the notice away; it stays in the list under one's own name."""
    if not clicks or not isinstance(up_to, int):
        return no_update
    what_changed.take_note(here.installation(), here.actor(), up_to)
    return []
