"""Small drawings for the card of a version, as SVG that stands in the page: no script, every text escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 38, 8, 8, 22


def calibration(bins: Sequence[Mapping[str, Any]]) -> Markup:
    """Draw whether chances come true: a dot and its range for each group, the diagonal where they do.

    ``bins`` hold ``mean_score``, ``observed``, ``low`` and ``high``, shares in 0-1.
    """
    top = _round_up(
        max((max(one["mean_score"], one.get("high") or one["observed"]) for one in bins), default=1)
    )
    marks = [_line(0, 0, top, top, top, top, "even")]
    for one in bins:
        if one.get("low") is not None and one.get("high") is not None:
            marks.append(
                _line(one["mean_score"], one["low"], one["mean_score"], one["high"], top, top, "range")
            )
        marks.append(_dot(one["mean_score"], one["observed"], top, top))
    return _frame(marks, top, f"0 to {top:.0%}: chance given", "Share who left, by the chance given")


def effect(points: Sequence[Mapping[str, Any]], start: float | None, label: str) -> Markup:
    """Draw the chance by level or range, with its band; the line is where the model starts.

    ``points`` hold ``chance``, ``low`` and ``high``, shares in 0-1, in the order of the axis.
    """
    top = _round_up(max((one["high"] for one in points), default=1))
    room = len(points) or 1
    marks = [_line(0, start, room, start, room, top, "even")] if start is not None else []
    for place, one in enumerate(points):
        middle = place + 0.5
        marks.append(_line(middle, one["low"], middle, one["high"], room, top, "range"))
        marks.append(_line(place + 0.1, one["chance"], place + 0.9, one["chance"], room, top, "value"))
    return _frame(marks, top, f"{len(points)} values, as listed", f"Chance of leaving by {label}")


def _frame(marks: Sequence[Markup], top: float, axis: str, title: str) -> Markup:
    base, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    lines = [
        Markup('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(LEFT, base, right, base),
        Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(LEFT - 4, TOP + 8, f"{top:.0%}"),
        Markup('<text x="{}" y="{}" text-anchor="end">0</text>').format(LEFT - 4, base),
        Markup('<text x="{}" y="{}">{}</text>').format(LEFT, HEIGHT - 6, axis),
    ]
    return Markup('<svg class="drawing" viewBox="0 0 {} {}" role="img"><title>{}</title>{}{}</svg>').format(
        WIDTH, HEIGHT, title, Markup("").join(lines), Markup("").join(marks)
    )


def _line(x: float, y: float, x_to: float, y_to: float, room: float, top: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        kind, _x(x, room), _y(y, top), _x(x_to, room), _y(y_to, top)
    )


def _dot(x: float, y: float, room: float, top: float) -> Markup:
    return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3"/>').format(_x(x, room), _y(y, top))


def _x(value: float, room: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / room


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(value / top, 1.0)


def _round_up(value: float) -> float:
    """Give the next tenth above a share, at most 1, so that the axis ends on a round number."""
    return min(1.0, max(0.1, math.ceil(value * 10) / 10))
