"""What-if: move what could change of one customer and see the chance of leaving follow the finger."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, quote

import dash
from dash import ALL, ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html, no_update

from components import facts, format, frame, marks, slider, states
from components.card import card
from components.waterfall import gauge, waterfall
from config.glossary import meaning
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services import what_if
from services.moves import Control
from services.roles import permission
from services.what_if import ChangeRefused, NoModel, NoSuchCustomer, Setting
from web import here

dash.register_page(__name__, path="/what-if", title="What if - Keepsight", order=4)

PREDICTIVE = "predictive"


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


@permission("explore")
def layout(customer: str = "", moved: str = "") -> html.Main:
    """Lay the page out; ``?customer=`` chooses whom, ``&moved=`` what is moved (column=value, encoded)."""
    try:
        setting = what_if.start(here.installation(), here.actor(), customer or None, _moves(moved))
    except NoSuchCustomer as fault:
        nobody = states.empty("No such customer", str(fault), sign="bi-person")
        return _page(html.Section(nobody, className="ks-card"), lede=LEDE)
    except NoModel as fault:
        nothing = states.empty("No model answers you here", str(fault), sign="bi-lock")
        return _page(html.Section(nothing, className="ks-card"), lede=LEDE)
    stamp = setting.answer.stamp
    return _page(
        dcc.Store(id=Ids.SETTING, data=what_if.plain_setting(setting)),
        dcc.Store(id=Ids.QUESTION),
        dcc.Store(id=Ids.ANSWER),
        html.Div(
            [
                _strip(),
                html.Div(_controls(setting), id=Ids.CONTROLS, className="ks-wi-left"),
                html.Div(
                    [
                        html.Div(_outcome(setting), className="ks-wi-result"),
                        _warnings(),
                        html.Div(_reasons(setting), className="ks-wi-why"),
                    ],
                    className="ks-wi-right",
                ),
            ],
            className="ks-wi",
        ),
        html.Div(id=Ids.SPOKEN, className="visually-hidden", role="status", **{"aria-live": "polite"}),
        lede=_lede(setting),
        badges=[marks.draft_badge(stamp), marks.synthetic_badge(stamp.synthetic)],
    )


REVENUE_OF_ONE = "What this customer pays in a month, which a moved price or discount changes too."

LEDE = "Move what could change of a customer, and see what follows."


def _page(*children: Any, lede: Any, badges: Any = ()) -> html.Main:
    return frame.page("What if ...", *children, lede=lede, badges=badges, actions=[_picker()])


def _lede(setting: Setting) -> Any:
    where = f"/customer?id={quote(setting.id, safe='')}"
    standing = "" if setting.is_active else " (who has left already)"
    return [
        "Move what could change for ",
        dcc.Link(f"customer {setting.id}", href=where, className="ks-quiet-link"),
        f"{standing}, and see what follows.",
    ]


def _picker() -> html.Div:
    return html.Div(
        [
            html.Label("Another customer, by id", htmlFor=Ids.PICK, className="visually-hidden"),
            marks.icon("bi-search"),
            # no debounce: Dash's own (4.4) stumbles when the page is left meanwhile
            dcc.Input(
                id=Ids.PICK, type="search", placeholder="Another customer: id", autoComplete="off",
                maxLength=200, list=Ids.MATCHES,
            ),
            html.Datalist(id=Ids.MATCHES),
        ],
        className="ks-search ks-wi-pick",
        role="search",
        **{"aria-label": "Choose a customer"},
    )  # fmt: skip


def _moves(moved: str) -> dict[str, float | str]:
    """Read the moves of a link; a number where it reads as one is decided by the column's kind later."""
    spec = here.installation().dataset().spec
    numeric = spec.numeric_columns
    found: dict[str, float | str] = {}
    for column, text in parse_qsl(moved, keep_blank_values=True):
        found[column] = _number(text) if column in numeric else text
    return found


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


# --- the left: what can be moved ---------------------------------------------------------------------


GROUPS = {"lever": ("We move these", "bi-sliders"), "assumption": ("They move, not by us", "bi-cloud")}


def _controls(setting: Setting) -> html.Section:
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


def _outcome(setting: Setting) -> html.Section:
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


def _warnings() -> html.Div:
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


def _strip() -> html.Div:
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


def _reasons(setting: Setting) -> html.Section:
    return card(
        "Why",
        [html.P(className="ks-sentence", **_part("reason")), waterfall("what-if")],
        note="reasons that add up; patterns, not causes",
        help_text=f"{meaning('reason')} {meaning('starting-point')}",
        model=True,
        badge=marks.draft_badge(setting.answer.stamp),
        width="full",
    )


# --- callbacks ---------------------------------------------------------------------------------------


def _in_the_browser(function: str, *inputs: Input) -> None:
    """Let assets/what_if.js follow; it writes into the page itself and hands nothing back to Dash.

    The output is never written: with none at all Dash would not call where ids are patterns or pages appear.
    """
    clientside_callback(
        ClientsideFunction("what_if", function), Output(Ids.PROOF, f"data-{function}"), *inputs
    )


_in_the_browser("begin", Input(Ids.SETTING, "data"))
_in_the_browser("drag", Input(control_id(ALL), "drag_value"))
_in_the_browser("release", Input(control_id(ALL), "value"))
_in_the_browser("confirm", Input(Ids.ANSWER, "data"))


@callback(Output(Ids.ANSWER, "data"), Input(Ids.QUESTION, "data"), prevent_initial_call=True)
@permission("explore")
def show_answer(question: dict[str, Any] | None) -> Any:
    """Answer what was released, exactly; what cannot be asked is told, and everything stays."""
    if not isinstance(question, dict):
        return no_update
    customer, changes, claimed = (question.get(part) for part in ("customer", "changes", "claimed"))
    if not isinstance(changes, dict) or not isinstance(customer, str) or not isinstance(claimed, str | None):
        return {"number": question.get("number"), "refused": "That question cannot be read. Reload the page."}
    try:
        found = what_if.answer(here.installation(), here.actor(), customer, changes, claimed)
    except (ChangeRefused, NoSuchCustomer, NoModel) as refused:
        return {"number": question.get("number"), "refused": str(refused)}
    return what_if.plain(found) | {"number": question.get("number")}


@callback(Output(Ids.MATCHES, "children"), Input(Ids.PICK, "value"), prevent_initial_call=True)
@permission("explore")
def show_matches(text: str | None) -> list[html.Option]:
    """Offer customers whose id contains what is typed."""
    found = what_if.matches(here.installation(), here.actor(), text or "")
    return [html.Option(value=key) for key in found]
