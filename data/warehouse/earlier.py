"""The month before the last, scored too, so that what the model expects can be set beside that of then.

A small table beside the cubes for each snapshot and version, derived, and made again where it is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse import measures
from data.warehouse.cubes import LAYOUT
from data.warehouse.durable import write_file
from data.warehouse.engine import read_arrow, write_arrow
from data.warehouse.figures import Row
from data.warehouse.filters import LEAST_GROUP, Filters, filterable, physical
from data.warehouse.left_out import places, without_scores
from data.warehouse.scored import as_frame

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from data.warehouse.overview import Measured


def rows(warehouse: Measured, id: str) -> pd.DataFrame | None:
    """Give the customers of the month before the last, counted as the last month's are.

    Grain: one row per customer who was active then and is not left out; None where there is no such month.
    """
    table = _rows(warehouse, id)
    return None if table is None else as_frame(table)


def keep(warehouse: Measured, id: str, version: str, chances: npt.NDArray[np.float64]) -> None:
    """Keep the chances of leaving (0 to 1) of these customers, in the order of :func:`rows`."""
    spec, table = warehouse.spec_of(id), _rows(warehouse, id)
    if table is None or table.num_rows != len(chances):
        return  # somebody objected in this moment: it is made at the next question
    names = dict.fromkeys((spec.id, *filterable(spec), *filter(None, [spec.revenue])))
    narrow = table.select(list(names)).rename_columns([physical(spec, name) for name in names])
    narrow = narrow.append_column("active", pa.array(np.ones(table.num_rows, dtype=bool)))
    narrow = narrow.append_column("probability", pa.array(np.asarray(chances, dtype=np.float64)))
    write_file(_place(warehouse, id, version), lambda path: write_arrow(narrow, path))


def is_kept(warehouse: Measured, id: str, version: str) -> bool:
    """Say whether it is kept."""
    return _place(warehouse, id, version).is_file()


def risk(warehouse: Measured, id: str, version: str, filters: Filters) -> Row | None:
    """Sum up customers, expected leavers and revenue at risk of the month before; None until it is kept.

    None too where fewer than 30 people of a protected group would stand behind it.
    """
    if not is_kept(warehouse, id, version):
        return None
    spec, guarded = warehouse._checked(id, filters)
    out, levels = warehouse.left_out(id), Filters(filters.levels)

    def make() -> Row:
        table = read_arrow(_place(warehouse, id, version))
        if out.keys:
            gone = places(table[physical(spec, spec.id)], out)
            table = without_scores(table, ("probability",), gone)
        revenue = physical(spec, spec.revenue) if spec.revenue else None
        chosen, tables = warehouse._source(id, table, levels, ("active", "probability", revenue))
        return warehouse.engine.rows(measures.standing(chosen, revenue=revenue), tables)[0]

    found = warehouse._remember(("earlier risk", id, version, levels, out.mark), make)
    return None if guarded and found["customers"] < LEAST_GROUP else found


def _rows(warehouse: Measured, id: str) -> pa.Table | None:
    spec, months = warehouse.spec_of(id), warehouse.periods(id)
    if spec.period is None or len(months) < 2:
        return None
    table = warehouse._snapshots.table(id, where=pc.field(spec.period) == months[-2])
    if months[-1] in warehouse._known_periods(id):
        left = pc.equal(table[spec.outcome.column], spec.outcome.positive)
        table = table.filter(pc.invert(pc.fill_null(left, False)))
    out = warehouse.left_out(id)
    return table.filter(pa.array(~places(table[spec.id], out))) if out.keys else table


def _place(warehouse: Measured, id: str, version: str) -> Path:
    warehouse._scores_path(id, version)  # what is no snapshot or no version never becomes a path
    return warehouse._cubes.folder / f"{id}-{LAYOUT}-{version}-before.arrow"
