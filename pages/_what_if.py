"""The parts of the What-if page: on the left what can be moved, on the right what follows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import html

from components import facts, format, marks, slider
from components.card import card
from components.waterfall import gauge, waterfall
from config.glossary import meaning
from services.moves import Control
from services.what_if import Setting

PREDICTIVE = "predictive"

REVENUE_OF_ONE = "What this customer pays in a month, which a moved price or discount changes too."


class Ids(StrEnum):
    """Every id of this page of its own; sliders, gauge and waterfall have patterned ones."""

    PICK = "what-if-pick"
    MATCHES = "what-if-matches"
    SETTING = "what-if-setting"
    QUESTION = "what-if-question"
    ANSWER = "what-if-answer"
    CONTROLS = "what-if-controls"
    RESET = "what-if-reset"
    PROOF = "what-if-proof"
    SPOKEN = "what-if-spoken"


def control_id(place: int | Any) -> dict[str, Any]:
    """Give the id of a slider by its place in the list."""
    return {"type": "what-if-control", "place": place}


# --- the left: what can be moved ---------------------------------------------------------------------


GROUPS = {"lever": ("We move these", "bi-sliders"), "assumption": ("They move, not by us", "bi-cloud")}


def controls(setting: Setting) -> html.Section:
    """Lay out the sliders, levers before assumptions, and the facts that nobody moves."""
    reset = html.Button(
        [marks.icon("bi-arrow-counterclockwise"), "Reset all"], id=Ids.RESET, type="button",
        className="ks-button ks-button-second ks-wi-reset", disabled=True,
    )  # fmt: skip
    groups = [_group(role, setting) for role in GROUPS]
    nothing = html.P("The data names nothing of this customer that can be moved.", className="ks-card-note")
    return card(
        "What could change",
        [
            *filter(None, groups),
            nothing if not setting.controls else _legend(setting.controls),
            _facts(setting),
        ],
        tools=reset,
        width="full",
    )


EVIDENCE = "Moved with leaving in the past; not proven to cause it."


def _group(role: str, setting: Setting) -> html.Div | None:
    sliders = [_slider(n, one, setting) for n, one in enumerate(setting.controls) if one.role == role]
    if not sliders:
        return None
    title, sign = GROUPS[role]
    evidence = marks.badge("predictive only") if role == "lever" else None
    text = EVIDENCE if role == "lever" else meaning("assumption")
    heading = html.H3([marks.icon(sign), title], className=f"ks-wi-heading ks-wi-heading-{role}")
    return html.Div(
        [
            html.Div([part for part in (heading, evidence) if part], className="ks-wi-group-head"),
            html.P(text, className="ks-card-note"),
            *sliders,
        ],
        className=f"ks-wi-group ks-wi-group-{role}",
    )


def _slider(place: int, control: Control, setting: Setting) -> html.Div:
    moved = setting.answer.changes.get(control.column, control.value)
    shared: dict[str, Any] = {
        "label": control.label,
        "words": control.words,
        "note": "" if control.evidence == PREDICTIVE else f"Evidence: measured in {control.evidence}",
        "help_text": control.description,
    }
    if control.levels:
        values = [value for value, _ in control.levels]
        return slider.level_slider(
            control_id(place), value=values.index(moved) if moved in values else None,
            levels=[words for _, words in control.levels], **shared,
        )  # fmt: skip
    unit = f" {control.unit}" if control.unit else ""
    return slider.number_slider(
        control_id(place), value=moved, ends=(control.minimum, control.maximum), step=control.step,
        end_words=(format.value(control.minimum), f"{format.value(control.maximum)}{unit}"), **shared,
    )  # fmt: skip


def _legend(controls: list[Control]) -> html.P:
    has_gaps = any(control.no_data for control in controls)
    parts = [html.Span([html.Span(className="ks-wi-key ks-wi-key-now"), "as it is now"])]
    if has_gaps:
        parts.append(
            html.Span(
                [html.Span(className="ks-wi-key ks-wi-key-gap"), "no such customer in the training data"]
            )
        )
    return html.P(parts, className="ks-wi-legend")


def _facts(setting: Setting) -> html.Details:
    rows = [facts.fact(one.label, one.value, missing=one.value == format.NOT_KNOWN) for one in setting.facts]
    summary = html.Summary([marks.icon("bi-lock"), f"Facts that nobody moves ({len(rows)})"])
    return html.Details([summary, facts.facts(rows)], className="ks-wi-facts")


# --- the right: what follows -------------------------------------------------------------------------


def outcome(setting: Setting) -> html.Section:
    """Lay out the chance of leaving as it is and as it would be, in a gauge, in words and in money."""
    stamp = setting.answer.stamp
    horizon = format.count(stamp.horizon_months, "month")
    words = html.Div(
        [
            _shift(),
            html.P(className="ks-wi-sentence", **_part("sentence")),
            html.Dl(
                [
                    _before_after("loss", "Expected loss", meaning("expected-loss")),
                    _before_after("revenue", "Monthly revenue", REVENUE_OF_ONE),
                ],
                className="ks-wi-money",
                **_part("money"),
            ),
            html.P(className="ks-wi-followed", **_part("followed")),
            html.P(id=Ids.PROOF, className="ks-wi-proof"),
        ],
        className="ks-wi-words",
    )
    return card(
        "Chance of leaving",
        html.Div([gauge("what-if"), words], className="ks-wi-outcome"),
        note=f"within {horizon}; higher is worse",
        help_text=f"{meaning('chance-of-leaving')} The outer arc is its range, the ring is where it stands "
        "without your moves, and the short line is where the at-risk list begins.",
        model=True,
        badge=marks.draft_badge(stamp),
        width="full",
    )


def warnings() -> html.Div:
    """Stand apart from the figures, which must not jump while a slider is dragged."""
    texts = html.Ul(**_part("warnings"))
    note = html.Div([marks.icon("bi-exclamation-triangle"), texts], className="ks-note", role="note")
    return html.Div(note, className="ks-wi-warnings", hidden=True, **_part("caution"))


def _part(name: str) -> dict[str, str]:
    """Mark a place that the page's script writes into."""
    return {"data-part": name}


