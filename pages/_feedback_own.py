"""What the forms of the Feedback page do: send, follow by receipt, be asked or not."""

from __future__ import annotations

import secrets
from typing import Any

from dash import Input, Output, State, callback, ctx, html, no_update

from components import feedback as sheet
from components import feedback_lists as lists
from config.feedback_places import verdicts
from pages._feedback_ids import WHOLE, Ids
from pages._feedback_send import send_thing
from services import feedback_asks, feedback_receipts, feedback_work
from services.feedback import FeedbackRefused, NoSuchFeedback, Told
from services.feedback_words import title
from services.roles import permission
from web import here


@callback(
    Output(Ids.SENT, "children"),
    Output(Ids.SAID, "children"),
    Output(Ids.TEXT, "value"),
    Output(Ids.ONCE, "data"),
    Input(Ids.SEND, "n_clicks"),
    State(Ids.PLACE, "value"),
    State(Ids.TEXT, "value"),
    State(Ids.NAMED, "value"),
    State(Ids.ONCE, "data"),
    prevent_initial_call=True,
)
@permission("give-feedback")
def send(clicks: int | None, place: Any, text: Any, named: Any, once: Any) -> tuple[Any, Any, Any, Any]:
    """Send what was written about a page or the whole; what hinders is told, and the text stays."""
    if not clicks:
        return no_update, no_update, no_update, no_update
    page = place if isinstance(place, str) and place != WHOLE else ""
    try:
        made = send_thing(
            {"about": "page", "about_id": page, "page": page, "once": once}, "other", text, named
        )
    except FeedbackRefused as refused:
        return [], str(refused), no_update, no_update
    return sheet.sent(made.number, made.receipt), "", "", secrets.token_hex(16)


@callback(
    Output(Ids.FOLLOWED, "children"),
    Input(Ids.FOLLOW, "n_clicks"),
    Input(Ids.RECEIPT, "n_submit"),
    State(Ids.RECEIPT, "value"),
    prevent_initial_call=True,
)
@permission("give-feedback")
def follow(clicks: int | None, submits: int | None, receipt: Any) -> Any:
    """Show what a receipt opens; whose request that is stays out of the access log."""
    if not (clicks or submits) or not ctx.triggered_id:
        return no_update
    here.leave_no_name()
    try:
        told = feedback_receipts.follow(here.installation(), f"person:{here.actor().id}", receipt)
    except (NoSuchFeedback, FeedbackRefused) as refused:
        return html.P(str(refused), className="ks-fb-refused")
    return _told(told)


def _told(told: Told) -> html.Div:
    item, now = told.item, here.installation().store.clock()
    changes = feedback_work.changes_of(here.installation(), item)
    head = [html.H3(f"{item.number}: {title(item)}"),
            html.Span(lists.badges(item, is_overdue=item.is_open and item.due < now),
                      className="ks-fb-badges")]  # fmt: skip
    return html.Div(
        [
            html.Div(head, className="ks-fb-head"),
            html.P(html.Strong(f"{verdicts().get(item.verdict, item.verdict)}.")),
            lists.said(item.text),
            lists.steps(told.steps),
            *([lists.led_to(changes)] if changes else []),
        ],
        className="ks-fb-words",
    )


@callback(Output(Ids.ASKED_SAID, "children"), Input(Ids.ASKED, "value"), prevent_initial_call=True)
@permission("give-feedback")
def set_asked(wanted: Any) -> Any:
    """Keep whether this person may be asked."""
    if not isinstance(wanted, bool):
        return no_update
    if not feedback_asks.set_wanted(here.installation(), here.actor(), wanted):
        return no_update
    return "You may be asked again." if wanted else "You will not be asked any more."
