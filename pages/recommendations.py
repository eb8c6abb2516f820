"""Recommendations: pick a title, read what goes with it and why, choose, and see the table move."""

from __future__ import annotations

from typing import Any

import dash
from dash import ClientsideFunction, Input, Output, State, callback, clientside_callback, dcc, html

from components import feedback, frame, marks, notices, recommendations, states
from components.card import card
from components.format import count
from components.recommendations_map import reading, table_map
from components.recommendations_settings import ranker
from config.glossary import meaning
from pages import _foot, _recommendations_deeds  # noqa: F401  (registers the foot's and the deeds' callbacks)
from pages._recommendations_ids import Ids
from pages._recommendations_settings import quality_card, settings_card
from services.installation import NothingLoaded
from services.recommender import answers, settings
from services.recommender.names import NoCatalogue
from services.roles import NotPermitted, permission, permitted
from web import here

dash.register_page(__name__, path="/recommendations", title="Recommendations - Keepsight", order=5)

LEDE = "Pick a title: what goes with it, and on whose choices that stands."
NOT_SO = (LookupError, ValueError, NotPermitted)
MOST_CATEGORIES = 24


@permission("see-recommendations")
def layout(item: str = "", customer: str = "", **_others: str) -> html.Main:
    """Lay the page out; ``?item=`` is what is picked, ``?customer=`` whom it is for."""
    try:
        setting, revision = settings.current(here.installation())
    except (NoCatalogue, NothingLoaded) as fault:
        nothing = states.empty("Nothing to recommend yet", "There are no titles.", sign="bi-collection")
        return frame.page(
            "Recommendations",
            html.Section([nothing, notices.notice(str(fault))], className="ks-card"),
            lede=LEDE,
        )
    return frame.page(
        "Recommendations",
        *[dcc.Store(id=name) for name in (Ids.DEED, Ids.DONE, Ids.USED, Ids.ASKED, Ids.CELL)],
        dcc.Store(id=Ids.PICKED, data=item or None),
        dcc.Store(id=Ids.CUSTOMER, data=customer or None),
        html.Div(
            [
                recommendations.picker(
                    Ids.SEARCH, Ids.FOUND, "Pick a title", hint="Type a title or a category"
                ),
                *([] if customer else [html.Div(id=Ids.DRAW, className="ks-rec-drawing")]),
            ],
            className="ks-rec-top",
        ),
        html.P(recommendations.before(customer), className="ks-card-note ks-rec-before"),
        html.Div(id=Ids.SAID, className="ks-rec-said", tabIndex="-1", role="status"),
        *([] if customer else [html.Div(id=Ids.WAITING)]),
        html.Div(
            [
                html.Div(html.Div(_waiting(), id=Ids.LIST, className="ks-refresh")),
                html.Div([_map_card(), _own_card(customer), settings_card(setting, revision, here.actor())]),
                html.Div(quality_card(), className="ks-rec-wide"),
            ],
            className="ks-rec",
        ),
        lede=[LEDE, " ", dcc.Link("A worked example", href="/recommendations/example")],
        badges=[_for(customer)] if customer else [],
    )


def _for(customer: str) -> html.Span:
    link = dcc.Link(f"customer {customer}", href=f"/customer?id={customer}", className="ks-quiet-link")
    return html.Span(["for\u00a0", link], className="ks-badge ks-badge-warn")


def _waiting() -> html.Section:
    return card("What goes with it", states.loading(), width="full")


def _map_card() -> html.Section:
    return card(
        "Which categories go together",
        html.Div(states.loading(), id=Ids.MAP, className="ks-refresh"),
        note="co-choices of everybody; what is chosen together stands together",
        help_text=meaning("co-choices"),
        width="full",
    )


def _own_card(customer: str) -> html.Section:
    title = f"Choices of customer {customer}" if customer else "Your choices"
    hidden = [html.H3("Hidden", className="ks-part-title"), html.Div(id=Ids.HIDDEN)]
    return card(title, [html.Div(id=Ids.OWN), *hidden], note="latest first", width="full")


# --- the list ----------------------------------------------------------------------------------------


