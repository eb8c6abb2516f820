"""The scorecard for the browser: one file a version, fetched once and kept, for it never changes."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Blueprint, Response, abort, request

from services import what_if
from web import here

scorecard_file = Blueprint("scorecard_file", __name__)

VERSIONS_KEPT = 4


@scorecard_file.get("/_scorecard/<version>.json")
def scorecard(version: str) -> Response:
    """Give the table of the version that answers; 404 for every other, whether it exists or not."""
    try:
        text = what_if.scorecard(here.installation(), here.actor(), version)
    except LookupError:
        abort(404)
    response = Response(text, mimetype="application/json")
    if request.accept_encodings["gzip"]:
        response.set_data(_packed(text))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


@lru_cache(maxsize=VERSIONS_KEPT)
def _packed(text: str) -> bytes:
    return gzip.compress(text.encode("ascii"), mtime=0)
