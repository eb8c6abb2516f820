"""What the dialogs of the Settings page do; what hinders is told there and changes nothing."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, no_update

from components import managers_settings as parts
from config.managed import MANAGED, checked
from pages._settings_ids import Ids, change_id, undo_id
from services import managers_settings
from services.managers_settings import SettingChanged
from services.managers_settings_words import said
from services.roles import permission
from web import here

AGAIN = {"go": "/settings"}


@callback(
    Output(Ids.NAME, "data"),
    Output(Ids.ABOUT, "children"),
    Output(Ids.VALUE, "value"),
    Output(Ids.CHANGE_SAID, "children"),
    Input(change_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("change-settings")
def open_change(clicks: list[int | None]) -> tuple[Any, Any, Any, Any]:
    """Let the dialog begin with the setting whose button was pressed, as it stands."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update, no_update, no_update
    line = managers_settings.line(here.installation(), here.actor(), str(ctx.triggered_id.get("name")))
    return line.name, parts.about(line, said), _written(line.name, line.value), ""


@callback(
    Output(Ids.EFFECT, "children"),
    Output(Ids.SHOWN, "data"),
    Input(Ids.VALUE, "value"),
    Input(Ids.SEEN, "data"),
    Input(Ids.NAME, "data"),
    prevent_initial_call=True,
)
@permission("change-settings")
def show_effect(text: Any, seen: Any, name: Any) -> tuple[Any, Any]:
    """Say what the value would do before it is confirmed; what is shown is what can be confirmed."""
    if not isinstance(name, str) or not isinstance(text, str):
        return [], None
    try:
        installation, actor = here.installation(), here.actor()
        line = managers_settings.line(installation, actor, name)
        value = checked(installation.settings, name, _read(name, text))
        if value == line.value and line.waits is None:
            return "Write another value to see what it would do.", None
        effect = managers_settings.preview(installation, actor, name, value)
    except (ValueError, LookupError) as refused:
        return str(refused), None
    revision = seen.get(name) if isinstance(seen, dict) else None
    return parts.effect(effect.words), {"name": name, "text": text, "revision": revision}


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.CHANGE_SAID, "children", allow_duplicate=True),
    Output(Ids.SEEN, "data"),
    Input(Ids.CHANGE_NOW, "n_clicks"),
    State(Ids.VALUE, "value"),
    State(Ids.SHOWN, "data"),
    State(Ids.REASON, "value"),
    State(Ids.COMPLAINT, "value"),
    State(Ids.OVERRIDE, "value"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("change-settings")
def change(
    clicks: int | None, text: Any, shown: Any, reason: Any, complaint: Any, override: Any, seen: Any
) -> tuple[Any, Any, Any]:
    """Change what was shown; who did not see the latest change is told it, and sees the effect anew."""
    if not clicks:
        return no_update, no_update, no_update
    if not isinstance(shown, dict) or shown.get("text") != text:
        return no_update, "Look at what it would do first, then confirm.", no_update
    installation, actor = here.installation(), here.actor()
    name, revision = str(shown.get("name")), shown.get("revision")
    try:
        managers_settings.change(
            installation,
            actor,
            name,
            _read(name, str(text)),
            _text(reason),
            _text(complaint),
            seen_revision=revision if isinstance(revision, int) else -1,
            override=_text(override),
        )
    except SettingChanged as refused:
        now = managers_settings.line(installation, actor, name).revision
        return no_update, str(refused), (seen if isinstance(seen, dict) else {}) | {name: now}
    except (ValueError, LookupError) as refused:
        return no_update, str(refused), no_update
    return AGAIN, "", no_update


@callback(
    Output(Ids.UNDO_NAME, "data"),
    Output(Ids.UNDO_ABOUT, "children"),
    Input(undo_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("change-settings")
def open_undo(clicks: list[int | None]) -> tuple[Any, Any]:
    """Show the change that would be taken back."""
    if not any(clicks) or not isinstance(ctx.triggered_id, dict):
        return no_update, no_update
    name = str(ctx.triggered_id.get("name"))
    changes = managers_settings.history(here.installation(), here.actor(), name)
    return name, parts.history(changes[:1], lambda one: MANAGED[one].label, said)


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.UNDO_SAID, "children"),
    Input(Ids.UNDO_NOW, "n_clicks"),
    State(Ids.UNDO_NAME, "data"),
    State(Ids.UNDO_REASON, "value"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("change-settings")
def undo(clicks: int | None, name: Any, reason: Any, seen: Any) -> tuple[Any, Any]:
    """Take the last change back, as it was seen."""
    if not clicks:
        return no_update, no_update
    revision = seen.get(str(name)) if isinstance(seen, dict) else None
    try:
        managers_settings.undo(
            here.installation(),
            here.actor(),
            str(name),
            _text(reason),
            seen_revision=revision if isinstance(revision, int) else -1,
        )
    except (ValueError, LookupError) as refused:
        return no_update, str(refused)
    return AGAIN, ""


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))


def _read(name: str, text: str) -> Any:
    """Read a field: a share is written as per cent."""
    if name not in MANAGED or MANAGED[name].unit != "share":
        return text
    try:
        return float(Decimal(text.strip().removesuffix("%").strip()) / 100)
    except (InvalidOperation, ValueError):
        raise ValueError(f"{text!r} is no number of per cent: write one such as 10 or 12.5.") from None


def _written(name: str, value: Any) -> str:
    """Write a value as its field does, a share with its sign."""
    return said(name, value) if MANAGED[name].unit in ("share", "text") else f"{value:g}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