@callback(
    Output(Ids.LIST, "children"),
    Output(Ids.USED, "data"),
    Input(Ids.PICKED, "data"),
    Input(Ids.DONE, "data"),
    State(Ids.CUSTOMER, "data"),
)
@permission("see-recommendations")
def show_list(item: Any, _done: Any, customer: Any) -> tuple[Any, Any]:
    """List what goes with the title that is picked, or what many chose while none is; on record."""
    try:
        return _begun(_text(customer)) if not item else _answered(str(item), _text(customer))
    except NOT_SO as fault:
        nothing = states.empty("No recommendations here", str(fault), sign="bi-search")
        return html.Section(nothing, className="ks-card"), {"cells": []}


def _begun(customer: str | None) -> tuple[Any, Any]:
    found = answers.start(here.installation(), here.actor(), customer)
    body = [
        html.P(found.said, className="ks-rec-lead"),
        recommendations.popular(found.popular, customer, may_choose=_may_choose(customer)),
    ]
    return card("Popular with everybody", body, width="full"), {"cells": []}


def _answered(item: str, customer: str | None) -> tuple[Any, Any]:
    installation, actor = here.installation(), here.actor()
    found = answers.recommend(installation, actor, item, customer=customer)
    _setting, revision = settings.current(installation)
    may_choose = _may_choose(customer)
    own = answers.start(installation, actor, customer, popular=False).own
    body = [
        ranker(found.ranker, revision, may_change=permitted(actor, "change-recommender")),
        *recommendations.listed(found, may_choose=may_choose),
        _why_not(),
        html.Div(feedback.opener("recommendation", found.picked.title)),
        html.P(
            [
                html.Span("Counts of choices, measured; no model figure."),
                dcc.Link(
                    f"log entry {found.entry}", href=f"/log?entry={found.entry}", className="ks-quiet-link"
                ),
            ],
            className="ks-rec-foot",
        ),
    ]
    shown = card(
        f"Because {'the customer' if customer else 'you'} picked {found.picked.title}",
        body,
        note=", ".join(found.picked.categories),
        tools=_choose_picked(found.picked, own) if may_choose else None,
        width="full",
    )
    cells = [[cell.row, cell.column] for one in found.items for cell in one.cells]
    return shown, {"cells": cells, "has_list": bool(found.items), "words": _in_short(found)}


def _choose_picked(picked: Any, own: Any) -> Any:
    if any(one.item == picked.item for one in own):
        return marks.badge("chosen already", "ok")
    return recommendations.choose(picked.item, picked.title, f"Choose {picked.title}")


def _in_short(found: Any) -> str:
    """Say for a live region what the list holds, without reading it out."""
    if not found.items:
        return found.nothing
    first = found.items[0].title
    return f"{count(len(found.items), 'title')} for {found.picked.title}; the first is {first}."


def _why_not() -> html.Div:
    asked = recommendations.picker(
        Ids.WHY, Ids.WHY_FOUND, "Why is another title not here?", hint="Type the other title"
    )
    answer = html.P(id=Ids.REASON, className="ks-rec-answer", **{"aria-live": "polite"})
    return html.Div([asked, answer], className="ks-rec-why")


@callback(
    Output(Ids.REASON, "children"),
    Input(Ids.ASKED, "data"),
    State(Ids.PICKED, "data"),
    State(Ids.CUSTOMER, "data"),
    prevent_initial_call=True,
)
@permission("see-recommendations")
def show_reason(other: Any, item: Any, customer: Any) -> str:
    """Say why another title is not in the list, or where in it."""
    if not (other and item):
        return ""
    try:
        return answers.why_not(
            here.installation(), here.actor(), str(item), str(other), customer=_text(customer)
        )
    except NOT_SO as fault:
        return str(fault)


def _search(field: str, options: str) -> None:
    @callback(Output(options, "children"), Input(field, "value"), prevent_initial_call=True)
    @permission("see-recommendations")
    def show_found(words: Any) -> Any:
        """List the titles in which every word occurs."""
        if not isinstance(words, str) or not words.strip():
            return []
        return recommendations.options(options, answers.search(here.installation(), here.actor(), words))


_search(Ids.SEARCH, Ids.FOUND)
_search(Ids.WHY, Ids.WHY_FOUND)


# --- the table of categories ---------------------------------------------------------------------------


