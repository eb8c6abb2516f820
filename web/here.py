"""Where a page or callback stands: the installation it serves, and who asks."""

from __future__ import annotations

from flask import current_app, g
from flask_login import current_user

from services.installation import Installation
from services.roles import Actor, NotPermitted

EXTENSION = "keepsight"


def installation() -> Installation:
    """Give the installation this process serves."""
    found: Installation = current_app.extensions[EXTENSION]
    return found


def signed_in() -> Actor | None:
    """Give who is signed in; None where nobody is."""
    actor: Actor | None = getattr(current_user, "actor", None)
    return actor


def actor() -> Actor:
    """Give who asks; NotPermitted where nobody is signed in."""
    found = signed_in()
    if found is None:
        raise NotPermitted("Nobody is signed in. Sign in, then repeat the action.")
    return found


def leave_no_name() -> None:
    """Let the access log not say whose request this is: it sends something without a name."""
    g.leave_no_name = True


def request_id() -> str:
    """Give the short id that the answer, its error message and the log line share."""
    found: str = g.get("request_id", "none")
    return found
