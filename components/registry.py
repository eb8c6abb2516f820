"""Versions of the model, who served when, and what people said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from components import marks, states
from components.format import NOT_KNOWN, instant, number
from components.table import table

STATES = {
    "champion": ("champion", "ok"),
    "draft": ("draft", "draft"),
    "challenger": ("challenger", "plain"),
    "retired": ("retired", "plain"),
    "withdrawn": ("withdrawn", "alarm"),
    "none": ("nothing answered", "warn"),
}


def state_badge(state: str | None) -> html.Span:
    """Say a version's state."""
    words, kind = STATES.get(state or "", (state or "nobody", "plain"))
    return marks.badge(words, kind)


def moment(time: Any) -> Any:
    """Write a moment; the browser shows it in the reader's own time."""
    return NOT_KNOWN if time is None else html.Time(instant(time), dateTime=instant(time))


def versions(rows: Sequence[Any], shown: str) -> html.Div:
    """List versions (``version, state, created, trained_by, owner, auc, signed_by, due``), latest first."""
    lines = [
        (
            _version(row.version, shown),
            _state(row),
            moment(row.created),
            row.trained_by or NOT_KNOWN,
            row.owner or NOT_KNOWN,
            row.signed_by or "nobody",
            number(row.auc, 3),
            html.Span("shown above")
            if row.version == shown
            else dcc.Link(
                "compare",
                href=f"/model?version={shown}&compare={row.version}",
                className="ks-quiet-link",
                title=f"Compare with version {row.version[:8]}",
            ),
        )
        for row in rows
    ]
    heads = ("Version", "State", "Trained", "By", "Owner", "Signed by", "ROC AUC", "Compare")
    return table("Versions", heads, lines)


def _state(row: Any) -> Any:
    due = [marks.badge("decision due", "warn", " ".join(row.due))] if row.due else []
    return html.Span([state_badge(row.state), *due], className="ks-md-states")


def _version(version: str, shown: str) -> Any:
    code = html.Code(version[:8])
    return html.Strong(code) if version == shown else dcc.Link(code, href=f"/model?version={version}")


def history(rows: Sequence[Any]) -> Any:
    """List who served when (``version, state, since, until, by, reason``), latest first."""
    if not rows:
        return states.empty(
            "Nothing yet", "Here stands which version answered when, once one does.", sign="bi-clock"
        )
    lines = [
        (
            html.Code(row.version[:8]) if row.version else "no version",
            state_badge(row.state),
            moment(row.since),
            "until now" if row.until is None else moment(row.until),
            row.by or NOT_KNOWN,
            row.reason or "",
        )
        for row in rows
    ]
    return table("Which version answered when", ("Version", "As", "From", "Until", "By", "Reason"), lines)


KINDS = {
    "review": ("review", "plain"),
    "problem": ("problem", "warn"),
    "resolution": ("solved", "ok"),
    "travel-request": ("asked to leave", "plain"),
    "travel-approval": ("may leave", "plain"),
    "travel-rejection": ("stays here", "plain"),
}


def reviews(rows: Sequence[Any]) -> Any:
    """List what people noted of a version (``kind, time, by, text``), latest first."""
    if not rows:
        return html.P("Nobody noted a review or a problem.", className="ks-card-note")
    return html.Ul([_review(row) for row in rows], className="ks-md-reviews")


def _review(row: Any) -> html.Li:
    head = [
        marks.badge(*KINDS.get(row.kind, (row.kind, "plain"))),
        html.Strong(row.by or NOT_KNOWN),
        moment(row.time),
    ]
    return html.Li([html.Div(head, className="ks-title-row"), html.P(row.text)])


def planned(day: Any) -> str:
    """Write a day that was planned; say where none is."""
    return "not planned" if day is None else f"{day.day} {day:%B %Y}"


def files(hashes: Mapping[str, str]) -> html.Dl:
    """List files with their SHA-256, so that anybody can compare them."""
    rows = [
        html.Div([html.Dt(name), html.Dd(html.Code(sha256))], className="ks-md-file")
        for name, sha256 in sorted(hashes.items())
    ]
    return html.Dl(rows, className="ks-md-files")


def waiting(lines: Sequence[Any]) -> html.Div:
    """Say above everything else what waits for somebody's decision."""
    return html.Div(
        [marks.icon("bi-hourglass-split"), html.Ul(list(lines))], className="ks-md-waiting", role="status"
    )
