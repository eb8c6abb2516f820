"""Small signs that say where a figure comes from: model, draft, synthetic, lever, help."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components.format import day

DRAFT = "draft, not signed off"

ROLES = {
    "lever": ("lever", "bi-sliders", "You can move this."),
    "assumption": ("assumption", "bi-cloud", "This moves, but not by you: competitors, the market."),
    "fact": ("fact", "bi-lock", "Nobody moves this."),
}


def icon(name: str) -> html.I:
    """Draw a Bootstrap icon that says nothing to a screen reader; the words beside it do."""
    return html.I(className=f"bi {name}", **{"aria-hidden": "true"})


def model_mark(words: str = "model figure") -> html.Span:
    """Mark a figure as the model's: one icon and one colour, used for nothing else."""
    return html.Span(
        [icon("bi-stars"), html.Span(words, className="ks-model-words")], className="ks-model-mark"
    )


def badge(text: str, kind: str = "plain", title: str | None = None) -> html.Span:
    """Draw a badge; ``kind`` is plain, draft, synthetic, ok, warn or alarm."""
    return html.Span(text, className=f"ks-badge ks-badge-{kind}", title=title)


def draft_badge(stamp: Any) -> html.Span | None:
    """Say "draft, not signed off" where a version answered that is not signed; else nothing."""
    # a retired version was signed once, and may stand in for a damaged one
    if getattr(stamp, "version", None) is None or stamp.state in ("champion", "retired"):
        return None
    return badge(
        DRAFT,
        "draft",
        "No named person has signed this version off: for analysis, not for action.",
    )


def synthetic_badge(is_synthetic: bool) -> html.Span | None:
    """Say that the customers are made up, where they are."""
    if not is_synthetic:
        return None
    return badge("synthetic data", "synthetic", "Made-up customers from a generator with a known cause.")


def role_badge(role: str) -> html.Span:
    """Tell a lever, an assumption and a fact apart, by icon and by word."""
    word, sign, meaning = ROLES[role]
    return html.Span([icon(sign), word], className=f"ks-role ks-role-{word}", title=meaning)


def hint(term: str, text: str) -> html.Span:
    """Explain a term on hover and on focus; Escape closes it (assets/hints.js places it)."""
    return html.Span(
        [
            html.Button(
                icon("bi-info-circle"),
                type="button",
                className="ks-hint-button",
                **{"aria-label": f"What is meant by {term}? {text}"},
            ),
            html.Span(text, className="ks-hint-text", **{"aria-hidden": "true"}),
        ],
        className="ks-hint",
    )


def stamp_line(stamp: Any, more: str | None = None) -> html.P:
    """Say what the figures stand on: the data's date, the version, its state and the log entry."""
    parts: list[Any] = [html.Span(f"Data of {day(stamp.data_date)}{', ' + more if more else ''}")]
    if stamp.version is not None:
        parts += [html.Span(["model ", html.Code(stamp.version[:8])]), draft_badge(stamp)]
    if stamp.entry is not None:
        where = f"/log?entry={stamp.entry}"
        parts.append(dcc.Link(f"log entry {stamp.entry}", href=where, className="ks-quiet-link"))
    return html.P([part for part in parts if part is not None], className="ks-stamp")
