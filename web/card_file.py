"""The card of a version as a file to keep: one HTML page that stands alone."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from services import card
from services.roles import NotPermitted
from web import here

card_file = Blueprint("card_file", __name__)


@card_file.get("/model/card/<version>.html")
def model_card(version: str) -> Response:
    """Give the card of a version; 404 where there is none, 403 to who sees no models."""
    try:
        found = card.show(here.installation(), here.actor(), version)
    except NotPermitted:
        abort(403)
    except LookupError:
        abort(404)
    response = Response(found.html, mimetype="text/html")
    name = f"model-card-{found.version[:12]}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
