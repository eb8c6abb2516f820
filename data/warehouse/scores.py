"""Scores beside a snapshot: one Parquet file for each snapshot and version, checked before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse.content import ContentError
from data.warehouse.cubes import SCORES

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("key", *SCORES, "active")


def scores_table(frame: pd.DataFrame) -> pa.Table:
    """Bring scores to the form in which they are kept.

    Parameters
    ----------
    frame : DataFrame
        Columns key, log_odds, probability (0 to 1), low, high, expected_loss and monthly_revenue (NaN:
        unknown), active.

    Raises
    ------
    ContentError
        If a column is missing.
    """
    absent = [column for column in COLUMNS if column not in frame.columns]
    if absent:
        raise ContentError(f"The scores have no column {', '.join(absent)}: give {', '.join(COLUMNS)}.")
    return pa.table(
        {
            "key": pa.chunked_array([pa.array(frame["key"].tolist(), type=pa.large_string())]),
            **{c: pa.array(np.asarray(frame[c], dtype=np.float64), from_pandas=True) for c in SCORES},
            "active": pa.array(np.asarray(frame["active"], dtype=bool)),
        }
    )


def joined(kept: pa.Table, given: pa.Table, of: str) -> pa.Table:
    """Add the scores of customers who had none to those kept.

    Raises
    ------
    ContentError
        If a customer is given another score than is kept; ``of`` says of what.
    """
    place = pc.index_in(given["key"].cast(kept["key"].type), value_set=kept["key"].combine_chunks())
    known = given.filter(pc.is_valid(place))
    if not kept.take(place.drop_null()).equals(known.cast(kept.schema)):
        raise ContentError(
            f"There are other scores of snapshot {of} already, and entries of the log stand on them: train a "
            "new version instead."
        )
    return pa.concat_tables([kept, given.filter(pc.is_null(place)).cast(kept.schema)])


def check_fit(
    table: pa.Table,
    keys: pa.ChunkedArray,
    active: pa.ChunkedArray,
    gone: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Pass scores that fit the customers they are of.

    Parameters
    ----------
    keys, active : ChunkedArray of shape (n,)
        The current customers of the snapshot, and which of them are active.
    gone : array of shape (n,), optional
        Which of them are left out, and so need no score.

    Raises
    ------
    ContentError
        If a key is there twice or is no current customer, an active customer has no score, or the two
        disagree on who is active: a list made from such scores would lose or double customers.
    """
    remedy = "score the current table of this snapshot, each customer once."
    place = pc.index_in(table["key"], value_set=keys.combine_chunks())
    if place.null_count:
        raise ContentError(f"{place.null_count} scored keys are no current customers: {remedy}")
    if pc.count_distinct(place).as_py() < table.num_rows:
        raise ContentError(f"Some customers are scored twice: {remedy}")
    if not pc.all(pc.equal(active.take(place), table["active"])).as_py():
        raise ContentError(f"Some scores say active where the snapshot says left, or the reverse: {remedy}")
    wanted = np.array(active)
    wanted[place.to_numpy()] = False
    missed = int((wanted if gone is None else wanted & ~gone).sum())
    if missed:
        raise ContentError(f"{missed} active customers have no score: {remedy}")
