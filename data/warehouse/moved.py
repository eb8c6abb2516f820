"""Scores kept of the same customers twice: by two versions, or of two loads, set side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse.filters import physical

if TYPE_CHECKING:
    from data.warehouse.opened import Opened

Place = tuple[str, str]
"""A snapshot, and a version whose scores of it are kept."""


def both(warehouse: Opened, before: Place, after: Place) -> tuple[np.ndarray, np.ndarray]:
    """Give the chances of leaving (0 to 1) of all customers active in both, in one order.

    Grain: one entry per customer, of shape (n,) each.

    Raises
    ------
    LookupError
        If scores of one of them are not kept.
    """
    first, second = (warehouse._customers(*place) for place in (before, after))
    if before[0] != after[0]:
        keys = [
            table[physical(warehouse.spec_of(place[0]), warehouse.spec_of(place[0]).id)].cast(
                pa.large_string()
            )
            for table, place in ((first, before), (second, after))
        ]
        where = pc.index_in(keys[1], value_set=keys[0].combine_chunks())
        first = first.select(["active", "probability"]).take(where)
    known = np.ones(second.num_rows, dtype=bool)
    for table in (first, second):
        known &= pc.fill_null(table["active"], False).to_numpy()
        known &= table["probability"].is_valid().to_numpy()
    then, now = (table["probability"].to_numpy().astype(float)[known] for table in (first, second))
    return then, now
