"""The Control room: how everything is switched, for everybody to see; what managers do about it."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from components import control, dialog, frame, marks
from components.card import card, cards
from pages import (
    _control_deeds,  # noqa: F401  (registers the dialogs' callbacks)
    _foot,  # noqa: F401  (registers the foot's callback)
)
from pages._control_forms import dialogs
from pages._control_ids import Ids, answer_id, change_id
from services import control_room
from services.control_room import Line, Room
from services.control_states import CHURN, NAMES
from services.roles import permission
from web import here

dash.register_page(__name__, path="/control", title="Control room - Keepsight", order=18)

LEDE = "How everything is switched, what would serve if it had to, and how to stop what is wrong."


@permission("request-stop")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    found = control_room.gather(here.installation(), here.actor())
    return frame.page(
        "Control room",
        dcc.Store(id=Ids.DONE),
        dcc.Store(id=Ids.BACK_FROM, data=found.serving),
        dcc.Store(id=Ids.SEEN, data={one.subsystem: one.own.revision for one in found.lines}),
        cards(
            [_switches(found), _steady(found), _own(found), _requests(found), *_managers(found), _done(found)]
        ),
        *dialogs(found),
        lede=LEDE,
        badges=[marks.synthetic_badge(found.stamp.synthetic)] if found.stamp else [],
    )


def _switches(found: Room) -> html.Section:
    def change(line: Line) -> Any:
        if not found.may_control or (line.why_not and line.own.state == "on"):
            return None
        return html.Button(
            [marks.icon("bi-toggles"), "Change"],
            id=change_id(line.subsystem), type="button", className="ks-button ks-button-second",
            **{"data-opens": Ids.SET_DIALOG, "aria-label": f"Change {line.name.lower()}"},
        )  # fmt: skip

    note = "a switch holds in every worker at its next answer; charts of facts stay in every state"
    if not found.may_control:
        note += "; managers and administrators throw them"
    return card("Switches", control.switches(found.lines, change), note=note, width="full")


def _steady(found: Room) -> html.Section:
    is_so = any(line.holds == "fail-safe" for line in found.lines if line.subsystem == CHURN)
    return card(
        "What serves in fail-safe" if is_so else "If it were fail-safe now",
        html.P(found.steady.words, className="ks-sentence"),
        note="in a fixed order: the last signed version that verifies, averages of groups, facts",
    )


def _own(found: Room) -> html.Section:
    words = (
        [
            "You have hidden it since ",
            control.moment(found.hidden),
            ": you see facts only. Nobody else is concerned.",
        ]
        if found.hidden
        else "You can hide all model output and work with facts alone. It concerns nobody else, and you can "
        "show it again at any time."
    )
    act, sign = ("Show it to me again", "bi-eye") if found.hidden else ("Hide it for me", "bi-eye-slash")
    button = html.Button(
        [marks.icon(sign), act], id=Ids.HIDE, type="button", className="ks-button ks-button-second"
    )
    drill = dcc.Link("Do the two-minute drill", href="/drill", className="ks-quiet-link")
    body = [html.P(words, className="ks-sentence"), html.Div([button, drill], className="ks-ctl-own")]
    return card("Model output, for yourself", body)


def _requests(found: Room) -> html.Section:
    def answer(row: Any) -> Any:
        if not found.may_control or row.answered:
            return None
        return html.Button(
            [marks.icon("bi-reply"), "Answer"],
            id=answer_id(row.number), type="button", className="ks-button ks-button-second",
            **{"data-opens": Ids.ANSWER_DIALOG, "aria-label": f"Answer request {row.number}"},
        )  # fmt: skip

    return card(
        "Requests to stop",
        control.requests(found.requests, NAMES, answer),
        note="of everybody, those that wait first" if found.may_control else "your own, with their answers",
        tools=dialog.opener("Ask to stop", Ids.ASK_DIALOG, sign="bi-hand-index-thumb", id=Ids.ASK),
        width="full",
    )


def _managers(found: Room) -> list[html.Section]:
    if not found.may_control:
        return []
    return [card("When something is wrong", control.deeds(_deeds(found)), width="full")]


def _deeds(found: Room) -> list[tuple[str, str, Any]]:
    back = "No version was signed before the one in use, so there is none to go back to."
    if found.way_back:
        back = (
            f"Version {found.way_back[:8]}, signed before, answers everybody again from the next request on."
        )
    anew = "Each gives its place to a fresh one once it has answered; nobody meets an error."
    notice = "A notice with a time stands above every page until it is over."
    if found.notice:
        notice = f"It stands above every page now: {found.notice.text}"
    drill = "See that a switch does what it says: thrown through its states, then put back."
    return [
        (
            "Roll back",
            back,
            _opener("Roll back", Ids.BACK_DIALOG, "bi-arrow-counterclockwise", Ids.BACK)
            if found.way_back
            else None,
        ),
        (
            "Begin the workers anew",
            found.why_no_reload or anew,
            None
            if found.why_no_reload
            else _opener("Begin anew", Ids.RELOAD_DIALOG, "bi-arrow-repeat", Ids.RELOAD),
        ),
        (
            "Announce maintenance",
            notice,
            _opener("Announce", Ids.NOTICE_DIALOG, "bi-megaphone", Ids.NOTICE),
        ),
        ("Drill a switch", drill, _opener("Drill", Ids.DRILL_DIALOG, "bi-activity", Ids.DRILL)),
        (
            "Try fail-safe",
            "What would serve is asked in a sandbox that nobody notices, and timed.",
            dcc.Link(
                [marks.icon("bi-shield-check"), "Try it"],
                href="/drill",
                className="ks-button ks-button-second",
            ),
        ),
    ]


def _opener(words: str, opens: Ids, sign: str, id: Ids) -> html.Button:
    return dialog.opener(words, opens, sign=sign, kind="second", id=id)


def _done(found: Room) -> html.Section:
    note = "by everybody and by rule" if found.may_control else "your own"
    return card("What was done here", control.history(found.history), note=note, width="full")
