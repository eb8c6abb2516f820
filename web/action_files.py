"""The list of an action, as a file: streamed, so that a million rows need no memory."""

from __future__ import annotations

from flask import Blueprint, Response

from services import action_export
from services.actions import ActionRefused, NoSuchAction
from web import here
from web.errors import answer

action_files = Blueprint("action_files", __name__)


@action_files.get("/actions/<action_id>.csv")
def listed(action_id: str) -> Response:
    """Give who is contacted for an action."""
    try:
        found = action_export.export(here.installation(), here.actor(), action_id)
    except NoSuchAction as fault:
        return answer(404, str(fault))
    except ActionRefused as fault:
        return answer(400, str(fault))
    response = Response(found.lines, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response
