"""Cards: a titled box with a chart, a list or a text."""

from __future__ import annotations

from typing import Any

from dash import html

from components.marks import hint, model_mark


def card(
    title: str,
    body: Any,
    *,
    note: str = "",
    help_text: str = "",
    model: bool = False,
    badge: Any = None,
    tools: Any = None,
    width: str = "half",
    middle: bool = False,
) -> html.Section:
    """Build a card.

    Parameters
    ----------
    title, note : str
        What is shown, and its unit, period and the number it stands on.
    help_text : str
        The glossary's definition.
    model, badge
        Whether a model figure is in it, and its draft badge.
    tools : component, optional
        Controls of this card, right of the title.
    width : {"half", "full", "third", "two-thirds"}
        Share of the row on a wide screen.
    middle : bool
        Whether the body stands in the middle of a card taller than it.
    """
    title_row = [html.H2(title, className="ks-card-title"), *([hint(title, help_text)] if help_text else [])]
    marks = ([model_mark()] if model else []) + ([badge] if badge is not None else [])
    head: list[Any] = [html.Div(title_row, className="ks-card-title-row")]
    if note or marks:
        head.append(html.Div([html.P(note, className="ks-card-note"), *marks], className="ks-card-sub"))
    return html.Section(
        [
            html.Div(
                [html.Div(head, className="ks-card-heads"), *([tools] if tools is not None else [])],
                className="ks-card-head",
            ),
            html.Div(body, className="ks-card-body"),
        ],
        className=f"ks-card ks-card-{width}" + (" ks-card-middle" if middle else ""),
    )


def cards(members: list[Any]) -> html.Div:
    """Set cards in rows."""
    return html.Div([member for member in members if member is not None], className="ks-cards")


def sub(note: str, *marks: Any) -> html.Div:
    """Say under a title what a chart stands on, with the marks of a model figure."""
    shown = [mark for mark in marks if mark is not None]
    return html.Div([html.P(note, className="ks-card-note"), *shown], className="ks-card-sub ks-card-under")
