"""How recommendations come about, on an example small enough to follow by hand."""

from __future__ import annotations

import dash
from dash import html

from components import frame, recommendations_example
from components.card import cards
from pages import _foot  # noqa: F401  (registers the foot's callback)
from services.recommender import example
from services.roles import permission

dash.register_page(__name__, path="/recommendations/example", title="A worked example - Keepsight", order=6)

LEDE = (
    "Seven titles and a few people: what each choice moves in the table, and what others get because of it. "
    "Worked out now, by the same code that recommends."
)


@permission("see-recommendations")
def layout(**_others: str) -> html.Main:
    """Lay the example out, step by step."""
    found = example.worked()
    steps = [recommendations_example.step(n, one) for n, one in enumerate(found.steps, start=1)]
    return frame.page(
        "A worked example",
        cards([recommendations_example.begin(found), *steps]),
        lede=LEDE,
        back=("Recommendations", "/recommendations"),
    )
