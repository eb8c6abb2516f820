"""Noting what is used: which page was opened, which answers it took, and how long they took."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from dash import page_registry
from flask import Flask, Response, g, request

from services import usage
from services.roles import SYSTEM
from web import here
from web.guard import CALLBACKS, OPEN_TO_ALL_SIGNED_IN

OTHER = "other"
FRAME = "frame"
"""What stands around every page: foot, banner, feedback."""


def note_usage(server: Flask, callbacks: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
    """Note every page opened and every answer to one, for who is signed in; nothing waits for it.

    Addresses are no business of it: a page counts by its path as it stands in the code, without what follows.

    Parameters
    ----------
    callbacks : callable
        Gives Dash's callback map, which does not exist yet.
    """

    @server.after_request
    def _note(response: Response) -> Response:
        actor = here.signed_in() if request.path == CALLBACKS and response.status_code < 400 else None
        body = request.get_json(silent=True) if actor is not None else None
        if actor in (None, SYSTEM) or not isinstance(body, dict) or "started" not in g:
            return response  # Keepsight's own walk for the notice is no use of a page
        key = str(body.get("output"))
        took_ms = (time.perf_counter() - g.started) * 1000
        if key in OPEN_TO_ALL_SIGNED_IN:
            page = _page_of_path(_path(body))
            usage.note_visit(here.installation(), actor.id, page)
        else:
            page = _page_of_callback(callbacks(), key)
        usage.note_answer(here.installation(), actor.id, page, took_ms)
        return response


def _path(body: Mapping[str, Any]) -> str:
    """Read the path that is opened from a body that the guard let pass."""
    values = (part.get("value") for part in body["inputs"] if part.get("property") == "pathname")
    return str(next(values, ""))


def _page_of_path(path: str) -> str:
    """Name a page by its path; those with something named in the path by their template."""
    for page in page_registry.values():
        if page["path"] == path:
            return str(page["path"])
        template = page.get("path_template")
        if template and path.startswith(template.split("<")[0]):
            return str(template)
    return OTHER


def _page_of_callback(callbacks: Mapping[str, Mapping[str, Any]], key: str) -> str:
    function = callbacks.get(key, {}).get("callback")
    return _page_of_module(getattr(function, "__module__", ""))


@cache
def _page_of_module(module: str) -> str:
    """Name the page that a module belongs to: ``pages._control_deeds`` is of ``pages.control``."""
    if module in page_registry:
        return _named(page_registry[module])
    part = module.removeprefix("pages._")
    for name, page in page_registry.items():
        if part.startswith(name.removeprefix("pages.").rstrip("s")):
            return _named(page)
    return FRAME


def _named(page: Mapping[str, Any]) -> str:
    return str(page.get("path_template") or page["path"])
