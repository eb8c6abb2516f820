"""Coming in (name and password, or a one-time link) and going out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from services import access, readiness
from services.access import LinkRefused, PasswordRefused, SignInRefused, TooManyTries
from web import here, session
from web.local_path import local_path

sign_in = Blueprint(
    "sign_in",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/sign-in/static",
)


@sign_in.get("/sign-in")
def form() -> ResponseReturnValue:
    """Show the form; whoever is signed in already goes on."""
    readiness.check(here.installation())
    wanted = local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(wanted)
    return session.drop_stale(make_response(_form_page(wanted)))


@sign_in.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in, then go where the person was going."""
    wanted = local_path(request.form.get("next"))
    name = request.form.get("name", "")
    try:
        signed_in = access.sign_in(here.installation(), name, request.form.get("password", ""), _address())
    except SignInRefused as fault:
        return make_response(_form_page(wanted, name=name, error=str(fault)), 401)
    except TooManyTries as fault:
        return _come_back(_form_page(wanted, name=name, error=str(fault)), fault)
    _leave_quietly()
    return session.begin(make_response(redirect(wanted, 303)), signed_in)


@sign_in.get("/link/<token>")
def link(token: str) -> ResponseReturnValue:
    """Show the form of a one-time link; looking at it does not use it up."""
    owner = access.link_owner(here.installation(), token)
    if owner is None:
        return make_response(_link_page(), 410)
    return make_response(_link_page(owner))


@sign_in.post("/link/<token>")
def choose(token: str) -> ResponseReturnValue:
    """Set the password of the link's person and sign them in."""
    password = request.form.get("password", "")
    owner = access.link_owner(here.installation(), token)
    if owner is None:
        return make_response(_link_page(), 410)
    if password != request.form.get("again", ""):
        differ = "The two passwords differ. Type the same one twice."
        return make_response(_link_page(owner, error=differ), 400)
    try:
        signed_in = access.set_password_by_link(here.installation(), token, password, _address())
    except PasswordRefused as fault:
        return make_response(_link_page(owner, error=str(fault)), 400)
    except LinkRefused as fault:
        return make_response(_link_page(error=str(fault)), 410)
    except TooManyTries as fault:
        return _come_back(_link_page(owner, error=str(fault)), fault)
    _leave_quietly()
    return session.begin(make_response(redirect("/", 303)), signed_in)


@sign_in.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session; from the next request on its cookie is worthless."""
    return session.end(make_response(redirect("/sign-in", 303)))


def _leave_quietly() -> None:
    """End the session the browser came with, so that only the new one is left (S7)."""
    if current_user.is_authenticated:
        access.sign_out(here.installation(), current_user.actor, current_user.token)


def _come_back(page: str, fault: TooManyTries) -> Response:
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(fault.seconds)
    return response


def _form_page(wanted: str, name: str = "", error: str | None = None) -> str:
    return render_template(
        "sign_in.html", wanted=wanted, name=name, error=error, contact=here.installation().settings.contact
    )


def _link_page(owner: str | None = None, error: str | None = None) -> str:
    """Draw the form for the link's owner; without one, why there is none."""
    return render_template(
        "link.html",
        owner=owner,
        error=error or (None if owner else str(LinkRefused())),
        shortest=access.SHORTEST_PASSWORD,
        contact=here.installation().settings.contact,
    )


def _address() -> str:
    """Give the address of who asks; of a proxy's client only where ``proxies`` says how many to trust."""
    return request.remote_addr or "unknown"
