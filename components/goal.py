"""From a goal: the offers to plan with as a form, and the plan: sentences, table, curve, what to know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import dash_bootstrap_components as dbc
from dash import dcc, html

from components.card import card
from components.charts import Figure, plain
from components.format import money, number, share
from components.graph import graph
from components.marks import draft_badge, icon, stamp_line
from components.table import table

PROPOSAL = "A plan is a proposal: what the model predicts, not what is proven. A person decides."


def use_id(place: int | Any) -> dict[str, Any]:
    """Give the id of the box that says whether an offer is planned with."""
    return {"type": "goal-use", "place": place}


def amount_id(place: int | Any) -> dict[str, Any]:
    """Give the id of an offer's amount."""
    return {"type": "goal-amount", "place": place}


def cost_id(place: int | Any) -> dict[str, Any]:
    """Give the id of an offer's cost for each customer."""
    return {"type": "goal-cost", "place": place}


def number_field(
    id: Any, label: str, value: float | None, *, note: str = "", placeholder: str = ""
) -> html.Div:
    """Ask for an amount of 0 or more."""
    field = dbc.Input(
        id=id, type="number", value=value, min=0, step="any", placeholder=placeholder,
        className="ks-goal-number",
    )  # fmt: skip
    name = json.dumps(id, sort_keys=True, separators=(",", ":")) if isinstance(id, dict) else id
    under = [html.P(note, className="ks-card-note")] if note else []
    words = html.Label(label, htmlFor=name, className="ks-wb-label")
    return html.Div([words, field, *under], className="ks-goal-field")


def offers(candidates: Sequence[Any], currency: str, months: float) -> html.Div:
    """Lay out the offers to choose among (``services.goal_page.Candidate``)."""
    return html.Div(
        [_offer(place, one, currency, months) for place, one in enumerate(candidates)],
        className="ks-goal-offers",
        role="group",
        **{"aria-label": "Offers"},
    )


def _offer(place: int, one: Any, currency: str, months: float) -> html.Div:
    name = f"{one.label} {one.words}"
    use = dbc.Checkbox(id=use_id(place), value=one.is_chosen, label=name, className="ks-goal-use")
    unit = f" ({one.unit})" if one.unit else ""
    amount = number_field(amount_id(place), f"By how much{unit}", one.amount)
    costs = number_field(
        cost_id(place), f"Cost for each customer, {currency}", None,
        placeholder=_known(one, months, currency),
    )  # fmt: skip
    if one.amount is None:  # kept, so that amounts, costs and boxes stay side by side
        amount = html.Div(amount, hidden=True)
    return html.Div([use, html.Div([amount, costs], className="ks-goal-pair")], className="ks-goal-offer")


def _known(one: Any, months: float, currency: str) -> str:
    """Say what the data say it costs, where nothing else is given."""
    if one.each is None:
        return "say an amount"
    each = money(one.each, currency)
    return f"{each} in all" if one.amount is None else f"{each} a unit"


def plan(found: Any, *, may_export: bool) -> list[html.Section]:
    """Show a plan (``services.goal.GoalAnswer``)."""
    verdict = {True: "ks-goal-yes", False: "ks-goal-no", None: ""}[found.can_be_done]
    first, *others = found.sentences
    sentences = [html.P(first, className=f"ks-sentence {verdict}".strip())]
    sentences += [html.P(text, className="ks-goal-words") for text in others]
    return [
        card(
            "The plan",
            [
                *sentences,
                html.P([PROPOSAL, f" {_gap(found)}"], className="ks-card-note"),
                _carry_on(found, may_export),
                stamp_line(found.stamp),
            ],
            model=True, badge=draft_badge(found.stamp), width="full",
        ),
        card(
            "Who gets what",
            _offers_table(found),
            note=f"over {found.months:g} months; value is at what customers pay today",
            model=True, badge=draft_badge(found.stamp), width="full",
        ),
        card(
            "What other budgets do", _curve(found),
            note="at least so much, with these offers and the best plan for each budget",
            model=True, badge=draft_badge(found.stamp), width="full",
        ),
        card(
            "What to know before trusting it",
            html.Ul([html.Li(text) for text in found.warnings], className="ks-goal-know"),
            width="full",
        ),
    ]  # fmt: skip


