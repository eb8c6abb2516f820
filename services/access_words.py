"""Coming in, going out, accounts and refusals, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import LogEntry

Label = Callable[[str], str]


def _login(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    means = f" with a {payload['means']}" if payload.get("means") else ""
    return f"{who} signed in{means}{_place(payload)}."


def _failed_login(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    name = f"as {entry.subject}" if entry.subject else "under a name that nobody has"
    return f"Somebody tried to sign in {name}{_place(payload)} and was refused."


def _sign_out(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return f"{who} signed out."


def _place(payload: Mapping[str, Any]) -> str:
    return f" from {payload['address']}" if payload.get("address") else ""


def _account(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    change = payload.get("change") or "changed"
    role = f" as {payload['role']}" if payload.get("role") else ""
    return f"{who} changed the account of {entry.subject or 'somebody'}: {change}{role}."


def _refusal(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    role = f" ({payload['role']})" if payload.get("role") else ""
    needs = f": it needs the permission {payload['needs']!r}" if payload.get("needs") else ""
    return f"{who}{role} was refused {payload.get('what') or 'something'}{needs}."


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "login": _login,
    "failed-login": _failed_login,
    "sign-out": _sign_out,
    "account": _account,
    "refusal": _refusal,
}
