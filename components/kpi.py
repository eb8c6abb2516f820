"""The tiles at the top of a page: one figure each, with what it stands on."""

from __future__ import annotations

from typing import Any

from dash import html

from components.marks import hint, model_mark


def tile(
    name: str,
    figure: str,
    *,
    note: str = "",
    change: str | None = None,
    tangible: str | None = None,
    help_text: str = "",
    model: bool = False,
    badge: Any = None,
) -> html.Article:
    """Build a tile.

    Parameters
    ----------
    name, figure : str
        What is measured, and the figure with its unit.
    note : str
        What it stands on: number of customers, period.
    change : str, optional
        The change against an earlier period in words.
    tangible : str, optional
        The figure as something one can picture: people, "1 in 9", a unit of the business.
    help_text : str
        The glossary's definition, one hover away.
    model : bool
        Whether the figure is the model's; a measured fact carries no mark.
    badge : component, optional
        The draft badge of a model figure.
    """
    marks = ([model_mark()] if model else []) + ([badge] if badge is not None else [])
    body: list[Any] = [
        html.Div(
            [html.H2(name, className="ks-tile-name"), *([hint(name, help_text)] if help_text else [])],
            className="ks-tile-head",
        ),
        html.P(figure, className="ks-tile-figure"),
    ]
    if tangible:
        body.append(html.P(tangible, className="ks-tile-tangible"))
    if note:
        body.append(html.P(note, className="ks-tile-note"))
    if change:
        body.append(html.P(change, className="ks-tile-change"))
    if marks:
        body.append(html.Div(marks, className="ks-tile-marks"))
    return html.Article(body, className="ks-tile ks-tile-model" if model else "ks-tile")


def closed_tile(name: str, why: str) -> html.Article:
    """Stand where a figure is not shown to this person, and say why."""
    return html.Article(
        [html.Div(html.H2(name, className="ks-tile-name"), className="ks-tile-head"),
         html.P(why, className="ks-tile-note")],
        className="ks-tile ks-tile-closed",
    )  # fmt: skip


def tiles(members: list[Any]) -> html.Div:
    """Set tiles side by side."""
    return html.Div(members, className="ks-tiles")
