"""G4: the conditions of one's own area, what it consumes, and how fresh and complete its data are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from data.store import ActionRow
from data.warehouse import Filters
from data.warehouse.filled import filled
from services import overview, own_area
from services.guidelines.evidence import Evidence, Line, Rows, Value
from services.guidelines.words import counted, money, number, one_in, share
from services.installation import Dataset, NothingLoaded
from services.own_area import Area
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

MOST_SUBJECTS = 50_000
"""Customers of actions that are looked through for one area, of the latest actions; the rest is said."""

WORST = 5
CHOOSE = "You have not chosen your own area yet: choose a segment or region under your name."


@dataclass(frozen=True)
class Consumption:
    """What actions used up: customers contacted, offers made to them, their cost; and of which actions."""

    contacts: int
    offers: int
    cost: float
    actions: int
    left_out: int = 0


def evidence(installation: Installation) -> Evidence:
    """Say how fresh and complete the data are, and what retention consumes, of all customers."""
    try:
        dataset = installation.dataset()
    except NothingLoaded as fault:
        names = ("age_days", "complete_share", "refused_share")
        return Evidence("No customers are loaded", dict.fromkeys(names), dict.fromkeys(names, str(fault)))
    values, lines, tables = _data(installation, dataset, None)
    used = _of_all(_actions(installation, dataset))
    values |= {"contacts": used.contacts, "offers": used.offers, "spend": used.cost}
    headline = f"Data {counted(int(values['age_days'] or 0), 'day')} old, {share(_part(values))} complete"
    return Evidence(headline, values, {}, (*lines, _consumed(used, dataset)), tables)


def for_reader(installation: Installation, actor: Actor) -> Evidence:
    """Say the same of the reader's own area, with its conditions; its model figures are on record."""
    require(actor, "see-facts")
    area = own_area.own_area(installation, actor)
    if area is None:
        names = ("customers", "churn_share", "revenue_at_risk", "complete_share")
        return Evidence(
            "Your own area: not chosen yet",
            dict.fromkeys(names),
            dict.fromkeys(names, CHOOSE),
            (Line("Your own area", "not chosen yet", "/me", CHOOSE),),
        )
    return _of_area(installation, actor, area)


def _of_area(installation: Installation, actor: Actor, area: Area) -> Evidence:
    dataset = installation.dataset()
    link = f"/customers?filters={quote(urlencode({area.column: area.level}))}"
    try:
        found = overview.headline(installation, actor, Filters({area.column: [area.level]}))
    except ValueError as refused:  # too few people of a protected group, or a level that is gone
        return Evidence(
            f"{area.label}: no figures", {}, {}, (Line(area.label, "no figures", "/me", str(refused)),)
        )
    used = _of_some(installation, dataset, area)
    values, lines, tables = _data(installation, dataset, (area.column, area.level))
    values |= {
        "customers": found.customers.now,
        "churn_share": found.churn_share.now,
        "expected_leavers": found.expected_leavers.now,
        "revenue_at_risk": found.revenue_at_risk.now,
        "contacts": used.contacts,
        "offers": used.offers,
        "spend": used.cost,
    }
    conditions = _conditions(found, link)
    told = (*conditions, _consumed(used, dataset), *lines)
    return Evidence(_headline(area, found), values, {}, told, tables)


# --- conditions --------------------------------------------------------------------------------------


def _headline(area: Area, found: Any) -> str:
    churn = found.churn_share.now
    left = f", {share(churn)} left" if churn is not None else ""
    risk = found.revenue_at_risk.now
    at_risk = f", {money(risk, found.stamp.currency)} a month at risk" if risk is not None else ""
    return f"{area.label}: {counted(int(found.customers.now or 0), 'customer')}{left}{at_risk}"


def _conditions(found: Any, link: str) -> list[Line]:
    stamp = found.stamp
    lines = [
        Line(
            "Customers",
            _then(found.customers, number),
            link,
            f"Active, data of {_month(stamp.data_date, dated=found.churn_period)}.",
        )
    ]
    churn = found.churn_share.now
    if churn is not None:
        pictured = one_in(churn)
        lines.append(
            Line(
                "Churn",
                _then(found.churn_share, share) + (f": {pictured} customers" if pictured else ""),
                link,
                f"Left within {counted(stamp.horizon_months, 'month')} after {_month(found.churn_period)}."
                if found.churn_period
                else "Of all customers in the data.",
            )
        )
    if found.expected_leavers.now is None:
        why = stamp.withheld or "No customer here has a score."
        return [*lines, Line("Predicted churn and revenue at risk", "not shown", link, why)]
    expected, customers = found.expected_leavers.now, found.customers.now or 0
    predicted = f"{number(expected)} expected leavers"
    if customers:
        pictured = one_in(expected / customers)
        predicted += f", {share(expected / customers)}" + (f": {pictured} customers" if pictured else "")
    note = (
        f"A prediction by version {str(stamp.version)[:8]}, within {counted(stamp.horizon_months, 'month')}."
    )
    entry = f"/log?entry={stamp.entry}" if stamp.entry else link
    lines.append(Line("Predicted churn", predicted, entry, note))
    if found.revenue_at_risk.now is not None:
        risk = found.revenue_at_risk.now
        of = f", {share(risk / found.revenue.now)} of it all" if found.revenue.now else ""
        lines.append(Line("Revenue at risk", f"{money(risk, stamp.currency)} a month{of}", entry, note))
    return lines


