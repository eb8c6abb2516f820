"""Keeping scenarios on their page: what its dialog, list and comparison do; what hinders is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    html,
    no_update,
)

from components import kept
from pages._kept_ids import Kept, deed_id, tick_id
from services import kept_scenarios, opened_scenarios
from services.kept_scenarios import ChangedMeanwhile, KeepRefused, NoSuchScenario, ScenarioRow
from services.roles import NotPermitted, permission
from services.scenarios import NoModel, ScenarioError
from web import here

HINDERED = (ChangedMeanwhile, KeepRefused, NoSuchScenario, NotPermitted, ScenarioError, NoModel)
EMPTY = "Nothing fits. Keep the scenario on screen, clear the search, or look at all of them."


# --- the dialog --------------------------------------------------------------------------------------


def _deed_of_the_dialog(button: str) -> Callable[[Any], Any]:
    """Wire a button of the dialog: it goes on to the scenario, or says there why not, and what differs."""
    return callback(
        Output(Kept.DONE, "data", allow_duplicate=True),
        Output(Kept.SAID, "children", allow_duplicate=True),
        Output(Kept.DIFFERENT, "children", allow_duplicate=True),
        Input(button, "n_clicks"),
        State(Kept.NAME, "value"),
        State(Kept.NOTE, "value"),
        State(Kept.ON_SCREEN, "data"),
        State(Kept.SHOWN, "data"),
        prevent_initial_call=True,
    )


@_deed_of_the_dialog(Kept.KEEP)
@permission("explore")
def keep(clicks: int | None, name: Any, note: Any, steps: Any, _shown: Any) -> tuple[Any, Any, Any]:
    """Keep the steps on screen under a name."""
    return _done(
        clicks,
        lambda: kept_scenarios.keep(
            here.installation(), here.actor(), {"steps": steps}, _text(name), _text(note)
        ),
    )


@_deed_of_the_dialog(Kept.SAVE)
@permission("explore")
def save(clicks: int | None, name: Any, note: Any, steps: Any, shown: Any) -> tuple[Any, Any, Any]:
    """Save the steps on screen as a new revision of the scenario that was opened."""
    return _done(
        clicks,
        lambda: kept_scenarios.save(
            here.installation(), here.actor(), shown["id"], {"steps": steps}, seen=shown["revision"],
            name=_text(name), note=_text(note),
        ),
        shown,
    )  # fmt: skip


@_deed_of_the_dialog(Kept.RENAME)
@permission("explore")
def rename(clicks: int | None, name: Any, note: Any, _steps: Any, shown: Any) -> tuple[Any, Any, Any]:
    """Give the scenario that was opened another name or note."""
    return _done(
        clicks,
        lambda: kept_scenarios.rename(
            here.installation(), here.actor(), shown["id"], seen=shown["revision"], name=_text(name),
            note=_text(note),
        ),
        shown,
    )  # fmt: skip


@_deed_of_the_dialog(Kept.BRANCH)
@permission("explore")
def branch(clicks: int | None, name: Any, note: Any, steps: Any, shown: Any) -> tuple[Any, Any, Any]:
    """Save what is on screen as a branch; with the steps that were kept it keeps their figures too."""
    return _done(
        clicks,
        lambda: kept_scenarios.branch(
            here.installation(), here.actor(), shown["id"],
            name=None if _text(name) == shown["name"] else _text(name),
            note=_text(note),
            plain=None if steps == shown["steps"] else {"steps": steps},
        ),
        shown,
    )  # fmt: skip


def _done(clicks: int | None, deed: Callable[[], ScenarioRow], *shown: Any) -> tuple[Any, Any, Any]:
    """Do it and open what came of it; else say why not, beside what somebody else did meanwhile."""
    if not clicks or not all(map(_is_shown, shown)):
        return no_update, no_update, no_update
    try:
        made = deed()
    except ChangedMeanwhile as fault:
        theirs = html.A("Open theirs", href=kept.address(fault.current.id), target="_blank")
        return no_update, str(fault), [kept.differing(fault.differences), html.P(theirs)]
    except HINDERED as fault:
        return no_update, str(fault), ""
    return {"go": kept.address(made.id)}, "", ""


def _is_shown(shown: Any) -> bool:
    """Say whether this is what the page holds of a kept scenario."""
    kinds = {"id": str, "revision": int, "name": str, "steps": list}
    return isinstance(shown, dict) and all(isinstance(shown.get(key), kind) for key, kind in kinds.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


# --- the list ----------------------------------------------------------------------------------------


@callback(
    Output(Kept.LIST, "children"),
    Input(Kept.SEARCH, "value"),
    Input(Kept.WHOSE, "value"),
    Input(Kept.ARCHIVED, "value"),
    Input(Kept.CHANGED, "data"),
)
@permission("explore")
def show_list(search: Any, whose: Any, archived: Any, _changed: Any) -> Any:
    """List the kept scenarios that fit."""
    installation, actor = here.installation(), here.actor()
    rows = kept_scenarios.listing(
        installation, actor, _text(search), author=actor.id if whose == "mine" else None,
        archived=archived == ["archived"],
    )  # fmt: skip
    return kept.listed(
        rows,
        tick_id,
        lambda what, row: deed_id(what, row.id, row.revision),
        lambda row: kept_scenarios.may_change(actor, row),
        EMPTY,
    )


DEEDS: dict[str, tuple[str, Callable[..., ScenarioRow]]] = {
    "duplicate": ("A copy that stands alone: {}.", lambda *on, seen: kept_scenarios.duplicate(*on)),
    "branch": ("A branch of your own: {}.", lambda *on, seen: kept_scenarios.branch(*on)),
    "archive": ("{} is in the archive; its link still opens it.", kept_scenarios.archive),
    "bring back": ("{} is back.", kept_scenarios.bring_back),
}


@callback(
    Output(Kept.CHANGED, "data"),
    Output(Kept.LIST_SAID, "children"),
    Input(deed_id(ALL, ALL, ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("explore")
def do_in_list(_clicks: Any) -> tuple[Any, Any]:
    """Do what a button of the list says; the list is shown anew, and what was done is said."""
    asked = ctx.triggered_id
    if not asked or not ctx.triggered[0]["value"]:
        return no_update, no_update
    own, seen = str(asked["id"]), asked["revision"]
    words, deed = DEEDS.get(str(asked["deed"]), ("", None))
    if deed is None or not isinstance(seen, int):
        return no_update, no_update
    try:
        made = deed(here.installation(), here.actor(), own, seen=seen)
    except HINDERED as fault:
        return {"id": own}, str(fault)
    return {"id": made.id, "revision": made.revision}, words.format(f"{made.name} ({made.id})")


@callback(
    Output(Kept.COMPARED, "children"),
    Input(Kept.COMPARE, "n_clicks"),
    Input(Kept.BASIS, "value"),
    State(tick_id(ALL), "value"),
    State(tick_id(ALL), "id"),
    prevent_initial_call=True,
)
@permission("explore")
def compare(clicks: int | None, basis: Any, ticks: Any, ids: Any) -> Any:
    """Set those that are ticked side by side."""
    chosen = [
        str(one["id"])
        for one, on in zip(ids or [], ticks or [], strict=False)
        if on and isinstance(one, dict)
    ]
    if not clicks:
        return no_update
    try:
        found = opened_scenarios.compare(here.installation(), here.actor(), chosen, on_present=basis == "now")
    except HINDERED as fault:
        return html.P(str(fault), className="ks-kept-notice")
    return kept.compared(found)


# --- in the browser (assets/scenario_kept.js) ----------------------------------------------------------

clientside_callback(ClientsideFunction("kept", "go"), Input(Kept.DONE, "data"))
clientside_callback(
    ClientsideFunction("kept", "ticked"),
    Output(Kept.COMPARE, "disabled"),
    Output(Kept.TICKED, "children"),
    Output(tick_id(ALL), "disabled"),
    Input(tick_id(ALL), "value"),
)
clientside_callback(
    ClientsideFunction("kept", "on_screen"),
    Output(Kept.UNSAVED, "hidden"),
    Input(Kept.ON_SCREEN, "data"),
    State(Kept.SHOWN, "data"),
)
clientside_callback(
    ClientsideFunction("kept", "copy"), Input(Kept.COPY, "n_clicks"), prevent_initial_call=True
)
clientside_callback(
    ClientsideFunction("kept", "picture"), Input(Kept.PICTURE, "n_clicks"), prevent_initial_call=True
)
clientside_callback(
    ClientsideFunction("model", "print"), Input(Kept.PRINT, "n_clicks"), prevent_initial_call=True
)
for _button, _function in ((Kept.STEPS_CSV, "steps_csv"), (Kept.CROSSING_CSV, "crossing_csv")):
    clientside_callback(
        ClientsideFunction("kept", _function),
        Input(_button, "n_clicks"),
        State(Kept.ON_SCREEN, "data"),
        State(Kept.SHOWN, "data"),
        prevent_initial_call=True,
    )
