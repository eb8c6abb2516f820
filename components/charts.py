"""Figures as plain data: values in, Plotly's dictionaries out, colours as tokens of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

Figure = dict[str, Any]


def plain(text: object) -> str:
    """Keep a label from being read as Plotly's own mark-up, so that it shows as it was written."""
    return escape(str(text), quote=False)


def trend(
    periods: Sequence[str], customers: Sequence[float], shares: Sequence[float | None], *, horizon: str
) -> Figure:
    """Draw customers over churn, one above the other, on one time axis (ISO dates).

    ``shares`` (0-1) may be None for the last periods, whose outcome is not known yet.
    """
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines", "x": list(periods), "y": list(shares), "yaxis": "y",
                "line": {"color": "@c2", "width": 2.5}, "name": "Churn",
                "hovertemplate": f"%{{x|%B %Y}}<br>%{{y:.1%}} left {plain(horizon)}<extra></extra>",
            },
            {
                "type": "scatter", "mode": "lines", "x": list(periods), "y": list(customers), "yaxis": "y2",
                "line": {"color": "@c1", "width": 2.5}, "name": "Customers", "fill": "tozeroy",
                "fillcolor": "@accent-soft",
                "hovertemplate": "%{x|%B %Y}<br>%{y:,} customers<extra></extra>",
            },
        ],
        "layout": {
            "showlegend": False,
            "xaxis": {"type": "date", "showgrid": False, "anchor": "y", "tickformat": "%b<br>%Y",
                      "nticks": 7},
            "yaxis": {"domain": [0, 0.42], "tickformat": ".1~%", "rangemode": "tozero", "nticks": 4},
            "yaxis2": {"domain": [0.58, 1], "rangemode": "tozero", "nticks": 4, "tickformat": ","},
            "annotations": [_heading("Customers", 1.0), _heading(f"Share who left {plain(horizon)}", 0.42)],
            "margin": {"t": 22},
        },
    }  # fmt: skip


def _heading(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text, "x": 0, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left",
        "yanchor": "bottom", "showarrow": False, "font": {"color": "@muted", "size": 12},
    }  # fmt: skip


def share_bars(
    levels: Sequence[str], labels: Sequence[str], shares: Sequence[float | None],
    counts: Sequence[int], *, column: str, of: str
) -> Figure:  # fmt: skip
    """Draw a share per level as horizontal bars; ``customdata`` carries column and level for a click."""
    return {
        "data": [
            {
                "type": "bar", "orientation": "h",
                "x": list(shares), "y": [plain(label) for label in labels],
                "customdata": [[column, level, n] for level, n in zip(levels, counts, strict=True)],
                "marker": {"color": "@c2", "cornerradius": 4},
                "width": _thickness(len(labels)),
                "text": ["" if s is None else f"{s:.1%}" for s in shares],
                "textposition": "outside", "cliponaxis": False, "textfont": {"color": "@ink"},
                "hovertemplate": f"%{{y}}<br>%{{x:.1%}} {plain(of)}<br>"
                                 "%{customdata[2]:,} customers<extra></extra>",
            }
        ],
        "layout": _across({"tickformat": ".0%", "rangemode": "tozero", "range": [0, _room(shares)]}),
    }  # fmt: skip


def _room(values: Sequence[float | None]) -> float:
    """Leave room right of the longest bar for its figure."""
    return 1.18 * max((value for value in values if value), default=1.0)


def _thickness(bars: int) -> float:
    """Keep one or two bars from filling the whole chart; as a share of the room of a bar."""
    return min(0.62, 0.22 * bars)


def _across(xaxis: dict[str, Any]) -> dict[str, Any]:
    return {
        "xaxis": {"showticklabels": False, "showgrid": False, "zeroline": False, **xaxis},
        "yaxis": {
            "type": "category", "autorange": "reversed", "showgrid": False,
            "tickfont": {"color": "@ink"}, "ticklabelstandoff": 8,
        },
        "showlegend": False,
    }  # fmt: skip


