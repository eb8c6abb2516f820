"""Feedback as people read it: lists of items, one item with its steps, what it led to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dash import dcc, html

from components import marks
from components.format import day, instant

STATES = {
    "new": ("new", "plain", "bi-dot"),
    "seen": ("seen", "plain", "bi-eye"),
    "in work": ("in work", "draft", "bi-hammer"),
    "answered": ("answered", "ok", "bi-reply"),
    "closed": ("closed", "ok", "bi-check2"),
}
STEPS = {
    "sent": "Sent",
    "seen": "Seen",
    "taken": "Taken on",
    "due": "Another day set",
    "answered": "Answered",
    "linked": "What changed was linked",
    "closed": "Closed",
}


def state_badge(state: str) -> html.Span:
    """Say a state, by word, sign and colour."""
    words, kind, sign = STATES.get(state, (state, "plain", "bi-dot"))
    return html.Span([marks.icon(sign), words], className=f"ks-badge ks-badge-{kind} ks-fb-state")


def badges(item: Any, *, is_overdue: bool) -> list[Any]:
    """Say how an item stands, that it is a complaint, and that its day is past."""
    found: list[Any] = [state_badge(item.state)]
    if item.kind == "complaint":
        found.append(marks.badge("complaint from outside" if item.is_outside else "complaint", "warn"))
    if is_overdue:
        found.append(marks.badge("overdue", "alarm"))
    return found


def moment(time: Any) -> html.Time:
    """Write a moment; the browser shows it in the reader's own time."""
    return html.Time(instant(time), dateTime=instant(time))


def said(text: str, *, empty: str = "Nothing was written.") -> html.P:
    """Show what somebody wrote as text and nothing else, in the direction of its writing."""
    if not text:
        return html.P(empty, className="ks-card-note")
    return html.P(text, className="ks-fb-said", dir="auto")


def items(
    rows: Sequence[Any],
    *,
    title: Callable[[Any], str],
    verdict: Callable[[Any], str],
    overdue: Callable[[Any], bool],
    changes: Callable[[Any], Sequence[Any]],
    none: str,
    with_names: bool = False,
) -> Any:
    """List items, each with a link to its own page; ``none`` is said where there are none."""
    if not rows:
        return html.P(none, className="ks-card-note")
    return html.Ul(
        [
            _item(row, title(row), verdict(row), overdue(row), changes(row), with_names=with_names)
            for row in rows
        ],
        className="ks-fb-list",
    )


def _item(
    row: Any, title: str, verdict: str, overdue: bool, changes: Sequence[Any], *, with_names: bool
) -> html.Li:
    link = dcc.Link(f"{row.number}: {title}", href=f"/feedback?item={row.number}", className="ks-fb-link")
    told: list[Any] = [html.P([html.Strong(f"{verdict}. "), *_guideline(row)], className="ks-fb-verdict")]
    if row.is_outside and not row.text:
        told.append(html.P("A complaint from outside; managers read its words.", className="ks-card-note"))
    else:
        told.append(said(row.text))
    if row.answer:
        told.append(html.Div([html.Strong("Answer"), said(row.answer)], className="ks-fb-answer"))
    if changes:
        told.append(led_to(changes))
    return html.Li(
        [
            html.Div([html.H3(link), html.Span(badges(row, is_overdue=overdue), className="ks-fb-badges")],
                     className="ks-fb-head"),
            html.Div(told, className="ks-fb-words"),
            html.P(_when(row, with_names=with_names), className="ks-card-note ks-fb-when"),
        ],
        className="ks-fb-item",
    )  # fmt: skip


def _guideline(row: Any) -> list[Any]:
    if not row.guideline:
        return []
    href = f"/guidelines/{row.guideline}"
    return [dcc.Link(f"Guideline {row.guideline}", href=href, className="ks-quiet-link")]


def _when(row: Any, *, with_names: bool) -> list[Any]:
    parts: list[Any] = ["Sent ", moment(row.time)]
    if with_names:
        parts.append(f", {sender(row)}")
    if row.is_open:
        parts.append(f", answer due by {day(row.due)}")
        if with_names:
            parts.append(f", {row.owner_name} answers for it" if row.owner_name else ", nobody took it on")
    elif row.answered:
        parts += [", answered ", moment(row.answered)]
    return parts


def sender(row: Any) -> str:
    """Say who sent an item, as far as that is known."""
    if row.is_outside:
        return "from outside"
    return f"by {row.person_name}" if row.person_name else "without a name"


def led_to(changes: Sequence[Any]) -> html.Div:
    """List what changed because of an item (``words, time, link``)."""
    return html.Div(
        [
            html.Strong("What changed"),
            html.Ul(
                [
                    html.Li([dcc.Link(one.words, href=one.link, className="ks-quiet-link"), ", ",
                             moment(one.time)])
                    for one in changes
                ]
            ),
        ],
        className="ks-fb-changes",
    )  # fmt: skip


def steps(rows: Sequence[Any]) -> html.Ol:
    """List the steps of an item, first things first."""
    return html.Ol([_step(row) for row in rows], className="ks-fb-steps")


def _step(row: Any) -> html.Li:
    who = f"{STEPS.get(row.what, row.what)} by {row.who}" if row.who else STEPS.get(row.what, row.what)
    return html.Li(
        [
            html.P([html.Strong(who), ", ", moment(row.time)]),
            *([said(row.text)] if row.text else []),
        ]
    )


def facts(rows: Sequence[tuple[str, Any]]) -> html.Dl:
    """List what came with an item."""
    return html.Dl(
        [html.Div([html.Dt(label), html.Dd(value)]) for label, value in rows], className="ks-fb-facts"
    )


def chips(rows: Sequence[tuple[str, str, bool]], label: str) -> html.Nav:
    """Lay out links that narrow a list: words, address, and whether it is the one in force."""
    return html.Nav(
        [
            dcc.Link(
                # a link of Dash's takes no aria-current, so it is said
                [words, *([html.Span(", shown now", className="visually-hidden")] if is_on else [])],
                href=href,
                className="ks-fb-chip ks-fb-chip-on" if is_on else "ks-fb-chip",
            )
            for words, href, is_on in rows
        ],
        className="ks-fb-chips",
        **{"aria-label": label},
    )
