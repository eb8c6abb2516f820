"""One guideline: what it asks, what is done, the evidence, its state by a rule, history, owner, feedback."""

from __future__ import annotations

from typing import Any

import dash
from dash import dcc, html

from components import feedback, frame, marks, states
from components import guidelines as parts
from components.card import card, cards
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _guidelines_work,
)
from services.guidelines import page
from services.guidelines.page import GuidelinePage, NoSuchGuideline
from services.guidelines.rules import RulesError
from services.roles import permission
from web import here

BACK = ("Guidelines", "/guidelines")


def _title(guideline: str = "") -> str:
    """Name the guideline in the title of the window, where there is one of that name."""
    try:
        return f"{page.named(guideline).id} - Keepsight"
    except (NoSuchGuideline, RulesError):
        return "Guideline - Keepsight"


# last of all, so that pages with an address of their own under /guidelines come first
dash.register_page(__name__, path_template="/guidelines/<guideline>", title=_title, order=99)


@permission("see-guidelines")
def layout(guideline: str = "", **_query: str) -> html.Main:
    """Lay the page out."""
    installation = here.installation()
    try:
        found = page.gather(installation, here.actor(), guideline)
    except NoSuchGuideline as fault:
        return frame.page("No such guideline", states.empty("There is nothing here", str(fault)), back=BACK)
    except RulesError as fault:
        return frame.page("Guideline", states.error("It cannot be judged", str(fault), ""), back=BACK)
    rule, contact = found.card.rule, installation.settings.contact
    path = f"/guidelines/{rule.id}"
    return frame.page(
        f"{rule.id} {rule.title}",
        _guidelines_work.region(found.work, may=found.may_refresh, path=path),
        cards(
            [
                card("How it stands", parts.standing(found.card)),
                card("What this system does", _does(found, contact, path)),
                _own(found),
                card(
                    "Evidence",
                    [*_lines(found), *parts.tables(found.tables)],
                    note="of this installation as a whole",
                    width="full",
                ),
                card("The rule", parts.rule(found.needs, found.rule_lines), width="full"),
                card("History", parts.history(found.points, found.rows, f"history-{rule.id}")),
                card(
                    "What people say of it",
                    [
                        *parts.said_of(found.feedback, rule.id),
                        html.Div(
                            feedback.opener(
                                "guideline", rule.id, guideline=rule.id, words="Object, or say something"
                            )
                        ),
                    ],
                ),
            ]
        ),
        html.Nav(_beside(found), className="ks-gl-beside", **{"aria-label": "Guidelines beside it"}),
        lede=rule.asks,
        badges=[parts.state_badge(found.card.state)],
        actions=_guidelines_work.button(found.work, may=found.may_refresh),
        back=BACK,
    )


def _does(found: GuidelinePage, contact: str, path: str) -> list[Any]:
    rule = found.card.rule
    rows = (
        []
        if rule.rows == path
        else [
            dcc.Link([marks.icon("bi-table"), html.Span("Raw rows")], href=rule.rows, className="ks-gl-rows")
        ]
    )
    return [
        html.P(rule.does, className="ks-sentence"),
        html.P(["Owner: ", html.Strong(found.card.owner), f". Questions: {contact}."]),
        *([html.P(rows)] if rows else []),
    ]


def _own(found: GuidelinePage) -> html.Section | None:
    if found.own is None and not found.own_missing:
        return None
    if found.own is None:
        return card(
            "Your own area", states.empty("Nothing of your own area", found.own_missing), width="full"
        )
    body = [
        html.P(found.own.headline, className="ks-gl-figure"),
        parts.lines(found.own.lines),
        *parts.tables(found.own.tables),
    ]
    return card("Your own area", body, width="full")


def _lines(found: GuidelinePage) -> list[Any]:
    if found.withheld:
        return [html.P(found.withheld, className="ks-card-note")]
    if found.lines:
        return [parts.lines(found.lines)]
    return [] if found.tables else [html.P("Nothing was found yet.", className="ks-card-note")]


def _beside(found: GuidelinePage) -> list[Any]:
    before = [dcc.Link([marks.icon("bi-arrow-left"), found.before], href=f"/guidelines/{found.before}")]
    after = [dcc.Link([found.after, marks.icon("bi-arrow-right")], href=f"/guidelines/{found.after}")]
    return [*(before if found.before else []), *(after if found.after else [])]
