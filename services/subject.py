"""The person affected: all that is held about one customer, from where, and who decided what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from config.dataset import DatasetSpec
from data.store import Objection, SnapshotRow
from models.reasons import value_in_words
from services import customers, log, objections, sources, subject_deeds, subject_scores, way_back
from services.customers import CustomerAnswer, NoSuchCustomer
from services.installation import Dataset
from services.roles import Actor, permitted, require
from services.sources import SourceTold
from services.subject_deeds import ActionTold, Deed
from services.subject_scores import ScoreThen
from services.way_back import WayBack

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["NoSuchCustomer", "SubjectAnswer", "of"]

MOST_LOADS = 12

USED = {"lever": "used; ours to move", "assumption": "used; moves by others", "fact": "used; stays as it is"}
NOT_USED = "not used by the model"
KEY, OUTCOME = "names the customer", "what the model learned to foresee"
MONTH = "the month that the row is of"
WATCHED = "not used by the model; to see whether groups are treated alike"


@dataclass(frozen=True)
class HeldValue:
    """A value that is held, in words, and what it is used for."""

    label: str
    value: str
    use: str


@dataclass(frozen=True)
class LoadTold:
    """A load in which the customer stands: where the rows came from, and when."""

    snapshot: str
    source: str
    loaded: datetime
    data_date: str
    is_current: bool


@dataclass(frozen=True)
class SubjectAnswer:
    """All that is held about one customer.

    Attributes
    ----------
    now : CustomerAnswer or None
        Facts, score and reasons of now; None where the customer stands in earlier loads only.
    values : list of HeldValue
        Every value of the latest row, used by the model or not.
    months : tuple of str or None
        First and last month of which rows are held; None where there are no dates.
    ways : WayBack or None
        What would bring the chance below the at-risk line; None where ``no_ways`` says why not.
    older : int
        Entries of the log that are older than those told.
    objection : Objection or None
        The one that holds; ``objections`` are all, the latest first.
    complaint : str or None
        Path of the public complaint form; None where it is switched off.
    entry : int
        Number of the log entry that says that this was looked at.
    """

    id: str
    title: str
    made: datetime
    now: CustomerAnswer | None
    values: list[HeldValue]
    months: tuple[str, str] | None
    loads: list[LoadTold]
    sources: tuple[SourceTold, ...]
    scores: list[ScoreThen]
    ways: WayBack | None
    no_ways: str
    actions: list[ActionTold]
    deeds: list[Deed]
    older: int
    objection: Objection | None
    objections: list[Objection]
    contact: str
    complaint: str | None
    entry: int


def of(installation: Installation, actor: Actor, key: str, *, step: str = "page") -> SubjectAnswer:
    """Gather all that is held about a customer; that it was looked at is on record when this returns.

    Parameters
    ----------
    step : {"page", "file", "command"}
        How it is looked at.

    Raises
    ------
    NoSuchCustomer
        If no load of the data in use holds this customer.
    """
    require(actor, "see-subject")
    dataset = installation.dataset()
    spec = dataset.spec
    loads = _loads(installation, spec.name, key)
    if not loads:
        raise NoSuchCustomer(
            f"Nothing is held about a customer {key!r} in the data of {spec.title!r}. Check the id, or look "
            "the customer up on the Customers page."
        )
    # before this look is on record, so that it does not tell of itself
    entries, older = subject_deeds.entries_about(installation, spec.name, key)
    deeds = subject_deeds.deeds(installation, entries)
    row = installation.warehouse.customer(loads[0].id, key)
    is_current = loads[0].id == dataset.snapshot and row is not None
    now = customers.one(installation, actor, key) if is_current else None
    ways, no_ways = _ways(installation, actor, now)
    history = installation.warehouse.history(loads[0].id, key)
    latest = row or (history[-1] if history else {})
    periods = [str(one[spec.period]) for one in history] if spec.period and history else []
    said = installation.store.objections(spec.name, key)
    entry = log.record(
        installation, actor, "subject", subject=key, snapshot=loads[0].id, payload={"step": step}
    ).seq
    settings = installation.settings
    return SubjectAnswer(
        id=key,
        title=spec.title,
        made=installation.store.clock(),
        now=now,
        values=_values(spec, latest),
        months=(periods[0], periods[-1]) if periods else None,
        loads=[_load(installation, load, dataset) for load in loads],
        sources=sources.told(installation, dataset),
        scores=subject_scores.over_time(installation, key, loads, entries),
        ways=ways,
        no_ways=no_ways,
        actions=subject_deeds.actions(installation, spec.name, key),
        deeds=deeds,
        older=older,
        objection=next((one for one in said if one.lifted is None), None),
        objections=said,
        contact=settings.contact,
        complaint="/complaint" if settings.public_complaints else None,
        entry=entry,
    )


def _loads(installation: Installation, spec_name: str, key: str) -> list[SnapshotRow]:
    """Find the latest loads that hold a customer, if only in months of before; the current one first."""
    current = installation.store.current_snapshot(spec_name)
    rows = sorted(installation.store.snapshots(spec_name), key=lambda load: load.id != current)[:MOST_LOADS]
    return [
        load for load in rows
        if installation.warehouse.has_snapshot(load.id) and objections.is_held(installation, load.id, key)
    ]  # fmt: skip


def _load(installation: Installation, load: SnapshotRow, dataset: Dataset) -> LoadTold:
    date = installation.warehouse.last_period(load.id) or f"{load.created:%Y-%m-%d}"
    return LoadTold(load.id, load.source, load.created, date, load.id == dataset.snapshot)


def _ways(installation: Installation, actor: Actor, now: CustomerAnswer | None) -> tuple[WayBack | None, str]:
    """Look for what would change the answer; it is on record as an answer. Else say why there is nothing."""
    if now is None:
        return None, "The customer is not among the customers of today, so nothing is worked out."
    if now.score is None:
        return None, now.stamp.withheld or "There is no score, so there is nothing to change."
    if not now.active:
        return None, "The customer is no longer active, so there is nothing to change."
    if not permitted(actor, "explore"):
        return None, "Your role does not ask what would change an answer."
    try:
        return way_back.find(installation, actor, now.id), ""
    except (way_back.NoModel, way_back.TargetRefused) as fault:
        return None, str(fault)


def _values(spec: DatasetSpec, row: dict[str, Any]) -> list[HeldValue]:
    return [
        HeldValue(spec.label(column), _in_words(spec, column, row.get(column)), _use(spec, column))
        for column in spec.columns
    ]


def _in_words(spec: DatasetSpec, column: str, value: Any) -> str:
    features = {feature.column for feature in spec.features}
    if column in features:
        return value_in_words(spec, column, value)
    if value is None or value != value:
        return "not known"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _use(spec: DatasetSpec, column: str) -> str:
    if column == spec.id:
        return KEY
    if column == spec.outcome.column:
        return OUTCOME
    if column == spec.period:
        return MONTH
    role = next((str(feature.role) for feature in spec.features if feature.column == column), None)
    if role is not None:
        return USED[role]
    return WATCHED if column in spec.protected else NOT_USED
