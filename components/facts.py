"""Facts as a list of terms and values, and reasons as chips."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components.marks import role_badge


def fact(label: str, value: Any, *, role: str | None = None, missing: bool = False) -> html.Div:
    """Build one row: what it is, its value, and who moves it."""
    term = [html.Span(label), *([role_badge(role)] if role else [])]
    shown = html.Dd(value, className="ks-fact-missing" if missing else None)
    return html.Div([html.Dt(term), shown], className="ks-fact")


def facts(rows: Sequence[html.Div]) -> html.Dl:
    """List facts."""
    return html.Dl(list(rows), className="ks-facts")


def chips(texts: Sequence[str]) -> html.Ul:
    """List reasons as chips, the weightiest first."""
    return html.Ul([html.Li(text, className="ks-chip") for text in texts], className="ks-chips")
