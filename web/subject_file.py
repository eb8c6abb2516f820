"""All that is held about one customer as a file: a page that stands alone, or JSON."""

from __future__ import annotations

import json
import re

from flask import Blueprint, Response, abort, render_template, request

from services import subject
from services.roles import NotPermitted
from services.subject import NoSuchCustomer
from services.subject_file import plain
from web import here

subject_file = Blueprint("subject_file", __name__)

KINDS = {"json": "application/json", "html": "text/html"}


@subject_file.get("/subject/file.<kind>")
def taken_out(kind: str) -> Response:
    """Give it; 404 where nothing is held, 403 to who may not see it. It is on record before it leaves."""
    if kind not in KINDS:
        abort(404)
    try:
        found = subject.of(here.installation(), here.actor(), request.args.get("customer", ""), step="file")
    except NotPermitted:
        abort(403)
    except NoSuchCustomer:
        abort(404)
    told = plain(found)
    text = (
        json.dumps(told, ensure_ascii=False, indent=1)
        if kind == "json"
        else render_template("subject_file.html", told=told)
    )
    response = Response(text, mimetype=KINDS[kind])
    named = re.sub(r"[^A-Za-z0-9_-]+", "-", found.id)[:60].strip("-") or "customer"
    response.headers["Content-Disposition"] = f'attachment; filename="held-about-{named}.{kind}"'
    return response
