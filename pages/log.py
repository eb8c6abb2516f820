"""Decision log: what the system answered and what people did, in words, latest first."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html, no_update

from components import controls, facts, format, frame, marks, states
from components.grid import ROWS_A_PAGE, column, grid
from components.table import table
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import log
from services.log import EntryFilter, LogEntry, NoSuchEntry
from services.roles import permission, permitted
from web import here

dash.register_page(__name__, path="/log", title="Decision log - Keepsight", order=8)

KINDS = {
    "prediction": "one customer looked at",
    "what-if": "what-if asked",
    "movement": "move of a score asked",
    "list": "customers listed",
    "overview": "overview looked at",
    "load": "data loaded",
    "train": "model trained",
    "sign-off": "model signed",
    "promotion": "model put in use",
    "rollback": "model rolled back",
    "withdrawal": "model withdrawn",
    "contingency": "model stood in for",
    "review": "model noted",
    "plan": "end of a model planned",
    "mitigation": "mitigation tried",
    "mitigation-choice": "mitigation chosen",
    "held": "model held back",
    "override": "hold overridden",
    "experiment": "trial of a model",
    "shadow": "scored unseen",
    "action": "action on customers",
    "outcomes": "who left of actions",
    "failure": "model could not answer",
    "drift": "scores compared with earlier ones",
    "travel": "model moved",
    "tracking": "model published",
    "login": "signed in",
    "failed-login": "sign-in refused",
    "sign-out": "signed out",
    "account": "account changed",
    "start": "system started",
    "purge": "details removed",
}


EVERYBODY, OWN = "Everything", "Everything of yours"


class Ids(StrEnum):
    """Every id of this page."""

    GRID = "log-grid"
    KIND = "log-kind"
    SUBJECT = "log-subject"
    ENDS = "log-ends"
    CHOSEN = "log-chosen"
    DETAIL = "log-detail"


@permission("read-log")
def layout(entry: str | None = None, kind: str = "", about: str = "") -> html.Main:
    """Lay the page out; ``?entry=`` opens one entry, ``?kind=`` and ``?about=`` narrow the list."""
    everybody = permitted(here.actor(), "read-all-log")
    chosen = int(entry) if entry and entry.isdecimal() and len(entry) < 16 else None
    return frame.page(
        "Decision log",
        # Where each page of the grid ended: the log is read from an entry backwards, not by row numbers.
        dcc.Store(id=Ids.ENDS, data={}),
        dcc.Store(id=Ids.CHOSEN, data=chosen),
        _filters(kind if kind in KINDS else "", about),
        html.Div(
            [html.Div(_grid(), className="ks-log-list"),
             html.Section(states.loading(), id=Ids.DETAIL, className="ks-card ks-log-detail",
                          **{"aria-live": "polite", "aria-label": "The chosen entry"})],
            className="ks-log",
        ),
        lede=f"{EVERYBODY if everybody else OWN} that was answered or done here, latest first. "
             "Entries are only ever added, and chained so that a change would show.",
    )  # fmt: skip


def _filters(kind: str, about: str) -> html.Div:
    pill = html.Details(
        [
            html.Summary(
                [html.Span("Kind", className="ks-pill-label"),
                 html.Span(KINDS.get(kind, ""), id="log-kind-words", className="ks-pill-words"),
                 marks.icon("bi-chevron-down")]
            ),
            html.Div(
                controls.radios(Ids.KIND, [("", "every kind"), *KINDS.items()], kind, label="Kind of entry"),
                className="ks-popover",
            ),
        ],
        className="ks-pill",
    )  # fmt: skip
    search = controls.search(Ids.SUBJECT, about, label="About: customer id or name")
    return html.Div([search, pill], className="ks-filters", role="search", **{"aria-label": "Filters"})


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
        nothing="No entry fits. Choose every kind, or clear the search.",
        opens="KsOpenEntry(params)",
        row_height=64,
        select=True,
    )


clientside_callback(
    ClientsideFunction("log", "again"),
    Output("log-kind-words", "children"),
    Input(Ids.KIND, "value"),
    Input(Ids.SUBJECT, "value"),
    State(Ids.KIND, "options"),
)
clientside_callback(ClientsideFunction("log", "address"), Input(Ids.CHOSEN, "data"))


@callback(
    Output(Ids.GRID, "getRowsResponse"),
    Output(Ids.ENDS, "data"),
    Input(Ids.GRID, "getRowsRequest"),
    State(Ids.ENDS, "data"),
    State(Ids.KIND, "value"),
    State(Ids.SUBJECT, "value"),
    prevent_initial_call=True,
)
@permission("read-log")
def show_entries(
    request: dict[str, Any] | None, ends: dict[str, int], kind: str | None, about: str | None
) -> tuple[Any, Any]:
    """Answer the entries the grid asks for, from where its page before ended."""
    if not request:
        return no_update, no_update
    start = int(request.get("startRow") or 0)
    wanted = EntryFilter(kinds=(kind,) if kind in KINDS else (), subject=(about or "").strip() or None)
    before = (ends or {}).get(str(start)) if start else None
    found = log.page(here.installation(), here.actor(), wanted, before, ROWS_A_PAGE)
    rows = [_row(entry) for entry in found.entries]
    stop = start + len(rows)
    ends = {key: end for key, end in (ends or {}).items() if start and int(key) <= start}
    if found.before is not None:
        ends[str(stop)] = found.before
    # Without a count the grid asks on until it is told where the log ends.
    total = stop if found.before is None else stop + 1
    return {"rowData": rows, "rowCount": total}, ends


def _row(entry: LogEntry) -> dict[str, Any]:
    return {
        "key": str(entry.seq),
        "seq": entry.seq,
        "time": format.instant(entry.time),
        "who": entry.who or entry.actor,
        "text": entry.text,
    }


@callback(Output(Ids.DETAIL, "children"), Input(Ids.CHOSEN, "data"))
@permission("read-log")
def show_entry(seq: int | None) -> Any:
    """Open one entry: in words, with its inputs, reasons and seals."""
    if seq is None:
        return states.empty(
            "No entry chosen", "Choose one to see what went in and what came out.", sign="bi-hand-index"
        )
    try:
        return _detail(log.one(here.installation(), here.actor(), seq))
    except NoSuchEntry as fault:
        return states.empty("No such entry", str(fault), sign="bi-search")


def _detail(entry: LogEntry) -> list[Any]:
    payload = entry.payload or {}
    parts: list[Any] = [
        html.Div(
            [
                html.H2(f"Entry {entry.seq}", className="ks-card-title"),
                marks.badge(KINDS.get(entry.kind, entry.kind)),
            ],
            className="ks-title-row",
        ),
        html.P(entry.text, className="ks-sentence"),
        facts.facts([row for row in _header(entry) if row is not None]),
    ]
    for title, name in (
        ("What went in", "input"),
        ("What was changed", "changes"),
        ("What was asked", "query"),
    ):
        if isinstance(payload.get(name), dict) and payload[name]:
            parts += [html.H3(title, className="ks-part-title"), _pairs(title, payload[name])]
    if payload.get("answer") is not None:
        answer = payload["answer"] if isinstance(payload["answer"], dict) else {"answer": payload["answer"]}
        parts += [html.H3("What came out", className="ks-part-title"), _pairs("What came out", answer)]
    if payload.get("reasons"):
        parts += [html.H3("Reasons, in log-odds", className="ks-part-title"), _reasons(payload["reasons"])]
    return parts


def _header(entry: LogEntry) -> list[html.Div | None]:
    moment = html.Time(format.instant(entry.time), dateTime=format.instant(entry.time))
    about: Any = entry.subject
    if entry.kind in ("prediction", "what-if") and entry.subject:
        about = dcc.Link(entry.subject, href=f"/customer?id={entry.subject}")
    return [
        facts.fact("When", moment),
        facts.fact("Who", entry.who or entry.actor),
        facts.fact("About", about) if about else None,
        facts.fact("Model version", html.Code(entry.version[:16])) if entry.version else None,
        facts.fact("Data snapshot", html.Code(entry.snapshot)) if entry.snapshot else None,
        facts.fact("Seal", html.Code(entry.hash, className="ks-hash")),
    ]


def _pairs(caption: str, held: dict[str, Any]) -> html.Div:
    return table(caption, ("Name", "Value"), [(str(name), _said(value)) for name, value in held.items()])


def _reasons(pairs: list[Any]) -> html.Div:
    rows = [(str(p[0]), f"{p[1]:+.4f}") for p in pairs if isinstance(p, list) and len(p) == 2]
    return table("Reasons", ("Reason", "Log-odds"), rows)


def _said(value: Any) -> str:
    """Write a logged value exactly, nothing rounded; nested ones as "name: value", the empty left out."""
    if value is None:
        return format.NOT_KNOWN
    if isinstance(value, dict):
        held = {name: part for name, part in value.items() if part not in (None, {}, [], "")}
        return "; ".join(f"{name}: {_said(part)}" for name, part in held.items()) or "none"
    if isinstance(value, list):
        return ", ".join(_said(part) for part in value) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
