"""People: the list of accounts, one account with its sessions, and what each role may do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import marks, states
from components.format import count, instant
from components.table import table

NEVER = "not signed in"


def listed(people: Sequence[Any], chosen: str | None) -> html.Div:
    """List people (``id, name, role, disabled, has_password, sessions, seen``) by name."""
    rows = [
        (
            html.Strong(one.name) if one.id == chosen else
            dcc.Link(one.name, href=f"/people?person={one.id}", className="ks-cell-link"),
            one.role,
            state(one),
            NEVER if one.seen is None else f"{count(len(one.sessions), 'session')}",
        )
        for one in people
    ]  # fmt: skip
    return table("People", ("Name", "Role", "Account", "Signed in"), rows)


def state(person: Any) -> html.Span:
    """Say whether an account lets somebody in."""
    if person.disabled is not None:
        return marks.badge("closed", "alarm")
    if not person.has_password:
        return marks.badge(
            "no password yet", "warn", "Only a one-time link lets them in until they choose one."
        )
    return marks.badge("open", "ok")


def moment(time: Any) -> html.Time:
    """Write a moment; the browser shows it in the reader's own time."""
    return html.Time(instant(time), dateTime=instant(time))


def sessions(person: Any, button_id: str) -> Any:
    """List where somebody is signed in, each session with a button that ends it."""
    if not person.sessions:
        return states.empty(
            "Signed in nowhere", "A session shows here while it is open.", sign="bi-door-closed"
        )
    rows = [
        (
            html.Code(one.handle),
            moment(one.created),
            moment(one.seen),
            html.Button("End", id={"type": button_id, "handle": one.handle}, type="button",
                        className="ks-button ks-button-second",
                        **{"aria-label": f"End session {one.handle} of {person.name}"}),
        )
        for one in person.sessions
    ]  # fmt: skip
    return table(f"Sessions of {person.name}", ("Session", "Since", "Last seen", ""), rows)


def roles(permissions: Sequence[Any], names: Sequence[str]) -> html.Div:
    """Say what each role may do: ``permissions`` are (``what, roles``)."""
    rows = [
        (one.what, *(_mark(name in one.roles, name) for name in names))
        for one in permissions
    ]  # fmt: skip
    return table("What each role may do", ("Permission", *names), rows)


def _mark(may: bool, role: str) -> html.Span:
    words = f"{role}: yes" if may else f"{role}: no"
    sign = marks.icon("bi-check-lg") if may else html.Span("–", **{"aria-hidden": "true"})
    return html.Span([sign, html.Span(words, className="visually-hidden")], className="ks-people-mark")


def once(address: str, name: str, minutes: int) -> html.Div:
    """Show a one-time link, the one time that it can be shown."""
    return html.Div(
        [
            html.P(
                [html.Strong("Shown once. "),
                 f"Hand this link to {name}; it works once, for {minutes} minutes, and asks for a password."]
            ),
            html.Code(address, className="ks-people-link"),
            dcc.Clipboard(content=address, title="Copy the link", className="ks-people-copy"),
        ],
        className="ks-people-once",
        role="status",
    )  # fmt: skip
