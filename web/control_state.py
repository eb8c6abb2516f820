"""Whether a version that a browser computes with may still answer: asked by open pages now and then."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from services import what_if
from web import here

control_state = Blueprint("control_state", __name__)


@control_state.get("/_control/<version>")
def may_go_on(version: str) -> Response:
    """Say why a page that holds this version must let go of it; "" while it may go on."""
    asked = request.args
    try:
        what_if.goes_on(
            here.installation(), here.actor(), version, asked.get("customer"), asked.get("left_out")
        )
    except LookupError as fault:
        return jsonify(why=str(fault))
    return jsonify(why="")
