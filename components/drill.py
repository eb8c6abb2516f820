"""The two-minute drill: its steps, what was done in each, and what comes out of fail-safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import marks
from components.control import moment

TITLES: Mapping[str, str] = {
    "hide": "Hide model output for yourself",
    "show": "Show it to yourself again",
    "who": "Find who can stop it for everybody",
    "ask": "Ask that it be stopped",
    "preview": "See what a switch would do, and throw none",
}


def steps(names: Sequence[str], done: Mapping[str, Any], now: str | None, part: Any) -> html.Ol:
    """List the steps: what was done, the one that is due with its controls (``part``), those to come."""
    return html.Ol(
        [_step(name, done.get(name), part if name == now else None) for name in names],
        className="ks-dr-steps",
    )


def _step(name: str, did: Any, part: Any) -> html.Li:
    sign, kind, words = ("bi-circle", "todo", "to come")
    if did is not None:
        sign, kind, words = "bi-check-circle-fill", "done", "done"
    elif part is not None:
        sign, kind, words = "bi-arrow-right-circle-fill", "now", "now"
    heading = html.H3([marks.icon(sign), TITLES[name], html.Span(f" ({words})", className="visually-hidden")])
    body = [heading]
    if did is not None:
        body.append(
            html.P(f"{_told(name, did)} After {did.get('seconds', 0):.0f} s.", className="ks-card-note")
        )
    if name == "preview" and did is not None:
        body.append(html.Ul([html.Li(one) for one in did.get("seen") or ()], className="ks-dialog-list"))
    if part is not None:
        body.append(html.Div(part, className="ks-dr-part"))
    return html.Li(body, className=f"ks-dr-step ks-dr-{kind}", **({"aria-current": "step"} if part else {}))


def _told(name: str, did: Mapping[str, Any]) -> str:
    if name == "hide":
        return "The figure went away: you saw facts only, and everybody else went on as before."
    if name == "show":
        return f"The figure came back: {did.get('seen')}."
    if name == "who":
        tries = did.get("tries", 1)
        return "Right: managers and administrators." + (f" At try {tries}." if tries > 1 else "")
    if name == "ask":
        return f"Your request {did.get('request')} is in the list, marked as a drill, and was answered."
    return "Nothing was thrown."


def result(drill: Any, meant_seconds: int) -> html.Div:
    """Say how the last drill ended (``passed, seconds, ended``)."""
    if not drill.passed:
        return html.P(["You left the last one ", moment(drill.ended), ". It counts for nothing."])
    took = round(drill.seconds)
    badge = marks.badge("done", "ok")
    quick = "" if took <= meant_seconds else " It may take two minutes; the next one will be quicker."
    return html.Div(
        html.P([badge, f" In {took} seconds, ", moment(drill.ended), f".{quick}"], className="ks-sentence"),
        role="status",
    )


def tried(found: Any) -> html.Div:
    """Say what came of trying fail-safe (``passed, words``)."""
    verdict = marks.badge("it works", "ok") if found.passed else marks.badge("it does not work", "alarm")
    return html.Div(html.P([verdict, " ", found.words]), className="ks-dr-tried")
