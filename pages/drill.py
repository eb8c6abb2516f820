"""The two-minute drill: each person stops model output for themselves, and finds who can for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Input, Output, State, callback, clientside_callback, ctx, dcc, html
from dash import no_update as KEEP

from components import control as control_parts
from components import controls, dialog, frame, marks
from components import drill as parts
from components.card import card, cards
from pages import _foot  # noqa: F401  (registers the foot's callback)
from pages._drill_ids import Ids, do_id
from services import own_drill, steady_drill
from services.own_drill import Room
from services.roles import permission
from web import here

dash.register_page(__name__, path="/drill", title="Two-minute drill - Keepsight", order=19)

LEDE = (
    "Practise on your own account, with the real controls, how model output is stopped. It concerns only you."
)
AGAIN = {"go": "/drill"}
DEEDS: Mapping[str, Callable[..., object]] = {
    "begin": own_drill.begin, "hide": own_drill.hide, "show": own_drill.show, "preview": own_drill.preview,
    "leave": own_drill.leave,
}  # fmt: skip


@permission("request-stop")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    found = own_drill.look(here.installation(), here.actor())
    return frame.page(
        "Two-minute drill",
        dcc.Store(id=Ids.DONE),
        cards([_own(found), _who(found), _fail_safe(found)]),
        lede=LEDE,
        back=("Control room", "/control"),
    )


# --- one's own drill ---------------------------------------------------------------------------------


def _own(found: Room) -> html.Section:
    drill = found.drill
    names = own_drill.FOR_MANAGERS if found.is_manager else own_drill.FOR_ALL
    said = html.P(id=Ids.SAID, className="ks-dialog-said", role="alert")
    body: list[Any] = []
    if drill is not None and drill.next is not None:
        seen = html.P(f"When you began you saw {drill.steps['begin']['seen']}.", className="ks-sentence")
        body = [seen, parts.steps(names, drill.steps, drill.next, _step(drill.next)), said]
        body.append(html.Div(_button(do_id("leave"), "Leave the drill", "bi-box-arrow-left", "second")))
    else:
        if drill is not None:
            body.append(parts.result(drill, own_drill.MEANT_SECONDS))
        if drill is not None and drill.passed:
            body.append(parts.steps(names, drill.steps, None, None))
        body += [*_beginning(found, again=drill is not None and bool(drill.passed)), said]
    note = f"counts for a year; about {own_drill.MEANT_SECONDS // 60} minutes"
    return card("Your drill", html.Div(body, className="ks-dr-own"), note=note, width="two-thirds")


def _beginning(found: Room, *, again: bool) -> list[Any]:
    if found.why_not:
        return [html.P(found.why_not, className="ks-sentence")]
    told = (
        "You hide what the model says, see that it is gone, show it again, find who can stop it for all, and "
        "ask for a stop that is marked as a drill. What you do is timed and kept."
    )
    if again:
        return [html.Div(_button(do_id("begin"), "Do it again", "bi-arrow-repeat", "second"))]
    return [html.P(told, className="ks-sentence"), html.Div(_button(do_id("begin"), "Begin", "bi-play-fill"))]


def _step(name: str) -> list[Any]:
    """Build the controls of the step that is due."""
    if name == "hide":
        told = "From the next answer on you see facts only, on every page, until you show it again."
        return [html.P(told), _button(do_id("hide"), "Hide it for me", "bi-eye-slash")]
    if name == "show":
        told = "It is hidden for you now: the same customer was asked about again, and no figure came."
        return [html.P(told), _button(do_id("show"), "Show it to me again", "bi-eye")]
    if name == "who":
        look = dcc.Link("the Control room", href="/control")
        answers = controls.radios(
            Ids.WHO, list(own_drill.ANSWERS.items()), None, label="Who can switch it off for everybody"
        )
        return [
            html.P(["Who can switch the model off for everybody? It stands in ", look, "."]),
            answers,
            _button(Ids.ANSWER, "Answer", "bi-check-lg"),
        ]
    if name == "ask":
        hint = "It goes where requests to stop go, marked as a drill, and is answered at once."
        return [
            dialog.writing(Ids.TEXT, "What is wrong, and what should stop", hint=hint, rows=2,
                           value=own_drill.ASKED),
            _button(Ids.ASK, "Send it, marked as a drill", "bi-send"),
        ]  # fmt: skip
    told = "You are shown what people would see if the churn model were switched off. Nothing is thrown."
    return [html.P(told), _button(do_id("preview"), "Show me", "bi-toggles")]


def _button(id: Any, words: str, sign: str, kind: str = "") -> html.Button:
    look = f"ks-button ks-button-{kind}" if kind else "ks-button"
    return html.Button([marks.icon(sign), words], id=id, type="button", className=look)


def _who(found: Room) -> html.Section:
    is_found = found.drill is not None and "who" in found.drill.steps
    if not is_found and not found.why_not:
        told: list[Any] = ["You find that out in the drill; the Control room says it too."]
    elif found.stoppers:
        told = [
            f"{', '.join(found.stoppers)}. In the Control room, each part by itself or everything at once."
        ]
    else:
        told = ["Nobody has an open account who may: ask ", found.contact, "."]
    body = [
        html.P(told, className="ks-sentence"),
        html.P(["Everybody else asks there for a stop, or turns to ", html.Strong(found.contact), "."]),
        dcc.Link(
            ["To the Control room", marks.icon("bi-arrow-right")], href="/control", className="ks-quiet-link"
        ),
    ]
    return card("Who can stop it for everybody", html.Div(body, className="ks-dr-own"), width="third")


# --- fail-safe ---------------------------------------------------------------------------------------


def _fail_safe(found: Room) -> html.Section | None:
    if not found.is_manager:
        return None
    last = steady_drill.last(here.installation())
    told: list[Any] = ["It was never tried."]
    if last is not None and last.ended is None:
        told = ["It was begun ", control_parts.moment(last.began), " and has not ended."]
    elif last is not None:
        told = ["Last tried ", control_parts.moment(last.ended), f": {last.result.get('words')}"]
    body = [
        html.Div(html.P(told), id=Ids.TRIED, role="status"),
        html.P(
            "A sandbox finds the churn model switched to fail-safe and is asked about a customer; everybody "
            "else goes on as before. Guideline G10 is claimed only after a try that passed. The drill of the "
            "Control room throws the switch for real."
        ),
        html.Div(_button(Ids.TRY, "Test it now", "bi-shield-check", "second")),
        html.P(id=Ids.TRY_SAID, className="ks-dialog-said", role="alert"),
    ]
    return card("What serves in fail-safe", html.Div(body, className="ks-dr-own"), width="full",
                note="for managers and administrators")  # fmt: skip


# --- callbacks ---------------------------------------------------------------------------------------


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.SAID, "children"),
    Input(do_id(ALL), "n_clicks"),
    prevent_initial_call=True,
)
@permission("request-stop")
def do(clicks: list[int | None]) -> tuple[Any, Any]:
    """Do the step whose button was pressed."""
    pressed = ctx.triggered_id
    deed = DEEDS.get(str(pressed.get("step"))) if isinstance(pressed, dict) else None
    if deed is None or not any(clicks):
        return KEEP, KEEP
    return _done(lambda: deed(here.installation(), here.actor()))


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.SAID, "children", allow_duplicate=True),
    Input(Ids.ANSWER, "n_clicks"),
    State(Ids.WHO, "value"),
    prevent_initial_call=True,
)
@permission("request-stop")
def answer(clicks: int | None, who: Any) -> tuple[Any, Any]:
    """Take the answer who can switch it off."""
    if not clicks:
        return KEEP, KEEP
    return _done(lambda: own_drill.say_who(here.installation(), here.actor(), str(who or "")))


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.SAID, "children", allow_duplicate=True),
    Input(Ids.ASK, "n_clicks"),
    State(Ids.TEXT, "value"),
    prevent_initial_call=True,
)
@permission("request-stop")
def ask(clicks: int | None, text: Any) -> tuple[Any, Any]:
    """Send the request, marked as a drill."""
    if not clicks:
        return KEEP, KEEP
    words = text if isinstance(text, str) else ""
    return _done(lambda: own_drill.ask(here.installation(), here.actor(), words))


@callback(
    Output(Ids.TRIED, "children"),
    Output(Ids.TRY_SAID, "children"),
    Input(Ids.TRY, "n_clicks"),
    prevent_initial_call=True,
)
@permission("control-system")
def try_fail_safe(clicks: int | None) -> tuple[Any, Any]:
    """Try what serves in fail-safe, and say what came of it."""
    if not clicks:
        return KEEP, KEEP
    try:
        return parts.tried(steady_drill.run(here.installation(), here.actor())), ""
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))


def _done(deed: Callable[[], object]) -> tuple[Any, Any]:
    """Do something, then show the page anew; what hinders is told and changes nothing."""
    try:
        deed()
    except (ValueError, LookupError) as refused:
        return KEEP, str(refused)
    return AGAIN, ""
