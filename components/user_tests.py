"""User tests: who took part in all of them, each one, and the form that counts participants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html

from components import marks, states
from components.format import count, day, number, share
from components.table import table


def balance(found: Any, limit: float) -> list[Any]:
    """Say how participants (``tests, people, genders, bands, said, fewest, least_share``) are spread."""
    if not found.tests:
        return [
            states.empty(
                "No user test is registered",
                "So nobody knows whether all kinds of people get along with these pages, and guideline G6 is "
                "not measured. A manager registers the first one here.",
                sign="bi-people",
            )
        ]
    return [
        html.P(_fewest(found, limit), className="ks-sentence"),
        html.Div(
            [
                _spread("By gender", "Gender", found.genders, found.people),
                _spread("By age", "Age", found.bands, found.people),
            ],
            className="ks-ut-spread",
        ),
    ]


def _fewest(found: Any, limit: float) -> list[Any]:
    if found.fewest is None:
        return ["None of the participants said their gender, so nothing can be said of the balance."]
    name, part = found.fewest
    is_low = found.least_share is not None and found.least_share < limit
    badge = marks.badge("too few", "warn") if is_low else marks.badge("balanced", "ok")
    of = number(sum(found.said.values()))
    told = f" Fewest are {name}: {share(part)} of the {of} who said their gender. Of two genders none should "
    told += f"make up less than {share(limit, 0)}."
    more = ""
    if len(found.said) > 2:
        lower = share(limit * 2 / len(found.said))
        more = f" Of {len(found.said)} that is {lower}, since each can make up less."
    return [badge, told, more]


def _spread(title: str, head: str, parts: Mapping[str, int], people: int) -> html.Div:
    rows = [(name, number(some), _share(some, people)) for name, some in parts.items()]
    return html.Div(
        [html.H3(title, className="ks-part-title"), table(title, (head, "People", "Share"), rows)]
    )


def _share(some: int, people: int) -> html.Span:
    bar = html.Meter(
        min="0", max=str(max(people, 1)), value=str(some), className="ks-meter ks-ut-bar",
        **{"aria-hidden": "true"},
    )  # fmt: skip
    return html.Span([share(some / people if people else None), bar], className="ks-ut-share")


def listed(tests: Sequence[Any], deeds: Callable[[Any], Any]) -> Any:
    """List tests, latest first; ``deeds`` makes the buttons of one, None where nobody may."""
    if not tests:
        return html.P("What is registered stands here, latest first.", className="ks-card-note")
    return html.Ul([_test(one, deeds(one)) for one in tests], className="ks-ut-list")


def _test(one: Any, deeds: Any) -> html.Li:
    about = [f"{day(one.date)}, {count(one.people, 'person', 'people')}; registered by {one.by}"]
    if one.states > 1:
        about.append(f", changed {count(one.states - 1, 'time')}: {one.reason}")
    heading = html.H3([html.Span(f"Test {one.number}", className="ks-ut-number"), one.task])
    parts: list[Any] = [html.Div([heading, *([marks.badge("withdrawn")] if one.is_withdrawn else [])],
                                 className="ks-ut-head")]  # fmt: skip
    parts.append(html.P(about, className="ks-card-note"))
    if not one.is_withdrawn:
        parts += [
            html.P(_who(one.groups), className="ks-ut-who"),
            html.Dl(
                [
                    html.Div([html.Dt("Found"), html.Dd(one.findings, className="ks-ut-text")]),
                    html.Div(
                        [html.Dt("Changed"), html.Dd(one.changed or "nothing yet", className="ks-ut-text")]
                    ),
                ],
                className="ks-ut-said",
            ),
        ]
    if deeds is not None:
        parts.append(html.Div(deeds, className="ks-ut-deeds"))
    return html.Li(parts, className="ks-ut-test ks-ut-withdrawn" if one.is_withdrawn else "ks-ut-test")


def _who(groups: Sequence[Any]) -> str:
    return "; ".join(f"{one.gender}, {one.band}: {number(one.people)}" for one in groups)


def people(
    id_of: Callable[[str, str], Any],
    genders: Sequence[str],
    bands: Sequence[str],
    chosen: Mapping[tuple[str, str], int],
) -> html.Div:
    """Ask how many took part, a field for each gender and age band; ``chosen`` are those known."""
    head = html.Tr([html.Td(""), *(html.Th(gender, scope="col") for gender in genders)])
    rows = [
        html.Tr(
            [
                html.Th(band, scope="row"),
                *(html.Td(_field(id_of(gender, band), gender, band, chosen)) for gender in genders),
            ]
        )
        for band in bands
    ]
    return html.Div(
        html.Table(
            [html.Caption("Participants", className="visually-hidden"), html.Thead(head), html.Tbody(rows)],
            className="ks-ut-people",
        ),
        className="ks-ut-people-frame",
    )


def _field(id: Any, gender: str, band: str, chosen: Mapping[tuple[str, str], int]) -> html.Label:
    field = dbc.Input(
        id=id, type="number", min=0, max=10_000, step=1, value=chosen.get((gender, band)),
        placeholder="0", autoComplete="off", inputMode="numeric",
    )  # fmt: skip
    return html.Label([html.Span(f"People: {gender}, {band}", className="visually-hidden"), field])
