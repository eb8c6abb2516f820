"""Guidelines: how G1 to G11 stand, by evidence of this installation, with one live figure each."""

from __future__ import annotations

import dash
from dash import dcc, html

from components import frame, marks, states
from components import guidelines as parts
from pages import (
    _foot,  # noqa: F401  (registers the foot's callback)
    _guidelines_work,
)
from services.guidelines import index
from services.guidelines.rules import RulesError
from services.roles import permission
from web import here

PATH = "/guidelines"

dash.register_page(__name__, path=PATH, title="Guidelines - Keepsight", order=9)

TITLE = "Guidelines"
LEDE = "What this system is held to, and how it stands now: by rules, from evidence that is found here."


@permission("see-guidelines")
def layout(**_query: str) -> html.Main:
    """Lay the page out."""
    installation, actor = here.installation(), here.actor()
    try:
        found = index.gather(installation, actor)
    except RulesError as fault:
        mend = "Everything else works on."
        return frame.page(TITLE, states.error("The guidelines cannot be judged", str(fault), mend))
    hours = installation.settings.guidelines_hours
    again = f"It is worked out again when it is older than {hours:g} hours." if hours else ""
    return frame.page(
        TITLE,
        html.Section(
            [
                parts.counts(found.counts),
                html.P(
                    [*parts.worked_out(found.oldest, found.seconds), " ", again], className="ks-card-note"
                ),
                _guidelines_work.region(found.work, may=found.may_refresh, path=PATH),
            ],
            className="ks-gl-summary",
            **{"aria-label": "All of them"},
        ),
        parts.cards(found.cards),
        lede=LEDE,
        actions=[
            dcc.Link(
                [marks.icon("bi-list-check"), "Human-AI guidelines"], href="/guidelines/hax",
                className="ks-button ks-button-second",
            ),
            *_guidelines_work.button(found.work, may=found.may_refresh),
        ],
    )  # fmt: skip
