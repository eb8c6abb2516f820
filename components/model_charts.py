"""Figures of the Model page as plain data: calibration, weights of features, effect of a feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.charts import Figure, plain


def calibration(bins: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the share who left over the chance given, one dot a group, against the line where both agree."""
    most = max((max(b["mean_score"], b.get("high") or b["observed"]) for b in bins), default=1.0)
    end = min(1.0, most * 1.05)
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [0, end],
                "y": [0, end],
                "hoverinfo": "skip",
                "line": {"color": "@grey", "width": 2, "dash": "dot"},
                "name": "chance = share who left",
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": "groups of customers",
                "x": [b["mean_score"] for b in bins],
                "y": [b["observed"] for b in bins],
                "customdata": [[b.get("n")] for b in bins],
                "line": {"color": "@model", "width": 1.5},
                "marker": {"size": 9, "color": "@model"},
                "error_y": _whiskers(
                    [b["observed"] for b in bins], [b.get("low") for b in bins], [b.get("high") for b in bins]
                ),
                "hovertemplate": "chance given %{x:.1%}<br>%{y:.1%} left<br>"
                "%{customdata[0]:,} customers<extra></extra>",
            },
        ],
        "layout": {
            "xaxis": {"range": [0, end], "tickformat": ".0%", "nticks": 6, "title": {"text": "chance given"}},
            "yaxis": {
                "range": [0, end],
                "tickformat": ".0%",
                "nticks": 6,
                "title": {"text": "share who left"},
            },
            "showlegend": True,
            "margin": {"t": 30},
        },
    }


def importance(names: Sequence[str], weights: Sequence[float], labels: Sequence[str]) -> Figure:
    """Draw how far each feature moves scores, the weightiest on top."""
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": list(weights),
                "y": [plain(name) for name in names],
                "marker": {"color": "@model", "cornerradius": 4},
                "text": list(labels),
                "width": 0.62,
                "textposition": "outside",
                "cliponaxis": False,
                "textfont": {"color": "@ink"},
                "hovertemplate": "%{y}<br>%{text}<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {
                "showticklabels": False,
                "showgrid": False,
                "zeroline": False,
                "range": [0, 1.25 * (max(weights, default=0) or 1)],
            },
            "yaxis": {
                "type": "category",
                "autorange": "reversed",
                "showgrid": False,
                "tickfont": {"color": "@ink"},
                "ticklabelstandoff": 8,
            },
            "showlegend": False,
        },
    }


def steps(points: Sequence[Mapping[str, Any]], start: float | None, *, axis: str) -> Figure:
    """Draw a number's effect as steps with their band, and under it the customers of each step."""
    inner = [p[end] for p in points for end in ("start", "end") if p[end] is not None]
    widths = sorted(p["end"] - p["start"] for p in points if p["start"] is not None and p["end"] is not None)
    usual = widths[len(widths) // 2] if widths else (max(inner) - min(inner)) / max(len(points), 1) or 1.0
    edges = [
        (inner_or(p["start"], min(inner) - usual), inner_or(p["end"], max(inner) + usual)) for p in points
    ]
    x = [edge for pair in edges for edge in pair]
    twice = {part: [p[part] for p in points for _ in range(2)] for part in ("chance", "low", "high")}
    said = [p["words"] for p in points for _ in range(2)]
    return _effect(
        [
            _counts([(a + b) / 2 for a, b in edges], points, width=[b - a for a, b in edges]),
            *_band(x, twice["low"], twice["high"]),
            _line(x, twice["chance"], said),
        ],
        start,
        {"title": {"text": plain(axis)}, "type": "linear", "nticks": 8},
    )


def inner_or(edge: float | None, other: float) -> float:
    """Give an edge, or where a bin is open what stands for it."""
    return other if edge is None else edge


def line(points: Sequence[Mapping[str, Any]], start: float | None, *, axis: str) -> Figure:
    """Draw the effect of a number that moves the score evenly."""
    x = [p["value"] for p in points]
    drawn = [
        *_band(x, [p["low"] for p in points], [p["high"] for p in points]),
        _line(x, [p["chance"] for p in points], [p["words"] for p in points]),
    ]
    return _effect(
        drawn, start, {"title": {"text": plain(axis)}, "type": "linear", "nticks": 8}, has_counts=False
    )


def levels(points: Sequence[Mapping[str, Any]], start: float | None, *, axis: str) -> Figure:
    """Draw the effect of each level as a dot with its range, and under it its customers."""
    x = [plain(p["words"]) for p in points]
    chances = [p["chance"] for p in points]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": x,
        "y": chances,
        "yaxis": "y2",
        "marker": {"size": 10, "color": "@model"},
        "error_y": _whiskers(chances, [p["low"] for p in points], [p["high"] for p in points]),
        "hovertemplate": "%{x}<br>%{y:.1%}<extra></extra>",
    }
    return _effect([_counts(x, points), dots], start, {"title": {"text": plain(axis)}, "type": "category"})


