"""Decision log: what the system answered and what people did, in words, latest first."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import controls, format, frame, marks, states
from components.grid import ROWS_A_PAGE, column, grid
from pages import _foot  # noqa: F401  (registers the foot's callback)
from pages._log_entry import Ids as EntryIds
from services import log, log_view
from services.log import LogEntry
from services.log_view import Choices, NoSuchView
from services.roles import permission, permitted
from web import here

dash.register_page(__name__, path="/log", title="Decision log - Keepsight", order=8)

EVERYBODY, OWN = "Everything", "Everything of yours and of your own area"
PARTS = ("kind", "who", "about", "version", "since", "until")


class Ids(StrEnum):
    """Every id of this page; those of the entry shown are in ``pages._log_entry``."""

    GRID = "log-grid"
    QUERY = "log-query"
    KIND = "log-kind"
    WHO = "log-who"
    SUBJECT = "log-subject"
    VERSION = "log-version"
    SINCE = "log-since"
    UNTIL = "log-until"
    ENDS = "log-ends"
    CLEAR = "log-clear"
    SAID = "log-said"
    CSV = "log-csv"
    JSONL = "log-jsonl"


@permission("read-log")
def layout(
    entry: str | None = None,
    kind: str = "",
    who: str = "",
    about: str = "",
    version: str = "",
    since: str = "",
    until: str = "",
) -> html.Main:
    """Lay the page out; ``?entry=`` opens one entry, each of ``PARTS`` narrows the list."""
    everybody = permitted(here.actor(), "read-all-log")
    chosen = int(entry) if entry and entry.isdecimal() and len(entry) < 16 else None
    choices = log_view.choices(here.installation(), here.actor())
    query = _known(dict(zip(PARTS, (kind, who, about, version, since, until), strict=True)), choices)
    return frame.page(
        "Decision log",
        # Where each page of the grid ended: the log is read from an entry backwards, not by row numbers.
        dcc.Store(id=Ids.ENDS, data={}),
        dcc.Store(id=Ids.QUERY, data=query),
        dcc.Store(id=EntryIds.CHOSEN, data=chosen),
        _filters(query, choices),
        html.Div(
            [html.Div(_grid(), className="ks-log-list"),
             html.Section(states.loading(), id=EntryIds.DETAIL, className="ks-card ks-log-detail",
                          **{"aria-live": "polite", "aria-label": "The chosen entry"})],
            className="ks-log",
        ),
        lede=f"{EVERYBODY if everybody else OWN} that was answered or done here, latest first. "
             "Entries are only ever added, and chained so that a change would show.",
        actions=[_file(Ids.CSV, "csv", "CSV"), _file(Ids.JSONL, "jsonl", "JSON lines")],
    )  # fmt: skip


def _known(query: dict[str, str], choices: Choices) -> dict[str, str]:
    """Leave out of an address what is no choice, so that an old link opens the log all the same."""
    offered = {"kind": choices.kinds, "who": choices.people, "version": choices.versions}
    known = {
        name: value if name not in offered or value in dict(offered[name]) else ""
        for name, value in query.items()
    }
    return known | {name: known[name] if _day(known[name]) else "" for name in ("since", "until")}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _file(id: str, form: str, words: str) -> html.A:
    """Offer the entries as a file; assets/log.js keeps its address in step with the filters."""
    label = f"Take these entries out as {words}; that is on record too"
    return html.A(
        [marks.icon("bi-download"), words], id=id, href=f"/log.{form}", download=True,
        className="ks-button ks-button-second", title=label, **{"aria-label": label},
    )  # fmt: skip


def _filters(query: dict[str, str], choices: Choices) -> html.Div:
    return html.Div(
        [
            controls.search(Ids.SUBJECT, query["about"], label="About: customer id or name"),
            _pill("Kind", Ids.KIND, [("", "every kind"), *choices.kinds], query["kind"]),
            *([_pill("Who", Ids.WHO, [("", "everybody"), *choices.people], query["who"])] if choices.people
              else []),
            _days(query),
            _pill("Model", Ids.VERSION, [("", "every version"), *choices.versions], query["version"]),
            html.Button([marks.icon("bi-x-lg"), "Clear all"], id=Ids.CLEAR, type="button",
                        className="ks-button ks-button-quiet ks-clear"),
            html.P(id=Ids.SAID, className="ks-count", role="status", **{"aria-live": "polite"}),
        ],
        className="ks-filters",
        role="search",
        **{"aria-label": "Filters"},
    )  # fmt: skip


def _pill(label: str, id: str, options: list[tuple[str, str]], chosen: str) -> html.Details:
    boxes = controls.radios(id, options, chosen, label=label)
    return _popover(label, dict(options)[chosen] if chosen else "", f"{id}-words", boxes)


def _days(query: dict[str, str]) -> html.Details:
    boxes = html.Div(
        [
            controls.day(Ids.SINCE, _day(query["since"]), label="From"),
            controls.day(Ids.UNTIL, _day(query["until"]), label="To"),
        ],
        className="ks-day-pair",
    )
    return _popover(
        "When", " to ".join(filter(None, (query["since"], query["until"]))), "log-days-words", boxes
    )


def _popover(label: str, words: str, words_id: str, inside: Any) -> html.Details:
    summary = html.Summary(
        [
            html.Span(label, className="ks-pill-label"),
            html.Span(words, id=words_id, className="ks-pill-words"),
            marks.icon("bi-chevron-down"),
        ]
    )
    return html.Details([summary, html.Div(inside, className="ks-popover")], className="ks-pill")


def _grid() -> Any:
    return grid(
        Ids.GRID,
        [
            column("seq", "Entry", cellRenderer="KsEntry", minWidth=76, maxWidth=96),
            column("time", "When", cellRenderer="KsTime", minWidth=212, maxWidth=236, shown_from=600),
            column("who", "Who", minWidth=90, maxWidth=140, shown_from=600),
            column("text", "What", cellRenderer="KsWords", minWidth=200, flex=3),
        ],
        label="Entries of the decision log",
        key="key",
        nothing="No entry fits. Clear the filters, or choose others.",
        opens="KsOpenEntry(params)",
        row_height=64,
        select=True,
    )


clientside_callback(
    ClientsideFunction("log", "narrow"),
    Output(Ids.QUERY, "data"),
    Output(Ids.CSV, "href"),
    Output(Ids.JSONL, "href"),
    Output(Ids.CLEAR, "hidden"),
    Input(Ids.KIND, "value"),
    Input(Ids.WHO, "value", allow_optional=True),
    Input(Ids.SUBJECT, "value"),
    Input(Ids.VERSION, "value"),
    Input(Ids.SINCE, "value"),
    Input(Ids.UNTIL, "value"),
    State(Ids.QUERY, "data"),
)
# after the query is there for the server to read
clientside_callback(ClientsideFunction("log", "again"), Input(Ids.QUERY, "data"), prevent_initial_call=True)
for _id in (Ids.KIND, Ids.WHO, Ids.VERSION):
    clientside_callback(
        ClientsideFunction("log", "words"),
        Output(f"{_id}-words", "children"),
        Input(_id, "value"),
        State(_id, "options"),
        prevent_initial_call=True,
        optional=True,
    )
clientside_callback(
    ClientsideFunction("log", "days"),
    Output("log-days-words", "children"),
    Input(Ids.SINCE, "value"),
    Input(Ids.UNTIL, "value"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("log", "clear"),
    Output(Ids.KIND, "value"),
    Output(Ids.SUBJECT, "value"),
    Output(Ids.VERSION, "value"),
    Output(Ids.SINCE, "value"),
    Output(Ids.UNTIL, "value"),
    Input(Ids.CLEAR, "n_clicks"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("log", "address"), Input(EntryIds.CHOSEN, "data"))


@callback(
    Output(Ids.GRID, "getRowsResponse"),
    Output(Ids.ENDS, "data"),
    Output(Ids.SAID, "children"),
    Input(Ids.GRID, "getRowsRequest"),
    State(Ids.ENDS, "data"),
    State(Ids.QUERY, "data"),
    prevent_initial_call=True,
)
@permission("read-log")
def show_entries(
    request: dict[str, Any] | None, ends: dict[str, int], query: dict[str, str] | None
) -> tuple[Any, Any, Any]:
    """Answer the entries the grid asks for, from where its page before ended."""
    if not request:
        return no_update, no_update, no_update
    start = int(request.get("startRow") or 0)
    try:
        wanted = log_view.asked({name: (query or {}).get(name) for name in PARTS})
    except NoSuchView as fault:
        return {"rowData": [], "rowCount": 0}, {}, str(fault)
    before = (ends or {}).get(str(start)) if start else None
    found = log.page(here.installation(), here.actor(), wanted, before, ROWS_A_PAGE)
    rows = [_row(entry) for entry in found.entries]
    stop = start + len(rows)
    ends = {key: end for key, end in (ends or {}).items() if start and int(key) <= start}
    if found.before is not None:
        ends[str(stop)] = found.before
    # Without a count the grid asks on until it is told where the log ends.
    total = stop if found.before is None else stop + 1
    return {"rowData": rows, "rowCount": total}, ends, ""


def _row(entry: LogEntry) -> dict[str, Any]:
    return {
        "key": str(entry.seq),
        "seq": entry.seq,
        "time": format.instant(entry.time),
        "who": entry.who or entry.actor,
        "text": entry.text,
    }
