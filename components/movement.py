"""Why a score moved: the way from the chance of then to that of now, in words and as a waterfall."""

from __future__ import annotations

from typing import Any

from dash import html

from components.format import month
from components.marks import stamp_line
from components.notices import cautions
from components.waterfall import waterfall

CAUSES = {"data": "Data", "model": "Model"}


def movement(found: Any) -> list[Any]:
    """Show a movement.

    ``found`` holds ``movement`` (None where nothing can be compared), ``steps`` (each ``cause``, ``label``,
    ``value``, ``points``), ``told``, ``notes``, ``then``, ``now`` and ``stamp``.
    """
    first, *more = found.told
    parts: list[Any] = [html.P(first, className="ks-sentence")]
    if found.movement is None:
        return parts
    if found.steps:
        parts.append(waterfall("moved", _drawn(found)))
    parts.append(cautions(found.notes))
    if more:
        lines = html.Ul([html.Li(text) for text in more])
        parts.append(html.Details([html.Summary("The weightiest parts in words"), lines]))
    return [*(part for part in parts if part is not None), stamp_line(found.stamp)]


def _drawn(found: Any) -> dict[str, Any]:
    rows = [
        {
            "label": f"{CAUSES[step.cause]}: {step.label}",
            "value": step.value,
            "points": step.points,
            "role": None,
        }
        for step in found.steps
    ]
    moved = found.movement
    return {
        "start": moved.then.probability,
        "end": moved.now.probability,
        "rows": rows,
        "startLabel": f"Then: {_named(found.then)}",
        "endLabel": f"Now: {_named(found.now)}",
    }


def _named(when: str) -> str:
    """Write a month as people do; the day of a load stays as it is."""
    return month(f"{when}-01") if len(when) == 7 else when
