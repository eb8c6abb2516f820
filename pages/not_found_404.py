"""The page of an address that leads nowhere."""

from __future__ import annotations

import dash
from dash import dcc, html

from components import frame, states
from services.roles import permission

dash.register_page(__name__, title="Nothing here - Keepsight")


@permission("see-facts")
def layout() -> html.Main:
    """Say that there is no such page, and where to go on."""
    link = dcc.Link("To the overview", href="/", className="ks-button")
    body = states.empty(
        "There is no page at this address",
        "It may be mistyped, or the page may have moved. Start at the overview.",
        sign="bi-signpost-split",
        action=link,
    )
    return frame.page("Nothing here", html.Section(body, className="ks-card"))
