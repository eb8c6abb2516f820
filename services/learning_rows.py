"""What a version learns from: customers with known outcomes, but for those who object to profiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from services.installation import Dataset, as_of

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class LearningRows:
    """The rows, read as of one revision of the objections.

    Attributes
    ----------
    table : DataFrame
        One row per customer with a known outcome.
    earlier : DataFrame or None
        The same of an earlier month, to test on; None where the data do not reach back that far.
    without : frozenset of str
        The customers who objected, whether they are in these data or not.
    left_out : int
        How many rows of ``table`` are not there because of that.
    """

    table: pd.DataFrame
    earlier: pd.DataFrame | None
    without: frozenset[str]
    left_out: int


def rows_to_learn_from(installation: Installation, dataset: Dataset) -> LearningRows:
    """Read what a version may learn from now."""
    warehouse, snapshot = installation.warehouse, dataset.snapshot
    with as_of(installation.objections_revision(anew=True)):
        out = installation.left_out(dataset.spec.name)
        table = warehouse.training_table(snapshot)
        earlier = warehouse.earlier_training_table(snapshot)
        return LearningRows(table, earlier, out.keys, warehouse.count_unlearned(snapshot))