def _shift() -> html.P:
    return html.P(
        [
            html.Span(className="ks-wi-before", **_part("before")),
            _arrow(),
            html.Strong(className="ks-wi-after", **_part("after")),
            html.Span(className="ks-wi-difference", **_part("difference")),
        ],
        className="ks-wi-shift",
        **_part("shift"),
    )


def _arrow() -> html.Span:
    return html.Span("\u2192", className="ks-wi-arrow", role="img", **{"aria-label": "would become"})


def strip() -> html.Div:
    """Keep the chance in sight on a narrow screen, where the sliders stand below the gauge."""
    return html.Div(
        [
            html.Span("Chance of leaving", className="ks-wi-strip-name"),
            html.Span(**_part("stripBefore")),
            html.Span("\u2192"),
            html.Strong(**_part("stripAfter")),
            html.Span(className="ks-wi-difference", **_part("stripDifference")),
        ],
        className="ks-wi-strip",
        **{"aria-hidden": "true"},
        **_part("strip"),
    )


def _before_after(part: str, label: str, help_text: str) -> html.Div:
    return html.Div(
        [
            html.Dt([label, marks.hint(label, help_text)]),
            html.Dd(
                [
                    html.Span(**_part(f"{part}Before")),
                    html.Span(
                        "\u2192", className="ks-wi-arrow", **{"aria-label": "would become"}, role="img"
                    ),
                    html.Strong(**_part(f"{part}After")),
                ]
            ),
        ],
        **_part(part),
    )


def reasons(setting: Setting) -> html.Section:
    """Lay out the reasons, which add up."""
    return card(
        "Why",
        [html.P(className="ks-sentence", **_part("reason")), waterfall("what-if")],
        note="reasons that add up; patterns, not causes",
        help_text=f"{meaning('reason')} {meaning('starting-point')}",
        model=True,
        badge=marks.draft_badge(setting.answer.stamp),
        width="full",
    )
