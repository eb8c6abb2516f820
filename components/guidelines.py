"""The guidelines: a state by word, sign and colour, a card each, lines and tables of evidence, history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dash import dcc, html

from components import marks
from components.control import moment
from components.format import count, number
from components.graph import graph
from components.table import table

STATES = {
    "met": ("ok", "bi-check-circle-fill"),
    "at risk": ("warn", "bi-exclamation-triangle-fill"),
    "not met": ("alarm", "bi-x-octagon-fill"),
    "not measured": ("plain", "bi-question-circle"),
}
LEVELS = ("not measured", "not met", "at risk", "met")
"""From the foot of the chart to its top."""

LEAST_SHOWN = timedelta(days=30)
"""So long a stretch of time the chart shows at least."""

OVERTURNED = ("at risk", "not met", "not measured")


def state_badge(state: str, words: str = "") -> html.Span:
    """Say a state by word, sign and colour."""
    kind, sign = STATES.get(state, ("plain", "bi-question-circle"))
    return html.Span([marks.icon(sign), words or state], className=f"ks-badge ks-badge-{kind} ks-gl-state")


def counts(found: Mapping[str, int]) -> html.Ul:
    """Count the guidelines by state."""
    return html.Ul(
        [html.Li(state_badge(state, f"{many} {state}")) for state, many in found.items() if many],
        className="ks-gl-counts",
    )


def cards(members: Sequence[Any]) -> html.Ul:
    """List the guidelines, a card each, which leads to its page."""
    return html.Ul([html.Li(_card(one)) for one in members], className="ks-gl-cards")


def _card(one: Any) -> html.Article:
    link = dcc.Link(one.rule.title, href=f"/guidelines/{one.rule.id}", className="ks-gl-link")
    when: list[Any] = ["Not worked out yet"]
    if one.time:
        when = ["Worked out ", moment(one.time), f", in {seconds(one.seconds)}"]
    return html.Article(
        [
            html.Div(
                [html.Span(one.rule.id, className="ks-gl-id"), state_badge(one.state)], className="ks-gl-top"
            ),
            html.H2(link, className="ks-gl-title"),
            html.P(one.headline, className="ks-gl-figure"),
            *([html.P(one.why, className="ks-gl-why")] if one.state in OVERTURNED else []),
            html.P(when, className="ks-gl-when"),
        ],
        className=f"ks-gl-card ks-gl-{one.state.replace(' ', '-')}",
    )


def seconds(took: float) -> str:
    """Write how long something took."""
    return f"{took:.1f} s" if took >= 0.05 else "under 0.1 s"


def worked_out(oldest: Any, took: float) -> list[Any]:
    """Say when all of them were worked out, and how long it took."""
    if oldest is None:
        return ["Not all of them have been worked out yet."]
    return ["The oldest is of ", moment(oldest), f"; all of them took {seconds(took)}."]


def progress(work: Any, of: int, end: Any) -> html.Div:
    """Say how far the working out is; ``end`` is the button that ends it, None where nobody may."""
    doing = f", now {work.doing}" if work.doing else ""
    return html.Div(
        [
            html.P(f"{work.actor_name} works the evidence out: {work.done} of {of} done{doing}."),
            html.Progress(value=str(work.done), max=str(of), **{"aria-label": "Guidelines worked out"}),
            *([end] if end is not None else []),
        ],
        className="ks-gl-progress",
    )


# --- the page of one guideline -----------------------------------------------------------------------


def standing(one: Any) -> list[Any]:
    """Say how a guideline stands, since when and why."""
    since = [html.Span([" since ", moment(one.since)])] if one.since else []
    when: list[Any] = ["It has not been worked out yet."]
    if one.time:
        when = ["Worked out ", moment(one.time), f", in {seconds(one.seconds)}."]
    return [
        html.P(one.headline, className="ks-gl-figure"),
        html.P([state_badge(one.state), *since], className="ks-gl-since"),
        html.P(one.why, className="ks-sentence"),
        html.P(when, className="ks-card-note"),
    ]


def lines(found: Sequence[Any]) -> html.Dl:
    """List evidence: what was looked at, what was found, and where the raw rows are."""
    return html.Dl([_line(one) for one in found], className="ks-gl-lines")


def _line(one: Any) -> html.Div:
    said: list[Any] = [one.text]
    if one.link:
        words = [one.opens, html.Span(f" of {one.label}", className="visually-hidden")]
        link = dcc.Link(
            [marks.icon("bi-table"), html.Span(words)], href=one.link, className="ks-quiet-link ks-gl-rows"
        )
        said += [" ", link]
    return html.Div(
        [
            html.Dt(one.label),
            html.Dd([html.P(said), *([html.P(one.note, className="ks-card-note")] if one.note else [])]),
        ],
        className="ks-gl-line",
    )


def tables(found: Sequence[Any]) -> list[Any]:
    """Show tables of evidence, each under its caption."""
    return [
        html.Div(
            [html.H3(one.caption, className="ks-gl-caption"), _table(one)],
            className="ks-gl-table",
        )
        for one in found
    ]


def _table(one: Any) -> html.Div:
    """Build a table whose columns of words stand left and whose columns of figures stand right."""
    columns = list(zip(*one.rows, strict=True)) or [()] * len(one.heads)
    looks = ["" if any(map(_is_figure, column)) else "ks-gl-text" for column in columns]
    head = html.Tr(
        [html.Th(text, scope="col", className=look) for text, look in zip(one.heads, looks, strict=True)]
    )
    body = [
        html.Tr(
            [
                html.Th(first, scope="row"),
                *(html.Td(cell, className=look) for cell, look in zip(rest, looks[1:], strict=True)),
            ]
        )
        for first, *rest in one.rows
    ]
    caption = html.Caption(one.caption, className="visually-hidden")
    return html.Div(
        html.Table([caption, html.Thead(head), html.Tbody(body)], className="ks-table"),
        className="ks-table-frame",
        tabIndex="0",
        role="region",
        **{"aria-label": one.caption},
    )


def _is_figure(cell: str) -> bool:
    """Say whether a cell is read as a number: its first word is one, or follows a currency."""
    words = cell.split(" ")
    first = words[1] if len(words) > 1 and len(words[0]) == 3 and words[0].isupper() else words[0]
    return any(map(str.isdigit, first)) and not any(map(str.isalpha, first))


def rule(needs: Sequence[tuple[str, str]], rules: Sequence[Any]) -> html.Div:
    """Say the rule in words: which state holds where, and the value that was read.

    ``needs`` are what has to be known, each with why it is not, "" where it is.
    """
    head = html.Tr([html.Th(text, scope="col") for text in ("State", "Where", "Value now")])
    rows = [
        html.Tr([html.Th(state_badge(one.state), scope="row"), html.Td(one.when), html.Td(one.value)])
        for one in rules
    ]
    missing = html.Ul([html.Li(f"{name}{f' ({why})' if why else ''}") for name, why in needs])
    caption = html.Caption("The rule that gives the state", className="visually-hidden")
    return html.Div(
        [
            html.Table([caption, html.Thead(head), html.Tbody(rows)], className="ks-table"),
            html.Div([html.P([state_badge("not measured"), " where one of these is missing:"]), missing]),
            html.P(
                "What is known to be bad comes first, then what is missing, then what is at risk. Where none "
                "of it holds, it is met. Evidence older than a day is not measured.",
                className="ks-card-note",
            ),
        ],
        className="ks-gl-rule",
    )


def history(points: Sequence[Any], rows: Sequence[Any], id: str) -> Any:
    """Draw the line through the states of the last months, with its rows as a table."""
    if not rows:
        return html.P(
            "Its history begins when it is worked out for the first time.", className="ks-card-note"
        )
    title = "State over the last 90 days"
    held = [_day_time(one.time) for one in rows]
    lines = [(when, one.state, one.headline, one.why) for when, one in zip(held, rows, strict=True)]
    twin = table(title, ("Worked out (UTC)", "State", "Figure", "Why"), lines)
    return graph(_figure(points), id=id, title=title, table=twin, size="small")


def _day_time(time: Any) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _figure(points: Sequence[Any]) -> dict[str, Any]:
    levels = [None if one.state is None else LEVELS.index(one.state) for one in points]
    last = points[-1].time
    begins = min(points[0].time, last - LEAST_SHOWN)
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines+markers", "x": [one.time.isoformat() for one in points],
                "y": levels, "text": [one.state or "" for one in points], "connectgaps": False,
                "line": {"shape": "hv", "color": "@c1", "width": 2.5},
                "marker": {"size": 7, "color": "@c1"},
                "hovertemplate": "%{x|%d %B %Y, %H:%M} UTC<br>%{text}<extra></extra>",
            }
        ],
        "layout": {
            "showlegend": False,
            "xaxis": {"type": "date", "showgrid": False, "tickformat": "%d %b", "nticks": 6,
                      "range": [begins.isoformat(), (last + (last - begins) / 40).isoformat()]},
            "yaxis": {"tickvals": list(range(len(LEVELS))), "ticktext": list(LEVELS),
                      "range": [-0.4, len(LEVELS) - 0.6], "zeroline": False},
        },
    }  # fmt: skip


def said_of(found: Any, guideline: str) -> list[Any]:
    """Count what people said of a guideline, and what came of it."""
    board = dcc.Link("See them on the board", href=f"/feedback?guideline={guideline}")
    if found is None or not found.items:
        return [html.P("Nobody has said anything of it yet.", className="ks-sentence")]
    late = f", {number(found.overdue)} of them overdue" if found.overdue else ""
    return [
        html.P(
            f"{count(found.items, 'item')}: {number(found.open)} open{late}, {number(found.answered)} "
            f"answered. {count(found.changed, 'answer')} led to a change.",
            className="ks-sentence",
        ),
        html.P(board),
    ]


# --- HAX ---------------------------------------------------------------------------------------------


def hax(members: Sequence[Any]) -> html.Ol:
    """List the human-AI interaction guidelines, each with its evidence or the reason it is not met."""
    return html.Ol([_hax(one) for one in members], className="ks-gl-hax")


def _hax(one: Any) -> html.Li:
    critical = (
        [marks.badge("critical", "warn", "Prevents catastrophe where it is kept")] if one.critical else []
    )
    evidence = [html.Li(dcc.Link(each.shows, href=each.page)) for each in one.pages]
    evidence += [html.Li(["Test ", html.Code(each)]) for each in one.tests]
    return html.Li(
        [
            html.Div(
                [html.Span(one.id, className="ks-gl-id"), state_badge(one.state), *critical],
                className="ks-gl-top",
            ),
            html.H3(one.says),
            html.P(one.here),
            *([html.P(one.not_met, className="ks-gl-why")] if one.not_met else []),
            *([html.Ul(evidence, className="ks-gl-proof")] if evidence else []),
        ],
        className="ks-gl-hax-line",
        id=one.id,
    )
