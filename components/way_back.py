"""What would bring one customer below a line: each way as a card, or why there is none."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from dash import dcc, html

from components import states
from components.format import money, share
from components.marks import icon, stamp_line

NOT_PROVEN = (
    "These are proposals. The model has seen these things go together with staying, which does not prove "
    "that they cause it; try them on some customers first."
)


def way_back(found: Any) -> list[Any]:
    """Show what was found (``services.way_back.WayBack``)."""
    if found.refused:
        nothing = states.empty("No advice here", found.refused, sign="bi-slash-circle")
        return [nothing, stamp_line(found.stamp)]
    if not found.ways:
        first, *others = found.why
        sentence = html.P(first, className="ks-sentence")
        return [sentence, *_best(found), *_notes(others), stamp_line(found.stamp)]
    cards = [_card(way, place, found) for place, way in enumerate(found.ways, start=1) if way.changes]
    doubts = [] if all(way.is_measured for way in found.ways) else [NOT_PROVEN]
    return [
        html.P(_lead(found), className="ks-sentence"),
        *([html.Ol(cards, className="ks-wb-ways"), *_notes([*doubts, *found.why])] if cards else []),
        stamp_line(found.stamp),
    ]


def _goal(found: Any) -> str:
    if found.is_line:
        return f"below the at-risk line of {share(found.target)}"
    return f"to {share(found.target)} or below"


def _lead(found: Any) -> str:
    if not found.ways[0].changes:
        return f"The chance of leaving is {share(found.chance)} already; nothing has to be done."
    count = "One way" if len(found.ways) == 1 else f"{len(found.ways)} ways"
    return f"{count} from {share(found.chance)} {_goal(found)}, the cheapest first. Only what is ours moves."


def _best(found: Any) -> list[Any]:
    if found.best is None:
        return []
    return [html.Ol([_card(found.best, 0, found)], className="ks-wb-ways")]


def _card(way: Any, place: int, found: Any) -> html.Li:
    """Build a way; ``place`` 0 is the lowest that can be reached."""
    title = f"Way {place}" if place else "The lowest that can be reached"
    head = [
        html.H3(title, className="ks-wb-title"),
        html.P(
            [
                html.Span(share(way.before)),
                icon("bi-arrow-right"),
                html.Span("to", className="visually-hidden"),
                html.Strong(share(way.after), className="ks-wb-after"),
            ],
            className="ks-wb-chance",
        ),
    ]
    amount = money(way.cost, found.stamp.currency, found.stamp.decimals)
    cost = f"{amount} a month" if way.cost else "at no cost"
    return html.Li(
        [
            html.Div(head, className="ks-wb-head"),
            *_moves(way),
            html.P(cost, className="ks-wb-cost"),
            _try(way, found.id),
        ],
        className="ks-wb-way",
    )


def _moves(way: Any) -> list[Any]:
    rows = [html.Li([html.Span(one.label), _ends(one)]) for one in way.moves]
    follows = [html.Li([html.Span(f"{one.label} follows"), _ends(one)]) for one in way.followed]
    return [
        html.P(way.text, className="visually-hidden"),
        html.Ul([*rows, *follows], className="ks-wb-moves", **{"aria-hidden": "true"}),
    ]


def _ends(one: Any) -> html.Span:
    return html.Span([one.before, icon("bi-arrow-right"), html.Strong(one.after)], className="ks-wb-ends")


def _try(way: Any, key: str) -> dcc.Link:
    moved = quote(urlencode(way.changes), safe="")
    where = f"/what-if?customer={quote(key, safe='')}&moved={moved}"
    return dcc.Link([icon("bi-sliders2"), "Try it in What-if"], href=where, className="ks-wb-try")


def _notes(texts: list[str]) -> list[Any]:
    if not texts:
        return []
    return [html.Ul([html.Li(text) for text in texts], className="ks-wb-notes")]
