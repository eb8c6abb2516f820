"""What concerns a reader alone: what changed since they took note, and where they are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components.format import day, instant
from components.marks import badge, icon
from components.table import table

CHANGED = "ks-changed"
CHANGED_UP_TO = "ks-changed-up-to"
CHANGED_NOTED = "ks-changed-noted"
ALL_CHANGES = "/me#changes"

KINDS = {"model": "model", "data": "data", "setting": "setting", "control": "switch"}


def changed(notice: Any) -> html.Section | None:
    """Tell above every page what changed (``since, lines, more, up_to``); nothing where nothing did."""
    if notice is None:
        return None
    first, *rest = notice.lines
    told: list[Any] = [html.P([html.Strong(["Since ", _day(notice.since), ": "]), first.text])]
    if rest or notice.more:
        earlier = [html.Li([_day(one.time), ": ", one.text]) for one in rest]
        earlier += [html.Li(dcc.Link("and more before that", href=ALL_CHANGES))] if notice.more else []
        count = f"{len(rest)}{' or more' if notice.more else ''} before that"
        told.append(html.Details([html.Summary(count), html.Ul(earlier)], className="ks-changed-more"))
    return html.Section(
        [
            icon("bi-arrow-left-right"),
            html.Div(told, className="ks-changed-words"),
            dcc.Store(id=CHANGED_UP_TO, data=notice.up_to),
            dcc.Link("All changes", href=ALL_CHANGES, className="ks-banner-link"),
            html.Button([icon("bi-check2"), "Put away"], id=CHANGED_NOTED, type="button",
                        className="ks-button ks-button-second"),
        ],
        className="ks-banner ks-changed",
        role="status",
        **{"aria-label": "What changed"},
    )  # fmt: skip


def changes(lines: Sequence[Any], link: Any) -> Any:
    """List what changed (``entry, time, kinds, text``); ``link`` gives an address beside it, or None."""
    if not lines:
        return html.P("Nothing has changed since Keepsight began to look.", className="ks-sentence")
    return html.Ol([_change(one, link(one)) for one in lines], className="ks-changes", reversed=True)


def _change(line: Any, href: str | None) -> html.Li:
    marks = [badge(KINDS.get(kind, kind)) for kind in line.kinds]
    more = [dcc.Link("The log until then", href=href, className="ks-quiet-link")] if href else []
    return html.Li(
        [html.Div([_moment(line.time), *marks], className="ks-changes-head"), html.P(line.text), *more]
    )


def sessions(found: Sequence[Any], button_id: str) -> html.Div:
    """List where oneself is signed in, each other session with a button that ends it."""
    rows = [
        (
            html.Code(one.handle),
            _moment(one.created),
            _moment(one.seen),
            "this one" if one.is_this else html.Button(
                "Sign out", id={"type": button_id, "handle": one.handle}, type="button",
                className="ks-button ks-button-second", **{"aria-label": f"Sign out of session {one.handle}"},
            ),
        )
        for one in found
    ]  # fmt: skip
    return table("Where you are signed in", ("Session", "Since", "Last seen", "Sign out"), rows)


def _day(time: Any) -> str:
    return f"{time:%A} {day(time)}"


def _moment(time: Any) -> html.Time:
    return html.Time(instant(time), dateTime=instant(time))
