"""Patterns in feedback as charts, each twinned with its table: by month, and by what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components.charts import Figure, plain
from components.graph import graph
from components.table import table

SHOWN = 8


def months(rows: Sequence[tuple[str, int, int]]) -> html.Div:
    """Draw items that came and items answered, by month (ISO)."""
    names = [row[0] for row in rows]
    made = table(
        "Feedback by month", ["Month", "Came", "Answered"], [(name, str(a), str(b)) for name, a, b in rows]
    )
    figure = {
        "data": [
            _series("came", names, [row[1] for row in rows], "@c1"),
            _series("answered", names, [row[2] for row in rows], "@c3"),
        ],
        "layout": {
            "barmode": "group", "bargap": 0.3, "showlegend": True, "margin": {"t": 30},
            "xaxis": {"type": "date", "showgrid": False, "tickformat": "%b<br>%Y", "nticks": 7},
            "yaxis": {"rangemode": "tozero", "nticks": 4, "tickformat": ",d"},
        },
    }  # fmt: skip
    return graph(figure, id="feedback-months", title="Feedback that came and was answered, by month",
                 table=made)  # fmt: skip


def _series(name: str, months: Sequence[str], counts: Sequence[int], colour: str) -> dict[str, Any]:
    return {
        "type": "bar", "name": name, "x": [f"{month}-01" for month in months], "y": list(counts),
        "marker": {"color": colour, "cornerradius": 3},
        "hovertemplate": f"%{{x|%B %Y}}<br>%{{y:,}} {name}<extra></extra>",
    }  # fmt: skip


def counts(rows: Sequence[tuple[str, Any]], *, id: str, title: str, head: str) -> html.Div:
    """Draw items by what they are about (name, ``Counted``), most first; the table has the rest."""
    made = table(
        title,
        [head, "Items", "Open", "Overdue", "Answered", "Led to a change"],
        [
            (name or "none", *(str(number) for number in vars(one).values()))
            for name, one in rows
        ],
    )  # fmt: skip
    return graph(_bars(rows[:SHOWN]), id=id, title=title, table=made, size="small")


def _bars(rows: Sequence[tuple[str, Any]]) -> Figure:
    items = [one.items for _, one in rows]
    return {
        "data": [
            {
                "type": "bar", "orientation": "h", "x": items,
                "y": [plain(name or "none") for name, _ in rows],
                "marker": {"color": "@c1", "cornerradius": 4}, "width": min(0.62, 0.22 * len(rows)),
                "text": [f"{count:,}" for count in items], "textposition": "outside", "cliponaxis": False,
                "textfont": {"color": "@ink"},
                "hovertemplate": "%{y}<br>%{x:,} items<extra></extra>",
            }
        ],
        "layout": {
            "xaxis": {"showticklabels": False, "showgrid": False, "zeroline": False, "rangemode": "tozero",
                      "range": [0, 1.18 * max(items, default=1)]},
            "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False,
                      "tickfont": {"color": "@ink"}, "ticklabelstandoff": 8},
            "showlegend": False,
        },
    }  # fmt: skip
