"""The rules by which titles are recommended: visible to all, changed by who may; and how good the list is."""

from __future__ import annotations

from typing import Any

from dash import ALL, Input, Output, State, callback, dcc, html, no_update

from components import marks, recommendations_quality, recommendations_settings, states
from components.card import card
from config.glossary import meaning
from pages._recommendations_ids import Ids, field_id
from services.recommender import quality, settings
from services.recommender.settings import LABELS, RulesChanged, Setting
from services.roles import Actor, permission, permitted
from web import here

WHO = "Managers and administrators change this."


def settings_card(setting: Setting, revision: int, actor: Actor) -> html.Section:
    """Show the settings that hold; who may change them finds the fields below."""
    fields = permitted(actor, "change-recommender")
    return card(
        "How titles are recommended",
        [
            html.Div(_rules(setting, revision, may_change=fields), id=Ids.RULES, className="ks-refresh"),
            html.P(id=Ids.SAVE_SAID, className="ks-rec-answer", role="status"),
            *([] if fields else [html.P(WHO, className="ks-card-note")]),
        ],
        note="the same for everybody; each change is in the log",
        width="full",
    )


def _rules(setting: Setting, revision: int, *, may_change: bool) -> list[Any]:
    said: list[Any] = [recommendations_settings.rules(settings.words(setting))]
    if may_change:
        save = html.Button([marks.icon("bi-check-lg"), "Save"], id=Ids.SAVE, type="button",
                           className="ks-button")  # fmt: skip
        said.append(recommendations_settings.form(setting, LABELS, field_id, save))
    return [*said, dcc.Store(id=Ids.SEEN, data=revision)]


@callback(Output(Ids.RULES, "children"), Input(Ids.DONE, "data"), prevent_initial_call=True)
@permission("see-recommendations")
def show_rules(done: Any) -> Any:
    """Show the settings anew where a deed changed them; else what somebody is writing stays."""
    if not isinstance(done, dict) or not done.get("settings"):
        return no_update
    return _current()


def _current() -> list[Any]:
    setting, revision = settings.current(here.installation())
    return _rules(setting, revision, may_change=permitted(here.actor(), "change-recommender"))


@callback(
    Output(Ids.SAVE_SAID, "children"),
    Output(Ids.DONE, "data", allow_duplicate=True),
    Input(Ids.SAVE, "n_clicks"),
    State(field_id(ALL), "value"),
    State(field_id(ALL), "id"),
    State(Ids.SEEN, "data"),
    State(Ids.PICKED, "data"),
    prevent_initial_call=True,
)
@permission("change-recommender")
def save(clicks: int | None, values: Any, ids: Any, seen: Any, picked: Any) -> tuple[Any, Any]:
    """Save the fields; who did not see the latest settings is told, and shown them."""
    if not clicks or not isinstance(seen, int):
        return no_update, no_update
    changed = {"picked": picked, "moved": [], "settings": True}
    changes = {str(one["name"]): _read(value) for one, value in zip(ids, values, strict=True)}
    try:
        settings.change(here.installation(), here.actor(), changes, seen)
    except RulesChanged as fault:
        return f"{fault} What holds now is shown above; change it once more if you still want to.", changed
    except (ValueError, LookupError) as fault:
        return str(fault), no_update
    return "Saved: the next list goes by this.", changed


def _read(value: Any) -> Any:
    """Read a field: yes and no are flags, and an empty number is none."""
    return {"yes": True, "no": False, "": None}.get(value, value) if isinstance(value, str) else value


def quality_card() -> html.Section:
    """Show how good the list is, as last measured."""
    found = quality.last(here.installation(), here.actor())
    if found is None:
        body: Any = states.empty(
            "Not measured yet",
            "The command: flask recommend evaluate. It sets choices aside, and asks the list for them.",
            sign="bi-rulers",
        )
    else:
        body = recommendations_quality.quality(found)
    title, help_text = "How good is the list?", meaning("recommendation-quality")
    return card(title, body, note="measured, higher is better", help_text=help_text, width="full")
