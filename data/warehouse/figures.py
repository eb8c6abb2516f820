"""Figures: the few rows that the measures bring back, made into the values of the Overview."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from data.warehouse.cubes import LAST_BAND, TENURE_BANDS
from data.warehouse.filters import LEAST_GROUP, MISSING, Filters

Row = dict[str, Any]

KNOWN_SHARE = 0.95
"""A month's outcomes count as known from this share of the best known month: a month of which only
the early leavers are known yet would show all of its customers as leavers."""


@dataclass(frozen=True)
class Headline:
    """The first figures of the Overview. Shares are 0 to 1, money is per month in the spec's currency.

    Attributes
    ----------
    customers : int
        Active customers at the data date.
    customers_before : int or None
        The same a period earlier; None without history.
    churn_share : float or None
        Leavers among the customers of ``churn_period`` (of the snapshot where there are no dates);
        None where no outcome is known.
    churn_customers, churn_leavers : int
        What the share stands on.
    churn_period : str or None
        Last month in the filters' period whose outcome is known; leaving is within ``horizon_months`` of it.
    churn_share_before, churn_customers_before, churn_period_before : float or None, int, str or None
        The same for the known month before.
    revenue, revenue_before : float or None
        Revenue of active customers; None without a revenue column.
    revenue_customers : int
        How many active customers have a known revenue.
    expected_leavers : float or None
        Sum of the chances of leaving over active customers; None without scores.
    revenue_at_risk : float or None
        Sum of chance x monthly revenue over active customers; None without scores or revenue.
    scored : int
        How many active customers have a score.
    """

    customers: int
    customers_before: int | None
    churn_share: float | None
    churn_customers: int
    churn_leavers: int
    churn_period: str | None
    churn_share_before: float | None
    churn_customers_before: int
    churn_period_before: str | None
    horizon_months: int
    revenue: float | None
    revenue_before: float | None
    revenue_customers: int
    expected_leavers: float | None
    revenue_at_risk: float | None
    scored: int


def known_periods(by_period: list[Row]) -> list[str]:
    """Name the months whose outcomes are known, oldest first, given rows of :func:`outcomes_by` period."""
    shares = {row["level"]: row["known"] / row["n"] for row in by_period}
    best = max(shares.values(), default=0.0)
    return sorted(month for month, share in shares.items() if best and share >= KNOWN_SHARE * best)


NOBODY: Row = {
    "customers": 0,
    "scored": 0,
    "revenue_customers": 0,
    "revenue": None,
    "expected_leavers": None,
    "revenue_at_risk": None,
}


def _total(row: Row, figure: str, counted: str) -> float | None:
    """Give a sum: 0 over nobody, but None over people of whom nothing is known."""
    return row[figure] if row[counted] or row["customers"] else 0.0


def share(part: float, whole: float) -> float | None:
    """Divide, or say None where there is nothing to divide by."""
    return part / whole if whole else None


def large_enough(rows: list[Row], *sizes: str) -> list[Row]:
    """Leave out small groups of a protected column, and enough others that no difference gives one away."""
    hidden = [row for row in rows if any(0 < row[size] < LEAST_GROUP for size in sizes)]
    shown = sorted((row for row in rows if row not in hidden), key=lambda row: [row[size] for size in sizes])
    while hidden and shown and any(0 < sum(row[s] for row in hidden) < LEAST_GROUP for s in sizes):
        hidden.append(shown.pop(0))
    return [row for row in rows if row in shown]


def headline(
    standing_row: Row,
    by_period: list[Row],
    known: list[str],
    filters: Filters,
    *,
    horizon_months: int,
    has_revenue: bool,
    has_scores: bool,
) -> Headline:
    """Put the headline together.

    Parameters
    ----------
    standing_row : dict
        The row of :func:`standing`.
    by_period : list of dict
        Rows of :func:`outcomes_by` period under the filters' levels; one row with level ``""`` without dates.
    known : list of str
        Months whose outcome is known (:func:`known_periods`).
    """
    months = {row["level"]: row for row in by_period}
    inside = [month for month in known if month == MISSING or filters.holds(month)]
    churn_month = inside[-1] if inside else None
    before = _before(churn_month, known) if churn_month else None
    nobody = {"known": 0, "leavers": 0}
    churn = nobody if churn_month is None else months.get(churn_month, nobody)
    churn_before = nobody if before is None else months.get(before, nobody)
    earlier = _earlier(by_period, known)
    return Headline(
        customers=standing_row["customers"],
        customers_before=earlier["customers"] if earlier else None,
        churn_share=share(churn["leavers"], churn["known"]),
        churn_customers=churn["known"],
        churn_leavers=churn["leavers"],
        churn_period=churn_month or None,
        churn_share_before=share(churn_before["leavers"], churn_before["known"]),
        churn_customers_before=churn_before["known"],
        churn_period_before=before,
        horizon_months=horizon_months,
        revenue=_total(standing_row, "revenue", "revenue_customers") if has_revenue else None,
        revenue_before=earlier["revenue"] if earlier and has_revenue else None,
        revenue_customers=standing_row["revenue_customers"],
        expected_leavers=_total(standing_row, "expected_leavers", "scored") if has_scores else None,
        revenue_at_risk=(
            _total(standing_row, "revenue_at_risk", "revenue_customers")
            if has_scores and has_revenue
            else None
        ),
        scored=standing_row["scored"],
    )


def _before(month: str, known: list[str]) -> str | None:
    earlier = [other for other in known if other < month]
    return earlier[-1] if earlier else None


def without_small(answer: Headline) -> Headline:
    """Take out of a protected group's headline what fewer than 30 people stand behind."""
    if answer.churn_customers < LEAST_GROUP:
        answer = replace(answer, churn_share=None, churn_customers=0, churn_leavers=0)
    if answer.churn_customers_before < LEAST_GROUP:
        answer = replace(answer, churn_share_before=None, churn_customers_before=0)
    if answer.customers_before is not None and answer.customers_before < LEAST_GROUP:
        answer = replace(answer, customers_before=None, revenue_before=None)
    return answer


