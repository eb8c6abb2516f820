"""The note of the first use above whatever page is open, until it is read, and again where asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from components import first_use as parts
from services import first_use
from services.roles import permission
from web import here


def note(*, asked: bool = False) -> Any:
    """Give the note at the first use, and where it is asked for."""
    installation, actor = here.installation(), here.actor()
    if not asked and not first_use.is_due(installation, actor):
        return None
    return parts.note(first_use.seen(installation, actor))


clientside_callback(
    ClientsideFunction("first_use", "asked"),
    Output(parts.ASKED, "data"),
    Input("_pages_location", "search"),
)


@callback(
    Output(parts.PLACE, "children"),
    Input(parts.ASKED, "data"),
    prevent_initial_call=True,
)
@permission("see-facts")
def show_again(asked: float | None) -> Any:
    """Show it where the address asks for it."""
    return no_update if asked is None else note(asked=True)


@callback(
    Output(parts.PLACE, "children", allow_duplicate=True),
    Output("_pages_location", "search", allow_duplicate=True),
    Input(parts.READ, "n_clicks"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
@permission("see-facts")
def put_away(clicks: int | None, search: str | None) -> tuple[Any, Any]:
    """Put on record that it was read, and take it away; the address asks for it no more."""
    if not clicks:
        return no_update, no_update
    first_use.saw(here.installation(), here.actor())
    return None, "" if "note" in parse_qs((search or "").lstrip("?")) else no_update
