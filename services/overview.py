"""The Overview: how the customers are, and how the model sees the next months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from data.warehouse import Filters
from services import action_effect, contingency, earlier_risk, log, relatable, retraining
from services.action_effect import Saved
from services.contingency import Averages
from services.installation import Dataset, Installation
from services.roles import Actor, require
from services.stamp import Stamp, Standing, stamp, standing


@dataclass(frozen=True)
class Tile:
    """One figure now and a period earlier (None: unknown, or no earlier period)."""

    now: float | None
    before: float | None = None


@dataclass(frozen=True)
class Headline:
    """The tiles, and what they stand on.

    Attributes
    ----------
    customers : Tile
        Active customers in view.
    churn_share : Tile
        Share (0 to 1) who left: within the horizon, or in the snapshot where there are no dates.
    revenue : Tile
        Revenue per month of active customers, in the stamp's currency; None without a revenue column.
    expected_leavers, revenue_at_risk : Tile
        Sums of p and of p x monthly revenue over active customers; None where withheld.
    churn_period : str or None
        The period the churn share belongs to.
    averages : Averages or None
        Averages of groups in all the data, where no model can answer.
    proposal : str or None
        Why training again is proposed, for who may train.
    saved, saved_before : Saved or None
        What measured actions kept, on all customers; None before there are any. And a month before.
    before_called : str or None
        What the earlier figures are of, in words; None where there is no earlier period.
    leavers : int or None
        How many the churn share counts.
    tangible : mapping of str to str
        What each figure is as something one can picture, by the name of its tile.
    excluded : int
        How many active customers, whatever the filters, objected to profiling: they count as customers, and
        are in no figure of the model.
    """

    customers: Tile
    churn_share: Tile
    revenue: Tile
    expected_leavers: Tile
    revenue_at_risk: Tile
    churn_period: str | None
    stamp: Stamp
    averages: Averages | None = None
    proposal: str | None = None
    saved: Saved | None = None
    saved_before: Saved | None = None
    before_called: str | None = None
    leavers: int | None = None
    tangible: Mapping[str, str] = field(default_factory=dict)
    excluded: int = 0


@dataclass(frozen=True)
class Charts:
    """The charts' values, as lists of plain rows; an empty list where the data has no such thing."""

    trend: list[dict[str, Any]]
    breakdown: list[dict[str, Any]]
    breakdown_by: str | None
    tenure: list[dict[str, Any]]
    cohorts: list[dict[str, Any]]
    region: list[dict[str, Any]]
    stamp: Stamp


@dataclass(frozen=True)
class FilterChoice:
    """A column to filter by, with its levels as (value, label)."""

    column: str
    label: str
    levels: list[tuple[str, str]]


def filters_offered(installation: Installation, actor: Actor) -> list[FilterChoice]:
    """Name what the customers can be filtered by."""
    require(actor, "see-facts")
    dataset = installation.dataset()
    columns = dict.fromkeys((*dataset.spec.segments, *filter(None, [dataset.spec.region])))
    return [_choice(installation, dataset, column) for column in columns]


def periods(installation: Installation, actor: Actor) -> list[str]:
    """List the periods of the data, oldest first; empty where it has no dates."""
    require(actor, "see-facts")
    return installation.warehouse.periods(installation.dataset().snapshot)


