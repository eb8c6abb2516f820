"""The one door: every request passes here first, and only what is named gets through."""

from __future__ import annotations

import logging
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from posixpath import normpath
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from services import roles
from services.refusals import refused
from web import here
from web.callback_body import MalformedBody, check_body
from web.local_path import HOME
from web.session import carries_token, drop_stale

log = logging.getLogger("keepsight.guard")

METHODS = ("GET", "HEAD", "POST")

ASSETS = "_dash_assets.static"
CALLBACKS = "/_dash-update-component"

# Lists that leave the house: asking only for their headers would put on record what nobody got.
TAKEN_OUT = frozenset(
    {
        "scenario_files.kept", "scenario_files.planned", "action_files.listed", "log_files.taken_out",
        "subject_file.taken_out",
    }
)  # fmt: skip

# What strangers may reach: coming in, being alive, and what the sign-in page is drawn with.
PUBLIC = frozenset(
    {
        "sign_in.form", "sign_in.enter", "sign_in.link", "sign_in.choose", "sign_in.static",
        "health.healthz", "health.readyz", "health.favicon", "public.about",
        "complaints.form", "complaints.send", "complaints.ask", "complaints.follow",
    }
)  # fmt: skip
PUBLIC_ASSETS = ("vendor/", "theme.css", "theme.js")

# What people signed in may reach. Whatever else Dash or a library registers (hot reload, MCP, its own
# favicon ...) does not exist here.
SIGNED_IN = frozenset(
    {
        "sign_in.leave", "control_state.may_go_on", "scorecard_file.scorecard", "card_file.model_card",
        "data_sheet_file.sheet", "scenario_sample.sample",
        "scenario_sample.proof", "scenario_files.kept",
        "scenario_files.planned", "scenario_files.asked", "action_files.listed", "log_files.taken_out",
        "subject_file.taken_out",
        ASSETS, CALLBACKS,
        "/", "/<path:path>", "/_dash-layout", "/_dash-dependencies",
        "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    }
)  # fmt: skip

# Dash makes this callback itself, so it carries no mark: it lays out the page of an address. Each layout
# asks for its own permission (pages without one are refused, see web/pages_guard.py).
OPEN_TO_ALL_SIGNED_IN = frozenset({".._pages_content.children..._pages_store.data.."})


def guard(server: Flask, callbacks: Callable[[], Mapping[str, Mapping[str, Any]]]) -> None:
    """Put the door before everything; call this before ``Dash(...)``, which adds its own hooks.

    Parameters
    ----------
    callbacks : callable
        Gives Dash's callback map, which does not exist yet.
    """

    @server.before_request
    def _door() -> ResponseReturnValue | None:
        g.request_id = secrets.token_hex(4)
        if request.method not in METHODS or (request.method == "HEAD" and request.endpoint in TAKEN_OUT):
            abort(405)
        if any(unicodedata.category(sign) == "Cc" for sign in request.path):
            abort(400)
        unsafe = request.method == "POST"
        if unsafe and not _is_same_site(request):
            log.warning("%s refused: sent by another site", request.endpoint)
            abort(403)
        if _is_public(request):
            return None
        if request.endpoint not in SIGNED_IN or _is_hidden(request):
            # Strangers are told to sign in whatever they ask for, so that they cannot map the house.
            return _ask_to_sign_in() if not current_user.is_authenticated else abort(404)
        if not current_user.is_authenticated:
            return _ask_to_sign_in()
        if unsafe and not carries_token(request):
            log.warning("%s refused: no token of the session", request.endpoint)
            abort(403)
        if request.endpoint == CALLBACKS:
            _check_callback(callbacks())
        return None


def _is_same_site(asked: Request) -> bool:
    """Say whether a request comes from our own pages, or from no page at all."""
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = asked.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == asked.host


def _is_public(asked: Request) -> bool:
    if asked.endpoint == ASSETS:
        # as the file system will read it: vendor/../x is not in vendor
        return normpath(str((asked.view_args or {}).get("filename", ""))).startswith(PUBLIC_ASSETS)
    return asked.endpoint in PUBLIC


def _is_hidden(asked: Request) -> bool:
    """Say whether Dash's catch-all would answer a path that is no page: all that begin with ``/_``."""
    return asked.endpoint == "/<path:path>" and asked.path.startswith("/_")


def _ask_to_sign_in() -> ResponseReturnValue:
    """Send a person to the sign-in page, and tell a program (or Dash's renderer) 401."""
    is_page = request.method in ("GET", "HEAD") and not request.path.startswith(("/_", "/assets/"))
    if not is_page:
        abort(401)
    wanted = request.full_path.rstrip("?")
    answer: Response = redirect(url_for("sign_in.form", **({} if wanted == HOME else {"next": wanted})))  # type: ignore[assignment]
    return drop_stale(answer)


def _check_callback(callbacks: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse a callback that is malformed (400), or not declared for this role (403)."""
    if request.mimetype != "application/json":
        abort(400)
    try:
        key = check_body(request.get_json(), callbacks)
    except (MalformedBody, RecursionError) as fault:  # so deep that it cannot be read
        log.warning("callback refused: %s", fault)
        abort(400)
    if key in OPEN_TO_ALL_SIGNED_IN:
        return
    needed = roles.declared_permission(callbacks[key]["callback"])
    if needed is None or not roles.permitted(here.actor(), needed):
        log.warning("callback %s refused to %s: needs %s", key, here.actor().name, needed or "a declaration")
        refused(here.installation(), here.actor(), f"the callback {key}", needed)
        abort(403)
