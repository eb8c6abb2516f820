"""What load balancers ask: is the process alive, is it ready to answer."""

from __future__ import annotations

import logging

from flask import Blueprint, Response, redirect, url_for
from flask.typing import ResponseReturnValue

from services import readiness
from web import here

log = logging.getLogger("keepsight.health")

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Say that the process lives; asks nothing else, so that a slow store restarts nobody."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Say whether the store answers; 503 until it does. Why not is in the log alone."""
    try:
        readiness.check(here.installation())
    except readiness.Unavailable as fault:
        log.warning("not ready: %s", fault)
        return Response("not ready\n", 503, {"Retry-After": "5"}, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")


@health.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Lead browsers that ask at the old place to our mark."""
    return redirect(url_for("sign_in.static", filename="mark.svg"))