def _then(tile: Any, write: Any) -> str:
    """Write a figure of now and the one before it."""
    if tile.now is None:
        return "not known"
    return write(tile.now) + (f" ({write(tile.before)} the period before)" if tile.before is not None else "")


# --- what it consumes --------------------------------------------------------------------------------


def _actions(installation: Installation, dataset: Dataset) -> list[ActionRow]:
    today = installation.store.clock().date()
    return [
        row
        for row in installation.store.actions(dataset.spec.name)
        if row.called_off is None and row.starts <= today
    ]


def _of_all(rows: Sequence[ActionRow]) -> Consumption:
    """Sum up actions by what is kept with each; an offer is a step of the plan for one customer."""
    return Consumption(
        contacts=sum(row.contacted.customers for row in rows),
        offers=sum(row.contacted.customers * max(1, len(row.plan.get("words") or ())) for row in rows),
        cost=sum(row.contacted.cost for row in rows),
        actions=len(rows),
    )


def _of_some(installation: Installation, dataset: Dataset, area: Area) -> Consumption:
    """Sum up what customers of an area got, of the latest actions with so many customers as may be read."""
    rows, looked, seen = _actions(installation, dataset), 0, []
    for row in rows:
        if looked and looked + row.contacted.customers > MOST_SUBJECTS:
            break
        looked += row.contacted.customers
        seen.append(row)
    if not seen:
        return Consumption(0, 0, 0.0, 0, len(rows))
    keys = own_area.customers_of(installation, area)
    own = [
        one for row in seen for one in installation.store.subjects(row.id, is_held=False) if one.key in keys
    ]
    offers = sum(len(one.steps.split(" and ")) for one in own)
    return Consumption(len(own), offers, sum(one.cost for one in own), len(seen), len(rows) - len(seen))


def _consumed(used: Consumption, dataset: Dataset) -> Line:
    if not used.actions:
        return Line("Contacts, offers, retention spend", "none so far", "/actions", "No action was started.")
    words = (
        f"{counted(used.contacts, 'contact')}, {counted(used.offers, 'offer')}, "
        f"{money(used.cost, dataset.spec.currency)} spent"
    )
    note = f"By {counted(used.actions, 'action')} on these data."
    if used.left_out:
        note = (
            f"By the latest {counted(used.actions, 'action')}. Left out, since all together hold more "
            f"customers than are looked through here ({MOST_SUBJECTS:,}): {used.left_out} older."
        )
    return Line("Contacts, offers, retention spend", words, "/actions", note)


# --- freshness and completeness ----------------------------------------------------------------------


def _data(
    installation: Installation, dataset: Dataset, where: tuple[str, str] | None
) -> tuple[dict[str, Value], tuple[Line, ...], tuple[Rows, ...]]:
    """Say how old the data are, and how many of their cells are filled in."""
    warehouse, spec = installation.warehouse, dataset.spec
    snapshot = warehouse.snapshot(dataset.snapshot)
    columns = tuple(dict.fromkeys((*(one.column for one in spec.features), *filter(None, [spec.revenue]))))
    rows, cells = filled(warehouse, dataset.snapshot, columns, where)
    as_of = _end_of(snapshot.last_period) or snapshot.created.date()
    age = max(0, (installation.store.clock().date() - as_of).days)
    complete = sum(cells.values()) / (rows * len(columns)) if rows and columns else None
    read = snapshot.rows + snapshot.refused
    values: dict[str, Value] = {
        "age_days": age,
        "complete_share": complete,
        "refused_share": snapshot.refused / read if read else None,
    }
    fresh = Line(
        "Freshness",
        f"{counted(age, 'day')} old: they tell of {_day(as_of)}",
        "/log?kind=load",
        f"Loaded on {_day(snapshot.created.astimezone(UTC).date())} from {snapshot.source}.",
    )
    whole = Line(
        "Completeness",
        f"{share(complete)} of the fields of {counted(rows, 'customer')} are filled in"
        if complete is not None
        else "no customers here",
        "/customers",
        f"{counted(snapshot.refused, 'row')} of {read:,} were refused at the door.",
    )
    return values, (fresh, whole), tuple(filter(None, [_least(dataset, rows, cells)]))


def _least(dataset: Dataset, rows: int, cells: dict[str, int]) -> Rows | None:
    """Name the columns that lack most."""
    lacking = sorted((known, name) for name, known in cells.items() if known < rows)[:WORST]
    if not lacking:
        return None
    listed = tuple(
        (dataset.spec.label(name), share(known / rows), number(rows - known)) for known, name in lacking
    )
    return Rows("What is missing most", ("Field", "Filled in", "Customers without it"), listed)


def _end_of(period: str | None) -> date | None:
    """Give the last day of the month that data tell of."""
    if period is None:
        return None
    first = datetime.fromisoformat(period).date()
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _month(text: str, dated: str | None = "") -> str:
    """Write the month of an ISO date; the day where the data have no months (``dated`` is None)."""
    found = datetime.fromisoformat(text).date()
    return _day(found) if dated is None else f"{found:%B %Y}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _part(values: dict[str, Value]) -> float:
    return float(values["complete_share"] or 0.0)
