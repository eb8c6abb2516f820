"""The Model page's parts that come from the report: quality, effects, groups, robustness, candidates."""

from __future__ import annotations

from typing import Any

from dash import html

from components import challengers, controls, fairness, marks, report, robustness, shapes
from components.card import card, cards
from config.glossary import meaning
from pages import _model_mitigation
from pages._model_ids import Ids
from services.model_page import ModelPage

PLACES = (
    ("quality", "Quality"),
    ("effects", "What drives it"),
    ("groups", "Groups"),
    ("strain", "Robustness"),
    ("candidates", "Candidates"),
    ("versions", "Versions"),
)


def ways() -> html.Nav:
    """Lead to the parts of the page."""
    links = [html.Li(html.A(words, href=f"#{name}", className="ks-md-way")) for name, words in PLACES]
    return html.Nav(html.Ul(links), className="ks-md-nav", **{"aria-label": "Parts of this page"})


def badge(found: ModelPage) -> Any:
    """Mark a figure of this version as a draft's until somebody signed it."""
    signed = found.signature is not None
    return None if signed else marks.badge("draft, not signed off", "draft", meaning("draft"))


def body(found: ModelPage, versions: list[Any]) -> list[Any]:
    """Lay out every part of the report, then the versions."""
    return [
        *_part("quality", "Quality", "How good are its answers?", _quality(found)),
        *_part("effects", "What drives it", "Patterns in past customers, not causes.", _effects(found)),
        *_part("groups", "Groups of people", "Is everybody served alike?", _groups(found)),
        *_part("strain", "Robustness", "What if the input is wrong?", _strain(found)),
        *_part("candidates", "Candidates", "What else was tried?", _candidates(found)),
        *_part("versions", "Versions", "What answered before, and what might next?", versions),
    ]


def _part(name: str, title: str, lede: str, members: list[Any]) -> list[Any]:
    heading = html.Div(
        [html.H2(title, className="ks-md-title"), html.P(lede, className="ks-lede")],
        id=name,
        className="ks-md-head",
    )
    return [heading, *members]


def _quality(found: ModelPage) -> list[Any]:
    quality, mark = found.report.get("quality"), badge(found)
    tiles = report.tiles(quality, meaning, lambda: badge(found))
    note = report.stands_on(quality)
    return [
        tiles,
        cards(
            [
                card(
                    "Every measure",
                    report.measures(quality, meaning),
                    note=note,
                    model=True,
                    badge=mark,
                    help_text=f"{meaning('hold-out')} {meaning('range-of-a-measure')}",
                    width="full",
                ),
                card(
                    "Are the chances right?",
                    report.calibration(quality),
                    help_text=meaning("calibration"),
                    model=True,
                    badge=mark,
                ),
                html.Div(
                    [
                        card(
                            "Right and wrong on the list",
                            report.confusion(quality),
                            note=note,
                            model=True,
                            help_text=meaning("confusion"),
                            badge=mark,
                            width="full",
                        ),
                        card(
                            "What the list is worth",
                            report.money(quality, found.stamp.currency),
                            model=True,
                            help_text=meaning("value-of-the-list"),
                            badge=mark,
                            width="full",
                        ),
                    ],
                    className="ks-md-column",
                ),
            ]
        ),
    ]


def _effects(found: ModelPage) -> list[Any]:
    section, mark = found.report.get("explanation"), badge(found)
    offered = shapes.offered(section)
    chosen = offered[0][0] if offered else None
    body = html.Div(
        shapes.shape(section, int(chosen or 0)),
        id=Ids.SHAPE,
        className="ks-refresh",
        **{"aria-live": "polite"},
    )
    picker = controls.choice(Ids.FEATURE, offered, chosen, label="Feature") if offered else None
    return [
        cards(
            [
                card(
                    "Weight of each feature",
                    shapes.importance(section),
                    help_text=meaning("importance"),
                    model=True,
                    badge=mark,
                    width="third",
                ),
                card(
                    "Effect of a feature",
                    [*([picker] if picker is not None else []), body],
                    help_text=meaning("shape"),
                    model=True,
                    badge=mark,
                    width="two-thirds",
                ),
                card(
                    "What sets segments apart",
                    shapes.segments(section),
                    help_text=meaning("reason"),
                    model=True,
                    badge=mark,
                    width="full",
                ),
            ]
        )
    ]


def _groups(found: ModelPage) -> list[Any]:
    body = fairness.fairness(found.report.get("fairness"), meaning)
    return [
        cards(
            [
                card(
                    "Between groups of people",
                    body,
                    model=True,
                    badge=badge(found),
                    width="full",
                    note="95% ranges; a group under 30 customers is too few",
                    help_text=meaning("too-few"),
                )
            ]
        ),
        *_model_mitigation.tried(found),
    ]


def _strain(found: ModelPage) -> list[Any]:
    sections, mark = found.report, badge(found)
    return [
        cards(
            [
                card(
                    "Wrong, missing and strange input",
                    robustness.robustness(sections.get("robustness"), meaning),
                    help_text=f"{meaning('robustness')} {meaning('list-kept')}",
                    model=True,
                    badge=mark,
                    width="full",
                ),
                card(
                    "Made-up cases",
                    robustness.cases(sections.get("cases")),
                    help_text=meaning("model-test"),
                    model=True,
                    badge=mark,
                ),
                card(
                    "How often the range holds",
                    robustness.coverage(sections.get("coverage"), meaning),
                    help_text=meaning("coverage"),
                    model=True,
                    badge=mark,
                ),
            ]
        )
    ]


def _candidates(found: ModelPage) -> list[Any]:
    made = robustness.environment(found.report.get("data"), found.report.get("environment"))
    return [
        cards(
            [
                card(
                    "Tried beside it",
                    report.candidates(found.report.get("candidates")),
                    model=True,
                    help_text=meaning("candidate"),
                    badge=badge(found),
                    width="full",
                    note="on the same customers, in the same splits",
                ),
                card(
                    "What weighs in the others",
                    challengers.weights(found.report.get("explanation")),
                    help_text=meaning("importance"),
                    model=True,
                    badge=badge(found),
                    width="full",
                    note="they have no scorecard to read it from; pairs of the scorecard stand apart",
                ),
                card("Made from and with", made, width="full"),
            ]
        )
    ]
