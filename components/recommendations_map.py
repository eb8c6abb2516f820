"""The table of categories as a heat map: read as colours, as figures, and cell by cell in words."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from dash import html

from components.format import count, number
from components.heatmap import STEPS, step
from components.marks import icon

NOT_ALLOWED = "–"
THOUSANDS = 10_000


def table_map(
    table: Any,
    *,
    lit: Collection[frozenset[str]] = (),
    moved: Sequence[Any] = (),
    name: str = "Co-choices of categories",
) -> html.Div:
    """Draw the table.

    Parameters
    ----------
    table : services.recommender.shown.Table
        ``categories``, ``counts`` and ``people``, None where the diagonal is not allowed.
    lit : collection of pairs of categories
        Cells that the list on screen was made of.
    moved : sequence
        Cells that moved just now (``row, column, before``); they show before and after.
    name : str
        What a screen reader calls it.
    """
    before = {frozenset((one.row, one.column)): one.before for one in moved}
    most = max((figure for row in table.counts for figure in row if figure), default=0)
    heads = [html.Th(html.Span(name), scope="col") for name in table.categories]
    rows = [
        html.Tr(
            [
                html.Th(row, scope="row"),
                *(
                    _cell(row, column, figure, people, most, lit, before)
                    for column, figure, people in zip(table.categories, counts, behind, strict=True)
                ),
            ]
        )
        for row, counts, behind in zip(table.categories, table.counts, table.people, strict=True)
    ]
    corner = html.Td(html.Span("Co-choices", className="visually-hidden"))
    grid = html.Table(
        [html.Thead(html.Tr([corner, *heads])), html.Tbody(rows)],
        className="ks-rec-map",
        role="grid",
        **{"aria-label": f"{name}; arrows move, Enter reads a cell"},
    )
    return html.Div([html.Div(grid, className="ks-rec-map-frame"), _key(most)])


def _cell(
    row: str,
    column: str,
    figure: int | None,
    people: int | None,
    most: int,
    lit: Collection[frozenset[str]],
    before: dict[frozenset[str], int],
) -> html.Td:
    if figure is None:
        words = f"{row} with itself: not allowed, a category is no evidence for itself"
        return html.Td(NOT_ALLOWED, className="ks-rec-not", title=words, tabIndex="-1",
                       **_named(row, column, words))  # fmt: skip
    pair = frozenset((row, column))
    looks = [f"ks-heat-{step(math.sqrt(figure / most)) if most else 0}"]
    words = f"{row} and {column}: {count(figure, 'co-choice')}, {count(people or 0, 'person', 'people')}"
    if pair in lit:
        looks.append("ks-rec-lit")
        words += "; used by the list"
    shown: Any = html.Span(short(figure), className="ks-rec-now")
    if pair in before:
        looks.append("ks-rec-moved")
        words += f"; {number(before[pair])} before"
        shown = [html.Span(short(before[pair]), className="ks-rec-before", **{"aria-hidden": "true"}), shown]
    return html.Td(shown, className=" ".join(looks), title=words, tabIndex="-1", **_named(row, column, words))


def _named(row: str, column: str, words: str) -> dict[str, str]:
    return {"aria-label": words, "data-row": row, "data-column": column}


def short(figure: int) -> str:
    """Write a count as a cell can hold it: 9,999, then 10k, 1.2M."""
    if figure < THOUSANDS:
        return number(figure)
    size, letter = (1e6, "M") if figure >= 999_500 else (1e3, "k")
    return number(figure / size, 1 if figure / size < 9.95 else 0) + letter


def _key(most: int) -> html.Div:
    swatches = [html.Span(className=f"ks-heat-swatch ks-heat-{n}") for n in range(STEPS + 1)]
    return html.Div(
        [
            html.Div([html.Span("0"), *swatches, html.Span(number(most))], className="ks-heat-key"),
            html.Span(
                [html.Span(className="ks-rec-key-lit"), "used by the list"], className="ks-rec-key"
            ),
            html.Span(f"{NOT_ALLOWED} not allowed", className="ks-rec-key"),
        ],
        className="ks-rec-keys",
        **{"aria-hidden": "true"},
    )  # fmt: skip


def reading(words: str | None) -> list[Any]:
    """Tell a cell in words, or how to be told."""
    if words is None:
        return [icon("bi-hand-index"), html.P("Click a cell, or walk with the arrows and press Enter.")]
    return [icon("bi-chat-left-text"), html.P(words)]
