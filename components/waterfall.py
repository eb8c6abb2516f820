"""The waterfall: how the chance of leaving goes from the model's starting point to the score.

assets/waterfall.js draws it, here on load and on the What-if page while a slider moves: rows of a
table, so that a screen reader reads the same figures that the bars show.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import MATCH, ClientsideFunction, Input, Output, clientside_callback, dcc, html


def waterfall_data(
    start: float, end: float, reasons: Sequence[dict[str, Any]], *, shown: int = 8
) -> dict[str, Any]:
    """Fold reasons into rows that add up.

    Parameters
    ----------
    start, end : float
        The model's starting point and the score, shares in 0-1.
    reasons : sequence of dict
        ``label``, ``value`` (words), ``points`` (signed share) and ``role``, the weightiest first.
    shown : int
        Rows of their own; the others are summed as "everything else".

    Returns
    -------
    dict
        ``start``, ``end``, ``rows``; the points of the rows sum to ``end - start``.
    """
    rows = [
        {"label": r["label"], "value": r["value"], "points": r["points"], "role": r.get("role")}
        for r in reasons[:shown]
    ]
    rest = reasons[shown:]
    if rest:
        left = end - start - sum(row["points"] for row in rows)
        rows.append({"label": "Everything else", "value": f"{len(rest)} more", "points": left, "role": None})
    return {"start": start, "end": end, "rows": rows}


def waterfall(name: str, data: dict[str, Any] | None = None) -> html.Div:
    """Build the place of a waterfall; with data it is drawn on load, without it a script draws it."""
    place = html.Div(id={"type": "ks-waterfall", "name": name}, className="ks-waterfall")
    return html.Div([place, *([_held("waterfall", name, data)] if data else [])])


def gauge(name: str, data: dict[str, Any] | None = None) -> html.Div:
    """Build the place of a gauge.

    ``data`` holds ``probability``, ``low``, ``high``, and optionally ``threshold`` (the score from which
    a customer is on the list) and ``before`` (the score before anything was moved): shares in 0-1. Where
    ``firm`` is False it says "No firm score", with the number beneath.
    """
    place = html.Div(id={"type": "ks-gauge", "name": name}, className="ks-gauge")
    return html.Div([place, *([_held("gauge", name, data)] if data else [])])


def _held(kind: str, name: str, data: dict[str, Any]) -> dcc.Store:
    return dcc.Store(id={"type": f"ks-{kind}-data", "name": name}, data=data)


for _kind in ("waterfall", "gauge"):
    clientside_callback(
        ClientsideFunction("drawings", _kind),
        Output({"type": f"ks-{_kind}", "name": MATCH}, "data-drawn"),
        Input({"type": f"ks-{_kind}-data", "name": MATCH}, "data"),
    )
