"""Who may do what: actors, the one permission table, and how a callback declares what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

TABLE = Path(__file__).resolve().parent.parent / "config" / "permissions.yaml"

ROLES = ("viewer", "analyst", "manager", "administrator")


class NotPermitted(PermissionError):
    """The actor's role may not do this; show the message, change nothing."""


@dataclass(frozen=True)
class Actor:
    """Who asks: a person with a role, or the system itself."""

    id: str
    name: str
    role: str


SYSTEM = Actor("system", "Keepsight", "system")


@dataclass(frozen=True)
class Permission:
    """One line of the table: what it lets somebody do, in words, and the roles it is for."""

    name: str
    what: str
    roles: frozenset[str]


@cache
def permissions() -> tuple[Permission, ...]:
    """Read who may do what, in the order of the table; ValueError where a role in it is none of ours."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    for name, line in table.items():
        if strange := set(line["for"]) - set(ROLES):
            raise ValueError(
                f"{TABLE.name}: {name} names {', '.join(sorted(strange))}, which is no role; "
                f"use {', '.join(ROLES)}."
            )
    return tuple(Permission(name, line["what"], frozenset(line["for"])) for name, line in table.items())


@cache
def permission_table() -> Mapping[str, frozenset[str]]:
    """Give the roles of each permission by its name."""
    return {one.name: one.roles for one in permissions()}


def permitted(actor: Actor, permission: str) -> bool:
    """Say whether an actor may; False for a permission that is not in the table."""
    roles = permission_table().get(permission)
    return roles is not None and (actor == SYSTEM or actor.role in roles)


def require(actor: Actor, permission: str) -> None:
    """Let pass who may; NotPermitted for everybody else."""
    if not permitted(actor, permission):
        roles = sorted(permission_table().get(permission, ()), key=ROLES.index)
        who = f"that is for: {', '.join(roles)}" if roles else "nobody may"
        raise NotPermitted(
            f"{actor.name} ({actor.role}) may not {permission.replace('-', ' ')}; {who}. "
            "Ask an administrator if you need it."
        )


Marked = TypeVar("Marked", bound=Callable[..., Any])


def permission(name: str) -> Callable[[Marked], Marked]:
    """Declare which permission a callback or a page's layout needs.

    Stands under ``@callback(...)``; Dash wraps the function with functools.wraps, which carries the mark
    along to where the guard reads it. What carries no mark is refused to everybody.
    """
    if name not in permission_table():
        raise ValueError(
            f"{name!r} is not in {TABLE.name}, so nobody could use this; add it there or correct it."
        )

    def mark(function: Marked) -> Marked:
        function._permission = name  # type: ignore[attr-defined]
        return function

    return mark


def declared_permission(function: object) -> str | None:
    """Give the permission a function was marked with; None where it carries no mark."""
    return getattr(function, "_permission", None)
