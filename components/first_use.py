"""The note of the first use: what Keepsight is, what it does not do, and what one may do about it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components.format import day
from components.marks import icon, model_mark

PLACE = "ks-first-use"
READ = "ks-first-use-read"
ASKED = "ks-first-use-asked"
AGAIN = "?note=1"
"""What an address ends with, of any page, that shows the note again."""

TITLE = "What Keepsight is, and what it does not do"


def note(seen: Any = None) -> html.Section:
    """Show the note; ``seen`` is when it was read before, None at the first use."""
    return html.Section(
        [
            html.Div(
                [html.H2(TITLE, id="ks-first-use-title"), *_points(), _more(seen)],
                className="ks-first-use-words",
            ),
            html.Div(_button(seen), className="ks-first-use-deeds"),
        ],
        className="ks-first-use",
        **{"aria-labelledby": "ks-first-use-title"},
    )


def _points() -> list[html.Component]:
    does = (
        ["It estimates from past customers how likely each one is to leave. ",
         "About any one of them it can be wrong."],
        ["It advises; ", html.Strong("people decide"),
         ". It makes, changes or refuses no offer, price or contract."],
        ["A reason says what the estimate stands on, not what makes somebody leave."],
        ["Figures of the model carry a mark, measured facts do not: ", model_mark()],
        ["What it answers you and what you do is on record, and you can read it in the ",
         dcc.Link("Decision log", href="/log"), "."],
        ["You may hide its figures for yourself, or ask that it be stopped, in the ",
         dcc.Link("Control room", href="/control"), "."],
    )  # fmt: skip
    return [html.Ul([html.Li(words) for words in does])]


def _more(seen: Any) -> html.P:
    said = f"You read this on {day(seen)}. " if seen else "It stays in the menu under your name. "
    return html.P(
        [said, html.A("What people outside are told", href="/about", target="_blank", rel="noopener"), "."],
        className="ks-card-note",
    )


def _button(seen: Any) -> html.Button:
    words = "Close" if seen else "I have read this"
    return html.Button([icon("bi-check2"), words], id=READ, type="button", n_clicks=0, className="ks-button")


def again() -> dcc.Link:
    """Lead to the note from the person's menu."""
    return dcc.Link(
        [icon("bi-info-circle"), "What Keepsight is"], href=f"/{AGAIN}", className="ks-button ks-button-quiet"
    )
