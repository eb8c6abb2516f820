"""The log as a file, narrowed as the page is."""

from __future__ import annotations

from flask import Blueprint, Response, request

from services import log_export
from services.log_view import NoSuchView
from web import here
from web.errors import answer

log_files = Blueprint("log_files", __name__)

TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


@log_files.get("/log.<form>")
def taken_out(form: str) -> Response:
    """Give the entries that who asks may read; the query is that of the page."""
    try:
        found = log_export.export(here.installation(), here.actor(), form, request.args.to_dict())
    except NoSuchView as fault:
        return answer(400, str(fault))
    response = Response(found.lines, mimetype=TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
