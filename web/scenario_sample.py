"""The sample that scenarios are previewed on, and the proof that browser and server agree, as bytes."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Blueprint, Response, abort, request

from services import scenario_page
from services.log import NoSuchEntry
from services.scenario_page import AnsweredOtherwise
from services.scenarios import NoModel
from web import here

scenario_sample = Blueprint("scenario_sample", __name__)


@scenario_sample.get("/_scenario/<version>/<snapshot>.sample")
def sample(version: str, snapshot: str) -> Response:
    """Give the sample of the customers and model that answer; 404 for every other."""
    try:
        packed = scenario_page.sample(here.installation(), here.actor(), version, snapshot)
    except LookupError:
        abort(404)
    response = Response(packed, mimetype="application/octet-stream")
    if request.accept_encodings["gzip"]:
        response.set_data(_smaller(packed))
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    return response


@scenario_sample.get("/_scenario/<int:entry>.proof")
def proof(entry: int) -> Response:
    """Give the server's chances of the sample for an answer on record; 404 where there is none.

    Nothing (204) is there to compare with where the model was changed or stopped in this moment.
    """
    try:
        chances = scenario_page.proof(here.installation(), here.actor(), entry)
    except (AnsweredOtherwise, NoModel):
        return Response(status=204)
    except (LookupError, NoSuchEntry):
        abort(404)
    return Response(chances, mimetype="application/octet-stream")


@lru_cache(maxsize=2)
def _smaller(packed: bytes) -> bytes:
    return gzip.compress(packed, compresslevel=3, mtime=0)
