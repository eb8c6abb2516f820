"""The data sheet as a file to keep: one HTML page that stands alone."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from services import data_sheet
from services.roles import NotPermitted
from web import here

data_sheet_file = Blueprint("data_sheet_file", __name__)


@data_sheet_file.get("/governance/data-sheet.html")
def sheet() -> Response:
    """Give the sheet of the customers in use; 404 where there are none, 403 to who may not see it."""
    try:
        found = data_sheet.make(here.installation(), here.actor())
    except NotPermitted:
        abort(403)
    except LookupError:
        abort(404)
    response = Response(data_sheet.page(found), mimetype="text/html")
    name = f"data-sheet-{found.snapshot[:12]}.html"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
