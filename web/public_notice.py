"""The notice for people outside: the one page that needs no account."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from services import complaints
from services.public_notice import public_notice
from web import here

public = Blueprint("public", __name__, template_folder="templates")


@public.get("/about")
def about() -> ResponseReturnValue:
    """Say to anybody that a model advises here, what it reads, and that people decide."""
    installation = here.installation()
    is_open = complaints.is_open(installation)
    return render_template("about.html", notice=public_notice(installation), complaints_open=is_open)