def outcome_bars(
    bands: Sequence[str], stayed: Sequence[int], left: Sequence[int], *, axis: str, left_word: str = "left"
) -> Figure:
    """Draw how many stayed and left in each band, stacked."""

    def series(name: str, values: Sequence[int], colour: str) -> dict[str, Any]:
        return {
            "type": "bar", "name": name, "x": [plain(band) for band in bands], "y": list(values),
            "marker": {"color": colour},
            "hovertemplate": f"%{{x}}<br>%{{y:,}} {plain(name)}<extra></extra>",
        }  # fmt: skip

    return {
        "data": [series("stayed", stayed, "@c1"), series(left_word, left, "@c2")],
        "layout": {
            "barmode": "stack",
            "bargap": 0.14,
            "xaxis": {"type": "category", "showgrid": False, "title": {"text": plain(axis)}},
            "yaxis": {"nticks": 5, "tickformat": ","},
            "margin": {"t": 30},
            "showlegend": True,
        },
    }


def money_bars(
    levels: Sequence[str], labels: Sequence[str], revenue: Sequence[float | None],
    at_risk: Sequence[float | None] | None, *, column: str, unit: str
) -> Figure:  # fmt: skip
    """Draw revenue per level, with the part at risk (the model's) in the model's colour."""
    names = [plain(label) for label in labels]

    def series(name: str, values: Sequence[float | None], colour: str) -> dict[str, Any]:
        return {
            "type": "bar", "orientation": "h", "name": name, "x": list(values), "y": names,
            "customdata": [[column, level] for level in levels], "width": _thickness(len(levels)),
            "marker": {"color": colour, "cornerradius": 4},
            "hovertemplate": f"%{{y}}<br>%{{x:,.0f}} {plain(unit)}<br>{name}<extra></extra>",
        }  # fmt: skip

    data = [series("revenue", revenue, "@grey")]
    if at_risk is not None:
        data.append(series("of it at risk", at_risk, "@model"))
    across = _across({"showticklabels": True, "showgrid": True, "tickformat": "~s", "nticks": 5})
    return {
        "data": data,
        "layout": across
        | {"barmode": "overlay", "bargap": 0.4, "showlegend": at_risk is not None, "margin": {"t": 30}},
    }


def retention_bars(bands: Sequence[str], kept: Sequence[float | None], counts: Sequence[int]) -> Figure:
    """Draw the share still there per tenure band, for data without dates."""
    return {
        "data": [
            {
                "type": "bar", "x": [plain(band) for band in bands], "y": list(kept),
                "customdata": [[count] for count in counts],
                "marker": {"color": "@c1", "cornerradius": 4},
                "text": ["" if k is None else f"{k:.0%}" for k in kept],
                "textposition": "outside", "cliponaxis": False,
                "hovertemplate": "%{x} months<br>%{y:.1%} still here<br>"
                                 "%{customdata[0]:,} customers<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {"type": "category", "showgrid": False, "title": {"text": "months as a customer"}},
            "yaxis": {"range": [0, 1.12], "tickformat": ".0%", "tickvals": [0, 0.5, 1]},
            "showlegend": False,
        },
    }  # fmt: skip


def history(periods: Sequence[str], values: Sequence[float | None], *, name: str, unit: str = "") -> Figure:
    """Draw one measured value of a customer over time."""
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines+markers", "x": list(periods), "y": list(values),
                "line": {"color": "@c1", "width": 2}, "marker": {"size": 6},
                "hovertemplate": f"%{{x|%B %Y}}<br>%{{y:,}} {plain(unit)}<extra>{plain(name)}</extra>",
            }
        ],
        "layout": {
            "xaxis": {"type": "date", "showgrid": False, "tickformat": "%b<br>%Y", "nticks": 6},
            "yaxis": {"rangemode": "tozero", "nticks": 4, "tickformat": ",~f"},
            "showlegend": False,
        },
    }  # fmt: skip
