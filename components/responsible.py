"""Who is responsible for this? The button in the foot of every page, and the answer that it opens."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from components import dialog, facts
from components.registry import moment

OPEN = "ks-responsible-open"
DIALOG = "ks-responsible"
ANSWER = "ks-responsible-answer"
SAID = "ks-responsible-said"


def opener() -> html.Button:
    """Build the button; the answer is looked up when it is pressed."""
    return dialog.opener(
        "Who is responsible for this?", DIALOG, sign="bi-person-check", kind="quiet", id=OPEN
    )


def place(contact: str) -> html.Dialog:
    """Build the dialog; until the answer is there it names whom to turn to."""
    return dialog.dialog(
        DIALOG,
        "Who is responsible for this?",
        [html.Div(html.P(f"Turn to {contact}."), id=ANSWER, className="ks-gov-answers",
                  **{"aria-live": "polite"})],
        [],
        said=SAID,
        leave="Close",
    )  # fmt: skip


def answer(found: Any) -> list[Any]:
    """Say who answers for a page (``services.responsible.Responsible``), and for what it stands on."""
    return [
        html.P(found.words, className="ks-md-verdict"),
        html.P(found.what),
        facts.facts(
            [
                facts.fact("Turn to", found.contact),
                *_version(found.version),
                *_data(found.data),
                facts.fact("Asked for by", _leading(found.guideline, f"/guidelines/{found.guideline}")),
            ]
        ),
        html.P(_leading("Models, reviews and problems: Governance", "/governance")),
    ]


def _leading(words: str, path: str) -> html.Span:
    """Lead to another page; the dialog stands in the frame, which stays, so it has to be closed."""
    return html.Span(dcc.Link(words, href=path), **{"data-closes": DIALOG})


def _version(version: Any) -> list[Any]:
    if version is None:
        return [facts.fact("Model in use", "none", missing=True)]
    signed = (
        [f"{version.signed_by}, ", moment(version.signed)] if version.signed_by else "nobody: it is a draft"
    )
    return [
        facts.fact("Model in use", html.Code(version.version[:8])),
        facts.fact("Its owner", version.owner or "nobody yet", missing=version.owner is None),
        facts.fact("Signed by", signed, missing=version.signed_by is None),
    ]


def _data(data: Any) -> list[Any]:
    if data is None:
        return [facts.fact("Customers in use", "none loaded", missing=True)]
    return [
        facts.fact("Data loaded by", data.owner or "not on record any more", missing=data.owner is None),
        facts.fact("Data", [f"{data.source}, ", moment(data.loaded)]),
    ]
