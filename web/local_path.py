"""Where to go after signing in: a page of this house, never another one's."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

HOME = "/"
NOT_PAGES = ("/sign-in", "/sign-out", "/link", "/_", "/assets", "/healthz", "/readyz")


def local_path(asked: str | None) -> str:
    """Give the path asked for when it is one of our pages, else the first page (S11).

    Browsers drop tabs and newlines, read a backslash as a slash and two slashes as another host; so
    the value is judged both as written and once decoded.
    """
    if not asked or len(asked) > 2000:
        return HOME
    for written in (asked, unquote(asked)):
        parts = urlsplit(written) if written.isprintable() and "\\" not in written else None
        if parts is None or parts.scheme or parts.netloc:
            return HOME
        path = written.partition("?")[0]
        if not path.startswith("/") or "//" in path or path.startswith(NOT_PAGES):
            return HOME
    return asked
