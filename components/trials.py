"""Trials in words and small bars: guards against their limits, the register, two versions side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html

from components import controls, facts, marks, registry, report, states
from components.format import NOT_KNOWN, count, number, points, share
from components.table import table

KINDS = {"shadow": "Shadow", "canary": "Canary", "ab": "A/B comparison"}
EXPLAINED = (
    ("shadow", "Shadow: scored and logged, shown to nobody"),
    ("canary", "Canary: a share of the customers, with a way back that needs nobody"),
    ("ab", "A/B comparison: half of the customers for a fixed time, then who left is counted"),
)
HOW = {
    "stopped": ("stopped", "plain"),
    "finished": ("finished", "ok"),
    "rolled back": ("rolled back", "alarm"),
}
REACH = 1.5
"""How far a guard's bar reaches, in limits; its mark stands at one."""


def state_badge(row: Any) -> html.Span:
    """Say how a trial (``ended``, ``how``) stands."""
    return (
        marks.badge("running", "warn")
        if row.ended is None
        else marks.badge(*HOW.get(row.how, (row.how, "plain")))
    )


def who(row: Any, labels: Mapping[str, str]) -> str:
    """Say whom a trial is about, columns by their labels."""
    parts = [f"{labels.get(column, column)}: {' or '.join(levels)}" for column, levels in row.who.items()]
    return "; ".join(parts) or "everybody"


def guards(lines: Sequence[Any]) -> html.Ul:
    """Draw guards (``name, value, limit, note, is_crossed``) as bars against their limits."""
    return html.Ul([_guard(line) for line in lines], className="ks-guards")


def _guard(line: Any) -> html.Li:
    known = line.value is not None
    kind = "alarm" if line.is_crossed else "ok" if known else "off"
    is_index = line.name == "Scores"
    written = (number(line.value, 2) if is_index else share(line.value)) if known else "too few"
    limit = number(line.limit, 2) if is_index else share(line.limit)
    part = min(line.value / line.limit, REACH) if known and line.limit else 0.0
    bar = html.Meter(
        min="0",
        max=str(REACH),
        value=f"{part:.3f}",
        className=f"ks-meter ks-meter-{kind}",
        **{"aria-label": f"{line.name}: {written}, limit {limit}"},
    )
    return html.Li(
        [
            html.Span(line.name, className="ks-guard-name"),
            html.Span(
                [html.Strong(written), html.Span(f"limit {limit}", className="ks-gate-bar")],
                className="ks-guard-value",
            ),
            html.Span([bar, html.Span(className="ks-guard-mark")], className="ks-guard-bar"),
            html.Span(line.note, className="ks-guard-note"),
        ],
        className=f"ks-guard ks-guard-{kind}",
    )


def register(rows: Sequence[Any], shown: str | None, labels: Mapping[str, str]) -> Any:
    """List trials; the one in detail is ``shown``."""
    if not rows:
        return states.empty("No trial fits", "Search with fewer or other words.", sign="bi-search")
    heads = ("Trial", "State", "Version", "Who", "Share", "Began", "Until", "By", "What came of it")
    return table("Trials", heads, [_line(row, shown, labels) for row in rows])


def _line(row: Any, shown: str | None, labels: Mapping[str, str]) -> tuple[Any, ...]:
    name = KINDS.get(row.kind, row.kind)
    link = dcc.Link(name, href=f"/trials?trial={row.id}", title=f"Show {row.id} in detail")
    return (
        html.Strong(name) if row.id == shown else link,
        state_badge(row),
        html.Code(row.version[:8]),
        html.Span(who(row, labels), className="ks-trial-words"),
        "" if row.kind == "shadow" else share(row.share, 0),
        registry.moment(row.started),
        registry.moment(row.ended or row.planned_end),
        row.name,
        html.Span(row.outcome or "", className="ks-trial-words"),
    )


