"""Why one customer's score moved since last month: what of it is the data, and what the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from data.artifacts import ArtifactError
from data.store import VersionRow
from models import movement as words
from models.familiarity import familiarity
from models.movement import Movement, Part, SplitError
from models.scorecard import Scorecard
from services import customers, log, routing
from services.customers import NoSuchCustomer
from services.installation import Champion, Dataset, Installation
from services.roles import Actor, permitted, require
from services.stamp import Stamp, Standing, stamp, standing

__all__ = ["Moved", "NoSuchCustomer", "Step", "why"]


LOADS_LOOKED_AT = 12
STEPS_SHOWN = 5


@dataclass(frozen=True)
class Step:
    """One step of the way: what changed, from what to what in words, and by how much (a share in 0-1)."""

    cause: Literal["data", "model"]
    label: str
    value: str
    points: float


@dataclass(frozen=True)
class Moved:
    """Why a score moved.

    Attributes
    ----------
    then, now : str
        Which data is compared, in words: a month ("2026-09") or the day it was loaded; "" where there is no
        earlier data.
    movement : Movement or None
        The exact split (log-odds, chances, parts by column); None where nothing can be compared or no model
        figure may be shown, which ``told`` says.
    version_then : str or None
        The version that judged the data of then.
    told : list of str
        In words: the whole first, then the weightiest parts.
    steps : list of Step
        The way from the chance of then to that of now: the data first, then the model. Their points add up.
    notes : list of str
        What the reader must know of the comparison, such as that no model answered then.
    """

    id: str
    then: str
    now: str
    movement: Movement | None
    version_then: str | None
    told: list[str]
    notes: list[str]
    stamp: Stamp
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True)
class _Earlier:
    """Data of then: its row, what it is called, and the last moment at which it was the newest."""

    row: Mapping[str, Any]
    called: str
    until: datetime


def why(installation: Installation, actor: Actor, key: str, *, then: str | None = None) -> Moved:
    """Answer why a customer's score moved since the month before, or since an earlier one.

    Data then is the customer's row of that month, or, where the data has no months, in the load before.
    Model then is the version that answered at the last moment when that data was the newest, so that the
    score of then is the last one that could be seen on it. Where none answered, or it may not be used any
    more, the model of now judges both, and a note says so.

    Parameters
    ----------
    then : str, optional
        An earlier month as an ISO date of its first day ("2026-07-01").

    Raises
    ------
    NoSuchCustomer
        If no current customer has this key.
    """
    require(actor, "see-facts")
    on = standing(installation, actor)
    row = customers.find(installation, on.dataset, key)
    on, trial = routing.stand(installation, actor, on, key, row)
    if on.champion is None:
        return nothing(installation, on, key, row, on.withheld or "")
    earlier = _earlier(installation, on.dataset, key, row, then)
    if earlier is None:
        return nothing(installation, on, key, row, _why_nothing(installation, on.dataset, then))
    card, version, note = _model_then(installation, actor, on.dataset, on.champion, earlier)
    before = Before(earlier.row, earlier.called, card, version, note)
    return between(installation, actor, on, key, before, row, trial)


@dataclass(frozen=True)
class Before:
    """A case of then: its row, what its data is called, the model that judged it, and what must be said."""

    row: Mapping[str, Any]
    called: str
    card: Scorecard
    version: str
    note: str | None = None


def nothing(installation: Installation, on: Standing, key: str, row: Mapping[str, Any], why: str) -> Moved:
    """Give the answer where there is nothing to compare."""
    called = _called(installation, on.dataset, row)
    return Moved(key, "", called, None, None, [why], [], stamp(installation, on))


def between(
    installation: Installation,
    actor: Actor,
    on: Standing,
    key: str,
    before: Before,
    row: Mapping[str, Any],
    kept: Mapping[str, Any],
) -> Moved:
    """Answer what of a change of score is data and what the model, between a case of then and a row of now.

    It is on record when this returns, ``kept`` with it. ``on`` has a model that answers.
    """
    assert on.champion is not None
    found = replace(nothing(installation, on, key, row, ""), then=before.called)
    try:
        movement = words.split(before.card, before.row, on.champion.scorecard, row)
    except SplitError as fault:
        return replace(found, told=[str(fault)])
    entry = _record(installation, actor, on, key, before, row, movement, kept)
    return replace(
        found,
        movement=movement,
        version_then=before.version,
        told=words.tell(movement, on.dataset.spec),
        steps=[*_steps(movement.data, "data", on.dataset), *_steps(movement.model, "model", on.dataset)],
        notes=[one for one in (before.note, _doubt(on, row)) if one],
        stamp=stamp(installation, on, entry=entry),
    )


def _why_nothing(installation: Installation, dataset: Dataset, then: str | None) -> str:
    """Say why there is nothing to compare with: one date only, or a customer who was not there before."""
    if then:
        return f"There is no earlier data of {then} of this customer to compare with."
    has_parent = installation.warehouse.snapshot(dataset.snapshot).parent is not None
    if has_parent or len(installation.warehouse.periods(dataset.snapshot)) > 1:
        return "This customer was not there before, so there is no earlier data to compare with."
    return (
        "There is no earlier data to compare with: customers were loaded once, of one date. Ask again after "
        "the next load."
    )


def _spoken(called: str) -> str:
    """Say a month in words: "the data of September 2026"; a load is called in words already."""
    return f"the data of {datetime.fromisoformat(f'{called}-01'):%B %Y}" if len(called) == 7 else called


def _steps(parts: tuple[Part, ...], cause: Literal["data", "model"], dataset: Dataset) -> list[Step]:
    """Name the weightiest parts and sum up the rest, so that the steps still add up."""
    shown = len(parts) if len(parts) == STEPS_SHOWN + 1 else STEPS_SHOWN
    steps = [
        Step(cause, words.labels(part, dataset.spec), words.values(part, dataset.spec), part.points)
        for part in parts[:shown]
    ]
    rest = parts[shown:]
    if rest:
        steps.append(Step(cause, "Everything else", f"{len(rest)} more", sum(part.points for part in rest)))
    return steps


def _doubt(on: Standing, row: Mapping[str, Any]) -> str | None:
    assert on.champion is not None
    familiar = familiarity(on.champion.scorecard, row, on.dataset.spec)
    return None if familiar.is_firm else familiar.text


def _called(installation: Installation, dataset: Dataset, row: Mapping[str, Any]) -> str:
    period = dataset.spec.period
    if period is not None:
        return str(row[period])[:7]
    return f"the data loaded on {installation.warehouse.snapshot(dataset.snapshot).created:%Y-%m-%d}"


def _earlier(
    installation: Installation, dataset: Dataset, key: str, row: Mapping[str, Any], then: str | None
) -> _Earlier | None:
    """Find the data of then: in the history of the snapshot, else in the load before it."""
    warehouse, period = installation.warehouse, dataset.spec.period
    if period is not None:
        past = [one for one in warehouse.history(dataset.snapshot, key) if one[period] < row[period]]
        past = [one for one in past if then is None or one[period] == then]
        if past:
            return _Earlier(past[-1], past[-1][period][:7], _until(installation, dataset, past[-1][period]))
    return _from_loads(installation, dataset, key, row, then)


def _from_loads(
    installation: Installation, dataset: Dataset, key: str, row: Mapping[str, Any], then: str | None
) -> _Earlier | None:
    """Find the data of then in the loads before, latest first; a month that was only mended is none."""
    warehouse, period = installation.warehouse, dataset.spec.period
    newer = warehouse.snapshot(dataset.snapshot)
    for _ in range(LOADS_LOOKED_AT):
        if newer.parent is None:
            return None
        try:
            older = warehouse.snapshot(newer.parent)
            before = warehouse.customer(older.id, key)
        except LookupError:
            return None
        month = before.get(period) if before is not None and period is not None else None
        if before is not None and period is None and then is None:
            return _Earlier(before, f"the data loaded on {older.created:%Y-%m-%d}", newer.created)
        if before is not None and month is not None and month < row[period] and then in (None, month):
            return _Earlier(before, month[:7], newer.created)
        newer = older
    return None


def _until(installation: Installation, dataset: Dataset, month: str) -> datetime:
    """Say until when a month was the newest: the load after it, else the end of the month itself."""
    warehouse = installation.warehouse
    snapshot = warehouse.snapshot(dataset.snapshot)
    while snapshot.parent is not None:
        try:
            before = warehouse.snapshot(snapshot.parent)
        except LookupError:
            break
        if before.last_period == month:
            return snapshot.created
        snapshot = before
    year, number = int(month[:4]), int(month[5:7])
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)


def _model_then(
    installation: Installation, actor: Actor, dataset: Dataset, champion: Champion, earlier: _Earlier
) -> tuple[Scorecard, str, str | None]:
    """Find the model of then, its version, and what must be said where the model of now stands in."""

    def stand_in(because: str) -> tuple[Scorecard, str, str]:
        return champion.scorecard, champion.version, f"{because}, so today's model judges both times."

    stretch = installation.store.served_at(dataset.spec.name, earlier.until)
    row = installation.store.version(stretch.version) if stretch and stretch.version else None
    if stretch is None or row is None:
        return stand_in(f"No model answered on {_spoken(earlier.called)}")
    if row.version == champion.version:
        return champion.scorecard, champion.version, None
    if row.state == "withdrawn":
        return stand_in(f"The model of then ({row.version[:8]}) was withdrawn")
    if stretch.state != "champion" and not permitted(actor, "see-drafts"):
        return stand_in("The model of then was a draft that nobody had signed off")
    return _loaded(installation, dataset, row) or stand_in(
        f"The model of then ({row.version[:8]}) cannot be read, or reads columns that are gone"
    )


def _loaded(
    installation: Installation, dataset: Dataset, row: VersionRow
) -> tuple[Scorecard, str, str | None] | None:
    """Load a version, verified; None where its file is damaged or it reads what the data has no more."""
    try:
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
    except ArtifactError:
        return None
    return (card, row.version, None) if set(card.columns) <= set(dataset.spec.columns) else None


def _record(
    installation: Installation,
    actor: Actor,
    on: Standing,
    key: str,
    before: Before,
    row: Mapping[str, Any],
    movement: Movement,
    kept: Mapping[str, Any],
) -> int:
    """Put the answer in the log, with all that is needed to work it out again."""
    assert on.champion is not None
    card = before.card
    header = log.record(
        installation,
        actor,
        "movement",
        subject=key,
        version=on.champion.version,
        snapshot=on.dataset.snapshot,
        payload={
            "then": {
                "data": before.called,
                "version": before.version,
                "input": {column: before.row.get(column) for column in card.columns},
                "input_now": {column: row.get(column) for column in card.columns},
                "log_odds": movement.then.log_odds,
            },
            "input": {column: row.get(column) for column in on.champion.scorecard.columns},
            "before": {"probability": movement.then.probability},
            "answer": {"log_odds": movement.now.log_odds, "probability": movement.now.probability},
            "data_change": movement.data_change,
            "model_change": movement.model_change,
            "data": [_plain(part) for part in movement.data],
            "model": [_plain(part) for part in movement.model],
            **kept,
        },
    )
    return header.seq


def _plain(part: Part) -> list[Any]:
    return [list(part.columns), part.change]
