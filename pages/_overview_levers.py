"""The few levers on the Overview: moved, they show predicted churn as it is and as it would be."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from dash import ClientsideFunction, Input, Output, callback, clientside_callback, dcc, html, no_update

from components import marks
from components.card import card
from config.glossary import meaning
from services import few_levers, scenario_page
from services.roles import permission
from web import here


class Ids(StrEnum):
    """Every id of this card."""

    CARD = "levers-card"
    SETTING = "levers-setting"
    QUESTION = "levers-question"
    ANSWER = "levers-answer"
    PROOF = "levers-proof"


def levers() -> html.Div:
    """Lay the card out; the page's script fills it once the setting is there, and it is not seen before."""
    body = html.Div(
        [
            html.Div(className="ks-ol-sliders", **{"data-part": "sliders"}),
            html.Div(
                [
                    html.Div(className="ks-ol-bars", **{"data-part": "bars"}),
                    html.P(className="ks-sc-sentence", **{"data-part": "first"}),
                    html.Span(marks.badge(marks.DRAFT, "draft"), hidden=True, **{"data-part": "draft"}),
                    html.Div(id=Ids.PROOF, className="ks-wi-proof"),
                ],
                className="ks-ol-result",
            ),
        ],
        className="ks-ol",
    )
    link = html.A(
        [marks.icon("bi-diagram-3"), "Open in Scenarios"], href="/scenarios",
        className="ks-button ks-button-second", **{"data-part": "link"},
    )  # fmt: skip
    title = "What if ... for all customers"
    return html.Div(
        [
            dcc.Store(id=Ids.SETTING),
            dcc.Store(id=Ids.QUESTION),
            dcc.Store(id=Ids.ANSWER),
            card(
                title, body, note="Predicted, not measured", help_text=meaning("expected-leavers"),
                model=True, tools=link, width="full",
            ),
        ],
        id=Ids.CARD,
        hidden=True,
        className="ks-ol-card",
    )  # fmt: skip


@callback(Output(Ids.SETTING, "data"), Input(Ids.CARD, "id"))
@permission("see-facts")
def show_levers(_id: str) -> Any:
    """Set the levers up once the page is there; nothing for who may not explore."""
    return few_levers.small(here.installation(), here.actor()) or no_update


@callback(Output(Ids.ANSWER, "data"), Input(Ids.QUESTION, "data"), prevent_initial_call=True)
@permission("explore")
def show_answer(question: dict[str, Any] | None) -> Any:
    """Answer what was released, for everybody."""
    if not isinstance(question, dict):
        return no_update
    return scenario_page.asked(here.installation(), here.actor(), question)


def _in_the_browser(function: str, *inputs: Input) -> None:
    clientside_callback(
        ClientsideFunction("overview_levers", function), Output(Ids.PROOF, f"data-{function}"), *inputs
    )


_in_the_browser("begin", Input(Ids.SETTING, "data"))
_in_the_browser("confirm", Input(Ids.ANSWER, "data"))
