"""What stands beside the figures when the model cannot answer, or not firmly: a former version, averages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from dash import html

from components.format import count, month, share
from components.marks import badge, icon


def notice(
    text: str | None, *, sign: str = "bi-info-circle", kind: Literal["plain", "warn"] = "plain"
) -> html.Div | None:
    """Say plainly what the reader must know of the figures below; nothing where there is nothing to say."""
    if not text:
        return None
    name = "ks-note ks-note-plain" if kind == "plain" else "ks-note"
    return html.Div([icon(sign), html.P(spoken(text))], className=name, role="note")


def stand_in(stamp: Any) -> html.Div | None:
    """Say that a former version answers, why and since when; nothing while the version in use does."""
    return notice(stamp.notice if stamp else None, sign="bi-arrow-repeat", kind="warn")


def spoken(text: str) -> list[Any]:
    """Set what stands between backticks as code: a command to type."""
    return [html.Code(part) if n % 2 else part for n, part in enumerate(text.split("`"))]


def cautions(texts: Sequence[str]) -> html.Div | None:
    """Warn of what the model has not learned from, a line each; nothing where there is nothing."""
    if not texts:
        return None
    lines = html.Ul([html.Li(text) for text in texts])
    return html.Div([icon("bi-exclamation-triangle"), lines], className="ks-note", role="note")


def averages(found: Any, horizon_months: int) -> html.Section | None:
    """List averages of groups, in the order of their levels: facts of the past, ranked by nothing.

    ``found`` holds ``by``, ``groups``, ``everybody`` (each ``group``, ``customers``, ``churn_share``,
    ``label``), ``why`` and ``period``; None or empty gives nothing.
    """
    if found is None or found.everybody is None:
        return None
    lines = [*found.groups, found.everybody]
    by = f", by {found.by.lower()}" if found.by and found.groups else ""
    rows = [
        html.Div(
            [
                html.Dt(one.group if one is not found.everybody else "Everybody"),
                html.Dd([html.Strong(share(one.churn_share)), f" of {count(one.customers, 'customer')}"]),
            ],
            className="ks-average",
        )
        for one in lines
    ]
    return html.Section(
        [
            html.Div(
                [html.H2(f"Share who left{by}", className="ks-card-title"), badge(found.everybody.label)],
                className="ks-card-title-row",
            ),
            html.P(spoken(f"{_counted(found.period, horizon_months)} {found.why}"), className="ks-card-note"),
            html.Dl(rows, className="ks-averages"),
        ],
        className="ks-card ks-card-full ks-averages-card",
    )


def average(one: Any, period: str | None, horizon_months: int) -> list[Any]:
    """Give the average of a customer's group, large, with what it stands on."""
    who = "all customers" if one.group == "everybody" else f"customers like this one ({one.group})"
    return [
        html.P(share(one.churn_share), className="ks-average-part ks-average-figure"),
        html.P(f"of {count(one.customers, 'customer')} left: {who}.", className="ks-average-part"),
        html.P(badge(one.label), className="ks-average-part"),
        html.P(_counted(period, horizon_months), className="ks-average-part ks-card-note"),
    ]


def _counted(period: str | None, horizon_months: int) -> str:
    if period is None:
        return "Counted over all the data, as they stand now."
    return f"Counted over {month(period)}: left within {count(horizon_months, 'month')} after it."
