"""What the model says of the period before: the figures that those of now are set beside.

With dates that is the month before, scored by the version that answers now; without dates the load before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.warehouse import Filters, earlier
from services import control
from services.control_states import BATCH
from services.roles import SYSTEM

if TYPE_CHECKING:
    from models.scorecard import Scorecard
    from services.installation import Dataset, Installation
    from services.stamp import Standing

MONTH = "the month before"


@dataclass(frozen=True)
class Before:
    """The period before.

    Attributes
    ----------
    called : str
        Which it is, in words.
    customers, churn_share, revenue : float or None
        Facts, only of a load before; with dates they are known beside those of now.
    expected_leavers, revenue_at_risk : float or None
        By the version that answers now.
    """

    called: str
    customers: float | None = None
    churn_share: float | None = None
    revenue: float | None = None
    expected_leavers: float | None = None
    revenue_at_risk: float | None = None


def before(installation: Installation, on: Standing, filters: Filters) -> Before | None:
    """Give the figures of the period before; None where there is none.

    Raises
    ------
    ValueError
        If the filters are refused.
    """
    if on.dataset.spec.period is None:
        return _load_before(installation, on, filters)
    if on.version is None:
        return Before(MONTH)
    snapshot = on.dataset.snapshot
    if on.champion is not None and not earlier.is_kept(installation.warehouse, snapshot, on.version):
        keep(installation, snapshot, on.version, on.champion.scorecard)
    found = earlier.risk(installation.warehouse, snapshot, on.version, filters)
    if found is None:
        return Before(MONTH)
    money = found["revenue_at_risk"] if on.dataset.spec.revenue else None
    return Before(MONTH, expected_leavers=found["expected_leavers"], revenue_at_risk=money)


def keep(installation: Installation, snapshot: str, version: str, scorecard: Scorecard) -> None:
    """Score the month before, once; not while the control room has stopped scoring by batch."""
    passage = control.passes(installation, SYSTEM, BATCH)
    if passage.state in ("paused", "off") or version in passage.suspects:
        return
    customers = earlier.rows(installation.warehouse, snapshot)
    if customers is not None and len(customers):
        chances = np.asarray(scorecard.probability(customers), dtype=float)
        earlier.keep(installation.warehouse, snapshot, version, chances)


def is_possible(installation: Installation, dataset: Dataset) -> bool:
    """Say whether the data hold a period before at all: an earlier month, or an earlier load."""
    if dataset.spec.period is not None:
        return len(installation.warehouse.periods(dataset.snapshot)) > 1
    parent = installation.warehouse.snapshot(dataset.snapshot).parent
    return parent is not None and installation.warehouse.has_snapshot(parent)


def _load_before(installation: Installation, on: Standing, filters: Filters) -> Before | None:
    warehouse = installation.warehouse
    if not is_possible(installation, on.dataset):
        return None
    parent = warehouse.snapshot(str(warehouse.snapshot(on.dataset.snapshot).parent))
    version = on.version if on.version and warehouse.has_scores(parent.id, on.version) else None
    try:
        found = warehouse.headline(parent.id, Filters(filters.levels), version)
    except ValueError:  # its columns were others, or too few people stand behind a figure
        return None
    return Before(
        f"the load before ({parent.created.day} {parent.created:%B %Y})",
        found.customers,
        found.churn_share,
        found.revenue,
        found.expected_leavers,
        found.revenue_at_risk,
    )
