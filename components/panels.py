"""The charts of the Overview: rows of plain values in, what stands in a card out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from components import charts, marks, states
from components.card import sub
from components.format import count, money, month, number, share, short_month
from components.graph import graph
from components.heatmap import heatmap
from components.table import table

Rows = Sequence[dict[str, Any]]


def nothing(why: str = "No customer in this view has a known outcome.") -> html.Div:
    """Stand where a view has nothing to draw."""
    return states.empty("Nothing to draw here", f"{why} Clear a filter, or load data that has it.")


def trend(rows: Rows, horizon_months: int) -> Any:
    """Draw ``period, customers, leavers, churn_share`` by month; the last months' outcomes may be None."""
    if not rows:
        return states.empty(
            "One snapshot, no history",
            "The data has one date only, so nothing can be shown over time. Load data with a row per "
            "customer and month to see how customers and churn move.",
            sign="bi-calendar3",
        )
    horizon = f"within {count(horizon_months, 'month')}"
    title = "Customers, and share who left, by month"
    note = f"{month(rows[0]['period'])} to {month(rows[-1]['period'])}; share of that month's customers"
    figure = charts.trend(
        [r["period"] for r in rows],
        [r["customers"] for r in rows],
        [r["churn_share"] for r in rows],
        horizon=horizon,
    )
    lines = [
        (month(r["period"]), number(r["customers"]), number(r["leavers"]), share(r["churn_share"]))
        for r in rows
    ]
    twin = table(title, ("Month", "Customers", f"Left {horizon}", "Share"), lines)
    return [sub(note), graph(figure, id="trend", title=title, table=twin)]


def breakdown(rows: Rows, column: str, label: str, name: str) -> Any:
    """Draw ``level, label, known, leavers, churn_share`` of a column; a click on a bar filters by it."""
    known = [row for row in rows if row["churn_share"] is not None]
    if not known:
        return nothing()
    title = f"Share who left, by {label.lower()}"
    figure = charts.share_bars(
        [r["level"] for r in known],
        [r["label"] for r in known],
        [r["churn_share"] for r in known],
        [r["known"] for r in known],
        column=column,
        of="left",
    )
    lines = [(r["label"], number(r["known"]), number(r["leavers"]), share(r["churn_share"])) for r in known]
    twin = table(title, (label, "Customers", "Left", "Share"), lines)
    note = f"{title}; {count(sum(r['known'] for r in known), 'customer')}"
    return [sub(note), graph(figure, id=name, title=title, table=twin, clicks=True, size=_size(known))]


def tenure(rows: Rows) -> Any:
    """Draw ``band, stayed, left``, shortest tenure first."""
    if not rows:
        return nothing("No tenure with a known outcome is in this view.")
    title = "Customers who stayed and left, by months as a customer"
    bands = [r["band"] or "not known" for r in rows]
    stayed, left = [r["stayed"] for r in rows], [r["left"] for r in rows]
    figure = charts.outcome_bars(bands, stayed, left, axis="months as a customer")
    lines = [(band, number(s), number(gone)) for band, s, gone in zip(bands, stayed, left, strict=True)]
    twin = table(title, ("Months", "Stayed", "Left"), lines)
    note = f"Number of customers; {count(sum(stayed) + sum(left), 'customer')}"
    return [sub(note), graph(figure, id="tenure", title=title, table=twin)]


def revenue(rows: Rows, column: str, label: str, stamp: Any) -> Any:
    """Draw ``level, label, revenue, revenue_at_risk``; without the part at risk where it is withheld."""
    known = [row for row in rows if row["revenue"] is not None]
    if not known:
        return nothing("No active customer in this view has a revenue.")
    risks = [row["revenue_at_risk"] for row in known]
    has_risk = any(risk is not None for risk in risks)
    title = f"Monthly revenue{' and the part at risk' if has_risk else ''}, by {label.lower()}"
    figure = charts.money_bars(
        [r["level"] for r in known],
        [r["label"] for r in known],
        [r["revenue"] for r in known],
        risks if has_risk else None,
        column=column,
        unit=f"{stamp.currency} a month",
    )
    lines = [
        (r["label"], money(r["revenue"], stamp.currency), *_risk(r, stamp.currency, has_risk)) for r in known
    ]
    twin = table(title, (label, "Monthly revenue", *(("At risk",) if has_risk else ())), lines)
    marked = (marks.model_mark("model figure"), marks.draft_badge(stamp)) if has_risk else ()
    note = f"{stamp.currency} a month of active customers, by {label.lower()}"
    # where averages stand in, their card above says why
    is_told = stamp.withheld and not stamp.has_averages
    why = [html.P(stamp.withheld, className="ks-card-note")] if is_told else []
    drawn = graph(figure, id="revenue-by", title=title, table=twin, clicks=True, size=_size(known))
    return [sub(note, *marked), drawn, *why]


def _risk(row: dict[str, Any], currency: str, has_risk: bool) -> tuple[str, ...]:
    return (money(row["revenue_at_risk"], currency),) if has_risk else ()


def retention(rows: Rows) -> Any:
    """Draw the share still here: by start month, or by tenure band where there are no dates."""
    if not rows:
        return nothing("No tenure with a known outcome is in this view.")
    return _by_band(rows) if "band" in rows[0] else _by_start(rows)


def _by_band(rows: Rows) -> Any:
    title = "Share still here, by months as a customer"
    bands = [r["band"] or "not known" for r in rows]
    people = [r["customers"] for r in rows]
    figure = charts.retention_bars(bands, [r["share"] for r in rows], people)
    lines = [(b, number(r["customers"]), share(r["share"])) for b, r in zip(bands, rows, strict=True)]
    twin = table(title, ("Months", "Customers", "Still here"), lines)
    note = f"Share still here; {count(sum(people), 'customer')} in one snapshot"
    return [sub(note), graph(figure, id="cohorts", title=title, table=twin)]


def _by_start(rows: Rows) -> Any:
    size = {row["start"]: row["customers"] for row in rows}
    kept = {(row["start"], row["months"]): row["share"] for row in rows}
    names = [short_month(start) if start else "before" for start in size]
    since = list(range(max(row["months"] for row in rows) + 1))
    grid = [[kept.get((start, months)) for months in since] for start in size]
    titles = [
        [_kept(name, size[start], months, kept.get((start, months))) for months in since]
        for name, start in zip(names, size, strict=True)
    ]
    note = f"Per cent still here, by months since the start; {count(sum(size.values()), 'customer')}"
    drawn = heatmap(
        "Share still here, by start month and months since", "Began", names, [str(m) for m in since], grid,
        titles=titles,
    )  # fmt: skip
    return [sub(note), drawn]


def _kept(name: str, people: int, months: int, part: float | None) -> str:
    if part is None:
        return ""
    began = "here before the data began" if name == "before" else f"began in {name}"
    return (
        f"{share(part)} of {count(people, 'customer')} who {began} still here after {count(months, 'month')}"
    )


def _size(rows: Rows) -> str:
    return "large" if len(rows) > 8 else "medium"
