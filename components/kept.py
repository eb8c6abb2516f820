"""Kept scenarios: one that was opened, figures then and now, the list of all, several side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import marks, states
from components.format import MINUS, count, day, money, number
from components.table import table

DIFFERS = "≠"
SHOWN = 50


def address(scenario_id: str) -> str:
    """Give the address that opens a kept scenario."""
    return f"/scenarios?kept={scenario_id}"


def by_line(row: Any) -> str:
    """Say who kept a scenario, when, and who changed it last."""
    told = f"Kept by {row.author_name} on {day(row.created)}, revision {row.revision}"
    if row.revision > 1:
        told += f", last changed by {row.changed_by_name} on {day(row.changed)}"
    return f"{told}."


def pinned_line(row: Any) -> list[Any]:
    """Say what the figures of a kept scenario stand on."""
    return [
        "Its figures stand on version ", html.Code(row.version[:8]), f", data of {row.basis['data_date']}",
        f", worked out on {day(row.kept)}. Id ", html.Code(row.id), ".",
    ]  # fmt: skip


def steps(row: Any) -> html.Ol:
    """List the steps of a kept scenario in words."""
    return html.Ol([html.Li(text) for text in row.basis["steps"]], className="ks-kept-steps")


def figures(
    caption: str, heads: Sequence[str], lines: Sequence[Any], currency: str, *, difference: bool = False
) -> html.Div:
    """Set figures (``label, unit, values, differs``) in columns; ``difference`` adds last less first."""
    rows = []
    for line in lines:
        cells = [_figure(value, line.unit, currency) for value in line.values]
        if difference:
            cells.append(_difference(line, currency))
        rows.append([line.label, *cells])
    return table(caption, ["Figure", *heads, *(["Difference"] if difference else [])], rows)


def compared(found: Any) -> list[Any]:
    """Set kept scenarios (``kept``, ``lines``, ``notices``) side by side; what differs is marked and lit."""
    rows, currency = found.kept, found.kept[0].basis["currency"]
    heads = [
        html.Th(
            [dcc.Link(row.name, href=address(row.id)), html.Span(f"{row.author_name}, {day(row.kept)}")],
            scope="col",
        )
        for row in rows
    ]
    most = max(len(row.basis["steps"]) for row in rows)
    told = [
        _side(
            f"Step {place + 1}", [_at(row.basis["steps"], place) for row in rows], className="ks-kept-words"
        )
        for place in range(most)
    ]
    told += [
        _side(
            line.label, [_figure(value, line.unit, currency) for value in line.values], differs=line.differs
        )
        for line in found.lines
    ]
    caption = "Kept scenarios side by side"
    body = html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th("Figure", scope="col"), *heads])),
            html.Tbody(told),
        ],
        className="ks-table ks-kept-compared",
    )
    frame = html.Div(body, className="ks-table-frame", tabIndex="0", role="region", **{"aria-label": caption})
    key = html.P([html.Span(DIFFERS, className="ks-kept-mark"), "differs"], className="ks-card-note")
    return [*(html.P(text, className="ks-kept-notice") for text in found.notices), frame, key]


def differing(found: Sequence[Any]) -> html.Div:
    """Set what somebody else kept meanwhile beside one's own (``what, theirs, yours``)."""
    rows = [[one.what, one.theirs or "none", one.yours or "none"] for one in found]
    return html.Div(table("What differs", ["", "Theirs", "Yours"], rows), className="ks-kept-differing")


def listed(
    rows: Sequence[Any],
    tick: Callable[[str], dict[str, str]],
    deed: Callable[[str, Any], dict[str, Any]],
    may_change: Callable[[Any], bool],
    nothing: str,
) -> Any:
    """List kept scenarios; ``tick`` and ``deed`` give ids of their boxes and buttons."""
    if not rows:
        return states.empty("No kept scenario", nothing, sign="bi-bookmark")
    made = [_row(row, tick, deed, may_change(row)) for row in rows[:SHOWN]]
    more = len(rows) - SHOWN
    if more > 0:
        made.append(html.Li(f"{count(more, 'more')}: search for them.", className="ks-card-note"))
    return html.Ul(made, className="ks-kept-list")


def _row(row: Any, tick: Any, deed: Any, may_change: bool) -> html.Li:
    box = dbc.Checkbox(
        id=tick(row.id), value=False,
        label=html.Span(f"Compare {row.name}", className="visually-hidden"), className="ks-kept-tick",
    )  # fmt: skip
    words = html.Div(
        [
            dcc.Link(row.name, href=address(row.id), className="ks-kept-name"),
            *([marks.badge(f"branch of {row.parent}")] if row.parent else []),
            html.P(row.note, className="ks-kept-note") if row.note else None,
            html.P("; ".join(row.basis["steps"]) or "Nothing moved", className="ks-kept-about"),
            html.P(
                f"{row.author_name}, {day(row.created)}, revision {row.revision}, {row.id}",
                className="ks-kept-about",
            ),
        ],
        className="ks-kept-what",
    )
    deeds = [("duplicate", "bi-copy", "Duplicate"), ("branch", "bi-signpost-split", "Branch")]
    if may_change:
        deeds.append(
            ("archive", "bi-archive", "Archive")
            if row.archived is None
            else ("bring back", "bi-arrow-up-square", "Bring back")
        )
    buttons = [
        html.Button(
            marks.icon(sign), id=deed(what, row), type="button", className="ks-icon-button", title=words_,
            **{"aria-label": f"{words_} {row.name}"},
        )
        for what, sign, words_ in deeds
    ]  # fmt: skip
    return html.Li([box, words, html.Div(buttons, className="ks-kept-deeds")], className="ks-kept-row")


def _side(name: str, cells: Sequence[str], *, differs: bool | None = None, className: str = "") -> html.Tr:
    """Make a row of the comparison; where it is not told, texts that are not the same differ."""
    lit = len(set(cells)) > 1 if differs is None else differs
    sign = [
        html.Span(DIFFERS, className="ks-kept-mark", **{"aria-hidden": "true"}),
        html.Span("differs", className="visually-hidden"),
    ]
    head = html.Th([name, *(sign if lit else [])], scope="row")
    look = " ".join(part for part in (className, "ks-kept-lit" if lit else "") if part)
    return html.Tr([head, *(html.Td(cell) for cell in cells)], className=look)


def _at(texts: Sequence[str], place: int) -> str:
    return texts[place] if place < len(texts) else "none"


def _figure(amount: float | None, unit: str, currency: str) -> str:
    if amount is None:
        return "no answer"
    return money(amount, currency) if unit == "money" else number(amount, 1 if amount % 1 else 0)


def _difference(line: Any, currency: str) -> str:
    first, last = line.values[0], line.values[-1]
    if first is None or last is None:
        return "not known"
    apart = last - first
    if apart == 0:
        return "none"
    return f"{'+' if apart > 0 else MINUS}{_figure(abs(apart), line.unit, currency)}"