def _earlier(by_period: list[Row], known: list[str]) -> Row | None:
    """Count the month before the last as the last is counted.

    While the last month's outcomes are not known, all of its customers count as active; so do all of
    the month before, or the two could not be compared.
    """
    months = [row for row in by_period if row["level"] != MISSING]
    if len(months) < 2:
        return None
    row = months[-2]
    if months[-1]["level"] in known:
        return {"customers": row["n"] - row["leavers"], "revenue": row["active_revenue"] or 0.0}
    return {"customers": row["n"], "revenue": row["revenue"] or 0.0}


def trend(by_period: list[Row], known: list[str], filters: Filters, *, has_revenue: bool) -> list[Row]:
    """List the months of the filters' period: customers, revenue, and churn where it is known."""
    rows = []
    for row in by_period:
        if row["level"] == MISSING or not filters.holds(row["level"]):
            continue
        sure = row["level"] in known
        rows.append(
            {
                "period": row["level"],
                "customers": row["n"],
                "known": row["known"] if sure else 0,
                "leavers": row["leavers"] if sure else None,
                "churn_share": share(row["leavers"], row["known"]) if sure else None,
                "revenue": (row["revenue"] or 0.0) if has_revenue else None,
            }
        )
    return rows


def breakdown(
    standing_rows: list[Row], outcome_rows: list[Row], *, has_revenue: bool, has_scores: bool
) -> list[Row]:
    """Bring both sides together by level: those active now, and the outcomes of the last known month."""
    now = {row["level"]: row for row in standing_rows}
    then = {row["level"]: row for row in outcome_rows}
    rows = []
    for level in dict.fromkeys((*now, *then)):
        stands, went = now.get(level, NOBODY), then.get(level, {"known": 0, "leavers": 0})
        money, scored = (
            _total(stands, "revenue", "revenue_customers"),
            _total(stands, "expected_leavers", "scored"),
        )
        risk = _total(stands, "revenue_at_risk", "revenue_customers")
        rows.append(
            {
                "level": level,
                "customers": stands["customers"],
                "known": went["known"],
                "leavers": went["leavers"],
                "churn_share": share(went["leavers"], went["known"]),
                "revenue": money if has_revenue else None,
                "revenue_customers": stands["revenue_customers"],
                "expected_leavers": scored if has_scores else None,
                "revenue_at_risk": risk if has_scores and has_revenue else None,
            }
        )
    return rows


def in_order(rows: list[Row], levels: list[str]) -> list[Row]:
    """Put rows in the order of the levels; those not among them come last."""
    places = {level: place for place, level in enumerate(levels)}
    return sorted(rows, key=lambda row: (places.get(row["level"], len(places)), row["level"]))


def tenure_bands(band_rows: list[Row]) -> list[Row]:
    """List the tenure bands with those who stayed and left, shortest first."""
    bands = [*(band for _, band in TENURE_BANDS), LAST_BAND, MISSING]
    known = [row for row in band_rows if row["known"]]
    return [
        {
            "band": row["level"],
            "customers": row["known"],
            "stayed": row["known"] - row["leavers"],
            "left": row["leavers"],
            "stayed_share": share(row["known"] - row["leavers"], row["known"]),
        }
        for row in in_order(known, bands)
    ]


def month_number(period: str) -> int:
    """Count the months from year 0 to an ISO date."""
    return int(period[:4]) * 12 + int(period[5:7]) - 1


def month_of(number: int) -> str:
    """Give the ISO date of a month's first day; the inverse of :func:`month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}-01"


def retention(pairs: list[Row], first: int, last: int, filters: Filters) -> list[Row]:
    """List, for each start month, how many were still there after 0, 1, 2 ... months.

    Customers who began before the data are one cohort with ``start`` None, counted from the first
    month of the data: of the others who began with them and left, nothing is known.
    Grain: one row per start month and months since.
    """
    cohorts: dict[int | None, dict[int, int]] = {}
    for row in pairs:
        start = row["start"] if row["start"] >= first else None
        ends = cohorts.setdefault(start, {})
        ends[row["last"]] = ends.get(row["last"], 0) + row["n"]
    rows = []
    for start in sorted(cohorts, key=lambda month: -1 if month is None else month):
        if not _begins_inside(start, filters):
            continue
        ends, begin = cohorts[start], first if start is None else start
        customers = sum(ends.values())
        for months in range(last - begin + 1):
            remaining = sum(n for end, n in ends.items() if end >= begin + months)
            rows.append(
                {
                    "start": None if start is None else month_of(start),
                    "months": months,
                    "customers": customers,
                    "remaining": remaining,
                    "share": remaining / customers,
                }
            )
    return rows


def _begins_inside(start: int | None, filters: Filters) -> bool:
    if start is None:
        return filters.period is None or filters.period[0] is None
    return filters.holds(month_of(start))
