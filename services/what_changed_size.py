"""How large a change was: who joined and left the at-risk list, and how far scores moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from models import drift
from services import shift

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class Size:
    """How large a change of what people see was; None where it cannot be told.

    Attributes
    ----------
    new, gone : int or None
        Active customers there are now and were not before, and the other way round; None for the same data.
    joined, left : int or None
        Customers who joined the at-risk list and who left it.
    customers : int
        Active before and after, whose scores were compared.
    moved_points : float or None
        95th percentile of the moves of their scores, in percentage points.
    """

    new: int | None = None
    gone: int | None = None
    joined: int | None = None
    left: int | None = None
    customers: int = 0
    moved_points: float | None = None

    def plain(self) -> dict[str, Any]:
        """Say it as plain JSON."""
        return asdict(self)


NOTHING = Size()


def size(installation: Installation, before: Mapping[str, Any], now: Mapping[str, Any]) -> Size:
    """Compare the active customers, their scores and the at-risk list of two looks."""
    if before["spec"] != now["spec"]:
        return NOTHING  # other customers altogether
    then, after = (_scores(installation, one) for one in (before, now))
    same_data = before["snapshot"] == now["snapshot"]
    new, gone = len(after.index.difference(then.index)), len(then.index.difference(after.index))
    found = Size() if same_data else Size(new=new, gone=gone)
    if before["version"] is None or now["version"] is None:
        return found
    lists = [_listed(scores, float(one["share"])) for scores, one in ((then, before), (after, now))]
    both = then.index.intersection(after.index)
    moved = drift.quantile_of_moves(then[both].to_numpy(), after[both].to_numpy()) if len(both) else None
    return Size(
        new=found.new,
        gone=found.gone,
        joined=len(lists[1].difference(lists[0])),
        left=len(lists[0].difference(lists[1])),
        customers=len(both),
        moved_points=None if moved is None else 100 * moved,
    )


def _scores(installation: Installation, view: Mapping[str, Any]) -> pd.Series:
    """Give the chance of leaving of each active customer, by key; zero where no model answered."""
    active = shift.active_customers(installation, view["snapshot"])
    keys = active[installation.warehouse.spec_of(view["snapshot"]).id].astype(str)
    if view["version"] is None:
        return pd.Series(0.0, index=pd.Index(keys))
    return pd.Series(shift.chances(installation, view["version"], active), index=pd.Index(keys))


def _listed(scores: pd.Series, share: float) -> pd.Index:
    return scores.index[scores.to_numpy() >= shift.line(np.asarray(scores), share)]
