"""Offers for one customer: why each is likely, what it would do and cost, and a button for an action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import html

from components import notices, states
from components.format import MINUS, count, day, money, share, share_range
from components.marks import badge, icon, model_mark, stamp_line
from components.way_back import NOT_PROVEN

SHOWN = 4
"""So many offers stand there at once; the others are folded."""

ALONE = (
    "Nobody can be held out of one customer, so no effect will ever be told from it: whether this customer "
    "stays says nothing of what was done."
)


def offers(found: Any, act_id: Callable[[str], Any], opens: str) -> list[Any]:
    """Show the offers for a customer (``services.recommender.offers.Offers``).

    Parameters
    ----------
    act_id : callable
        Gives the id of an offer's button; the button opens the dialog ``opens``.
    """
    if found.nothing:
        return [html.P(notices.spoken(found.nothing), className="ks-of-nothing")]
    useful = [one for one in found.offers if not one.is_idle]
    idle = [one for one in found.offers if one.is_idle]
    can_act = found.may_act and not found.hindered
    rows = [_row(one, found, _act(one, act_id, opens) if can_act else None) for one in useful]
    shown, more = rows[:SHOWN], rows[SHOWN:]
    return [
        html.P(found.basis, className="ks-sentence"),
        *([notices.notice(found.hindered, sign="bi-pencil-square")] if found.hindered else []),
        html.Ol(shown, className="ks-of-list") if rows else _none_useful(),
        *_folded(more),
        *_idle(idle),
        *_notes(found, useful),
        stamp_line(found.stamp),
    ]


def _folded(more: list[Any]) -> list[Any]:
    if not more:
        return []
    summary = html.Summary(f"{count(len(more), 'more offer')}, less likely", className="ks-of-more")
    return [html.Details([summary, html.Ol(more, className="ks-of-list", start=SHOWN + 1)])]


def _none_useful() -> html.Div:
    text = "Each of the offers would change nothing for this customer, or nothing for the better."
    return states.empty("No offer helps here", text, sign="bi-gift")


def _row(one: Any, found: Any, act: Any) -> html.Li:
    title = [html.H3(one.title, className="ks-of-title"), *([badge("likely", "ok")] if one.likely else [])]
    title += [html.Span(one.description, className="ks-of-what")] if one.description else []
    what = [
        html.Div(title, className="ks-of-head"),
        html.P(f"{one.because}.", className="ks-of-why"),
    ]
    return html.Li(
        [
            html.Div(what, className="ks-of-offer"),
            html.Div(_effect(one), className="ks-of-effect"),
            html.Div(_cost(one, found), className="ks-of-cost"),
            html.Div(act, className="ks-of-act"),
        ],
        className="ks-of-row",
    )


def _effect(one: Any) -> list[Any]:
    moves = [html.P(one.moves, className="ks-of-moves")] if one.moves else []
    if one.effect is None:
        return [*moves, html.P(one.why, className="ks-of-none")]
    effect = one.effect
    chance = [
        html.Span("Chance of leaving from", className="visually-hidden"),
        html.Span(share(effect.before)),
        icon("bi-arrow-right"),
        html.Span("to", className="visually-hidden"),
        html.Strong(share(effect.after), className="ks-of-after"),
    ]
    return [
        html.P(chance, className="ks-of-chance"),
        html.P(
            [model_mark("in the model"), f" {share_range(effect.low, effect.high)}"], className="ks-of-range"
        ),
        *moves,
    ]


def _cost(one: Any, found: Any) -> list[Any]:
    lines = _price(one, found)
    if one.net is None:
        return lines
    saved = _money(one.effect.saved, found)
    way = "more than it costs" if one.net >= 0 else "less than it costs"
    net = _money(abs(one.net), found)
    text = f"Saves {saved} of expected loss: {net} {way}"
    return [*lines, html.P(text, className="ks-of-net" if one.net >= 0 else "ks-of-net ks-of-loses")]


def _price(one: Any, found: Any) -> list[Any]:
    own, _, each = one.unit.partition(" ")
    stated = f"{_stated(one.cost, own, found.stamp.decimals)} {each}".strip()
    price = [html.P(stated, className="ks-of-price")]
    if one.cost_in_all is None or one.cost_in_all == one.cost:
        return price
    return [
        *price,
        html.P(f"{_money(one.cost_in_all, found)} in {found.months:g} months", className="ks-of-net"),
    ]


def _stated(amount: float, currency: str, decimals: int) -> str:
    """Write an amount that somebody set: to the last cent, without cents where there are none."""
    return money(amount, currency, decimals if amount % 1 else 0)


def _money(amount: float, found: Any) -> str:
    text = money(amount, found.stamp.currency)
    return text.removeprefix(MINUS) if text.strip(MINUS) == money(0, found.stamp.currency) else text


def _act(one: Any, act_id: Callable[[str], Any], opens: str) -> Any:
    if one.step is None:
        return None
    return html.Button(
        [icon("bi-send"), "Make it an action", html.Span(f": {one.title}", className="visually-hidden")],
        id=act_id(one.item),
        type="button",
        className="ks-button ks-button-second",
        **{"data-opens": opens},
    )


def _idle(idle: list[Any]) -> list[Any]:
    if not idle:
        return []
    lines = [html.Li([html.Strong(one.title), f": {_lower(one.why)}"]) for one in idle]
    return [
        html.H3("Not for this customer", className="ks-part-title"),
        html.Ul(lines, className="ks-of-idle"),
    ]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _notes(found: Any, useful: list[Any]) -> list[Any]:
    texts = []
    if any(one.effect is not None for one in useful):
        texts += [
            f"Chances are of leaving within {count(found.stamp.horizon_months, 'month')}, with the model's "
            f"spread, which is not chance. Loss and cost are counted over {found.months:g} months.",
            NOT_PROVEN,
        ]
        if not found.may_act:
            texts.append("Managers and administrators make an offer an action.")
    return [html.Ul([html.Li(text) for text in texts], className="ks-of-notes")] if texts else []


# --- as an action ------------------------------------------------------------------------------------


def plan(name: str, planned: Any, key: str, decimals: int) -> list[Any]:
    """Say what will be on record (a ``services.actions.Planned``), or who the customer is taken by."""
    if planned.collisions:
        where = " and ".join(one.place for one in planned.collisions)
        text = (
            f"Customer {key} is {where} at that time: nobody could tell what did what. Wait until that is "
            "over, or have it called off."
        )
        return [notices.notice(text, sign="bi-people", kind="warn")]
    taken = f"Until then customer {key} is taken: no other action, and no A/B comparison."
    cost = _stated(planned.cost, planned.currency, decimals)
    lines = [
        *planned.words,
        f"From {day(planned.starts)} to {day(planned.ends)}, for {cost}.",
        f"Whether the customer has left by {day(planned.due)} is counted. {taken}",
    ]
    return [
        html.P(["On record as ", html.Strong(name), ":"]),
        html.Ul([html.Li(text) for text in lines], className="ks-of-plan"),
        html.P(ALONE, className="ks-card-note"),
    ]
