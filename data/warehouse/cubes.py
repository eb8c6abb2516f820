"""Cubes: small tables derived from a snapshot, from which the measures answer at once.

All of it can be thrown away and is made again from ``rows.parquet`` and the scores. Columns carry the
names of :func:`data.warehouse.filters.physical`, so that no name from a file meets the engine.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.warehouse.durable import write_file, write_folder
from data.warehouse.engine import Engine, read_arrow, unbound, write_arrow
from data.warehouse.filters import MISSING, filterable, level_of, physical

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from config.dataset import DatasetSpec

LAYOUT = 2
"""Raised whenever the tables below change, so that old ones are made anew."""

SCORES = ("log_odds", "probability", "low", "high", "expected_loss", "monthly_revenue")
TENURE_BANDS = ((6.0, "0-6"), (12.0, "7-12"), (24.0, "13-24"), (48.0, "25-48"))
LAST_BAND = "49+"
LONGEST_TENURE_MONTHS = 2400.0

FileState = tuple[int, int, int]
"""A file as it is: another where it was replaced."""


class CubeFolder:
    """The derived tables of every snapshot, each in a folder of its own."""

    def __init__(self, folder: Path, engine: Engine) -> None:
        self.folder = folder
        self.engine = engine

    def place(self, id: str) -> Path:
        """Name the folder of a snapshot's tables, whether it is there or not."""
        return self.folder / f"{id}-{LAYOUT}"

    def make(self, id: str, rows: pa.Table, spec: DatasetSpec) -> None:
        """Derive the tables of a snapshot from its rows."""

        def fill(folder: Path) -> None:
            plain = rows.rename_columns([physical(spec, column) for column in rows.column_names])
            asked = unbound("rows", plain.schema)
            write_arrow(current_customers(plain, spec), folder / "current.arrow")
            cube = self.engine.table(outcomes(asked, spec), {"rows": plain})
            write_arrow(cube, folder / "outcomes.arrow")
            if spec.period is not None:
                begun = self.engine.table(starts(asked, spec), {"rows": plain})
                write_arrow(begun, folder / "starts.arrow")

        write_folder(self.place(id), fill)

    def make_scored(self, id: str, version: str, scores: pa.Table, spec: DatasetSpec) -> None:
        """File scores row by row beside the current customers, so that no question joins."""
        current = read_arrow(self.place(id) / "current.arrow")
        key = current[physical(spec, spec.id)]
        where = pc.index_in(key.cast(pa.string()), value_set=scores["key"].cast(pa.string()).combine_chunks())
        aligned = scores.select(SCORES).take(where)
        write_file(self._scored(id, version), lambda path: write_arrow(aligned, path))

    def read(self, id: str, name: str) -> pa.Table:
        """Map ``current``, ``outcomes`` or ``starts``; FileNotFoundError until made."""
        return read_arrow(self.place(id) / f"{name}.arrow")

    def read_scored(self, id: str, version: str) -> pa.Table:
        """Map the current customers with their scores; FileNotFoundError until made."""
        table, scores = self.read(id, "current"), read_arrow(self._scored(id, version))
        for name in SCORES:
            table = table.append_column(name, scores[name])
        return table

    def has_scored(self, id: str, version: str) -> bool:
        """Say whether a version's scores lie beside the current customers."""
        return self._scored(id, version).is_file()

    def state_of_scored(self, id: str, version: str) -> FileState:
        """Say which file of scores lies there; FileNotFoundError until made."""
        found = self._scored(id, version).stat()
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _scored(self, id: str, version: str) -> Path:
        return self.folder / f"{id}-{LAYOUT}-{version}.arrow"


