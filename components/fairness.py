"""Groups of people side by side: how often each is on the list, reached, and rightly judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from components import marks
from components.format import MINUS, count, number, share
from components.report import Meaning, Section, figure, named, not_measured, stacked
from components.table import table

# key in the report, glossary term, name for people, name for analysts
DIFFERENCES = (
    ("statistical_parity_difference", "statistical-parity-difference", "Difference on the list",
     "Statistical parity difference"),
    ("equal_opportunity_difference", "equal-opportunity-difference", "Difference among leavers",
     "Equal opportunity difference"),
    ("average_odds_difference", "average-odds-difference", "Difference in right and wrong",
     "Average odds difference"),
    ("calibration_difference", "calibration-by-group", "Chances by group", "Calibration difference"),
)  # fmt: skip
RATES = (
    ("selection_rate", "On the list"),
    ("true_positive_rate", "Leavers on the list"),
    ("false_positive_rate", "Stayers on the list"),
    ("observed_rate", "Left"),
)
TOO_FEW = "too few"


def fairness(section: Section | None, meaning: Meaning) -> Any:
    """Show each protected column and pair: its differences in words, then its groups."""
    if not section or "attributes" not in section:
        return not_measured("Fairness")
    attributes = [one for one in section["attributes"] if isinstance(one, Mapping)]
    summary = html.P(str(section.get("words") or ""), className="ks-md-words")
    if not attributes:
        return summary
    single = [one for one in attributes if len(one.get("columns") or ()) < 2]
    pairs = [one for one in attributes if one not in single]
    return [
        summary,
        html.Div([_attribute(one, meaning) for one in single], className="ks-md-groups"),
        *([_folded(pairs, meaning)] if pairs else []),
    ]


def _folded(pairs: Sequence[Section], meaning: Meaning) -> html.Details:
    parts = html.Div([_attribute(one, meaning) for one in pairs], className="ks-md-groups")
    words = count(len(pairs), "pair of columns", "pairs of columns")
    return html.Details(
        [html.Summary(["People by two columns at once: ", words]), parts], className="ks-md-fold"
    )


def _attribute(one: Section, meaning: Meaning) -> html.Div:
    label = str(one.get("label", ""))
    beyond = sum(_excess(one, key) > 0 for key, *_ in DIFFERENCES[1:])
    state = one.get("state")
    if state == "measured":
        badge = (
            marks.badge("more than chance", "warn") if beyond else marks.badge("no more than chance", "ok")
        )
    else:
        badge = marks.badge(str(state or TOO_FEW))
    return html.Div(
        [
            html.Div([html.H3(label, className="ks-part-title"), badge], className="ks-title-row"),
            _differences(one, label, meaning),
            _groups(one, label, meaning),
        ],
        className="ks-md-attribute",
    )


def _excess(one: Section, key: str) -> float:
    held = one.get(key)
    return (held.get("excess") or 0.0) if isinstance(held, Mapping) else 0.0


def _differences(one: Section, label: str, meaning: Meaning) -> html.Div:
    rows = [
        (named(name, technical, meaning(term)), *_points(one.get(key), one, key))
        for key, term, name, technical in DIFFERENCES
    ]
    heads = ("Measure", "Points", "Range", "Chance alone", "Between")
    return table(f"Differences between groups: {label}", heads, rows)


def _points(held: Any, one: Section, key: str) -> tuple[str, str, str, str]:
    value, low, high = figure(one, key)
    if value is None:
        return TOO_FEW, "", "", ""
    held = held if isinstance(held, Mapping) else {}
    between = f"{held['highest']} and {held['lowest']}" if held.get("highest") else ""
    chance = held.get("chance")
    spread = "" if low is None or high is None else f"{_hundredth(low)} to {_hundredth(high)}"
    return _hundredth(value), spread, "" if chance is None else f"up to {_hundredth(chance)}", between


def _hundredth(value: float) -> str:
    """Write a difference of shares in percentage points, without a sign where it is above 0."""
    text = f"{abs(value) * 100:.1f}"
    return text if value >= 0 or float(text) == 0 else MINUS + text


def _groups(one: Section, label: str, meaning: Meaning) -> html.Div:
    rows = [_group(group) for group in one.get("groups") or () if isinstance(group, Mapping)]
    heads = (label, "Customers", *(name for _, name in RATES))
    return table(f"Groups: {label}", heads, rows)


def _group(group: Section) -> tuple[Any, ...]:
    return str(group.get("name", "")), number(group.get("n")), *(_rate(group, key) for key, _ in RATES)


def _rate(group: Section, key: str) -> Any:
    value, low, high = figure(group, key)
    if value is None:
        return html.Span(TOO_FEW, className="ks-md-few")
    return stacked(share(value), "" if low is None or high is None else f"{share(low)} to {share(high)}")