def _gap(found: Any) -> str:
    if not found.given:
        return ""
    return f"No plan of these offers for this money does better by more than {share(found.gap, 2)}."


def _carry_on(found: Any, may_export: bool) -> html.Div:
    acts: list[Any] = []
    if found.steps is not None:
        where = f"/scenarios?steps={quote(json.dumps(found.steps, ensure_ascii=False), safe='')}"
        acts.append(dcc.Link([icon("bi-diagram-3"), "Open as a scenario"], href=where,
                             className="ks-button ks-button-second"))  # fmt: skip
    elif found.given:
        text = "Each customer is chosen here, which steps of a scenario cannot say; the list can."
        acts.append(html.P(text, className="ks-card-note"))
    if found.given and may_export:
        acts.append(html.A([icon("bi-download"), f"List of {number(found.given)} customers (CSV)"],
                           href=f"/scenarios/goal/{found.stamp.entry}.csv",
                           className="ks-button ks-button-second"))  # fmt: skip
    return html.Div(acts, className="ks-goal-acts")


def _offers_table(found: Any) -> html.Div:
    currency = found.stamp.currency
    heads = ["Offer", "Customers", "Who could", "Cost", "Leavers fewer"]
    lines = [_line(one.words, one, currency, found.has_money, number(one.could)) for one in found.offers]
    total = [
        "In all", number(found.given), "", money(found.cost, currency), number(found.fewer, 1),
        *([money(found.value, currency)] if found.has_money else []),
    ]  # fmt: skip
    heads += ["Value kept"] if found.has_money else []
    return table("The plan by offer", heads, [*lines, total])


def _line(words: str, one: Any, currency: str, has_money: bool, could: str) -> list[str]:
    return [
        f"{words[:1].upper()}{words[1:]}", number(one.customers), could, money(one.cost, currency),
        number(one.fewer, 1), *([money(one.value, currency)] if has_money else []),
    ]  # fmt: skip


def _curve(found: Any) -> html.Div:
    is_value, currency = found.aim == "value", found.stamp.currency
    kept = found.value if is_value else found.fewer
    name = "Value kept" if is_value else "Customers kept"
    rows = [
        (money(one, currency), money(value, currency) if is_value else number(value, 1))
        for one, value in found.curve
    ]
    return graph(
        curve(found.curve, (found.cost, kept), name=name, unit=currency, is_value=is_value),
        id="goal-curve",
        title=f"{name} by budget; the plan costs {money(found.cost, currency)}",
        table=table(f"{name} by budget", ("Budget", name), rows),
    )


def curve(
    points: Sequence[tuple[float, float]],
    chosen: tuple[float, float],
    *,
    name: str,
    unit: str,
    is_value: bool,
) -> Figure:
    """Draw what budgets keep, with the plan as a point on it."""
    kept = f"%{{y:,.{0 if is_value else 1}f}} {plain(unit if is_value else 'customers')}"
    told = f"%{{x:,.0f}} {plain(unit)}: {kept}<extra></extra>"
    return {
        "data": [
            {
                "type": "scatter", "mode": "lines", "x": [x for x, _ in points], "y": [y for _, y in points],
                "line": {"color": "@model", "width": 2.5}, "hovertemplate": told,
            },
            {
                "type": "scatter", "mode": "markers+text", "x": [chosen[0]], "y": [chosen[1]],
                "marker": {"color": "@model", "size": 12, "line": {"color": "@surface", "width": 2}},
                "text": ["this plan"], "textposition": "bottom right", "textfont": {"color": "@ink"},
                "cliponaxis": False, "hovertemplate": told,
            },
        ],
        "layout": {
            "showlegend": False,
            "xaxis": {"title": {"text": f"Budget, {plain(unit)}"}, "rangemode": "tozero", "nticks": 6,
                      "tickformat": "~s", "showgrid": False},
            "yaxis": {"title": {"text": f"{name}, {plain(unit)}" if is_value else name},
                      "rangemode": "tozero", "nticks": 5, "tickformat": "~s"},
        },
    }  # fmt: skip
