"""Foot, rail and banner: which model answers, on which data, and who waits for it; asked at every move."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, callback

from components import frame
from pages import (
    _first_use,  # noqa: F401  (registers the note of the first use)
    _responsible,  # noqa: F401  (registers who is responsible)
    _what_changed,
)
from services import control_notices
from services.installation import NothingLoaded
from services.roles import permission, permitted
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
    Output(frame.BANNER, "children"),
    Input("_pages_location", "pathname"),
)
@permission("see-facts")
def show_foot(_path: str | None) -> tuple[list[Any], list[Any], Any]:
    """Name the model and the data that answer now; lead who may sign to a draft."""
    found = current_stamp()
    contact = here.installation().settings.contact
    return frame.foot_facts(found, contact), frame.state(found), banner(found)


def banner(found: Stamp | None) -> list[Any]:
    """Stand above every page: maintenance until it is over, a draft that waits for who may sign it."""
    said = [
        frame.maintenance(control_notices.current(here.installation())),
        _what_changed.notice(),
        frame.draft_notice(found, may_sign=permitted(here.actor(), "sign-model")),
    ]
    return [one for one in said if one is not None]
