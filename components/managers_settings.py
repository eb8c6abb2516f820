"""The settings that managers change: how each stands, what a change would do, and what was changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import marks
from components.format import instant

Said = Callable[[str, Any], str]


def settings(lines: Sequence[Any], said: Said, buttons: Callable[[Any], list[Any]]) -> html.Ul:
    """List settings (``name, about, value, default, holds, waits``); ``said`` writes a value of one.

    ``buttons`` makes what changes one, by its line; nothing where nobody may.
    """
    return html.Ul([_setting(line, said, buttons(line)) for line in lines], className="ks-set-list")


def _setting(line: Any, said: Said, buttons: list[Any]) -> html.Li:
    return html.Li(
        [
            html.Div([html.H3(line.about.label), html.P(line.about.decides)], className="ks-set-about"),
            html.Div(
                [html.P(said(line.name, line.value), className="ks-set-value"), *_origin(line, said)],
                className="ks-set-now",
            ),
            html.Div(buttons, className="ks-set-deeds"),
        ],
        className="ks-set-line",
    )


def _origin(line: Any, said: Said) -> list[Any]:
    """Say where a value comes from, and which one waits."""
    told = [html.P(_by(line.holds, line, said), className="ks-card-note")]
    if line.waits is not None:
        to = said(line.name, line.waits.value["value"] if line.waits.value else line.default)
        words = [f" {to} waits until ", moment(line.waits.begins), f", by {line.waits.actor_name}"]
        told.append(html.P([marks.badge("waits", "warn"), *words], className="ks-card-note"))
    return told


def _by(row: Any, line: Any, said: Said) -> list[Any]:
    if row is None:
        return ["as set up"]
    about = f"by {row.actor_name}, "
    return [about, moment(row.begins or row.time), f" (set up: {said(line.name, line.default)})"]


def moment(time: Any) -> html.Time:
    """Write a moment; the browser shows it in the reader's own time."""
    return html.Time(instant(time), dateTime=instant(time))


def about(line: Any, said: Said) -> list[Any]:
    """Say in the dialog which setting is changed, and how it stands."""
    return [
        html.P([html.Strong(line.about.label), f" is {said(line.name, line.value)} now."]),
        html.P(line.about.decides, className="ks-card-note"),
    ]


def value(id: str, label: str) -> html.Div:
    """Ask for the new value; its effect is asked for when the typing pauses."""
    field = dbc.Input(id=id, type="text", value="", debounce=0.4, maxLength=200, autoComplete="off")
    return html.Div(
        [html.Label(label, htmlFor=id, className="ks-dialog-label"), field], className="ks-dialog-field"
    )


def complaint(id: str, open_items: Sequence[tuple[str, str]]) -> html.Div:
    """Ask for the feedback it answers: the number of an open item, offered with its words, or words."""
    offered = f"{id}-offered"
    field = dbc.Input(id=id, type="text", value="", maxLength=300, autoComplete="off", list=offered)
    hint = (
        f"The number of an item links it to this change; {len(open_items)} wait for an answer."
        if open_items
        else "No feedback waits for an answer; words are kept as they are."
    )
    return html.Div(
        [
            html.Label("The feedback it answers, if there is any", htmlFor=id, className="ks-dialog-label"),
            html.P(hint, className="ks-card-note"),
            field,
            html.Datalist([html.Option(words, value=number) for number, words in open_items], id=offered),
        ],
        className="ks-dialog-field",
    )


def effect(words: Sequence[str]) -> list[Any]:
    """Say what a change would do."""
    return [
        html.P("What it would do", className="ks-dialog-label"),
        html.Ul([html.Li(one) for one in words], className="ks-dialog-list"),
    ]


def history(changes: Sequence[Any], labels: Callable[[str], str], said: Said) -> Any:
    """List what was changed (``row, before, after, is_latest``), latest first."""
    if not changes:
        return html.P("Nothing yet: every change is listed here, with who made it and why.",
                      className="ks-card-note")  # fmt: skip
    return html.Ul([_change(one, labels, said) for one in changes], className="ks-set-history")


def _cited(complaint: str) -> Any:
    """Lead to the item of feedback that a change answers, where it is one."""
    if not complaint.isdecimal():
        return complaint
    return dcc.Link(f"feedback {complaint}", href=f"/feedback?item={complaint}", className="ks-quiet-link")


def _change(one: Any, labels: Callable[[str], str], said: Said) -> html.Li:
    row = one.row
    deed = "took back: " if row.undoes else ""
    moved = f"{said(row.name, one.before)} → {said(row.name, one.after)}"
    notes: list[Any] = [html.P(row.reason)]
    if row.complaint:
        notes.append(html.P([html.Strong("Answers: "), _cited(row.complaint)], className="ks-card-note"))
    if row.begins:
        notes.append(html.P(["Holds from ", moment(row.begins), " on"], className="ks-card-note"))
    entry = dcc.Link("in the log", href=f"/log?kind=setting&about={row.name}", className="ks-quiet-link")
    return html.Li(
        [
            html.P([html.Strong(f"{labels(row.name)}: "), f"{deed}{moved}"]),
            html.Div(notes),
            html.P([f"{row.actor_name}, ", moment(row.time), ", ", entry], className="ks-card-note"),
        ]
    )
