"""Whether a version that a browser computes with may still answer: asked by open pages now and then."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from services import what_if
from web import here

control_state = Blueprint("control_state", __name__)


@control_state.get("/_control/<version>")
def may_go_on(version: str) -> Response:
    """Say why a page that holds this version must let go of it; "" while it may go on."""
    try:
        what_if.scorecard(here.installation(), here.actor(), version)
    except LookupError as fault:
        return jsonify(why=str(fault))
    return jsonify(why="")
