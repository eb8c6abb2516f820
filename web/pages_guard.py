"""Pages are reached by a callback, not by their address: so each layout is asked who may see it."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from services import roles
from services.roles import Actor, NotPermitted
from web import here

log = logging.getLogger("keepsight.pages")


def guard_pages(
    pages: Mapping[str, dict[str, Any]],
    not_permitted: Callable[[], Any],
    failed: Callable[[Exception], Any],
) -> None:
    """Let every page's layout answer only those whose role has its permission.

    A layout declares it with ``@permission(...)``; one without is refused to everybody.

    Parameters
    ----------
    pages : mapping
        Dash's page registry; its layouts are replaced.
    not_permitted, failed : callable
        Give what is shown to those who may not, and when a layout raises.
    """
    for page in pages.values():
        page["layout"] = _guarded(page["layout"], not_permitted, failed)


def may_see(actor: Actor, page: Mapping[str, Any]) -> bool:
    """Say whether somebody's role has the permission that a page's layout declares."""
    needed = roles.declared_permission(page["layout"])
    return needed is not None and roles.permitted(actor, needed)


def _guarded(
    layout: Any, not_permitted: Callable[[], Any], failed: Callable[[Exception], Any]
) -> Callable[..., Any]:
    page = {"layout": layout}

    @wraps(layout)
    def show(**query: Any) -> Any:
        actor = here.signed_in()
        if actor is None or not may_see(actor, page):
            return not_permitted()
        try:
            return layout(**_accepted(layout, query))
        except NotPermitted:
            return not_permitted()
        except Exception as fault:
            return failed(fault)

    return show


def _accepted(layout: Callable[..., Any], query: Mapping[str, Any]) -> dict[str, str]:
    """Keep the arguments of the address that the layout knows; of one given twice, the last."""
    known = inspect.signature(layout).parameters
    plain = {name: value[-1] if isinstance(value, list) else value for name, value in query.items()}
    return {name: str(value) for name, value in plain.items() if name in known and value is not None}
