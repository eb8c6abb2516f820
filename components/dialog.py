"""Dialogs that ask before something changes: the browser's own, which hold the focus and close on Escape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.marks import icon


def opener(words: str, opens: str, *, sign: str, kind: str = "", id: str) -> html.Button:
    """Build the button that opens a dialog (assets/dialog.js)."""
    look = "ks-button" + (f" ks-button-{kind}" if kind else "")
    return html.Button([icon(sign), words], type="button", id=id, className=look, **{"data-opens": opens})


def dialog(
    id: str,
    title: str,
    body: Sequence[Any],
    actions: Sequence[Any],
    *,
    said: str,
    lede: str = "",
    leave: str = "Cancel",
) -> html.Dialog:
    """Build a dialog; ``said`` is the id of the line that tells why nothing was done.

    ``leave`` are the words of the button that closes it and changes nothing.
    """
    heading = f"{id}-title"
    close = html.Button(
        icon("bi-x-lg"), type="button", className="ks-icon-button ks-dialog-close",
        **{"data-closes": id, "aria-label": "Close, change nothing"},
    )  # fmt: skip
    return html.Dialog(
        [
            html.Div(
                [html.Div([html.H2(title, id=heading), *([html.P(lede)] if lede else [])]), close],
                className="ks-dialog-head",
            ),
            html.Div(list(body), className="ks-dialog-body", tabIndex="0"),
            html.P(id=said, className="ks-dialog-said", role="alert"),
            html.Div(
                [
                    html.Button(
                        leave, type="button", className="ks-button ks-button-second", **{"data-closes": id}
                    ),
                    *actions,
                ],
                className="ks-dialog-foot",
            ),
        ],
        id=id,
        className="ks-dialog",
        **{"aria-labelledby": heading},
    )


def line(id: str, label: str, value: str = "", *, most: int = 120) -> html.Div:
    """Ask for a few words."""
    field = dbc.Input(id=id, type="text", value=value, maxLength=most, autoComplete="off")
    return html.Div(
        [html.Label(label, htmlFor=id, className="ks-dialog-label"), field], className="ks-dialog-field"
    )


def writing(
    id: str, label: str, *, hint: str = "", rows: int = 3, most: int = 2000, value: str = ""
) -> html.Div:
    """Ask for a few sentences."""
    parts: list[Any] = [html.Label(label, htmlFor=id, className="ks-dialog-label")]
    if hint:
        parts.append(html.P(hint, className="ks-card-note"))
    parts.append(dcc.Textarea(id=id, value=value, rows=rows, maxLength=most, className="ks-writing"))
    return html.Div(parts, className="ks-dialog-field")
