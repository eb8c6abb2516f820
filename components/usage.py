"""What is used and how fast, as a few figures, a small chart and a table."""

from __future__ import annotations

from typing import Any

from dash import html

from components import format
from components.table import as_table, table

PLACES_SHOWN = 12
WAYS = {"own entry read": "Entries about own doings"}


def usage(found: Any) -> list[Any]:
    """Show what is used (``is_on, since, until, pages, all, visits_by_day, own_entries_read, left_out``)."""
    parts: list[Any] = [html.P(_head(found), className="ks-sentence")]
    if found.all.visits or found.all.answers:
        parts += [_days(found), table("Pages used", HEADS, [_row(one) for one in found.pages[:PLACES_SHOWN]])]
    return [*parts, html.P(_foot(found), className="ks-card-note")]


HEADS = ("Page", "Opened", "Half of the answers within", "19 in 20 within")


def _head(found: Any) -> str:
    if not found.all.visits:
        return (
            "Nothing is counted yet."
            if found.is_on
            else "Nothing is counted: it is switched off in the Settings."
        )
    days = (found.until - found.since).days + 1
    told = f"{format.count(found.all.visits, 'page')} opened in {days} days"
    if found.all.answers:
        told += (
            f"; of {found.all.answers:,} answers half came within {_time(found.all.half_ms)}, "
            f"19 in 20 within {_time(found.all.most_ms)}"
        )
    entries = format.count(found.own_entries_read, "entry", "entries")
    return f"{told}. People opened {entries} about what they did themselves."


def _row(one: Any) -> tuple[Any, ...]:
    return html.Code(one.page), f"{one.visits:,}", _time(one.half_ms), _time(one.most_ms)


def _time(limit_ms: int | None) -> str:
    if limit_ms is None:
        return "more than 5 s"
    return f"{limit_ms} ms" if limit_ms < 1000 else f"{limit_ms / 1000:g} s"


def _days(found: Any) -> html.Div:
    """Draw the pages opened by day, as bars of which the highest is full."""
    days, highest = found.visits_by_day, max(1, *found.visits_by_day.values())
    bars = [
        html.Span(className=f"ks-usage-bar ks-usage-{-(-10 * number // highest)}", title=_told(day, number))
        for day, number in days.items()
    ]
    rows = [(format.day(day), f"{number:,}") for day, number in days.items() if number]
    drawn = html.Div(bars, className="ks-usage-days", role="img", **{"aria-label": _span(found)})
    return html.Div([drawn, as_table(table("Pages opened by day", ("Day", "Opened"), rows))])


def _told(day: Any, number: int) -> str:
    return f"{format.day(day)}: {format.count(number, 'page')}"


def _span(found: Any) -> str:
    highest = max(found.visits_by_day.values())
    days = f"{format.day(found.since)} to {format.day(found.until)}"
    return f"Pages opened by day, {days}, {highest:,} at most on a day"


def _foot(found: Any) -> str:
    left_out = (
        f" {format.count(found.left_out, 'person', 'people')} wanted to be left out."
        if found.left_out
        else ""
    )
    return (
        f"From {format.day(found.since)} to {format.day(found.until)}, UTC days. Counted a day and page, "
        f"without names; who wants is left out (under their own name in the menu).{left_out}"
    )
