"""What managers do with one item; who comes second is told the first's step, and keeps what they wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, no_update

from pages._feedback_ids import Ids
from services import feedback, feedback_work
from services.feedback import FeedbackRefused, NoSuchFeedback
from services.feedback_work import Overtaken
from services.roles import permission
from web import here

LONGEST_LIST = 50


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.TAKE_SAID, "children"),
    Output(Ids.SEEN, "data"),
    Input(Ids.TAKE_NOW, "n_clicks"),
    State(Ids.TAKE_WHO, "value"),
    State(Ids.NUMBER, "data"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("answer-feedback")
def take(clicks: int | None, who: Any, number: Any, seen: Any) -> tuple[Any, Any, Any]:
    """Take it on, or hand it over."""
    return _do(
        clicks, number, seen,
        lambda item, revision: feedback_work.take(
            here.installation(), here.actor(), item, seen=revision, owner=_text(who) or None
        ),
    )  # fmt: skip


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.DUE_SAID, "children"),
    Output(Ids.SEEN, "data", allow_duplicate=True),
    Input(Ids.DUE_NOW, "n_clicks"),
    State(Ids.DUE_DAY, "value"),
    State(Ids.DUE_REASON, "value"),
    State(Ids.NUMBER, "data"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("answer-feedback")
def set_due(clicks: int | None, day: Any, reason: Any, number: Any, seen: Any) -> tuple[Any, Any, Any]:
    """Set another day for the answer."""
    return _do(
        clicks, number, seen,
        lambda item, revision: feedback_work.set_due(
            here.installation(), here.actor(), item, _text(day), _text(reason), seen=revision
        ),
    )  # fmt: skip


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.ANSWER_SAID, "children"),
    Output(Ids.SEEN, "data", allow_duplicate=True),
    Input(Ids.ANSWER_NOW, "n_clicks"),
    State(Ids.ANSWER_TEXT, "value"),
    State(Ids.ANSWER_CHANGES, "value"),
    State(Ids.NUMBER, "data"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("answer-feedback")
def answer(clicks: int | None, text: Any, changes: Any, number: Any, seen: Any) -> tuple[Any, Any, Any]:
    """Answer it, with what changed because of it."""
    return _do(
        clicks, number, seen,
        lambda item, revision: feedback_work.answer(
            here.installation(), here.actor(), item, _text(text), _pairs(changes), seen=revision
        ),
    )  # fmt: skip


@callback(
    Output(Ids.DONE, "data", allow_duplicate=True),
    Output(Ids.CLOSE_SAID, "children"),
    Output(Ids.SEEN, "data", allow_duplicate=True),
    Input(Ids.CLOSE_NOW, "n_clicks"),
    State(Ids.CLOSE_TEXT, "value"),
    State(Ids.NUMBER, "data"),
    State(Ids.SEEN, "data"),
    prevent_initial_call=True,
)
@permission("answer-feedback")
def close(clicks: int | None, text: Any, number: Any, seen: Any) -> tuple[Any, Any, Any]:
    """Close it."""
    return _do(
        clicks, number, seen,
        lambda item, revision: feedback_work.close(
            here.installation(), here.actor(), item, _text(text), seen=revision
        ),
    )  # fmt: skip


clientside_callback(ClientsideFunction("model", "done"), Input(Ids.DONE, "data"))


def _do(
    clicks: int | None, number: Any, seen: Any, deed: Callable[[int, int], object]
) -> tuple[Any, Any, Any]:
    """Take a step with the item shown, as it was seen, then show it anew.

    Who was overtaken reads what the other did; the next press counts as having seen it.
    """
    if not clicks:
        return no_update, no_update, no_update
    if not isinstance(number, int) or not isinstance(seen, int):
        return no_update, "Open the item again, then repeat it.", no_update
    try:
        deed(number, seen)
    except Overtaken as refused:
        now = feedback.one(here.installation(), here.actor(), number).item.revision
        return no_update, str(refused), now
    except (FeedbackRefused, NoSuchFeedback) as refused:
        return no_update, str(refused), no_update
    return {"go": f"/feedback?item={number}"}, "", no_update


def _pairs(changes: Any) -> list[tuple[str, str]]:
    """Read the changes that were ticked, ``kind:reference`` each; the service checks that they happened."""
    chosen = [one for one in changes if isinstance(one, str)] if isinstance(changes, list) else []
    parts = [one.partition(":") for one in chosen[:LONGEST_LIST]]
    return [(kind, reference) for kind, _, reference in parts]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
