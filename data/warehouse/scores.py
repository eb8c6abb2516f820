"""Scores beside a snapshot: one Parquet file for each snapshot and version, checked before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse.content import ContentError
from data.warehouse.cubes import SCORES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("key", *SCORES, "active")


def scores_table(frame: pd.DataFrame, keys: pa.ChunkedArray, active: pa.ChunkedArray) -> pa.Table:
    """Bring scores to the form in which they are kept.

    Parameters
    ----------
    frame : DataFrame
        Columns key, log_odds, probability (0 to 1), low, high, expected_loss and monthly_revenue (NaN:
        unknown), active.
    keys, active : ChunkedArray of shape (n,)
        The current customers of the snapshot, and which of them are active.

    Raises
    ------
    ContentError
        If a key is there twice or is no current customer, an active customer has no score, or the two
        disagree on who is active: a list made from such scores would lose or double customers.
    """
    absent = [column for column in COLUMNS if column not in frame.columns]
    if absent:
        raise ContentError(f"The scores have no column {', '.join(absent)}: give {', '.join(COLUMNS)}.")
    table = pa.table(
        {
            "key": pa.chunked_array([pa.array(frame["key"].tolist(), type=pa.large_string())]),
            **{c: pa.array(np.asarray(frame[c], dtype=np.float64), from_pandas=True) for c in SCORES},
            "active": pa.array(np.asarray(frame["active"], dtype=bool)),
        }
    )
    _check_fit(table, keys.combine_chunks(), active)
    return table


def _check_fit(table: pa.Table, keys: pa.Array, active: pa.ChunkedArray) -> None:
    remedy = "score the current table of this snapshot, each customer once."
    place = pc.index_in(table["key"], value_set=keys)
    if place.null_count:
        raise ContentError(f"{place.null_count} scored keys are no current customers: {remedy}")
    if pc.count_distinct(place).as_py() < table.num_rows:
        raise ContentError(f"Some customers are scored twice: {remedy}")
    if not pc.all(pc.equal(active.take(place), table["active"])).as_py():
        raise ContentError(f"Some scores say active where the snapshot says left, or the reverse: {remedy}")
    scored = pc.sum(table["active"].cast(pa.int64())).as_py() or 0
    missed = (pc.sum(active.cast(pa.int64())).as_py() or 0) - scored
    if missed:
        raise ContentError(f"{missed} active customers have no score: {remedy}")