def detail(found: Any, labels: Mapping[str, str]) -> html.Div:
    """Tell one trial: who, what, where, how long, its guards, what came of it."""
    row = found.row
    told = [
        facts.fact("Version tried", html.Code(row.version[:8])),
        facts.fact("Against", html.Code(row.against[:8])),
        facts.fact("Who", who(row, labels)),
        facts.fact("Share", "nobody is answered" if row.kind == "shadow" else share(row.share, 0)),
        facts.fact("Where", row.place),
        facts.fact("Began", registry.moment(row.started)),
        facts.fact("Until" if row.ended is None else "Ended", registry.moment(row.ended or row.planned_end)),
        facts.fact("Started by", row.name),
        *([facts.fact("Customers compared", number(found.customers))] if found.customers is not None else []),
    ]
    left = [html.P(row.what), facts.facts(told)]
    if row.outcome:
        left.append(html.Blockquote(row.outcome, className="ks-md-statement ks-trial-outcome"))
    right = []
    if found.trouble:
        right.append(states.error("It cannot be measured", found.trouble, "The next watch rolls it back."))
    if found.guards:
        right += [html.H3("Guards", className="ks-part-title"), guards(found.guards)]
    if found.outcomes is not None:
        right += [html.H3("Who left", className="ks-part-title"), *_outcomes(found.outcomes)]
    if not right:
        right.append(html.P("It has ended, so nothing is measured any more.", className="ks-card-note"))
    return html.Div([html.Div(left, className="ks-md-standing"), html.Div(right)], className="ks-md-two")


def _outcomes(found: Any) -> list[Any]:
    arms = (("With the champion", found.champion), ("With the version tried", found.challenger))
    rows = [
        (
            name,
            number(arm.customers),
            number(arm.planned),
            number(arm.known),
            "counted at the end" if arm.left is None else number(arm.left),
        )
        for name, arm in arms
    ]
    heads = ("Arm", "Customers", "Planned", "Outcome known", "Left")
    return [table("Who left in each arm", heads, rows), html.P(found.words, className="ks-md-aside")]


def compared(found: Any, meaning: Callable[[str], str]) -> list[Any]:
    """Set champion and challenger side by side: how far scores lie apart, quality with ranges."""
    return [*_apart(found.shift), _quality(found, meaning)]


def _apart(shift: Any) -> list[Any]:
    if shift is None or not shift.customers:
        return [
            html.P("The two cannot be compared on the current customers.", className="ks-card-note"),
        ]
    kept = None if shift.replaced_share is None else 1 - shift.replaced_share
    tiles = (
        ("Scores lie apart", NOT_KNOWN if shift.psi is None else number(shift.psi, 2), "stability index"),
        ("One in twenty moves by", f"{number(shift.moved_points, 1)} points", "or more"),
        ("The at-risk list keeps", share(kept, 0), "of its customers"),
    )
    return [
        html.Div(
            [
                html.Div([html.Span(name), html.Strong(value), html.Small(note)], className="ks-trial-figure")
                for name, value, note in tiles
            ],
            className="ks-trial-figures",
        ),
        html.P(f"On {count(shift.customers, 'active customer')}.", className="ks-card-note"),
    ]


def _quality(found: Any, meaning: Callable[[str], str]) -> Any:
    ours, theirs = (held.get("quality") for held in (found.champion_report, found.challenger_report))
    rows = []
    for measure in report.MEASURES:
        first, second = report.figure(ours, measure.key), report.figure(theirs, measure.key)
        if first[0] is None and second[0] is None:
            continue
        name = report.named(measure.name, measure.technical, meaning(measure.term))
        rows.append(
            (name, _ranged(first, measure), _ranged(second, measure), _better(first, second, measure))
        )
    if not rows:
        return report.not_measured("The quality of these two versions")
    heads = (
        "Measure",
        f"Champion ({found.champion[:8]})",
        f"Challenger ({found.challenger[:8]})",
        "Which is better",
    )
    return table("Champion and challenger", heads, rows)


