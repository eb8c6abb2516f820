"""The row of filters: the same on each page, kept in the address so that a link reopens the view.

The address holds ``filters``, in which ``column=level`` stands once per chosen level (encoded, since a
column may be called anything), and ``since`` and ``until``. assets/filters.js joins the boxes into one
query, kept in a store (``query_id``) that the page's callbacks read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from dash import ALL, MATCH, ClientsideFunction, Input, Output, State, clientside_callback, dcc, html

from components.controls import checks, radios
from components.marks import icon


def chosen_levels(filters: str) -> dict[str, tuple[str, ...]]:
    """Read the chosen levels of each column from the address; what cannot be read chooses nothing."""
    found: dict[str, tuple[str, ...]] = {}
    for column, level in parse_qsl(filters, keep_blank_values=True):
        found[column] = (*found.get(column, ()), level)
    return found


def choice_id(page: str, column: str) -> dict[str, str]:
    """Give the id of the boxes of one column."""
    return {"type": f"{page}-filter", "column": column}


def query_id(page: str) -> str:
    """Give the id of the store with the page's query: ``{"levels": {column: [...]}, "since", "until"}``."""
    return f"{page}-query"


def filter_bar(
    page: str,
    choices: Sequence[tuple[str, str, Sequence[tuple[str, str]]]],
    chosen: Mapping[str, Sequence[str]],
    *,
    periods: Sequence[tuple[str, str]] = (),
    start: str | None = None,
    end: str | None = None,
    before: Sequence[Any] = (),
) -> html.Div:
    """Build the row.

    Parameters
    ----------
    page : str
        The page's name, which begins every id.
    choices : sequence of (column, label, levels)
        What can be filtered; levels are pairs of value and label.
    chosen : mapping of column to levels
        What the address asks for; unknown columns and levels are passed over.
    periods : sequence of (value, label)
        The months that can be chosen, in order; none where the data has one date only.
    start, end : str, optional
        The chosen first and last month.
    before : sequence of components
        What stands before the filters: a search box.
    """
    known = {column: {value for value, _ in levels} for column, _, levels in choices}
    kept = {c: [v for v in chosen.get(c, ()) if v in known[c]] for c in known}
    pills = [_pill(page, column, label, levels, kept[column]) for column, label, levels in choices]
    query = {"levels": {c: v for c, v in kept.items() if v}, "since": start, "until": end}
    return html.Div(
        [
            dcc.Store(id=query_id(page), data=query),
            *before,
            *([_period(page, periods, start, end)] if periods else []),
            *pills,
            html.Button(
                [icon("bi-x-lg"), "Clear all"],
                id=f"{page}-clear",
                type="button",
                className="ks-button ks-button-quiet ks-clear",
                hidden=not query["levels"] and not start and not end,
            ),
            html.P(id=f"{page}-count", className="ks-count", role="status", **{"aria-live": "polite"}),
        ],
        className="ks-filters",
        role="search",
        **{"aria-label": "Filters"},
    )


def _pill(
    page: str, column: str, label: str, levels: Sequence[tuple[str, str]], chosen: Sequence[str]
) -> html.Details:
    words = [text for value, text in levels if value in chosen]
    return html.Details(
        [
            html.Summary(
                [
                    html.Span(label, className="ks-pill-label"),
                    html.Span(
                        summary(words), id={"type": f"{page}-filter-words", "column": column},
                        className="ks-pill-words",
                    ),
                    icon("bi-chevron-down"),
                ]
            ),
            html.Div(checks(choice_id(page, column), levels, chosen, label=label), className="ks-popover"),
        ],
        className="ks-pill",
    )  # fmt: skip


def summary(words: Sequence[str]) -> str:
    """Say what is chosen in few letters: "", "Month to month", "Month to month +1"."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{words[0]} +{len(words) - 1}"


def _period(
    page: str, periods: Sequence[tuple[str, str]], start: str | None, end: str | None
) -> html.Details:
    def box(name: str, label: str, value: str | None, open_end: str) -> html.Div:
        boxes = radios(f"{page}-{name}", [("", open_end), *periods], value or "", label=label)
        return html.Div([html.P(label, className="ks-period-label"), boxes])

    names = dict(periods)
    words = " to ".join(names[month] for month in (start, end) if month in names)
    return html.Details(
        [
            html.Summary(
                [
                    html.Span("Period", className="ks-pill-label"),
                    html.Span(words, id=f"{page}-period-words", className="ks-pill-words"),
                    icon("bi-chevron-down"),
                ]
            ),
            html.Div(
                [box("since", "From", start, "the first month"), box("until", "To", end, "the last month")],
                className="ks-popover ks-popover-pair",
            ),
        ],
        className="ks-pill",
    )


def wire_filters(page: str) -> None:
    """Let the boxes of a page write its query and address; called once where the page is registered."""
    boxes = {"type": f"{page}-filter", "column": ALL}
    clientside_callback(
        ClientsideFunction("filters", "query"),
        Output(query_id(page), "data"),
        Output(f"{page}-clear", "hidden"),
        Input(boxes, "value"),
        Input(f"{page}-since", "value", allow_optional=True),
        Input(f"{page}-until", "value", allow_optional=True),
        State(boxes, "id"),
        State(query_id(page), "data"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("filters", "words"),
        Output({"type": f"{page}-filter-words", "column": MATCH}, "children"),
        Input({"type": f"{page}-filter", "column": MATCH}, "value"),
        State({"type": f"{page}-filter", "column": MATCH}, "options"),
        prevent_initial_call=True,
    )
    clientside_callback(
        ClientsideFunction("filters", "period_words"),
        Output(f"{page}-period-words", "children"),
        Input(f"{page}-since", "value"),
        Input(f"{page}-until", "value"),
        State(f"{page}-since", "options"),
        prevent_initial_call=True,
        optional=True,
    )
    clientside_callback(
        ClientsideFunction("filters", "clear_period"),
        Output(f"{page}-since", "value"),
        Output(f"{page}-until", "value"),
        Input(f"{page}-clear", "n_clicks"),
        prevent_initial_call=True,
        optional=True,
    )
    clientside_callback(
        ClientsideFunction("filters", "clear"),
        Output(boxes, "value"),
        Input(f"{page}-clear", "n_clicks"),
        State(boxes, "value"),
        prevent_initial_call=True,
    )
