"""The access log: one line a request, without addresses of people's data and without secrets."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, g, request

from config.settings import Settings
from web import here

log = logging.getLogger("keepsight.requests")

# Asked for often and never of interest.
QUIET = ("/assets/", "/_dash-component-suites/", "/sign-in/static/", "/healthz", "/readyz")


def set_up_logs(settings: Settings) -> None:
    """Write our logs to standard error: requests in production, in development only what needs somebody."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    ours = logging.getLogger("keepsight")
    ours.handlers = [handler]
    ours.propagate = False
    ours.setLevel(logging.INFO if settings.env == "production" else logging.WARNING)


def log_requests(server: Flask) -> None:
    """Write a line when a request was answered: id, method, route, status, milliseconds, who.

    The route is the rule (``/link/<token>``), never the address: one-time links and the ids of
    customers stand in addresses and are nobody's business here.
    """

    @server.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @server.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-Id"] = here.request_id()
        if not request.path.startswith(QUIET):
            route = request.url_rule.rule if request.url_rule is not None else "(no route)"
            took = (time.perf_counter() - g.started) * 1000 if "started" in g else 0.0
            person = getattr(g.get("_login_user"), "id", None)
            person = "-" if person is None or g.get("leave_no_name") else person
            line = "%s %s %s %d %.1f ms %s"
            log.info(line, here.request_id(), request.method, route, response.status_code, took, person)
        return response
