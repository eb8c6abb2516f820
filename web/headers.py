"""The headers every answer carries: what the browser may load, keep and tell others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Flask, Response, request

A_YEAR_SECONDS = 31_536_000

# Tried in Chromium with graphs, AG Grid, dropdowns and date pickers: no violation. Dash, Plotly and AG Grid
# add <style> elements, hence 'unsafe-inline' for those; style attributes in HTML stay forbidden, and scripts
# run only from our own files and by the hashes of Dash's start-up lines.
POLICY = (
    "default-src 'none'",
    "script-src 'self'{hashes}",
    "style-src 'self' 'unsafe-inline'",
    "style-src-attr 'none'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
)

STEADY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
}


def add_headers(server: Flask, hashes: Callable[[], Sequence[str]], *, secure: bool) -> None:
    """Put the headers on every answer of the server.

    Parameters
    ----------
    hashes : callable
        Gives the hashes of Dash's inline scripts. Asked at each page, not once: Dash adds a script at
        its first request. All hashes ever given are kept, for pages that are still open.
    secure : bool
        Whether people come by https, so that browsers may insist on it.
    """
    known: dict[str, None] = {}

    @server.after_request
    def _dress(response: Response) -> Response:
        if response.mimetype == "text/html":
            known.update(dict.fromkeys(hashes()))
        policy = "; ".join(POLICY).format(hashes="".join(f" {item}" for item in known))
        response.headers["Content-Security-Policy"] = policy
        for name, value in STEADY.items():
            response.headers[name] = value
        if secure:
            response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR_SECONDS}; includeSubDomains"
        response.headers["Cache-Control"] = _keeping(response)
        response.headers.pop("Server", None)
        return response


def _keeping(response: Response) -> str:
    """Files named by their version stay in this browser for a year; pages and answers nowhere."""
    is_file = request.path.startswith(("/assets/", "/_dash-component-suites/", "/sign-in/static/"))
    is_scorecard = request.endpoint == "scorecard_file.scorecard"  # its version is the hash of its content
    if response.status_code not in (200, 304) or not (is_file or is_scorecard):
        return "no-store"
    named = request.path.rsplit("/", 1)[-1]
    fingerprinted = is_scorecard or "m" in request.args or "v" in request.args or ".v" in named
    return f"private, max-age={A_YEAR_SECONDS}, immutable" if fingerprinted else "private, no-cache"