@callback(
    Output(Ids.MAP, "children"),
    Input(Ids.USED, "data"),
    State(Ids.DONE, "data"),
    State(Ids.PICKED, "data"),
    prevent_initial_call=True,
)
@permission("see-recommendations")
def show_map(used: Any, done: Any, picked: Any) -> Any:
    """Draw the table: the cells that the list was made of are lit, those that moved just now move."""
    pairs = _pairs(used.get("cells") if isinstance(used, dict) else None)
    moved = _recommendations_deeds.moved_by(done, picked)
    wanted = [name for pair in pairs for name in sorted(pair)] + [
        name for one in moved for name in (one.row, one.column)
    ]
    table = answers.table(here.installation(), here.actor(), wanted=wanted, most=MOST_CATEGORIES)
    said = f"{table.choices:,} choices of {table.persons:,} people."
    if table.left_out:
        said += f" The {len(table.categories)} with most co-choices; {table.left_out:,} more are not drawn."
    return [
        table_map(table, lit=pairs, moved=moved),
        html.Div(reading(None), id=Ids.READING, className="ks-rec-reading", **{"aria-live": "polite"}),
        html.P(said, className="ks-rec-foot"),
    ]


def _pairs(cells: Any) -> set[frozenset[str]]:
    """Read pairs of categories out of a store; what is no pair is left aside."""
    if not isinstance(cells, list):
        return set()
    return {frozenset(map(str, one)) for one in cells if isinstance(one, list) and len(one) == 2}


@callback(Output(Ids.READING, "children"), Input(Ids.CELL, "data"), prevent_initial_call=True)
@permission("see-recommendations")
def show_cell(cell: Any) -> Any:
    """Read a cell in words."""
    if not isinstance(cell, list) or len(cell) != 2:
        return reading(None)
    try:
        return reading(answers.cell(here.installation(), here.actor(), *map(str, cell)))
    except NOT_SO as fault:
        return reading(str(fault))


# --- what the person has -------------------------------------------------------------------------------


@callback(
    Output(Ids.OWN, "children"),
    Output(Ids.HIDDEN, "children"),
    Input(Ids.USED, "data"),
    State(Ids.CUSTOMER, "data"),
    prevent_initial_call=True,
)
@permission("see-recommendations")
def show_own(_used: Any, customer: Any) -> tuple[Any, Any]:
    """List a person's choices and what they hid."""
    try:
        found = answers.start(here.installation(), here.actor(), _text(customer), popular=False)
    except NOT_SO as fault:
        return html.P(str(fault), className="ks-card-note"), ""
    may_choose = _may_choose(_text(customer))
    return (
        recommendations.own(found.own, may_choose=may_choose),
        recommendations.hidden(found.hidden_items, found.hidden_categories),
    )


@callback(
    Output(Ids.DRAW, "children"),
    Output(Ids.WAITING, "children"),
    Input(Ids.USED, "data"),
    prevent_initial_call=True,
)
@permission("see-recommendations")
def show_delegation(used: Any) -> tuple[Any, Any]:
    """Say whether Keepsight may choose for the person, and what it drew."""
    found = answers.start(here.installation(), here.actor(), popular=False)
    setting, _revision = settings.current(here.installation())
    switch = recommendations.delegation(
        is_on=found.is_delegating,
        left=found.left_today,
        a_day=setting.daily_delegations,
        can_draw=isinstance(used, dict) and bool(used.get("has_list")),
    )
    return switch, recommendations.waiting(found.waiting)


# --- in the browser (assets/recommendations.js) ----------------------------------------------------------

clientside_callback(
    ClientsideFunction("recommendations", "done"), Input(Ids.SAID, "children"), prevent_initial_call=True
)
clientside_callback(
    ClientsideFunction("recommendations", "listed"), Input(Ids.USED, "data"), prevent_initial_call=True
)
for _options, _function in ((Ids.FOUND, "found_search"), (Ids.WHY_FOUND, "found_why")):
    clientside_callback(
        ClientsideFunction("recommendations", _function),
        Input(_options, "children"),
        prevent_initial_call=True,
    )


def _may_choose(customer: str | None) -> bool:
    return permitted(here.actor(), "choose-for-customers" if customer else "choose")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
