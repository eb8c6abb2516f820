"""The scores of one customer over time: those kept by batch, and those that were shown to somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from data.store import Logged, SnapshotRow
from services.installation import as_of

if TYPE_CHECKING:
    from services.installation import Installation

MOST_REASONS = 3


@dataclass(frozen=True)
class ScoreThen:
    """A score as it was.

    Attributes
    ----------
    time : datetime
        When it was worked out.
    data_date : str
        Of the data it stands on: the last month, else the day they were loaded.
    probability, low, high : float
        The chance of leaving and its range, 0 to 1.
    by : str
        Whom it was shown to; "" where it was worked out for all customers at once, and kept.
    entry : int or None
        Number of its entry in the log.
    reasons : tuple of str
        What weighed most, the weightiest first.
    """

    time: datetime
    data_date: str
    version: str
    probability: float
    low: float
    high: float
    by: str = ""
    entry: int | None = None
    reasons: tuple[str, ...] = ()


def over_time(
    installation: Installation, key: str, loads: Sequence[SnapshotRow], entries: Sequence[Logged]
) -> list[ScoreThen]:
    """Give the scores of a customer, the latest first; those of before an objection too, since they are held.

    Parameters
    ----------
    loads : sequence of SnapshotRow
        The loads in which the customer stands.
    entries : sequence of Logged
        What the log holds about the customer.
    """
    dates = {load.id: _data_date(installation, load) for load in loads}
    found = [*_kept(installation, key, loads, dates), *_shown(entries, dates)]
    return sorted(found, key=lambda one: (one.time, one.entry or 0), reverse=True)


def _kept(
    installation: Installation, key: str, loads: Sequence[SnapshotRow], dates: dict[str, str]
) -> list[ScoreThen]:
    found, warehouse = [], installation.warehouse
    with as_of(0):  # what is held is told, although nothing new is worked out
        for load in loads:
            for version in installation.store.versions(load.spec_name):
                if not warehouse.has_scores(load.id, version.version):
                    continue
                own = warehouse.score(load.id, version.version, key)
                if own is not None:
                    made = max(load.created, version.created)
                    chance = (own["probability"], own["low"], own["high"])
                    found.append(ScoreThen(made, dates[load.id], version.version, *chance))
    return found


def _shown(entries: Sequence[Logged], dates: dict[str, str]) -> list[ScoreThen]:
    found = []
    for one in entries:
        told = _told(one.payload) if one.header.kind in ("prediction", "kept-score") else None
        if told is not None:
            chance, low, high, reasons = told
            found.append(
                ScoreThen(
                    one.header.time,
                    dates.get(one.header.snapshot or "", ""),
                    one.header.version or "",
                    chance,
                    low,
                    high,
                    one.actor_name or "somebody",
                    one.header.seq,
                    reasons,
                )
            )
    return found


def _told(payload: Any) -> tuple[float, float, float, tuple[str, ...]] | None:
    """Read an answer's figures; None where its details were removed."""
    try:
        answer = payload["answer"]
        chance = float(answer["probability"])
        low, high = payload.get("range") or (answer.get("low", chance), answer.get("high", chance))
        strongest = sorted(payload.get("reasons") or (), key=lambda pair: -abs(pair[1]))[:MOST_REASONS]
        return chance, float(low), float(high), tuple(str(label) for label, _ in strongest)
    except (KeyError, TypeError, ValueError):
        return None


def _data_date(installation: Installation, load: SnapshotRow) -> str:
    return installation.warehouse.last_period(load.id) or f"{load.created:%Y-%m-%d}"
