"""How titles are recommended, as fields; and how good the list is, beside what needs no recommender."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import controls
from components.marks import icon

RANKERS = (("rule", "The table of categories"), ("items", "Titles chosen together"))
YES_NO = (("yes", "Yes"), ("no", "No"))
POLICIES = (("popular", "Popular titles"), ("nothing", "Nothing"))
CHOICES = {
    "ranker": RANKERS,
    "allow_self": YES_NO,
    "leave_out_same_category": YES_NO,
    "no_evidence": POLICIES,
}
NUMBERS: dict[str, tuple[float, float, float]] = {
    "least_people": (1, 1000, 1),
    "list_length": (1, 50, 1),
    "daily_delegations": (0, 50, 1),
    "least_support": (1, 1000, 1),
    "half_life_days": (1, 36_500, 1),
    "damping": (0, 1, 0.05),
}
OF_TITLES = ("least_support", "half_life_days", "damping")
BEFORE = (
    "What is saved alters the lists of everybody, from the next one on. Lists on record replay as they were."
)
EFFECTS = {
    "ranker": "What decides the order of a list.",
    "allow_self": "Whether a category may speak for itself; else the diagonal is not allowed.",
    "leave_out_same_category": "Whether more of the same kind is left out of a list.",
    "least_people": "More: fewer titles, none of them by the taste of a single person.",
    "no_evidence": "Under a heading of its own, without a reason.",
    "list_length": "At most so many.",
    "daily_delegations": "For each person; 0 turns it off for everybody.",
    "least_support": "More: fewer titles, each with firmer evidence.",
    "half_life_days": "After so many days a choice counts half. Empty: however old, it counts.",
    "damping": "0 leaves what everybody likes in front, 1 takes all of that off.",
}


def ranker(current: str, revision: int, *, may_change: bool) -> html.Div | None:
    """Build the switch between the two rankers; others than who may change it read what holds."""
    if not may_change:
        return None
    buttons = [
        html.Button(
            words, type="button", className="ks-rec-way", disabled=value == current,
            **{"data-deed": "ranker", "data-value": value, "data-revision": str(revision),
               "aria-pressed": "true" if value == current else "false"},
        )
        for value, words in RANKERS
    ]  # fmt: skip
    note = html.Span("another order for everybody, from the next list on", className="ks-card-note")
    return html.Div([*buttons, note], className="ks-rec-ways", role="group", **{"aria-label": "Ranked by"})


def rules(sentences: Sequence[str]) -> html.Ul:
    """Say the settings that hold."""
    return html.Ul([html.Li(text) for text in sentences], className="ks-rec-rules")


def form(setting: Any, labels: dict[str, str], field_id: Callable[[str], Any], save: Any) -> html.Details:
    """Build the fields of the settings, each with its effect, folded away until somebody changes one."""
    both = [name for name in (*CHOICES, *NUMBERS) if name not in OF_TITLES]
    shared = [_field(name, setting, labels, field_id) for name in both]
    titles = [_field(name, setting, labels, field_id) for name in OF_TITLES]
    return html.Details(
        [
            html.Summary([icon("bi-sliders"), "Change the settings"]),
            html.Div(shared, className="ks-rec-fields"),
            html.H3("Only where titles chosen together rank", className="ks-part-title"),
            html.Div(titles, className="ks-rec-fields"),
            html.P(BEFORE, className="ks-card-note"),
            save,
        ],
        className="ks-twin ks-rec-form",
    )


def _field(name: str, setting: Any, labels: dict[str, str], field_id: Callable[[str], Any]) -> html.Div:
    now, effect = getattr(setting, name), html.P(EFFECTS[name], className="ks-card-note")
    if name in CHOICES:
        value = {True: "yes", False: "no"}.get(now, now)
        field: Any = controls.choice(field_id(name), CHOICES[name], value, label=labels[name])
        return html.Div([html.P(labels[name], className="ks-rec-label"), field, effect])
    least, most, step = NUMBERS[name]
    number = dbc.Input(id=field_id(name), type="number", value=now, min=least, max=most, step=step)
    return html.Div(
        [
            html.Label(
                [html.Span(labels[name], className="ks-rec-label"), number], className="ks-rec-number"
            ),
            effect,
        ]
    )
