"""What-if: move what could change of one customer and see the chance of leaving follow the finger."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote

import dash
from dash import ALL, ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html, no_update

from components import feedback, frame, marks, notices, states
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _what_if,
)
from pages._what_if import Ids, control_id
from services import what_if
from services.roles import permission
from services.what_if import ChangeRefused, NoModel, NoSuchCustomer, Setting
from web import here

dash.register_page(__name__, path="/what-if", title="What if - Keepsight", order=4)


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
        notices.stand_in(stamp),
        html.Div(
            [
                _what_if.strip(),
                html.Div(_what_if.controls(setting), id=Ids.CONTROLS, className="ks-wi-left"),
                html.Div(
                    [
                        html.Div(_what_if.outcome(setting), className="ks-wi-result"),
                        _what_if.warnings(),
                        html.Div(_what_if.reasons(setting), className="ks-wi-why"),
                        html.Div(feedback.opener("prediction", setting.id)),
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
    except NoModel as stopped:
        return {"number": question.get("number"), "refused": str(stopped), "stopped": True}
    except (ChangeRefused, NoSuchCustomer) as refused:
        return {"number": question.get("number"), "refused": str(refused)}
    return what_if.plain(found) | {"number": question.get("number")}


@callback(Output(Ids.MATCHES, "children"), Input(Ids.PICK, "value"), prevent_initial_call=True)
@permission("explore")
def show_matches(text: str | None) -> list[html.Option]:
    """Offer customers whose id contains what is typed."""
    found = what_if.matches(here.installation(), here.actor(), text or "")
    return [html.Option(value=key) for key in found]
