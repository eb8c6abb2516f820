"""Mitigations tried on a version: what each changed for groups of people, what it costs, and the choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from components import marks, states
from components.fairness import DIFFERENCES
from components.format import MINUS, NOT_KNOWN, number, short_money
from components.registry import moment, state_badge
from components.report import Meaning, figure, stacked
from components.table import table

KINDS = {
    "leave-out": "Columns left out",
    "reweight": "Rows reweighed",
    "constrain": "Held to a constraint",
    "lines": "A line for each group",
}
NAMES = {key: (term, name) for key, term, name, _ in DIFFERENCES}
HEADS = ("Version", "Difference before", "Difference after", "ROC AUC", "Leavers reached", "Revenue a month")


def mitigations(found: Any, meaning: Meaning, *, act: Any = None) -> list[Any]:
    """Show what was tried on a version, and what a manager chose.

    Parameters
    ----------
    found : Compared
        ``base``, ``columns``, ``tried`` (each with ``version``, ``state`` and ``section``), ``damaged``,
        ``choice``.
    act : component, optional
        What opens the choice.
    """
    if not found.tried:
        return [_nothing(found), *_damaged(found)]
    return [
        _chosen(found),
        table("What was tried, in figures", HEADS, [_line(one, meaning) for one in found.tried]),
        html.Dl([part for one in found.tried for part in _told(one)], className="ks-mt-told"),
        *_damaged(found),
        *([html.Div(act, className="ks-on-screen ks-md-act")] if act is not None else []),
    ]


def options(found: Any) -> list[tuple[str, str]]:
    """Name what can be chosen: the version as it is, then each that was tried."""
    kept = (found.base, f"Keep version {found.base[:8]} as it is")
    return [kept, *((one.version, f"{one.version[:8]}: {_what(one.section)}") for one in found.tried)]


def _nothing(found: Any) -> html.Div:
    if not found.columns:
        return states.empty(
            "Nothing to compare", "The data name no protected column, so groups are not compared.",
            sign="bi-people",
        )  # fmt: skip
    column = found.columns[0][0]
    return states.empty(
        "Nothing was tried yet",
        "Where groups are served unalike by more than chance, an analyst can try what lowers that, and what "
        "it costs.",
        sign="bi-people",
        action=html.Code(f"flask model mitigate reweight --column {column}", className="ks-mt-command"),
    )


def _damaged(found: Any) -> list[Any]:
    return [html.P(words, className="ks-card-note", role="alert") for words in found.damaged]


def _chosen(found: Any) -> html.P:
    if found.choice is None:
        return html.P(
            ["Tried on version ", html.Code(found.base[:8]), ". Nobody has chosen yet; that is a manager's."],
            className="ks-md-words",
        )
    taken = found.choice
    what = "kept as it is" if taken.version == found.base else "chosen instead"
    return html.P(
        ["Version ", html.Code(taken.version[:8]), f" was {what} by {taken.by}, ", moment(taken.time),
         f": {taken.reason}"],
        className="ks-md-words",
    )  # fmt: skip


def _line(one: Any, meaning: Meaning) -> tuple[Any, ...]:
    section = one.section
    stated = section["fairness"][section["measure"]]
    term, name = NAMES[section["measure"]]
    title = html.Span(
        [
            dcc.Link(html.Code(one.version[:8]), href=f"/model?version={one.version}"),
            html.Span(_what(section)),
            html.Small([name, marks.hint(name, meaning(term))], className="ks-md-technical"),
        ],
        className="ks-mt-version",
    )
    quality, currency = section["quality"], section.get("currency") or ""
    return (
        title,
        _difference(stated["before"]),
        _difference(stated["after"]),
        _change(quality, "roc_auc", lambda value: number(value, 3)),
        _change(
            quality,
            "leavers_reached",
            lambda value: number(value, 0 if abs(value - round(value)) < 0.05 else 1),
        ),
        _change(quality, "revenue_kept", lambda value: short_money(value, currency)),
    )


def _what(section: Mapping[str, Any]) -> str:
    return f"{KINDS.get(str(section['kind']), 'A mitigation')}, for {section['label']}"


def _difference(held: Mapping[str, Any]) -> Any:
    """Write a difference in points, with its range, and whether it is more than chance."""
    value, low, high = held.get("value"), held.get("low"), held.get("high")
    if value is None:
        return html.Span("too few", className="ks-md-few")
    beyond = (held.get("excess") or 0) > 0
    mark = marks.badge("more than chance", "warn") if beyond else marks.badge("chance", "ok")
    spread = "" if low is None or high is None else f"{_points(low)} to {_points(high)}"
    return html.Span([stacked(f"{_points(value)} points", spread), mark], className="ks-mt-difference")


def _points(value: float) -> str:
    text = f"{abs(value) * 100:.1f}"
    return text if value >= 0 or float(text) == 0 else MINUS + text


def _change(quality: Mapping[str, Any], key: str, write: Any) -> Any:
    """Write then and now, and the range of the change under it."""
    held = quality.get(key)
    if held is None:
        return NOT_KNOWN
    (then, *_), (now, *_) = figure(held, "before"), figure(held, "after")
    change, low, high = figure(held, "change")
    if then is None or now is None or change is None:
        return NOT_KNOWN
    under = "" if low is None or high is None else f" ({_signed(low, write)} to {_signed(high, write)})"
    return stacked(f"{write(then)} → {write(now)}", f"{_signed(change, write)}{under}")


def _signed(value: float, write: Any) -> str:
    text = write(abs(value))
    if not any(figure in "123456789" for figure in text):
        return str(text)
    return f"{MINUS if value < 0 else '+'}{text}"


def _told(one: Any) -> Sequence[Any]:
    section = one.section
    cannot = "It cannot be signed: no list follows lines by group yet." if section.get("lines") else ""
    left = section.get("left_as_they_are") or ()
    small = f"Left as they are, for too few people: {', '.join(left)}." if left else ""
    words = (section["words"], section["effect"], section["cost"], small)
    caution = (
        [
            html.Span(
                [marks.icon("bi-exclamation-triangle"), f"{section['caution']} {cannot}"],
                className="ks-mt-caution",
            )
        ]
        if section.get("caution")
        else []
    )
    return (
        html.Dt([html.Code(one.version[:8]), " ", _what(section), " ", state_badge(one.state)]),
        html.Dd([" ".join(part for part in words if part), *caution]),
    )
