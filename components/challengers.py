"""What weighs in challengers without a scorecard: approximate, with the error that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import html

from components import marks
from components.format import NOT_KNOWN, share
from components.report import Section, not_measured
from components.table import table

SHOWN = 12
APPROXIMATE = "A challenger has no scorecard to read its reasons from; they are worked out by asking it."


def weights(section: Section | None) -> Any:
    """List, per challenger, the weight of each feature beside the scorecard's own; or why there is none."""
    held = section or {}
    found = [one for one in held.get("challengers") or () if isinstance(one, Mapping)]
    if not found:
        return not_measured("What weighs in the challengers")
    exact = {tuple(one.get("columns") or ()): one.get("share") for one in held.get("importance") or ()}
    return html.Div([_challenger(one, exact) for one in found], className="ks-md-groups")


def _challenger(one: Section, exact: Mapping[tuple[str, ...], float | None]) -> html.Div:
    name, rows = str(one.get("name", "")), list(one.get("importance") or ())
    mark = marks.badge("approximate" if rows else "not explained", "warn", APPROXIMATE)
    parts: list[Any] = [
        html.H3([name, " ", mark], className="ks-part-title"),
        html.P(str(one.get("words") or ""), className="ks-md-words"),
    ]
    total = sum(row.get("mean") or 0.0 for row in rows)
    if rows and total:
        lines = [
            (
                str(row.get("label", "")),
                share((row.get("mean") or 0.0) / total),
                _exact(exact.get((str(row.get("column")),))),
            )
            for row in rows[:SHOWN]
        ]
        heads = ("Feature", f"Weight in {name[:1].lower()}{name[1:]}", "Weight in this scorecard, exact")
        parts.append(table(f"What weighs in {name}", heads, lines))
    return html.Div(parts, className="ks-md-attribute")


def _exact(weight: float | None) -> str:
    return NOT_KNOWN if weight is None else share(weight)
