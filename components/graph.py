"""The only place with ``dcc.Graph``: every chart is themed, local, named and twinned with a table."""

from __future__ import annotations

from typing import Any

from dash import MATCH, ClientsideFunction, Input, Output, clientside_callback, dcc, html

from components.feedback import about_chart
from components.table import as_table
from components.theme import TEMPLATE

CONFIG = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "showTips": False,
    "scrollZoom": False,
    "doubleClick": False,
    "responsive": True,
}
THEME = "ks-theme"


def graph_id(name: str) -> dict[str, str]:
    """Give the id of a chart's graph, for a callback on its clicks."""
    return {"type": "ks-graph", "name": name}


def figure_id(name: str) -> dict[str, str]:
    """Give the id of the store that holds a chart's figure before it is themed."""
    return {"type": "ks-figure", "name": name}


def graph(
    figure: dict[str, Any],
    *,
    id: str,
    title: str,
    table: html.Div,
    size: str = "medium",
    clicks: bool = False,
) -> html.Div:
    """Build a chart.

    Parameters
    ----------
    figure : dict
        Plotly's figure as plain data, colours written as tokens ("@accent").
    id : str
        Name of the chart, unique on its page.
    title : str
        What the chart shows, for people who do not see it.
    table : html.Div
        The same figures as a table (``components.table.table``).
    size : {"small", "medium", "large"}
        Height; it is held before the chart is drawn, so that nothing jumps.
    clicks : bool
        Whether a click on a mark does something.
    """
    themed = {**figure, "layout": {"template": TEMPLATE, **figure.get("layout", {})}}
    return html.Div(
        [
            dcc.Store(id=figure_id(id), data=themed),
            html.Div(
                dcc.Graph(id=graph_id(id), config=CONFIG, className="ks-graph-canvas", responsive=True),
                className=f"ks-graph ks-graph-{size}" + (" ks-graph-clicks" if clicks else ""),
                role="img",
                **{"aria-label": f"Chart: {title}. The table below it holds the same figures."},
            ),
            html.Div([as_table(table), about_chart(title)], className="ks-graph-foot"),
        ],
        className="ks-graph-frame",
    )


clientside_callback(
    ClientsideFunction("graphs", "themed"),
    Output({"type": "ks-graph", "name": MATCH}, "figure"),
    Input({"type": "ks-figure", "name": MATCH}, "data"),
    Input(THEME, "data"),
)
