"""Choices: several out of a list, or one; labelled inputs of Bootstrap, which screen readers know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.marks import icon

# Dash's own lists call themselves listboxes while holding inputs, which screen readers get wrong (dash 4.4).


def checks(id: Any, options: Sequence[tuple[str, str]], chosen: Sequence[str], *, label: str) -> html.Div:
    """Let any number of levels be chosen; ``options`` are pairs of value and words."""
    boxes = dbc.Checklist(id=id, options=_options(options), value=list(chosen), className="ks-checks")
    return html.Div(boxes, role="group", **{"aria-label": label})


def radios(id: Any, options: Sequence[tuple[str, str]], chosen: str | None, *, label: str) -> html.Div:
    """Let one be chosen, one below the other."""
    return _one_of(id, options, chosen, label, "ks-checks")


def choice(id: Any, options: Sequence[tuple[str, str]], chosen: str | None, *, label: str) -> html.Div:
    """Let one of a few be chosen, side by side."""
    return _one_of(id, options, chosen, label, "ks-choice")


def search(id: str, text: str, *, label: str) -> html.Div:
    """Ask for a few letters to look for; the answer waits until the typing pauses."""
    return html.Div(
        [
            html.Label(label, htmlFor=id, className="visually-hidden"),
            icon("bi-search"),
            dcc.Input(
                id=id,
                type="search",
                value=text,
                debounce=0.3,
                placeholder=label,
                autoComplete="off",
                maxLength=200,
            ),
        ],
        className="ks-search",
    )


def day(
    id: str, chosen: date | None, *, label: str, least: date | None = None, most: date | None = None
) -> html.Div:
    """Ask for a day; the browser's own calendar, its value an ISO date or nothing."""
    limits = {name: one.isoformat() for name, one in (("min", least), ("max", most)) if one is not None}
    field = dbc.Input(
        id=id, type="date", value=chosen.isoformat() if chosen else None, className="ks-day", **limits
    )
    return html.Div(
        [html.Label(label, htmlFor=id, className="ks-dialog-label"), field], className="ks-day-field"
    )


def _one_of(
    id: Any, options: Sequence[tuple[str, str]], chosen: str | None, label: str, look: str
) -> html.Div:
    buttons = dbc.RadioItems(id=id, options=_options(options), value=chosen, className=look)
    return html.Div(buttons, role="radiogroup", **{"aria-label": label})


def _options(options: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": words or "not known", "value": value} for value, words in options]
