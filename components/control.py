"""The control room: switches with their states, requests to stop, what can be done, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import marks
from components.format import instant
from components.notices import spoken

STATES = {
    "on": ("on", "ok", "bi-play-circle"),
    "paused": ("paused", "draft", "bi-pause-circle"),
    "fail-safe": ("fail-safe", "warn", "bi-shield-check"),
    "off": ("off", "alarm", "bi-stop-circle"),
}
EXPLAINED = (
    ("on", "On: answers as always"),
    ("paused", "Paused: nothing new; the last scores stay, with their date"),
    ("fail-safe", "Fail-safe: the last signed version before, else averages of groups, else facts"),
    ("off", "Off: facts only"),
)


def state_badge(state: str) -> html.Span:
    """Say a state, by word, sign and colour."""
    words, kind, sign = STATES.get(state, (state, "alarm", "bi-question-circle"))
    return html.Span([marks.icon(sign), words], className=f"ks-badge ks-badge-{kind} ks-ctl-state")


def switches(lines: Sequence[Any], changes: Any) -> html.Ul:
    """List the switches (``name, own, holds, why_not, seen``), the master first.

    ``changes`` makes the button that changes one, by its line; it gives None where nobody may.
    """
    return html.Ul(
        [_switch(line, changes(line), is_master=n == 0) for n, line in enumerate(lines)],
        className="ks-ctl-list",
    )


def _switch(line: Any, change: Any, *, is_master: bool) -> html.Li:
    badges = [state_badge(line.own.state)]
    if line.holds != line.own.state:
        badges += [html.Span("but", className="ks-ctl-but"), state_badge(line.holds), html.Span("holds")]
    if line.why_not:
        badges = [marks.badge("unavailable")]
    about = "The stricter of this and a subsystem's own switch holds." if is_master else line.seen
    words: list[Any] = [html.P(about if not line.why_not else spoken(line.why_not))]
    if line.own.is_damaged or line.own.state != "on":
        words.append(html.P(told(line.own), className="ks-ctl-why"))
    return html.Li(
        [
            html.Div(
                [html.H3(line.name), html.Span(badges, className="ks-ctl-badges")], className="ks-ctl-head"
            ),
            html.Div(words, className="ks-ctl-words"),
            html.Div(change, className="ks-ctl-change"),
        ],
        className="ks-ctl-line ks-ctl-master" if is_master else "ks-ctl-line",
    )


def told(state: Any) -> list[Any]:
    """Say since when a switch is as it is, by whom and why."""
    if state.is_damaged:
        return spoken(state.reason)
    who = "by rule" if state.is_automatic else f"by {state.by}"
    return ["Since ", moment(state.since), f", {who}: {state.reason}"]


def moment(time: Any) -> html.Time:
    """Write a moment; the browser shows it in the reader's own time."""
    return html.Time(instant(time), dateTime=instant(time))


def preview(lines: Sequence[str]) -> list[Any]:
    """Say what people will see."""
    if not lines:
        return []
    return [
        html.P("What people will see", className="ks-dialog-label"),
        html.Ul([html.Li(line) for line in lines], className="ks-dialog-list"),
    ]


def requests(rows: Sequence[Any], names: Any, answer: Any) -> Any:
    """List requests to stop; ``answer`` makes the button that answers one, None where nobody may."""
    if not rows:
        return html.P("Nobody has asked to stop anything.", className="ks-card-note")
    return html.Ul([_request(row, names, answer(row)) for row in rows], className="ks-ctl-list")


def _request(row: Any, names: Any, answer: Any) -> html.Li:
    state = marks.badge("answered", "ok") if row.answered else marks.badge("waits", "warn")
    if row.is_drill:
        state = marks.badge("drill")
    said: list[Any] = [html.P(row.text)]
    if row.answered:
        said.append(html.P([html.Strong(f"{row.answered_by}: "), row.answer], className="ks-ctl-why"))
    about = [f"{row.name}, {names.get(row.subsystem, row.subsystem).lower()}, ", moment(row.time)]
    return html.Li(
        [
            html.Div([html.H3(f"Request {row.number}"), state], className="ks-ctl-head"),
            html.Div([html.P(about, className="ks-card-note"), *said], className="ks-ctl-words"),
            html.Div(answer, className="ks-ctl-change"),
        ],
        className="ks-ctl-line",
    )


def deeds(rows: Sequence[tuple[str, str, Any]]) -> html.Ul:
    """List what can be done: a title, what it does or why it cannot be, and the button (None: it cannot)."""
    return html.Ul(
        [
            html.Li(
                [
                    html.Div(
                        [html.H3(title), *([marks.badge("unavailable")] if button is None else [])],
                        className="ks-ctl-head",
                    ),
                    html.Div(html.P(spoken(words)), className="ks-ctl-words"),
                    html.Div(button, className="ks-ctl-change"),
                ],
                className="ks-ctl-line",
            )
            for title, words, button in rows
        ],
        className="ks-ctl-list",
    )


def drilled(found: Any) -> html.Div:
    """Say what came of a drill: what came out in each state."""
    rows = [
        html.Li(
            [
                state_badge(one.state),
                html.Ul([html.Li(f"{name}: {came}") for name, came in one.came.items()]),
            ],
            className="ks-ctl-step",
        )
        for one in found.steps
    ]
    verdict = marks.badge("it works", "ok") if found.worked else marks.badge("it does not work", "alarm")
    return html.Div([html.P([verdict, " ", found.words]), html.Ol(rows, className="ks-ctl-steps")])


def history(entries: Sequence[Any]) -> Any:
    """List what was done, latest first, each with its entry in the log."""
    if not entries:
        return html.P("Nothing yet: every change here is listed.", className="ks-card-note")
    return html.Ul(
        [
            html.Li(
                [moment(one.time), html.Span(one.text),
                 dcc.Link(f"entry {one.seq}", href=f"/log?entry={one.seq}", className="ks-quiet-link")],
            )
            for one in entries
        ],
        className="ks-ctl-history",
    )  # fmt: skip
