"""Sessions: a random id in a cookie, its row in the store, a token against forged requests."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import Flask, Request, Response, current_app, request
from flask_login import LoginManager, UserMixin, current_user

from services import access
from services.access import SignedIn
from services.roles import Actor
from web import here

TOKEN_FIELD = "csrf_token"
TOKEN_HEADER = "X-CSRFToken"


class Person(UserMixin):
    """Who is signed in, as flask-login wants it."""

    def __init__(self, actor: Actor, token: str) -> None:
        self.actor = actor
        self.token = token
        self.id = actor.id


def open_sessions(server: Flask, key: str, *, secure: bool) -> None:
    """Let the server know its people by their session cookie.

    Cookies of one host are shared by all its ports, so their names carry a mark of the key: two
    installations on one machine do not sign each other's people out.
    """
    mark = hashlib.sha256(b"cookie names" + key.encode()).hexdigest()[:8]
    # __Host- makes browsers refuse the cookie unless it is Secure, for this host alone and for all paths.
    server.config["KEEPSIGHT_SESSION_COOKIE"] = f"__Host-keepsight-{mark}" if secure else f"keepsight-{mark}"
    server.config["KEEPSIGHT_TOKEN_COOKIE"] = f"_csrf_token_{mark}"
    server.config["KEEPSIGHT_SECURE"] = secure
    server.secret_key = key
    # Flask's own signed session is not used; should a library use it, its cookie is as strict as ours.
    server.config.update(
        SESSION_COOKIE_NAME=f"keepsight-flask-{mark}",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(_person)
    manager.init_app(server)


def _person(asked: Request) -> Person | None:
    token = asked.cookies.get(current_app.config["KEEPSIGHT_SESSION_COOKIE"])
    if not token or len(token) > 200:
        return None
    actor = access.session_actor(here.installation(), token)
    return None if actor is None else Person(actor, token)


def csrf_token(session_token: str | None = None) -> str:
    """Give the token that unsafe requests of a session carry; empty where nobody is signed in."""
    session_token = session_token or getattr(current_user, "token", None)
    if session_token is None:
        return ""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, b"csrf:" + session_token.encode(), hashlib.sha256).hexdigest()


def carries_token(asked: Request) -> bool:
    """Say whether a request carries the token of its session, in the header or as a form's field."""
    given = asked.headers.get(TOKEN_HEADER)
    if given is None and asked.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given = asked.form.get(TOKEN_FIELD)
    expected = csrf_token()
    return bool(given) and bool(expected) and hmac.compare_digest(str(given).encode(), expected.encode())


def begin(response: Response, signed_in: SignedIn) -> Response:
    """Hand a new session to the browser."""
    lifetime = here.installation().settings.session_hours * 3600
    strict: dict[str, Any] = {
        "secure": current_app.config["KEEPSIGHT_SECURE"],
        "samesite": "Lax",
        "path": "/",
        "max_age": lifetime,
    }
    response.set_cookie(
        current_app.config["KEEPSIGHT_SESSION_COOKIE"], signed_in.token, httponly=True, **strict
    )
    # Readable by our scripts: Dash copies it into a header of every callback. Worthless alone.
    response.set_cookie(
        current_app.config["KEEPSIGHT_TOKEN_COOKIE"],
        csrf_token(signed_in.token),
        httponly=False,
        **(strict | {"samesite": "Strict"}),
    )
    return response


def end(response: Response) -> Response:
    """End the session of this request, in the store and in the browser."""
    person = current_user
    if getattr(person, "token", None) is not None:
        access.sign_out(here.installation(), person.actor, person.token)
    for name in ("KEEPSIGHT_SESSION_COOKIE", "KEEPSIGHT_TOKEN_COOKIE"):
        response.delete_cookie(
            current_app.config[name], path="/", secure=current_app.config["KEEPSIGHT_SECURE"], samesite="Lax"
        )
    return response


def drop_stale(response: Response) -> Response:
    """Take a cookie back whose session has ended, so that the browser stops sending it."""
    name = current_app.config["KEEPSIGHT_SESSION_COOKIE"]
    if name in request.cookies and not current_user.is_authenticated:
        response.delete_cookie(name, path="/", secure=current_app.config["KEEPSIGHT_SECURE"], samesite="Lax")
    return response
