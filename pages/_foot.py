"""The foot and the state in the rail: which model answers, on which data; asked anew at every move."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback

from components import frame
from services.installation import NothingLoaded
from services.roles import permission
from services.stamp import Stamp, stamp, standing
from web import here


def current_stamp() -> Stamp | None:
    """Say what answers now for who asks; None where there are no customers yet."""
    installation = here.installation()
    try:
        return stamp(installation, standing(installation, here.actor()))
    except NothingLoaded:
        return None


@callback(
    Output(frame.FOOT, "children"),
    Output(frame.STATE, "children"),
    Input("_pages_location", "pathname"),
)
@permission("see-facts")
def show_foot(_path: str | None) -> tuple[list[Any], list[Any]]:
    """Name the model and the data that answer now."""
    found = current_stamp()
    return frame.foot_facts(found, here.installation().settings.contact), frame.state(found)
