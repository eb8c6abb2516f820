"""The Plotly template: one, written in the theme's tokens, resolved to light or dark in the browser.

A colour is written as "@ink", the name of the CSS variable ``--ks-ink`` in assets/theme.css, so that
each colour is defined once for both themes; assets/graphs.js puts the values in.
"""

from __future__ import annotations

from typing import Any

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif'

TOKENS = (
    "ink", "muted", "surface", "line", "accent", "accent-soft", "model", "model-soft", "grey",
    "c1", "c2", "c3", "c4", "c5", "c6",
)  # fmt: skip

_AXIS = {
    "gridcolor": "@line",
    "linecolor": "@line",
    "zerolinecolor": "@line",
    "tickfont": {"color": "@muted", "size": 12},
    "title": {"font": {"color": "@muted", "size": 12}},
    "ticks": "",
    "showline": False,
    "automargin": True,
}

TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": FONT, "color": "@ink", "size": 13},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": ["@c1", "@c2", "@c3", "@c4", "@c5", "@c6"],
        "margin": {"l": 8, "r": 16, "t": 8, "b": 8},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
        "hoverlabel": {
            "bgcolor": "@surface", "bordercolor": "@line", "align": "left",
            "font": {"color": "@ink", "family": FONT, "size": 13},
        },
        "legend": {
            "orientation": "h", "traceorder": "normal",
            "x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom",
            "font": {"color": "@ink", "size": 12}, "itemclick": False, "itemdoubleclick": False,
        },
        "hovermode": "closest",
        "dragmode": False,
        "bargap": 0.32,
        "autosize": True,
    }
}  # fmt: skip
