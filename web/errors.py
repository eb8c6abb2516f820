"""What people see when something fails: a sentence and a request id; the log has the rest."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence

from dash.exceptions import DependencyException, PreventUpdate
from flask import Flask, Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from services.readiness import NotPrepared, Unavailable
from services.refusals import refused
from services.roles import NotPermitted
from web import here

log = logging.getLogger("keepsight.errors")

AGAIN = "Go back and try again."

WORDS = {
    400: ("That request cannot be read", "Something in it is not as it should be.", AGAIN),
    401: ("You are signed out", "Your session has ended.", "Sign in again, then repeat the action."),
    403: (
        "Not permitted",
        "Your role may not do this, or the request did not come from our pages.",
        "Reload the page and try again; ask an administrator if you need it.",
    ),
    404: ("There is nothing here", "The address leads to no page of this house.", "Start at the overview."),
    405: ("That does not work here", "The address does not take this kind of request.", AGAIN),
    413: ("That is too large", "The request is larger than is accepted.", "Send less at once."),
    500: (
        "Something went wrong",
        "This is our fault, not yours.",
        "Try again; if it stays, tell your administrator the number below.",
    ),
    503: (
        "Not available just now",
        "A part that Keepsight needs does not answer.",
        "Wait a few seconds and try again.",
    ),
}

# Dash reads a callback's request in these; an error there comes from the request, not from us.
READING = {"_initialize_context", "_prepare_callback", "_inputs_to_vals"}


def answer_errors(server: Flask) -> None:
    """Answer every error in words, none with its traceback."""
    server.register_error_handler(HTTPException, _http)
    server.register_error_handler(NotPermitted, _not_permitted)
    server.register_error_handler(NotPrepared, _set_up)
    server.register_error_handler(Unavailable, _unavailable)
    server.register_error_handler(Exception, _unforeseen)
    server.register_error_handler(DependencyException, lambda _: answer(404))  # no such file of Dash's
    server.register_error_handler(PreventUpdate, lambda _: ("", 204))


def _http(fault: HTTPException) -> ResponseReturnValue:
    if fault.code is None or fault.code < 400:
        return fault
    return answer(fault.code)


def _not_permitted(fault: NotPermitted) -> ResponseReturnValue:
    log.warning("%s", fault)
    actor = here.signed_in()
    if actor is not None:
        refused(here.installation(), actor, f"the address {request.path}", None)
    return answer(403, str(fault))


def _set_up(fault: NotPrepared) -> ResponseReturnValue:
    """Say what to do where nothing was set up yet (a server that was started by gunicorn alone)."""
    log.error("%s not set up: %s", here.request_id(), fault)
    return answer(
        503,
        what="Keepsight is not set up yet",
        why="The server runs, but there are no tables, customers or people.",
        remedy="Whoever runs it types these, then reloads this page:",
        commands=("flask prepare", "flask user add NAME --role administrator"),
    )


def _unavailable(fault: Unavailable) -> ResponseReturnValue:
    """Say that the store does not answer; why is for the log, strangers are told nothing of the inside."""
    log.error("%s not available: %s", here.request_id(), fault)
    response = answer(503)
    response.headers["Retry-After"] = str(getattr(fault, "retry_after", 10))
    return response


def _unforeseen(fault: Exception) -> ResponseReturnValue:
    """Tell apart what the request did (400) and what we did (500)."""
    frames = traceback.extract_tb(fault.__traceback__)
    if request.path == "/_dash-update-component" and READING & {frame.name for frame in frames}:
        log.warning("%s callback refused: %s", here.request_id(), type(fault).__name__)
        return answer(400)
    log.error("%s unforeseen", here.request_id(), exc_info=fault)
    return answer(500)


def answer(
    code: int,
    why: str | None = None,
    *,
    what: str | None = None,
    remedy: str | None = None,
    commands: Sequence[str] = (),
) -> Response:
    """Make an error's answer: JSON for Dash and programs, a page for people."""
    usual = WORDS.get(code, WORDS[500] if code >= 500 else WORDS[400])
    words = {"what": what or usual[0], "why": why or usual[1], "remedy": remedy or usual[2]}
    number = here.request_id()
    if request.path.startswith("/_") or request.accept_mimetypes.best == "application/json":
        body = {"error": words["what"], "why": words["why"], "remedy": words["remedy"], "request": number}
        return make_response(jsonify(body), code)
    page = render_template("error.html", **words, commands=commands, request_id=number)
    return make_response(page, code)