def _ranged(figure: tuple[float | None, ...], measure: report.Measure) -> html.Span:
    value, low, high = figure
    return report.stacked(measure.written(value), report.spread(low, high, measure.unit))


def _better(
    first: tuple[float | None, ...], second: tuple[float | None, ...], measure: report.Measure
) -> str:
    """Name the better one only where the ranges do not meet."""
    if first[0] is None or second[0] is None:
        return NOT_KNOWN
    bounds = (first[1], first[2], second[1], second[2])
    if any(bound is None for bound in bounds) or measure.better == report.NEARER:
        return "see the values"
    if first[1] <= second[2] and second[1] <= first[2]:  # type: ignore[operator]
        return "ranges overlap"
    return "challenger" if (second[0] > first[0]) is (measure.better == report.HIGHER) else "champion"


def held(rows: Sequence[Any]) -> html.Ul:
    """List promotions that wait (``version, name, time, until, statement, effect, number``)."""
    return html.Ul([_held(row) for row in rows], className="ks-md-reviews")


def _held(row: Any) -> html.Li:
    head = [
        marks.badge("waits", "warn"),
        html.Span(["Version ", html.Code(row.version[:8])]),
        html.Span(["signed by ", html.Strong(row.name), ", ", registry.moment(row.time)]),
    ]
    when: list[Any] = ["It becomes champion by itself after ", registry.moment(row.until), "."]
    if row.until is None or row.statement is None:
        when = [
            "It is made when somebody signs it outside working hours, or overrides the hold with a reason."
        ]
    return html.Li([html.Div(head, className="ks-title-row"), html.P([_effect(row.effect), *when])])


def _effect(effect: Mapping[str, Any]) -> str:
    moved, replaced = effect.get("moved_points"), effect.get("replaced_share")
    if moved is None or replaced is None:
        return ""
    beyond = "; ".join(effect.get("guards") or ())
    return (
        f"One customer in twenty would move by {number(moved, 1)} points or more, and "
        f"{share(replaced, 0)} of the at-risk list would be replaced. "
        + (f"It would cross a guard: {beyond}. " if beyond else "")
    )


def amount(
    id: str, label: str, value: float, unit: str, *, least: float, most: float, step: float
) -> html.Div:
    """Ask for a number with its unit."""
    return html.Div(
        [
            html.Label(label, htmlFor=id, className="ks-dialog-label"),
            html.Div(
                [
                    dbc.Input(
                        id=id,
                        type="number",
                        value=value,
                        min=least,
                        max=most,
                        step=step,
                        className="ks-amount",
                    ),
                    html.Span(unit),
                ],
                className="ks-amount-row",
            ),
        ],
        className="ks-dialog-field",
    )


def people(segments: Sequence[Any], id_of: Callable[[str], Any]) -> html.Div:
    """Let people be chosen by segments (``column, label, levels``); nothing chosen means everybody."""
    return html.Div(
        [
            html.P("Who is affected", className="ks-dialog-label"),
            html.P("Everybody, unless you choose.", className="ks-card-note"),
            *(
                html.Details(
                    [
                        html.Summary(one.label),
                        controls.checks(id_of(one.column), one.levels, (), label=one.label),
                    ],
                    className="ks-md-fold",
                )
                for one in segments
            ),
        ],
        className="ks-dialog-field",
    )


def planned(plan: Mapping[str, Any]) -> str:
    """Say how large an A/B would be (``champion, challenger, affected, base, least_difference``)."""
    arms = number(plan["champion"]), number(plan["challenger"])
    least = points(plan["least_difference"]).lstrip("+")
    return (
        f"It takes {arms[0]} customers with the champion and {arms[1]} with the version tried to find a "
        f"difference of {least} points from {share(plan['base'])}, with 80% power at the two-sided 5% level; "
        f"{number(plan['affected'])} are affected. Who left is counted once, at the end."
    )
