"""Settings: what is in force, for everybody to see; managers change it after they saw the effect."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from components import dialog, feedback, frame, marks
from components import managers_settings as parts
from components.card import card, cards
from config.managed import MANAGED
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _settings_deeds,  # noqa: F401  (registers the dialogs' callbacks)
)
from pages._settings_ids import Ids, change_id, undo_id
from services import feedback_work, managers_settings
from services.managers_settings import Line
from services.managers_settings_words import said
from services.roles import permission
from web import here

dash.register_page(__name__, path="/settings", title="Settings - Keepsight", order=19)

LEDE = "What is in force for everybody, from the next answer on."
SHOWN = 20


@permission("see-facts")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    installation, actor = here.installation(), here.actor()
    lines, may = managers_settings.lines(installation, actor), managers_settings.may_change(actor)
    groups = dict.fromkeys(one.about.group for one in lines)
    return frame.page(
        "Settings",
        dcc.Store(id=Ids.DONE),
        dcc.Store(id=Ids.SEEN, data={one.name: one.revision for one in lines}),
        cards(
            [
                *(_group(name, [one for one in lines if one.about.group == name], may) for name in groups),
                _elsewhere(),
                _history(managers_settings.history(installation, actor)),
            ]
        ),
        *([_change_dialog(), _undo_dialog()] if may else []),
        lede=LEDE if may else f"{LEDE} Managers and administrators change it.",
    )


def _group(name: str, lines: list[Line], may: bool) -> html.Section:
    def buttons(line: Line) -> list[Any]:
        label = line.about.label
        say = feedback.quiet_opener("setting", line.name, label=f"Say something about: {label}", called=label)
        if not may:
            return [say]
        made = [say, _button(line, "Change", "bi-pencil", change_id(line.name), Ids.CHANGE_DIALOG)]
        if line.revision:
            made.append(
                _button(line, "Undo", "bi-arrow-counterclockwise", undo_id(line.name), Ids.UNDO_DIALOG)
            )
        return made

    return card(name, parts.settings(lines, said, buttons), width="full")


def _button(line: Line, words: str, sign: str, id: dict[str, Any], opens: Ids) -> html.Button:
    return html.Button(
        [marks.icon(sign), words],
        id=id, type="button", className="ks-button ks-button-second",
        **{"data-opens": opens, "aria-label": f"{words}: {line.about.label}"},
    )  # fmt: skip


def _elsewhere() -> html.Section:
    words = [
        "Weights, list length and the limit of choosing by lot of the recommender stand with its lists: ",
        dcc.Link("Recommendations", href="/recommendations"),
        ". What can stop model output stands in the ",
        dcc.Link("Control room", href="/control"),
        ".",
    ]
    return card("Elsewhere", html.P(words, className="ks-sentence"), width="full")


def _history(changes: list[Any]) -> html.Section:
    shown = parts.history(changes[:SHOWN], lambda name: MANAGED[name].label, said)
    more = f", the latest {SHOWN} of {len(changes)}" if len(changes) > SHOWN else ""
    return card("What was changed", shown, note=f"nothing is overwritten{more}", width="full")


def _change_dialog() -> html.Dialog:
    confirm = html.Button(
        [marks.icon("bi-check-lg"), "Confirm"], id=Ids.CHANGE_NOW, type="button", className="ks-button"
    )
    return dialog.dialog(
        Ids.CHANGE_DIALOG,
        "Change a setting",
        [
            dcc.Store(id=Ids.NAME),
            dcc.Store(id=Ids.SHOWN),
            html.Div(id=Ids.ABOUT),
            parts.value(Ids.VALUE, "New value"),
            html.Div(id=Ids.EFFECT, className="ks-set-effect", role="status"),
            dialog.writing(Ids.REASON, "Why", hint="It is kept, and whoever looks here reads it.", rows=2),
            parts.complaint(Ids.COMPLAINT, feedback_work.citable(here.installation(), here.actor())),
            dialog.line(Ids.OVERRIDE, "Why it may not wait, only where it would have to", most=300),
        ],
        [confirm],
        said=Ids.CHANGE_SAID,
        lede="It holds in every worker at its next answer, and can be undone.",
    )


def _undo_dialog() -> html.Dialog:
    back = html.Button(
        [marks.icon("bi-arrow-counterclockwise"), "Undo"], id=Ids.UNDO_NOW, type="button",
        className="ks-button",
    )  # fmt: skip
    return dialog.dialog(
        Ids.UNDO_DIALOG,
        "Undo the last change?",
        [
            dcc.Store(id=Ids.UNDO_NAME),
            html.Div(id=Ids.UNDO_ABOUT),
            dialog.writing(
                Ids.UNDO_REASON, "Why", hint="It is kept, and whoever looks here reads it.", rows=2
            ),
        ],
        [back],
        said=Ids.UNDO_SAID,
        lede="What held before it holds again, at once.",
    )