def headline(installation: Installation, actor: Actor, filters: Filters) -> Headline:
    """Answer the tiles; on record when model figures are among them."""
    require(actor, "see-facts")
    on = standing(installation, actor)
    found = installation.warehouse.headline(on.dataset.snapshot, filters, on.version)
    then = earlier_risk.before(installation, on, filters) or earlier_risk.Before("")
    entry = _record(installation, actor, on, "tiles", filters, model_figures(found), _earlier(then))
    told = Headline(
        customers=Tile(found.customers, _first(found.customers_before, then.customers)),
        churn_share=Tile(found.churn_share, _first(found.churn_share_before, then.churn_share)),
        revenue=Tile(found.revenue, _first(found.revenue_before, then.revenue)),
        expected_leavers=Tile(found.expected_leavers, then.expected_leavers),
        revenue_at_risk=Tile(found.revenue_at_risk, then.revenue_at_risk),
        before_called=then.called or None,
        leavers=found.churn_leavers,
        churn_period=found.churn_period,
        stamp=stamp(installation, on, entry=entry),
        averages=contingency.averages(installation, actor, on.withheld) if on.has_averages else None,
        proposal=retraining.proposal(installation, actor),
        saved=action_effect.saved(installation, actor, on.dataset.spec.name),
        saved_before=action_effect.saved(installation, actor, on.dataset.spec.name, months_ago=1),
        excluded=installation.warehouse.count_left_out(on.dataset.snapshot),
    )
    return replace(told, tangible=relatable.tangible(told, installation.settings.unit))


def charts(
    installation: Installation, actor: Actor, filters: Filters, *, breakdown_by: str | None = None
) -> Charts:
    """Answer the charts; the breakdown is by the chosen column, the first segment by default."""
    require(actor, "see-facts")
    on = standing(installation, actor)
    dataset, version, warehouse = on.dataset, on.version, installation.warehouse
    spec, snapshot = dataset.spec, dataset.snapshot
    by = breakdown_by if breakdown_by in spec.segments else next(iter(spec.segments), None)
    breakdown = _labelled(dataset, by, warehouse.breakdown(snapshot, by, filters, version)) if by else []
    region = (
        _labelled(dataset, spec.region, warehouse.breakdown(snapshot, spec.region, filters, version))
        if spec.region
        else []
    )
    entry = _record(installation, actor, on, "charts", filters, at_risk(by, breakdown))
    return Charts(
        trend=warehouse.trend(snapshot, filters),
        breakdown=breakdown,
        breakdown_by=by,
        tenure=warehouse.tenure_by_outcome(snapshot, filters),
        cohorts=warehouse.cohorts(snapshot, filters),
        region=region,
        stamp=stamp(installation, on, entry=entry),
    )


def _first(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def _earlier(then: earlier_risk.Before) -> dict[str, Any]:
    """Keep of the period before what was shown of the model; a replay asks for it no more."""
    shown = {"expected_leavers": then.expected_leavers, "revenue_at_risk": then.revenue_at_risk}
    return {"before": {"called": then.called, **shown}} if any(shown.values()) else {}


def model_figures(found: Any) -> dict[str, Any]:
    """Keep of the tiles what the log holds and a replay compares."""
    return {"expected_leavers": found.expected_leavers, "revenue_at_risk": found.revenue_at_risk}


def at_risk(by: str | None, breakdown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Keep of the charts what the log holds and a replay compares."""
    return {"by": by, "rows": [[row["level"], row["revenue_at_risk"]] for row in breakdown]}


def _record(
    installation: Installation,
    actor: Actor,
    on: Standing,
    what: str,
    filters: Filters,
    answer: dict[str, Any],
    besides: dict[str, Any] | None = None,
) -> int | None:
    """Put model figures on record; measured facts are not logged."""
    if on.version is None:
        return None
    return log.record(
        installation,
        actor,
        "overview",
        subject=what,
        version=on.version,
        snapshot=on.dataset.snapshot,
        payload={"query": filters.plain(), "answer": answer, **(besides or {})},
    ).seq


def _choice(installation: Installation, dataset: Dataset, column: str) -> FilterChoice:
    levels = installation.warehouse.levels(dataset.snapshot, column)
    return FilterChoice(
        column,
        dataset.spec.label(column),
        [(level, dataset.spec.level_label(column, level)) for level in levels],
    )


def _labelled(dataset: Dataset, column: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"label": dataset.spec.level_label(column, row["level"] or "unknown")} for row in rows]