def _effect(
    data: list[dict[str, Any]], start: float | None, xaxis: dict[str, Any], *, has_counts: bool = True
) -> Figure:
    line = {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y2",
        "y0": start,
        "y1": start,
        "line": {"color": "@muted", "width": 1, "dash": "dot"},
    }
    top = [_heading("Chance of leaving, if nothing else counted", 1.0)]
    return {
        "data": data,
        "layout": {
            "xaxis": {"showgrid": False, "anchor": "y" if has_counts else "y2"} | xaxis,
            "yaxis": {
                "domain": [0, 0.2 if has_counts else 0.01],
                "rangemode": "tozero",
                "nticks": 3,
                "tickformat": ",~s",
                "visible": has_counts,
            },
            "yaxis2": {
                "domain": [0.34 if has_counts else 0, 1],
                "nticks": 6,
                "tickformat": ".0%",
                "rangemode": "tozero",
            },
            "annotations": [*top, *([_heading("Customers", 0.2)] if has_counts else [])],
            "shapes": [] if start is None else [line],
            "showlegend": False,
            "margin": {"t": 22},
            "bargap": 0.2,
        },
    }


def _counts(x: Sequence[Any], points: Sequence[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "type": "bar",
        "x": list(x),
        "y": [p["count"] for p in points],
        "yaxis": "y",
        "customdata": [plain(p["words"]) for p in points],
        "marker": {"color": "@grey"},
        "hovertemplate": "%{customdata}<br>%{y:,} customers<extra></extra>",
        **more,
    }


def _line(x: Sequence[float], y: Sequence[float | None], said: Sequence[str]) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "yaxis": "y2",
        "customdata": [plain(words) for words in said],
        "line": {"color": "@model", "width": 2.5},
        "hovertemplate": "%{customdata}<br>%{y:.1%}<extra></extra>",
    }


def _band(
    x: Sequence[float], low: Sequence[float | None], high: Sequence[float | None]
) -> list[dict[str, Any]]:
    shared = {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "yaxis": "y2",
        "hoverinfo": "skip",
        "line": {"width": 0, "color": "@model"},
    }
    return [
        shared | {"y": list(low)},
        shared | {"y": list(high), "fill": "tonexty", "fillcolor": "@model-soft"},
    ]


def pair(
    columns: Sequence[str],
    rows: Sequence[str],
    effects: Sequence[Sequence[float | None]],
    *,
    axes: tuple[str, str],
) -> Figure:
    """Draw the effect of two features together as a map, log-odds: towards leaving in one colour."""
    most = max((abs(cell) for line in effects for cell in line if cell is not None), default=1.0) or 1.0
    return {
        "data": [
            {
                "type": "heatmap",
                "x": [plain(c) for c in columns],
                "y": [plain(r) for r in rows],
                "z": [list(line) for line in effects],
                "zmin": -most,
                "zmax": most,
                "colorscale": [[0, "@lower"], [0.5, "@surface"], [1, "@raise"]],
                "colorbar": {
                    "thickness": 10,
                    "outlinewidth": 0,
                    "tickfont": {"color": "@muted"},
                    "tickvals": [-most, 0, most],
                    "ticktext": ["lowers", "0", "raises"],
                },
                "hovertemplate": "%{y}<br>%{x}<br>%{z:+.2f} log-odds<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {"type": "category", "title": {"text": plain(axes[0])}, "nticks": 8, "showgrid": False},
            "yaxis": {"type": "category", "title": {"text": plain(axes[1])}, "nticks": 8, "showgrid": False},
        },
    }


def coverage(bins: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the range given to groups of like scores, and the share who left of each."""
    x = list(range(1, len(bins) + 1))
    middle = [b["mean_score"] for b in bins]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "markers",
                "name": "range given",
                "x": x,
                "y": middle,
                "marker": {"size": 5, "color": "@model"},
                "hoverinfo": "skip",
                "error_y": _whiskers(middle, [b["low"] for b in bins], [b["high"] for b in bins]),
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": "share who left",
                "x": x,
                "y": [b["observed"] for b in bins],
                "marker": {"size": 8, "color": "@c2", "symbol": "diamond"},
                "customdata": [b["n"] for b in bins],
                "hovertemplate": "%{y:.1%} of %{customdata:,} customers left<extra></extra>",
            },
        ],
        "layout": {
            "xaxis": {
                "title": {"text": "groups of customers, by rising chance"},
                "nticks": 10,
                "showgrid": False,
            },
            "yaxis": {"tickformat": ".0%", "rangemode": "tozero", "nticks": 6},
            "showlegend": True,
            "margin": {"t": 30},
        },
    }


def _whiskers(
    middle: Sequence[float | None], low: Sequence[float | None], high: Sequence[float | None]
) -> dict[str, Any]:
    """Draw ranges; a value without one has none."""
    up = [None if m is None or h is None else h - m for m, h in zip(middle, high, strict=True)]
    down = [None if m is None or f is None else m - f for m, f in zip(middle, low, strict=True)]
    return {"type": "data", "array": up, "arrayminus": down, "color": "@model", "thickness": 1.5, "width": 4}


def _heading(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": "@muted", "size": 12},
    }
