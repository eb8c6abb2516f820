"""What the foot's button answers: who is responsible for the page shown."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, callback, no_update

from components import responsible as parts
from services import responsible
from services.roles import permission
from web import here


@callback(
    Output(parts.ANSWER, "children"),
    Input(parts.OPEN, "n_clicks"),
    State("_pages_location", "pathname"),
    prevent_initial_call=True,
)
@permission("see-governance")
def show_responsible(clicks: int | None, path: str | None) -> Any:
    """Answer for the page that is shown."""
    if not clicks:
        return no_update
    return parts.answer(responsible.for_page(here.installation(), str(path or "/")))
