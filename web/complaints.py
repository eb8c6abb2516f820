"""The complaint form for people outside, and where they follow what became of it, without an account."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from services import complaints as service
from services import feedback_work
from services.feedback import LONGEST, FeedbackRefused, NoSuchFeedback
from services.feedback_due import due
from services.feedback_receipts import TooManyTries
from web import here

complaints = Blueprint("complaints", __name__, template_folder="templates")

LONGEST_ID = 200


@complaints.get("/complaint")
def form() -> ResponseReturnValue:
    """Show the form, where it is open."""
    _open_or_gone()
    return _form()


@complaints.post("/complaint")
def send() -> ResponseReturnValue:
    """Keep a complaint and give its receipt number, here and nowhere else."""
    _open_or_gone()
    told = {name: request.form.get(name, "") for name in ("about", "customer", "text", "once")}
    try:
        sent = service.send(here.installation(), _address(), **told)
    except TooManyTries as fault:
        return _come_back(_form(told, str(fault)), fault)
    except FeedbackRefused as fault:
        return make_response(_form(told, str(fault)), 400)
    installation = here.installation()
    by = due(installation.settings, "complaint", installation.store.clock())
    return render_template("complaint_sent.html", receipt=sent.receipt, due=by)


@complaints.get("/complaint/follow")
def ask() -> ResponseReturnValue:
    """Ask for a receipt number; it never stands in an address."""
    _open_or_gone()
    return render_template("complaint_follow.html")


@complaints.post("/complaint/follow")
def follow() -> ResponseReturnValue:
    """Show what became of a complaint; numbers that open nothing are all answered alike."""
    _open_or_gone()
    try:
        told = service.seen(here.installation(), _address(), request.form.get("receipt", ""))
    except TooManyTries as fault:
        return _come_back(render_template("complaint_follow.html", error=str(fault)), fault)
    except NoSuchFeedback as fault:
        return make_response(render_template("complaint_follow.html", error=str(fault)), 404)
    changes = feedback_work.changes_of(here.installation(), told.item)
    return render_template("complaint_follow.html", told=told, changes=changes)


def _form(told: dict[str, str] | None = None, error: str | None = None) -> str:
    """Draw the form; each has a key of its own, by which one sent twice is one complaint."""
    values: dict[str, Any] = {"about": "", "customer": "", "text": ""} | (told or {})
    values["once"] = values.get("once") or secrets.token_hex(16)
    return render_template(
        "complaint.html",
        values=values,
        error=error,
        about=service.ABOUT,
        longest=LONGEST,
        longest_id=LONGEST_ID,
        contact=here.installation().settings.contact,
    )


def _open_or_gone() -> None:
    if not service.is_open(here.installation()):
        abort(404)


def _come_back(page: str, fault: TooManyTries) -> Response:
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(fault.seconds)
    return response


def _address() -> str:
    """Give the address of who asks; of a proxy's client only where ``proxies`` says how many to trust."""
    return request.remote_addr or "unknown"
