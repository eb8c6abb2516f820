"""What stands where there is nothing to show yet, nothing at all, or something went wrong."""

from __future__ import annotations

from typing import Any

from dash import html

from components.marks import icon


def empty(title: str, text: str, *, sign: str = "bi-inbox", action: Any = None) -> html.Div:
    """Say that there is nothing, why, and what brings something."""
    parts = [html.Span(icon(sign), className="ks-state-sign"), html.P(title, className="ks-state-title")]
    parts.append(html.P(text, className="ks-state-text"))
    if action is not None:
        parts.append(html.Div(action, className="ks-state-action"))
    return html.Div(parts, className="ks-state")


def error(what: str, why: str, remedy: str) -> html.Div:
    """Say what happened, why, and what to do next; read out at once."""
    return html.Div(
        [
            html.Span(icon("bi-exclamation-triangle"), className="ks-state-sign"),
            html.P(what, className="ks-state-title"),
            html.P(why, className="ks-state-text"),
            html.P(remedy, className="ks-state-text ks-state-remedy"),
        ],
        className="ks-state ks-state-error",
        role="alert",
    )


def not_permitted(what: str, who: str) -> html.Div:
    """Say that a role does not see something, and who may change that."""
    return empty(what, f"Ask {who} if you need it for your work.", sign="bi-lock")


def loading(shape: str = "block") -> html.Div:
    """Hold the place of what is coming, so that nothing jumps; ``shape`` is block, tile or line."""
    return html.Div(
        html.Span("Loading", className="visually-hidden"), className=f"ks-skeleton ks-skeleton-{shape}"
    )
