"""What drives the model: the weight of each feature, and the shape of its effect with bands and counts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from dash import html

from components import model_charts
from components.card import sub
from components.format import number, share
from components.graph import graph
from components.report import Section, not_measured
from components.table import table

SHOWN = 12
CELLS_SHOWN = 12


def importance(section: Section | None) -> Any:
    """Draw how far each feature moves scores, the weightiest on top."""
    rows = [one for one in (section or {}).get("importance") or () if isinstance(one, Mapping)]
    if not rows:
        return not_measured("The weight of each feature")
    title = "Share of all movement of the scores"
    named = [(str(one.get("label", "")), one.get("share") or 0.0) for one in rows]
    top = named[:SHOWN]
    figure = model_charts.importance([n for n, _ in top], [w for _, w in top], [share(w, 0) for _, w in top])
    twin = table(title, ("Feature", "Weight"), [(name, share(weight)) for name, weight in named])
    return [sub(title), graph(figure, id="importance", title=title, table=twin, size="large")]


def offered(section: Section | None) -> list[tuple[str, str]]:
    """Name the effects there are to look at by their place, the weightiest first."""
    shapes = (section or {}).get("shapes") or ()
    weight = {
        tuple(one.get("columns") or ()): one.get("mean") or 0.0
        for one in (section or {}).get("importance") or ()
        if isinstance(one, Mapping)
    }
    known = [(n, one) for n, one in enumerate(shapes) if isinstance(one, Mapping)]
    known.sort(key=lambda pair: -weight.get(tuple(pair[1].get("columns") or ()), 0.0))
    return [(str(n), str(one.get("label", ""))) for n, one in known]


def shape(section: Section | None, place: int) -> Any:
    """Draw the effect of one feature: its chance, its band, and how many customers it stands on."""
    shapes = (section or {}).get("shapes") or ()
    if not 0 <= place < len(shapes) or not isinstance(shapes[place], Mapping):
        return not_measured("The effect of this feature")
    one, start = shapes[place], (section or {}).get("start")
    words = html.P(str(one.get("words") or ""), className="ks-md-words")
    label = str(one.get("label", ""))
    if one.get("kind") == "pair":
        return [words, *_pair(one, label)]
    points = [_point(bin, start) for bin in one.get("line") or one.get("bins") or ()]
    if not points:
        return [words, not_measured("The effect of this feature")]
    title = f"Chance of leaving by {label}, if nothing else counted"
    lines = [
        (
            p["words"],
            share(p["chance"]),
            f"{share(p['low'])} to {share(p['high'])}",
            "" if p["count"] is None else number(p["count"]),
        )
        for p in points
    ]
    twin = table(title, (label, "Chance", "Range", "Customers"), lines)
    if one.get("kind") == "numeric" and any(p["start"] is not None or p["end"] is not None for p in points):
        figure = model_charts.steps([p for p in points if not _is_unknown(p)], start, axis=label)
    elif one.get("line"):
        figure = model_charts.line(_between(one["line"], start), start, axis=label)
    else:
        figure = model_charts.levels([p for p in points if p["count"]] or points, start, axis=label)
    return [words, sub(title), graph(figure, id="shape", title=title, table=twin, size="large")]


def _is_unknown(point: Mapping[str, Any]) -> bool:
    return point["start"] is None and point["end"] is None


def _point(bin: Section, start: float | None) -> dict[str, Any]:
    low, high = (_chance(start, bin.get(part), bin.get("chance")) for part in ("low", "high"))
    return {
        "words": str(bin.get("words", "")),
        "chance": bin.get("chance"),
        "low": low,
        "high": high,
        "count": bin.get("count"),
        "value": bin.get("value"),
        "start": bin.get("start"),
        "end": bin.get("end"),
    }


def _between(line: Sequence[Section], start: float | None, steps: int = 10) -> list[dict[str, Any]]:
    """Fill in between the points of a line, straight in log-odds, so that the chance is drawn as it bends."""
    filled = []
    for here, there in pairwise(line):
        for step in range(steps):
            part = step / steps
            mixed = {k: here[k] + part * (there[k] - here[k]) for k in ("value", "effect", "low", "high")}
            mixed["chance"] = _chance(start, mixed["effect"], here.get("chance"))
            filled.append(_point(mixed | {"words": number(mixed["value"], 1)}, start))
    return [*filled, _point(line[-1], start)]


def _chance(start: float | None, effect: float | None, without: float | None) -> float | None:
    """Turn an effect in log-odds into the chance of somebody of whom nothing else counts."""
    if start is None or effect is None or not 0 < start < 1:
        return without
    log_odds = math.log(start / (1 - start)) + effect
    return 1 / (1 + math.exp(-log_odds)) if abs(log_odds) < 700 else float(log_odds > 0)


def _pair(one: Section, label: str) -> list[Any]:
    axes, cells = one.get("axes") or (), one.get("cells") or ()
    if len(axes) != 2 or not cells:
        return [not_measured("The effect of this pair")]
    rows, columns = ([str(bin.get("words", "")) for bin in axis["bins"]] for axis in axes)
    title = f"Change of the chance of leaving by {label}, beyond what each does alone"
    figure = model_charts.pair(
        columns,
        rows,
        [[cell.get("effect") for cell in line] for line in cells],
        axes=(str(axes[1].get("label", "")), str(axes[0].get("label", ""))),
    )
    flat = [
        (f"{rows[i]} with {columns[j]}", cell) for i, line in enumerate(cells) for j, cell in enumerate(line)
    ]
    strongest = sorted(flat, key=lambda pair: -abs(pair[1].get("effect") or 0))[:CELLS_SHOWN]
    lines = [(words, f"{cell.get('effect') or 0:+.2f}", _customers(cell)) for words, cell in strongest]
    twin = table(f"{title}: the strongest", ("Both", "Log-odds", "Customers"), lines)
    return [sub(title), graph(figure, id="shape", title=title, table=twin, size="large")]


def _customers(cell: Section) -> str:
    return "" if cell.get("count") is None else number(cell["count"])


def segments(section: Section | None) -> Any:
    """Say of each segment why its customers differ from all of them."""
    parts = [
        html.Div(
            [html.H3(str(one.get("label", "")), className="ks-part-title"), _levels(one.get("levels") or ())],
            className="ks-md-attribute",
        )
        for one in (section or {}).get("segments") or ()
        if isinstance(one, Mapping)
    ]
    return html.Div(parts, className="ks-md-groups") if parts else not_measured("What sets segments apart")


def _levels(levels: Sequence[Section]) -> html.Dl:
    return html.Dl(
        [
            html.Div(
                [
                    html.Dt(
                        [
                            str(one.get("label", "")),
                            html.Small(f"{number(one.get('n'))} customers", className="ks-md-technical"),
                        ]
                    ),
                    html.Dd(str(one.get("words") or "too few to say anything")),
                ]
            )
            for one in levels
            if isinstance(one, Mapping)
        ],
        className="ks-md-levels",
    )
