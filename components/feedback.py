"""Saying something about what is in sight: the button beside a thing, the sheet it opens, and being asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import dialog
from components.marks import icon

SHORTCUT = "Alt+Shift+F"


class Ids(StrEnum):
    """Every id of the sheet, which stands once in the frame around every page."""

    SHEET = "ks-feedback"
    THING = "ks-feedback-thing"
    ABOUT = "ks-feedback-about"
    VERDICT = "ks-feedback-verdict"
    TEXT = "ks-feedback-text"
    NAMED = "ks-feedback-named"
    NOW = "ks-feedback-now"
    SAID = "ks-feedback-said"
    RESULT = "ks-feedback-result"
    DONE = "ks-feedback-done"
    ASK = "ks-feedback-ask"
    STOP = "ks-feedback-stop"


def opener(
    about: str,
    about_id: str,
    guideline: str | None = None,
    *,
    words: str = "Say something about this",
    label: str | None = None,
) -> html.Button:
    """Build the small button that opens the sheet about a thing; it may stand on any page.

    Parameters
    ----------
    about, about_id : str
        What it is about: ``prediction``, ``chart``, ``recommendation``, ``guideline``, ``setting`` or
        ``decision``, and which one.
    guideline : str, optional
        ``G1`` to ``G11``; where absent, the one that config/feedback.yaml names.
    words, label : str
        On the button, and what a screen reader says instead where several stand on a page.
    """
    named = {"aria-label": label} if label else {}
    return html.Button(
        [icon("bi-chat-left-text"), words],
        type="button",
        className="ks-button ks-button-quiet ks-fb-opener",
        **_opens(about, str(about_id), guideline),
        **named,
    )


def about_chart(title: str) -> html.Button:
    """Build the button under a chart."""
    return quiet_opener("chart", title[:200], label=f"Say something about the chart: {title}")


def quiet_opener(about: str, about_id: str, *, label: str, called: str | None = None) -> html.Button:
    """Build the button of a thing that has many beside it: a sign alone, its words for screen readers.

    ``called`` is how people read the thing, where that is not ``about_id``.
    """
    named = {"data-feedback-called": called} if called else {}
    return html.Button(
        icon("bi-chat-left-text"),
        type="button",
        title="Say something about this",
        className="ks-button ks-button-quiet ks-fb-opener ks-fb-sign",
        **_opens(about, about_id, None),
        **named,
        **{"aria-label": label},
    )


def page_opener() -> html.Button:
    """Build the button in the foot of every page, which the keyboard reaches from anywhere."""
    return html.Button(
        [icon("bi-chat-left-text"), "Say something about this page", html.Kbd(SHORTCUT)],
        type="button",
        className="ks-button ks-button-quiet ks-fb-opener ks-fb-page",
        **_opens("page", "", None),
        **{"aria-keyshortcuts": SHORTCUT},
    )


def _opens(about: str, about_id: str, guideline: str | None) -> dict[str, str]:
    data = {"data-opens": Ids.SHEET, "data-feedback-about": about, "data-feedback-id": about_id}
    return data | ({"data-feedback-guideline": guideline} if guideline else {})


def sheet(places: Mapping[str, Any], verdicts: Sequence[tuple[str, str]], longest: int) -> html.Div:
    """Build the sheet of three fields; assets/feedback.js says in it what it is about.

    Parameters
    ----------
    places : mapping
        ``pages`` and ``things``, each by its key a pair of name and guideline.
    verdicts : sequence of (str, str)
        What may be said, as value and words.
    longest : int
        Letters that are kept of a text.
    """
    box = dialog.dialog(
        Ids.SHEET,
        "Say something",
        [
            html.P(id=Ids.ABOUT, className="ks-fb-about"),
            _verdict(verdicts),
            _text(longest),
            _name(),
            html.Div(id=Ids.RESULT, className="ks-fb-result", role="status"),
        ],
        [
            html.Button(
                [icon("bi-send"), "Send", html.Kbd("Ctrl+Enter")],
                id=Ids.NOW, type="button", className="ks-button", **{"aria-keyshortcuts": "Control+Enter"},
            )
        ],
        said=Ids.SAID,
        lede="Managers read it and answer; you see each step under Feedback.",
    )  # fmt: skip
    return html.Div(
        [dcc.Store(id=Ids.THING), dcc.Store(id=Ids.DONE), box],
        id="ks-feedback-holder",
        **{"data-places": json.dumps(places, ensure_ascii=False)},
    )


def _verdict(verdicts: Sequence[tuple[str, str]]) -> html.Div:
    # one name for all makes them one stop of the tab key, moved through by arrows
    options = [{"label": words, "value": value} for value, words in verdicts]
    radios = dbc.RadioItems(
        id=Ids.VERDICT, options=options, value=None, name=Ids.VERDICT, className="ks-choice"
    )
    group = html.Div(radios, role="radiogroup", **{"aria-label": "What about it?"})
    return html.Div([html.P("What about it?", className="ks-dialog-label"), group])


def _text(longest: int) -> html.Div:
    # without maxLength, which would cut a text off unseen
    return html.Div(
        [
            html.Label("In your words", htmlFor=Ids.TEXT, className="ks-dialog-label"),
            html.P(f"Up to {longest:,} characters.", className="ks-card-note"),
            dcc.Textarea(id=Ids.TEXT, value="", rows=4, className="ks-writing"),
        ],
        className="ks-dialog-field",
    )


def _name() -> html.Div:
    words = (
        "Without it nothing is kept of who you are, and a receipt number lets you follow it. "
        "What you write may tell all the same."
    )
    return html.Div(
        [
            dbc.Checkbox(id=Ids.NAMED, label="Send with my name", value=True),
            html.P(words, className="ks-card-note"),
        ],
        className="ks-dialog-field",
    )


def sent(number: int, receipt: str | None) -> list[Any]:
    """Say that it was sent, and how to follow it."""
    if receipt is None:
        link = dcc.Link("See what becomes of it", href=f"/feedback?item={number}", className="ks-quiet-link")
        return [html.P([icon("bi-check-circle"), html.Strong(f"Sent: number {number}. "), link])]
    return [
        html.P([icon("bi-check-circle"), html.Strong("Sent without your name. "), "Its receipt number:"]),
        html.P(html.Code(receipt, className="ks-fb-receipt")),
        html.P(
            ["Write it down, it is shown only here. Whoever has it can follow this under ",
             dcc.Link("Feedback", href="/feedback", className="ks-quiet-link"), "."],
            className="ks-card-note",
        ),
    ]  # fmt: skip


def ask(words: str, about: str, about_id: str, guideline: str | None) -> html.Section:
    """Ask for a case that was useful or wrong; it can be put off or ended for good."""

    def say(verdict: str, label: str, sign: str) -> html.Button:
        return html.Button(
            [icon(sign), label],
            type="button",
            className="ks-button ks-button-second",
            **_opens(about, about_id, guideline),
            **{"data-feedback-verdict": verdict},
        )

    quiet = "ks-button ks-button-quiet"
    return html.Section(
        [
            html.P(words, className="ks-fb-ask-words"),
            html.Div(
                [
                    say("useful", "It was useful", "bi-hand-thumbs-up"),
                    say("wrong", "It was wrong", "bi-hand-thumbs-down"),
                    html.Button("Not now", type="button", className=quiet, **{"data-feedback-later": ""}),
                    html.Button("Do not ask again", type="button", className=quiet, id=Ids.STOP),
                ],
                className="ks-fb-ask-deeds",
            ),
        ],
        className="ks-fb-ask",
        **{"aria-label": "A question about your work"},
    )
