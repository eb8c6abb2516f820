"""Actions in words and figures: the plan before one is made, the list of them, one with what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from components import facts, marks, notices, states
from components.format import count, day, money, number, points, share
from components.table import table

STATES = {
    "planned": ("planned", "plain"),
    "running": ("running", "warn"),
    "waiting": ("waiting for outcomes", "warn"),
    "measured": ("measured", "ok"),
    "over": ("over", "plain"),
    "called off": ("called off", "plain"),
}


def state_badge(state: str) -> html.Span:
    """Say how an action stands."""
    return marks.badge(*STATES.get(state, (state, "plain")))


def plan(found: Any, *, leaves_out: bool) -> list[Any]:
    """Tell an action before it is made (a ``services.actions.Planned``)."""
    fall = points(found.detectable).lstrip("+") if found.detectable is not None else None
    figures = [
        ("Contacted", number(found.contacted), "customers"),
        ("Held out by lot", number(found.held), "they get nothing, and are never in the list"),
        ("Cost", money(found.cost, found.currency), "of those contacted"),
        (
            "It can find",
            f"{fall} points" if fall else "no effect",
            f"the least fall from {share(found.base)} expected to leave that four in five such actions would "
            "find"
            if fall
            else "too few customers to tell what it does: choose more of them, or hold out more",
        ),
    ]
    return [
        html.Ol([html.Li(text) for text in found.words], className="ks-ac-steps"),
        _figures(figures),
        html.P(
            f"From {day(found.starts)} to {day(found.ends)}; who has left by {day(found.due)} counts. "
            "Until then its customers are taken: no other action, and no A/B comparison.",
            className="ks-card-note",
        ),
        *_collisions(found.collisions, leaves_out),
    ]


def _collisions(found: Sequence[Any], leaves_out: bool) -> list[Any]:
    """Say who is taken at that time (``words``)."""
    if not found:
        return []
    lead = "They are left out: " if leaves_out else "It cannot begin like this: "
    remedy = "." if leaves_out else ". Leave them out, or choose other days or customers."
    text = lead + "; ".join(one.words for one in found) + remedy
    return [notices.notice(text, sign="bi-people", kind="plain" if leaves_out else "warn")]


def _figures(rows: Sequence[tuple[str, str, str]]) -> html.Div:
    return html.Div(
        [
            html.Div([html.Span(name), html.Strong(value), html.Small(note)], className="ks-trial-figure")
            for name, value, note in rows
        ],
        className="ks-trial-figures",
    )


def register(rows: Sequence[tuple[Any, Any]], shown: str | None) -> Any:
    """List actions with how they stand; the one in detail is ``shown``."""
    if not rows:
        return states.empty("No action fits", "Search with fewer or other words.", sign="bi-search")
    heads = ("Action", "State", "From", "Until", "Contacted", "Held out", "By", "What came of it")
    return table("Actions", heads, [_line(row, told, shown) for row, told in rows])


def _line(row: Any, told: Any, shown: str | None) -> tuple[Any, ...]:
    link = dcc.Link(row.name, href=f"/actions?action={row.id}", title=f"Show {row.id} in detail")
    return (
        html.Span(html.Strong(row.name) if row.id == shown else link, className="ks-ac-name"),
        state_badge(told.state),
        day(row.starts),
        day(row.ends),
        number(row.contacted.customers),
        number(row.held.customers),
        row.actor_name,
        html.Span(_short(told, row), className="ks-trial-words"),
    )


def _short(told: Any, row: Any) -> str:
    if told.effect is not None:
        return f"Kept {_ranged(told.effect.kept)}"
    known = row.contacted.known + row.held.known
    everybody = row.contacted.customers + row.held.customers
    if told.state == "measured":
        return "Too few to tell"
    if told.state == "over":
        return f"One customer, who {'left' if row.contacted.left else 'stayed'}: no effect is told"
    if told.state == "called off":
        return row.reason or ""
    return f"{number(known)} of {number(everybody)} outcomes, due {day(row.due)}"


def detail(row: Any, told: Any) -> html.Div:
    """Tell one action: what, who, when, and what came of it."""
    rows = [
        facts.fact("From", day(row.starts)),
        facts.fact("Until", day(row.ends)),
        facts.fact("Who left is counted by", day(row.due)),
        *(_for_one(row) if row.is_single else _for_many(row)),
        facts.fact("Model version", html.Code(row.version[:8])),
        facts.fact("Started by", row.actor_name),
    ]
    left = [
        html.Ol([html.Li(text) for text in row.plan["words"]], className="ks-ac-steps"),
        facts.facts(rows),
    ]
    right = [html.H3("What came of it", className="ks-part-title"), *_outcome(row, told)]
    return html.Div(
        [html.Div(left, className="ks-md-standing"), html.Div(right, className="ks-ac-came")],
        className="ks-md-two",
    )


def _for_one(row: Any) -> list[Any]:
    key = row.plan["scenario"]["steps"][0]["who"]["key"]
    link = dcc.Link(key, href=f"/customer?id={quote(key, safe='')}")
    return [
        facts.fact("For one customer", link),
        facts.fact("Held out by lot", "nobody"),
        facts.fact("Cost", money(row.contacted.cost, row.plan["currency"])),
    ]


def _for_many(row: Any) -> list[Any]:
    made_of = (
        dcc.Link(row.scenario_id, href=f"/scenarios?kept={row.scenario_id}")
        if row.scenario_id
        else "steps that were not kept"
    )
    fall = row.plan["detectable"]
    return [
        facts.fact("Held out by lot", share(row.hold_out_share, 0)),
        facts.fact("It could find", f"a fall of {points(fall).lstrip('+')} points" if fall else "no effect"),
        facts.fact("Left out, since taken", number(sum(row.plan["left_out"].values()))),
        facts.fact("Scenario", made_of),
    ]


def _outcome(row: Any, told: Any) -> list[Any]:
    parts: list[Any] = []
    if told.effect is not None:
        effect, currency = told.effect, row.plan["currency"]
        tiles = [("Kept because of it", number(effect.kept.value), _between(effect.kept, number))]
        if effect.money is not None:
            worth = _between(effect.money, lambda amount: money(amount, currency))
            tiles.append(("Their worth", money(effect.money.value, currency), worth))
        tiles.append(("Cost", money(row.contacted.cost, currency), "of those contacted"))
        parts.append(_figures(tiles))
    parts.append(html.P(told.words, className="ks-ac-words"))
    if not row.is_single:
        parts.append(_arms(row, told))
    if told.effect is not None and told.fits_horizon:
        note = "Expected is what the scores said before; among those held out it should agree with who left."
        parts.append(html.P(note, className="ks-card-note"))
    return parts


def _arms(row: Any, told: Any) -> html.Div:
    """Set the two arms side by side; shares only where the effect is told, so that nobody stops early."""
    rows = []
    for name, arm, part in (("Contacted", row.contacted, "contacted"), ("Held out", row.held, "held")):
        seen = getattr(told.effect, part) if told.effect is not None else None
        cells = [name, number(arm.customers), number(arm.known)]
        if seen is None:
            cells.append(number(arm.left) if told.state == "measured" else "counted at the end")
        else:
            observed = seen.observed
            cells.append(f"{number(arm.left)} ({share(observed.value)})")
            cells.append(f"{share(observed.low)} to {share(observed.high)}")
            cells.append(share(seen.predicted) if told.fits_horizon else "other days")
        rows.append(cells)
    heads = ["Arm", "Customers", "Known", "Left"]
    heads += ["95% range", "Expected"] if told.effect is not None else []
    return table("The two arms", heads, rows)


def _between(amount: Any, written: Any) -> str:
    return f"{written(amount.low)} to {written(amount.high)}, 95% range"


def _ranged(amount: Any) -> str:
    return f"{number(amount.value)} ({number(amount.low)} to {number(amount.high)})"


def saved_note(found: Any) -> str:
    """Say under the tile what measured actions kept (``actions, kept``)."""
    return f"{_ranged(found.kept)} customers kept, by {count(found.actions, 'measured action')}"
