"""The dialogs of the Control room: each says what follows before it is done."""

from __future__ import annotations

from typing import Any

from dash import html

from components import control, controls, dialog, marks, trials
from pages._control_ids import Ids
from services.control_room import Room
from services.control_states import MASTER

WHY = "Why"
KEPT = "It is kept in the log, and whoever looks here reads it."
DAY_MINUTES = 1440


def dialogs(found: Room) -> list[Any]:
    """Build the dialogs that this person may open now."""
    made = [_ask(found)]
    if not found.may_control:
        return made
    made += [_set(found), _answer(), _notice(found), _drill(found)]
    if found.way_back:
        made.append(_back(found))
    if not found.why_no_reload:
        made.append(_reload())
    return made


def _button(id: str, words: str, sign: str, kind: str = "") -> html.Button:
    look = f"ks-button ks-button-{kind}" if kind else "ks-button"
    return html.Button([marks.icon(sign), words], id=id, type="button", className=look)


def _labelled(words: str, field: Any) -> html.Div:
    return html.Div([html.P(words, className="ks-dialog-label"), field])


def _subsystems(found: Room) -> list[tuple[str, str]]:
    return [(one.subsystem, one.name) for one in found.lines if not one.why_not]


def _set(found: Room) -> html.Dialog:
    return dialog.dialog(
        Ids.SET_DIALOG,
        "Change a switch",
        [
            _labelled("What", controls.choice(Ids.WHAT, _subsystems(found), MASTER, label="What")),
            _labelled("To", controls.radios(Ids.STATE, control.EXPLAINED, None, label="To")),
            html.Div(id=Ids.PREVIEW, className="ks-ctl-preview", role="status"),
            dialog.writing(Ids.REASON, WHY, hint=KEPT, rows=2),
        ],
        [_button(Ids.SET_NOW, "Switch", "bi-toggles", "alarm")],
        said=Ids.SET_SAID,
        lede="It holds in every worker at its next answer. Charts of facts stay in every state.",
    )


def _ask(found: Room) -> html.Dialog:
    subsystems = [(one.subsystem, one.name) for one in found.lines]
    return dialog.dialog(
        Ids.ASK_DIALOG,
        "Ask to stop",
        [
            _labelled("What", controls.choice(Ids.ASK_WHAT, subsystems, MASTER, label="What")),
            dialog.writing(
                Ids.ASK_TEXT,
                "What is wrong, and what should stop",
                hint="Name a customer or a page if you can.",
            ),
        ],
        [_button(Ids.ASK_NOW, "Send", "bi-send")],
        said=Ids.ASK_SAID,
        lede="Managers see it here until they answer; you see their answer here.",
    )


def _answer() -> html.Dialog:
    return dialog.dialog(
        Ids.ANSWER_DIALOG,
        "Answer a request",
        [
            html.P(id=Ids.ANSWERED, className="ks-sentence"),
            dialog.writing(Ids.ANSWER_TEXT, "What was done, or why not", hint="Whoever asked reads it."),
        ],
        [_button(Ids.ANSWER_NOW, "Answer", "bi-reply")],
        said=Ids.ANSWER_SAID,
    )


def _back(found: Room) -> html.Dialog:
    serving = f"version {found.serving[:8]}" if found.serving else "the version in use"
    return dialog.dialog(
        Ids.BACK_DIALOG,
        "Roll back?",
        [
            html.P(
                f"Version {str(found.way_back)[:8]}, signed before, answers everybody instead of {serving} "
                "from the next request on. Switches stay as they are."
            ),
            dialog.writing(Ids.BACK_REASON, WHY, hint=KEPT, rows=2),
        ],
        [_button(Ids.BACK_NOW, "Roll back", "bi-arrow-counterclockwise", "alarm")],
        said=Ids.BACK_SAID,
    )


def _reload() -> html.Dialog:
    return dialog.dialog(
        Ids.RELOAD_DIALOG,
        "Begin the workers anew?",
        [
            html.P(
                "Each worker finishes what it is answering and gives its place to a fresh one; nobody meets "
                "an error. Code and settings are read anew only when the service itself is started again."
            ),
            dialog.writing(Ids.RELOAD_REASON, WHY, hint=KEPT, rows=2),
        ],
        [_button(Ids.RELOAD_NOW, "Begin anew", "bi-arrow-repeat")],
        said=Ids.RELOAD_SAID,
    )


def _notice(found: Room) -> html.Dialog:
    over = [_button(Ids.NOTICE_OVER, "Take it away", "bi-x-lg", "second")] if found.notice else []
    return dialog.dialog(
        Ids.NOTICE_DIALOG,
        "Announce maintenance",
        [
            dialog.line(Ids.NOTICE_TEXT, "What is done, and what people will notice", most=300),
            html.Div(
                [
                    trials.amount(Ids.NOTICE_IN, "It begins in", 0, "minutes", least=0, most=7 * DAY_MINUTES,
                                  step=1),
                    trials.amount(Ids.NOTICE_FOR, "And lasts", 60, "minutes", least=1, most=7 * DAY_MINUTES,
                                  step=1),
                ],
                className="ks-amounts",
            ),
        ],
        [*over, _button(Ids.NOTICE_NOW, "Announce", "bi-megaphone")],
        said=Ids.NOTICE_SAID,
        lede="It stands above every page, with its times, until it is over.",
    )  # fmt: skip


def _drill(found: Room) -> html.Dialog:
    subsystems = _subsystems(found)
    return dialog.dialog(
        Ids.DRILL_DIALOG,
        "Drill a switch",
        [
            html.P(
                "The switch is thrown for real: for a moment everybody is answered as in each state in turn. "
                "Then it is put back as it was."
            ),
            _labelled("What", controls.choice(Ids.DRILL_WHAT, subsystems, subsystems[-1][0], label="What")),
            dialog.writing(Ids.DRILL_REASON, WHY, hint=KEPT, rows=2),
            html.Div(id=Ids.DRILLED, role="status"),
        ],
        [_button(Ids.DRILL_NOW, "Drill it now", "bi-activity")],
        said=Ids.DRILL_SAID,
    )
