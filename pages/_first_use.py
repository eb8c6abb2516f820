"""The note of the first use above whatever page is open, until it is read, and again where asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dash import Input, Output, State, callback, html, no_update

from components import first_use as parts
from services import first_use
from services.roles import permission
from web import here


def note(search: str | None) -> html.Div | None:
    """Give the note at the first use, and where the address asks for it."""
    installation, actor = here.installation(), here.actor()
    seen = first_use.seen(installation, actor)
    if not _asked(search) and not first_use.is_due(installation, actor):
        return None
    return html.Div(parts.note(seen), id=parts.PLACE)


@callback(
    Output(parts.PLACE, "children"),
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
    return [], "" if _asked(search) else no_update


def _asked(search: str | None) -> bool:
    return "note" in parse_qs((search or "").lstrip("?"))
