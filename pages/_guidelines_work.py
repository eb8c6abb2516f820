"""Working the evidence out from a page: the button, how far it is, and ending it."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import guidelines as parts
from components import marks
from pages._guidelines_ids import Ids
from services.guidelines import background, working_out
from services.guidelines.rules import IDS
from services.roles import permission, permitted
from web import here

LOOK_MS = 1000


def region(work: Any, *, may: bool, path: str) -> html.Div:
    """Hold the place where it is said how far the working out is; the page is drawn anew once it is over."""
    return html.Div(
        [
            dcc.Store(id=Ids.HERE, data=path),
            dcc.Store(id=Ids.DONE),
            dcc.Interval(id=Ids.TICK, interval=LOOK_MS, disabled=work is None),
            html.Div(_progress(work, may), id=Ids.PROGRESS),
            html.P(id=Ids.SAID, className="ks-card-note", role="status"),
        ],
        className="ks-gl-work",
    )


def button(work: Any, *, may: bool) -> list[Any]:
    """Give the button that works the evidence out, to those who may."""
    if not may:
        return []
    return [
        html.Button(
            [marks.icon("bi-arrow-repeat"), "Work out now"],
            id=Ids.NOW, type="button", className="ks-button ks-button-second", disabled=work is not None,
        )
    ]  # fmt: skip


def _progress(work: Any, may: bool) -> Any:
    end = html.Button(
        "End it", id=Ids.END, type="button", className="ks-button ks-button-quiet", hidden=not may
    )
    if work is None:
        return html.Div(end, hidden=True)
    return parts.progress(work, len(IDS), end)


@callback(
    Output(Ids.TICK, "disabled"),
    Output(Ids.SAID, "children"),
    Output(Ids.NOW, "disabled"),
    Input(Ids.NOW, "n_clicks"),
    prevent_initial_call=True,
)
@permission("refresh-guidelines")
def begin(clicks: int | None) -> tuple[Any, Any, Any]:
    """Begin to work everything out, beside the answers; the page tells how far it is."""
    if not clicks:
        return no_update, no_update, no_update
    installation = here.installation()
    try:
        background.start(installation, working_out.begin(installation, here.actor()))
    except working_out.AtIt as refused:
        return False, str(refused), True
    return False, "It has begun; you can go on meanwhile.", True


@callback(
    Output(Ids.PROGRESS, "children"),
    Output(Ids.DONE, "data"),
    Input(Ids.TICK, "n_intervals"),
    State(Ids.HERE, "data"),
    prevent_initial_call=True,
)
@permission("see-guidelines")
def look(ticks: int | None, path: Any) -> tuple[Any, Any]:
    """Say how far it is; once it is over, the page is drawn anew."""
    if not ticks:
        return no_update, no_update
    installation, actor = here.installation(), here.actor()
    work = installation.store.guidelines_work()
    if work is None:
        return no_update, {"go": path if isinstance(path, str) else "/guidelines"}
    return _progress(work, permitted(actor, "refresh-guidelines")), no_update


@callback(
    Output(Ids.SAID, "children", allow_duplicate=True),
    Input(Ids.END, "n_clicks"),
    prevent_initial_call=True,
)
@permission("refresh-guidelines")
def end(clicks: int | None) -> Any:
    """End it after the guideline it is at."""
    if not clicks:
        return no_update
    working_out.end(here.installation(), here.actor())
    return "It ends after the guideline it is at; what was worked out is kept."


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))
