"""The parts of the Scenarios page: on the left the steps, on the right what they bring."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import html

from components import marks
from components.card import card
from config.glossary import meaning
from services.stamp import Stamp


class Ids(StrEnum):
    """Every id of this page."""

    SETTING = "scenario-setting"
    QUESTION = "scenario-question"
    ANSWER = "scenario-answer"
    STEPS = "scenario-steps"
    STARTERS = "scenario-starters"
    ADD = "scenario-add"
    UNDO = "scenario-undo"
    REDO = "scenario-redo"
    CLEAR = "scenario-clear"
    PROOF = "scenario-proof"
    SPOKEN = "scenario-spoken"


def builder() -> html.Section:
    """Lay out the steps, which the page's script fills, and what adds, takes back and clears them."""
    tools = html.Div(
        [
            _tool(Ids.UNDO, "bi-arrow-counterclockwise", "Undo"),
            _tool(Ids.REDO, "bi-arrow-clockwise", "Redo"),
            _tool(Ids.CLEAR, "bi-x-lg", "Clear"),
        ],
        className="ks-sc-tools",
        role="group",
        **{"aria-label": "Steps"},
    )
    return card(
        "What if ...",
        [
            html.Div(id=Ids.STEPS, className="ks-sc-steps"),
            html.Div(id=Ids.STARTERS, className="ks-sc-starters"),
            html.Div(id=Ids.ADD, className="ks-sc-add"),
        ],
        tools=tools,
        width="full",
    )


def _tool(id: str, sign: str, words: str) -> html.Button:
    return html.Button(
        [marks.icon(sign), html.Span(words)], id=id, type="button", disabled=True,
        className="ks-button ks-button-second ks-sc-tool", title=words,
    )  # fmt: skip


def outcome(stamp: Stamp) -> html.Section:
    """Lay out the figures, which the script writes while something moves."""
    badge = marks.draft_badge(stamp)
    months = stamp.horizon_months
    tiles = [
        _tile("leavers", f"Expected leavers in {_count(months, 'month')}", meaning("expected-leavers")),
        _tile("atRisk", "Revenue at risk a month", meaning("revenue-at-risk")),
        _tile("over", "Over the at-risk line", meaning("at-risk-line")),
        _tile("cost", "Cost", meaning("scenario-cost")),
        _tile("net", "Gained or lost in all", meaning("scenario-net")),
    ]
    return card(
        "What it brings",
        [
            html.Ol(className="ks-on-paper ks-kept-steps", **_part("words")),
            html.Div(id=Ids.PROOF, className="ks-wi-proof"),
            html.Div(tiles, className="ks-sc-tiles"),
            html.P(className="ks-sc-sentence", **_part("first")),
            html.P(className="ks-sc-sentence ks-sc-second", **_part("second")),
            html.Div(marks.stamp_line(stamp), className="ks-on-paper"),
        ],
        model=True,
        badge=badge,
        width="full",
    )


def details() -> list[html.Section]:
    """Lay out what stands beneath: the scores then and now, groups, what to know."""
    return [
        card(
            "What to know before trusting it",
            html.Ul(className="ks-sc-warnings", **_part("warnings")),
            width="full",
        ),
        card(
            "Customers by chance of leaving",
            [html.Div(className="ks-sc-bands", **_part("bands")), _legend()],
            note="Each bar is 5 points wide",
            model=True,
            width="full",
        ),
        card(
            "By group",
            html.Div(className="ks-sc-groups", **_part("groups")),
            note="Expected leavers before and after; groups of fewer than 30 customers are too few to say",
            model=True,
            width="full",
        ),
    ]


def _legend() -> html.P:
    return html.P(
        [
            html.Span([html.Span(className="ks-sc-key ks-sc-key-before"), "as it is"]),
            html.Span([html.Span(className="ks-sc-key ks-sc-key-after"), "as it would be"]),
        ],
        className="ks-wi-legend",
    )


def _tile(part: str, name: str, help_text: str) -> html.Div:
    return html.Div(
        [
            html.Div([html.Span(name), marks.hint(name, help_text)], className="ks-sc-tile-name"),
            html.Div(className="ks-sc-tile-now", **_part(f"{part}After")),
            html.Div(className="ks-sc-tile-note", **_part(f"{part}Note")),
        ],
        className="ks-sc-tile",
    )


def _part(name: str) -> dict[str, Any]:
    return {"data-part": name}


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
