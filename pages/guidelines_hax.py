"""The 18 guidelines for human-AI interaction, each with the page or test that is its evidence."""

from __future__ import annotations

import dash
from dash import html

from components import frame, states
from components import guidelines as parts
from components.card import card, cards
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
)
from services.guidelines import hax
from services.guidelines.rules import RulesError
from services.roles import permission

dash.register_page(__name__, path="/guidelines/hax", title="Human-AI guidelines - Keepsight", order=9)

TITLE = "Human-AI guidelines"
BACK = ("Guidelines", "/guidelines")
LEDE = (
    "The 18 guidelines for human-AI interaction of Amershi and others (2019), in our words, and where this "
    "product keeps to them."
)
OTHERS = (
    "They are labelled HAX-1 to HAX-18 here. The eleven guidelines G1 to G11 are an adaptation for controls "
    "of systems and number differently: G3 is not HAX-3."
)


@permission("see-guidelines")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    try:
        found = hax.load()
    except RulesError as fault:
        return frame.page(TITLE, states.error("They cannot be shown", str(fault), ""), back=BACK)
    met = sum(one.state == "met" for one in found)
    critical = sum(one.critical for one in found)
    return frame.page(
        TITLE,
        html.P(OTHERS, className="ks-sentence"),
        cards(
            [
                card(
                    f"{met} of {len(found)} are met",
                    parts.hax(found),
                    note=f"{critical} of them are critical: they prevent catastrophe",
                    width="full",
                )
            ]
        ),
        lede=LEDE,
        back=BACK,
    )
