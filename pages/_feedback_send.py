"""Sending feedback from any page, and being asked for it: the sheet in the frame and its callbacks."""

from __future__ import annotations

from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, html, no_update

from components import feedback as parts
from components.feedback import Ids
from config.feedback_places import pages, things, verdicts
from services import feedback, feedback_asks
from services.feedback import FeedbackRefused
from services.roles import permission
from web import here


def sheet() -> html.Div:
    """Build the sheet with what may be said, about which pages and things."""
    places = {
        "pages": {path: list(one) for path, one in pages().items()},
        "things": {key: list(one) for key, one in things().items()},
    }
    return parts.sheet(places, list(verdicts().items()), feedback.LONGEST)


@callback(
    Output(Ids.RESULT, "children"),
    Output(Ids.SAID, "children"),
    Output(Ids.VERDICT, "value"),
    Output(Ids.TEXT, "value"),
    Output(Ids.DONE, "data"),
    Input(Ids.NOW, "n_clicks"),
    State(Ids.THING, "data"),
    State(Ids.VERDICT, "value"),
    State(Ids.TEXT, "value"),
    State(Ids.NAMED, "value"),
    prevent_initial_call=True,
)
@permission("give-feedback")
def send(
    clicks: int | None, thing: Any, verdict: Any, text: Any, named: Any
) -> tuple[Any, Any, Any, Any, Any]:
    """Send what was written; what hinders is told, and the text stays where it is."""
    if not clicks:
        return no_update, no_update, no_update, no_update, no_update
    try:
        made = send_thing(thing, verdict, text, named)
    except FeedbackRefused as refused:
        return no_update, str(refused), no_update, no_update, no_update
    return parts.sent(made.number, made.receipt), "", None, "", {"number": made.number}


def send_thing(thing: Any, verdict: Any, text: Any, named: Any) -> feedback.Sent:
    """Send feedback about a thing as the browser describes it.

    Raises
    ------
    FeedbackRefused
        If it cannot be kept.
    """
    found = thing if isinstance(thing, dict) else {}
    if not named:
        here.leave_no_name()
    return feedback.send(
        here.installation(),
        here.actor(),
        about=_text(found.get("about")) or "page",
        about_id=_text(found.get("about_id")),
        guideline=_text(found.get("guideline")) or None,
        page=_text(found.get("page")),
        verdict=_text(verdict) or "other",
        text=_text(text),
        with_name=bool(named),
        once=_text(found.get("once")),
        request_id=_text(found.get("request_id")) or None,
        response_ms=found.get("response_ms"),
    )


clientside_callback(ClientsideFunction("feedback", "sent"), Input(Ids.DONE, "data"))


@callback(Output(Ids.ASK, "children"), Input("_pages_location", "pathname"))
@permission("give-feedback")
def ask(path: str | None) -> Any:
    """Ask at a useful moment; mostly there is nothing to ask."""
    found = feedback_asks.next_ask(here.installation(), here.actor(), _text(path))
    return parts.ask(found.words, found.about, found.about_id, found.guideline) if found else []


@callback(
    Output(Ids.ASK, "children", allow_duplicate=True),
    Input(Ids.STOP, "n_clicks"),
    prevent_initial_call=True,
)
@permission("give-feedback")
def stop(clicks: int | None) -> Any:
    """Never ask this person again, until they say so on the Feedback page."""
    if not clicks:
        return no_update
    feedback_asks.set_wanted(here.installation(), here.actor(), False)
    words = "You will not be asked again. The Feedback page has a switch for it."
    return html.P(words, className="ks-fb-ask-words", role="status")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
