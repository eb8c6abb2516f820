"""The worked example, step by step: what a choice moves, and what others get after it."""

from __future__ import annotations

from typing import Any

from dash import html

from components import notices
from components.card import card
from components.recommendations import moved_words, reason
from components.recommendations_map import table_map
from components.table import table


def begin(example: Any) -> html.Section:
    """Show the categories with their titles, and who chose what before it begins."""
    titles = [(name, ", ".join(held)) for name, held in example.categories]
    chosen = [(who, ", ".join(held)) for who, held in example.people]
    return card(
        "What there is",
        html.Div(
            [
                table("Categories and their titles", ("Category", "Titles"), titles),
                table("What was chosen earlier", ("Person", "Chose earlier"), chosen),
            ],
            className="ks-rec-what",
        ),
        width="full",
    )


def step(number: int, one: Any) -> html.Section:
    """Show a step: what somebody does, what moves, the table after it, and who gets what."""
    told: list[Any] = [html.P(one.words)]
    if one.moved:
        told.append(html.Ul([html.Li(moved_words(cell)) for cell in one.moved], className="ks-rec-rules"))
    told += [_gets(got) for got in one.lists]
    lit = {
        frozenset((cell.row, cell.column)) for got in one.lists for item in got.items for cell in item.cells
    }
    return card(
        f"{number}. {one.title}",
        html.Div(
            [
                html.Div(told, className="ks-rec-told"),
                table_map(one.table, lit=lit, moved=one.moved, name=one.title),
            ],
            className="ks-rec-step",
        ),
        width="full",
    )


def _gets(got: Any) -> html.Div:
    head = html.H3(f"{got.person} picks {got.picked}", className="ks-part-title")
    rows = [
        html.Li(
            [html.Strong(one.title), html.P(reason(one, "rule"), className="ks-rec-because")],
            className="ks-rec-row",
        )
        for one in got.items
    ]
    parts: list[Any] = [html.Ol(rows, className="ks-rec-list")] if rows else []
    if got.nothing:
        parts.append(notices.notice(got.nothing, sign="bi-search"))
    if got.absent:
        parts.append(html.P(got.absent, className="ks-rec-absent"))
    return html.Div([head, *parts])
