"""One entry of the log: in words, with its inputs, reasons, seals, what followed, and its replay."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

from dash import Input, Output, State, callback, dcc, html, no_update

from components import facts, feedback, format, marks, states
from components import movement as moved
from components.table import table
from services import log, log_kinds, log_view, then_and_now, usage
from services.customers import NoSuchCustomer
from services.log import LogEntry, NoSuchEntry
from services.replay import KINDS as REPLAYED
from services.replay import Replayed, replay
from services.replay.then import NotReplayable
from services.roles import permission
from web import here

SHOWN_PARTS = (("What went in", "input"), ("What was changed", "changes"), ("What was asked", "query"))


class Ids(StrEnum):
    """Every id of an entry shown."""

    CHOSEN = "log-chosen"
    DETAIL = "log-detail"
    REPLAY = "log-replay"
    REPLAYED = "log-replayed"
    THEN = "log-then"
    THEN_AND_NOW = "log-then-and-now"


@callback(Output(Ids.DETAIL, "children"), Input(Ids.CHOSEN, "data"))
@permission("read-log")
def show_entry(seq: int | None) -> Any:
    """Open one entry: in words, with its inputs, reasons and seals."""
    if seq is None:
        return states.empty(
            "No entry chosen", "Choose one to see what went in and what came out.", sign="bi-hand-index"
        )
    try:
        entry = log.one(here.installation(), here.actor(), seq)
    except NoSuchEntry as fault:
        return states.empty("No such entry", str(fault), sign="bi-search")
    usage.note_entry(here.installation(), here.actor(), entry)
    return _detail(entry, log_view.followed(here.installation(), here.actor(), entry))


def _detail(entry: LogEntry, followed: list[LogEntry]) -> list[Any]:
    payload = entry.payload or {}
    heading = [
        html.H2(f"Entry {entry.seq}", className="ks-card-title"),
        marks.badge(log_kinds.name(entry.kind)),
    ]
    parts: list[Any] = [
        html.Div(heading, className="ks-title-row"),
        html.P(entry.text, className="ks-sentence"),
        facts.facts([row for row in _header(entry) if row is not None]),
        _checks(entry),
        html.Div(feedback.opener("decision", str(entry.seq))),
    ]
    for title, name in SHOWN_PARTS:
        if isinstance(payload.get(name), dict) and payload[name]:
            parts += [html.H3(title, className="ks-part-title"), _pairs(title, payload[name])]
    if payload.get("answer") is not None:
        answer = payload["answer"] if isinstance(payload["answer"], dict) else {"answer": payload["answer"]}
        parts += [html.H3("What came out", className="ks-part-title"), _pairs("What came out", answer)]
    if payload.get("reasons"):
        parts += [html.H3("Reasons, in log-odds", className="ks-part-title"), _reasons(payload["reasons"])]
    if followed:
        parts += [html.H3("What came after", className="ks-part-title"), _followed(followed)]
    return parts


def _header(entry: LogEntry) -> list[html.Div | None]:
    moment = html.Time(format.instant(entry.time), dateTime=format.instant(entry.time))
    about: Any = entry.subject
    if entry.kind in ("prediction", "what-if", "way-back", "movement") and entry.subject:
        about = dcc.Link(entry.subject, href=f"/customer?id={entry.subject}")
    return [
        facts.fact("When", moment),
        facts.fact("Who", entry.who or entry.actor),
        facts.fact("About", about) if about else None,
        facts.fact("Model version", html.Code(entry.version[:16])) if entry.version else None,
        facts.fact("Data snapshot", html.Code(entry.snapshot)) if entry.snapshot else None,
        facts.fact("Seal", html.Code(entry.hash, className="ks-hash")),
    ]


def _checks(entry: LogEntry) -> html.Div:
    """Offer to work the answer out again, and to ask the same of today."""
    can_replay = entry.kind in REPLAYED and entry.payload is not None
    can_compare = entry.kind in then_and_now.KINDS and entry.payload is not None
    look = "ks-button ks-button-second"
    return html.Div(
        [
            html.Div(
                [
                    html.Button([marks.icon("bi-arrow-repeat"), "Replay"], id=Ids.REPLAY, type="button",
                                className=look, hidden=not can_replay),
                    html.Button([marks.icon("bi-clock-history"), "Then and now"], id=Ids.THEN, type="button",
                                className=look, hidden=not can_compare),
                ],
                className="ks-log-checks",
            ),
            html.Div(id=Ids.REPLAYED, role="status", **{"aria-live": "polite"}),
            html.Div(id=Ids.THEN_AND_NOW, **{"aria-live": "polite"}),
        ],
        hidden=not (can_replay or can_compare),
    )  # fmt: skip


@callback(
    Output(Ids.REPLAYED, "children"),
    Input(Ids.REPLAY, "n_clicks"),
    State(Ids.CHOSEN, "data"),
    prevent_initial_call=True,
)
@permission("read-log")
def show_replay(clicks: int | None, seq: int | None) -> Any:
    """Work the answer out again, and say whether the same came out."""
    if not clicks or not isinstance(seq, int):
        return no_update
    try:
        return _replayed(replay(here.installation(), here.actor(), seq))
    except NoSuchEntry as fault:
        return html.P(str(fault))


def _replayed(found: Replayed) -> list[Any]:
    if found.compared is None:
        return [html.P([marks.badge("cannot be replayed"), " ", found.why_not])]
    badge = (
        marks.badge("the same, to the last bit", "ok") if found.is_same else marks.badge("differs", "alarm")
    )
    rows = [(one.where, _said(one.recorded), _said(one.replayed)) for one in found.compared.differences]
    return [
        html.P([badge, f" {found.words}"]),
        table("What differs", ("Figure", "On record", "Now"), rows) if rows else None,
        facts.facts(
            [
                facts.fact("Hash on record", html.Code(found.compared.recorded_hash, className="ks-hash")),
                facts.fact(
                    "Hash of the replay", html.Code(found.compared.replayed_hash, className="ks-hash")
                ),
            ]
        ),
    ]


@callback(
    Output(Ids.THEN_AND_NOW, "children"),
    Input(Ids.THEN, "n_clicks"),
    State(Ids.CHOSEN, "data"),
    prevent_initial_call=True,
)
@permission("see-facts")
def show_then_and_now(clicks: int | None, seq: int | None) -> Any:
    """Ask the same of today's data and model, and split the difference."""
    if not clicks or not isinstance(seq, int):
        return no_update
    try:
        return moved.movement(then_and_now.compare(here.installation(), here.actor(), seq))
    except (NotReplayable, NoSuchCustomer, NoSuchEntry) as fault:
        return html.P(str(fault))


def _followed(entries: list[LogEntry]) -> html.Ul:
    """Lead to what followed about the same, oldest first."""
    return html.Ul(
        [
            html.Li([dcc.Link(f"Entry {one.seq}", href=f"/log?entry={one.seq}"), f": {one.text}"])
            for one in entries
        ],
        className="ks-log-followed",
    )


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