def current_customers(rows: pa.Table, spec: DatasetSpec) -> pa.Table:
    """Keep each customer of the last period. Grain: one row per current customer, in the order of the rows.

    Adds ``active``: the outcome is not positive (one not known yet is not), and ``row``, the place in
    this table, by which a question can answer with few columns.
    """
    if spec.period is not None:
        period = rows[physical(spec, spec.period)]
        rows = rows.filter(pc.equal(period, pc.max(period)))
    left = pc.equal(rows[physical(spec, spec.outcome.column)], spec.outcome.positive)
    rows = rows.append_column("active", pc.invert(pc.fill_null(left, False)))
    rows = rows.append_column("row", pa.array(np.arange(rows.num_rows)))
    key = physical(spec, spec.id)
    for place, name in enumerate(rows.column_names):
        if pa.types.is_large_string(rows[name].type) and name != key:
            rows = rows.set_column(place, name, _as_levels(rows[name]))
    return rows


def _as_levels(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Keep text that repeats as levels: smaller, and several times faster to filter."""
    levels = pa.chunked_array([column.combine_chunks().dictionary_encode()])
    return levels if len(levels.chunk(0).dictionary) * 2 <= len(column) else column


def outcomes(rows: ir.Table, spec: DatasetSpec) -> ir.Table:
    """Count customers and outcomes.

    Grain: one row per period (if there is one), tenure band and level of every filterable column.
    ``n`` rows, ``known`` with an outcome, ``leavers`` with a positive one; ``revenue`` of all rows and
    ``active_revenue`` of those without a positive outcome, per month; None without a revenue column.
    """
    import ibis

    outcome = rows[physical(spec, spec.outcome.column)]
    left = outcome.fill_null(MISSING) == spec.outcome.positive
    revenue = rows[physical(spec, spec.revenue)] if spec.revenue else ibis.null("float64")
    marked = rows.select(
        period=rows[physical(spec, spec.period)] if spec.period else ibis.literal(MISSING),
        band=tenure_band(rows, spec),
        **_levels(rows, spec),
        known=outcome.notnull(),
        left=left,
        revenue=revenue,
    )
    return marked.group_by(["period", "band", *_levels(rows, spec)]).aggregate(
        n=marked.count(),
        known=marked.known.sum(),
        leavers=marked.left.sum(),
        revenue=marked.revenue.sum(),
        active_revenue=marked.revenue.sum(where=~marked.left),
    )


def _levels(rows: ir.Table, spec: DatasetSpec) -> dict[str, ir.Column]:
    return {physical(spec, c): level_of(rows[physical(spec, c)]) for c in filterable(spec)}


def tenure_band(rows: ir.Table, spec: DatasetSpec) -> ir.StringValue:
    """Name the tenure band of a row: "0-6" to "49+" months, ``""`` where the tenure is missing."""
    import ibis

    if spec.tenure is None:
        return ibis.literal(MISSING)
    months = rows[physical(spec, spec.tenure)]
    return ibis.cases(
        (months.isnull(), MISSING), *((months <= end, band) for end, band in TENURE_BANDS), else_=LAST_BAND
    )


def starts(rows: ir.Table, spec: DatasetSpec) -> ir.Table:
    """Count customers by when they began and when they were last seen.

    Grain: one row per start month, last month and level of every filterable column (as of the last
    month). Months are counted from year 0. The start is the last month minus the tenure then, but
    never after the month first seen; where there is no tenure it is the month first seen.
    """
    import ibis

    key, period = physical(spec, spec.id), rows[physical(spec, spec.period or "")]
    month = period.substr(0, 4).cast("int64") * 12 + period.substr(5, 2).cast("int64") - 1
    dated = rows.mutate(month=month)
    seen = dated.group_by(key).aggregate(first=dated.month.min(), last=dated.month.max())
    latest = dated.inner_join(seen, [dated[key] == seen[key], dated.month == seen.last])
    start = latest.first
    if spec.tenure is not None:
        tenure = latest[physical(spec, spec.tenure)].clip(0.0, LONGEST_TENURE_MONTHS)
        start = ibis.least(latest.last - tenure.round().cast("int64"), latest.first).fill_null(latest.first)
    marked = latest.select(start=start, last=latest.last, **_levels(latest, spec))
    return marked.group_by(["start", "last", *_levels(latest, spec)]).aggregate(n=marked.count())
