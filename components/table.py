"""Plain tables: the text twin of each chart, and small tables of their own."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html


def table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> html.Div:
    """Build a table whose first column names its rows and whose others are figures, right aligned."""
    head = html.Tr([html.Th(text, scope="col") for text in heads])
    body = [
        html.Tr([html.Th(first, scope="row"), *(html.Td(cell) for cell in rest)]) for first, *rest in rows
    ]
    return html.Div(
        html.Table(
            [html.Caption(caption, className="visually-hidden"), html.Thead(head), html.Tbody(body)],
            className="ks-table",
        ),
        className="ks-table-frame",
        tabIndex="0",
        role="region",
        **{"aria-label": caption},
    )


def as_table(twin: html.Div) -> html.Details:
    """Fold a table away behind "Show as table"."""
    return html.Details(
        [html.Summary([html.I(className="bi bi-table", **{"aria-hidden": "true"}), "Show as table"]), twin],
        className="ks-twin",
    )
