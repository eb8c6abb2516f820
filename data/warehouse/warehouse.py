"""The warehouse's face: what the services ask of customers, snapshots and scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from config.dataset import DatasetSpec
from data.warehouse import customers, left_out
from data.warehouse.content import ContentError
from data.warehouse.figures import Row, month_number
from data.warehouse.filters import Filters, physical, searched
from data.warehouse.overview import NO_FILTERS
from data.warehouse.scored import WithScores, as_frame, find, is_key
from data.warehouse.snapshots import Snapshot

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 1000


@dataclass(frozen=True)
class Page:
    """Some rows of a longer list.

    ``rows`` hold the raw values with the scores beside them; where a column of the data is named as a
    score is, the score stands in ``rows`` and the raw value in ``values``. ``total`` counts the whole list.
    """

    rows: list[Row]
    values: list[Row]
    total: int


class Warehouse(WithScores):
    """Snapshots, their scores and the measures on them, in one folder.

    Cheap to make; everything is opened when first asked for, in the process that asks, and any number
    of threads may ask at once.
    """

    # Snapshots

    def write_snapshot(
        self,
        frame: pd.DataFrame,
        spec: DatasetSpec,
        *,
        source: str,
        refused: pd.DataFrame,
        report: dict[str, Any],
        parent: str | None,
        created: datetime,
    ) -> Snapshot:
        """Keep accepted rows as an immutable snapshot.

        The same rows with the same spec give the snapshot that is there already, untouched.

        Parameters
        ----------
        frame : DataFrame
            Accepted rows in canonical form: numbers as floats, the rest as text, NaN or None for missing.
        source : str
            Where the rows came from, in words.
        refused : DataFrame
            Rows set aside: row, column, value, reason.
        report : dict
            What the checks found, as plain JSON.
        parent : str or None
            Id of the snapshot that this one follows.
        created : datetime
            With a time zone.

        Raises
        ------
        ContentError
            If the rows are not what the spec says, or a key is missing or there twice.
        """
        made = self._snapshots.write(
            frame, spec, source=source, refused=refused, report=report, parent=parent, created=created
        )
        self._cubes_of(made.id)
        return made

    def verify(self, id: str) -> bool:
        """Say whether the rows on disk are still those that the id was made from. Reads all of them."""
        return self._snapshots.verify(id)

    def last_period(self, id: str) -> str | None:
        """Give the data date as the ISO date of a month; None where there are no dates."""
        return self.snapshot(id).last_period

    # Rows

    def training_table(self, id: str) -> pd.DataFrame:
        """Give the rows to learn from. Grain: one row per customer with a known outcome.

        With a period: the rows of the last month whose outcomes are known (within the horizon). Nothing is
        learned from who is left out.

        Raises
        ------
        ContentError
            If no outcome is known.
        """
        spec = self.spec_of(id)
        known = self._known_periods(id)
        if not known:
            raise ContentError(
                f"No row of snapshot {id} has an outcome in {spec.outcome.column!r}: there is nothing to "
                "learn from. Load a file that holds outcomes."
            )
        return self._known_rows(id, spec, known[-1])

    def earlier_training_table(self, id: str) -> pd.DataFrame | None:
        """Give the rows of the last month whose outcomes were known when the training table's month began.

        Grain: one row per customer; None without dates, or where the data do not reach back that far.
        """
        spec, known = self.spec_of(id), self._known_periods(id)
        if spec.period is None or not known:
            return None
        last = month_number(known[-1]) - spec.horizon_months
        before = [month for month in known if month_number(month) <= last]
        return self._known_rows(id, spec, before[-1]) if before else None

    def outcomes_since(self, id: str, period: str | None = None) -> dict[str, bool]:
        """Say of each customer whose outcome is known whether it was positive in a month, or a later one.

        Parameters
        ----------
        period : str, optional
            ISO date of the first month that counts; without dates there is one outcome a customer.
        """
        spec = self.spec_of(id)
        where = pc.field(spec.outcome.column).is_valid()
        if spec.period is not None and period is not None:
            where = where & (pc.field(spec.period) >= period)
        rows = self._snapshots.table(id, columns=[spec.id, spec.outcome.column], where=where)
        left: dict[str, bool] = {}
        for key, outcome in zip(*(rows[name].to_pylist() for name in rows.column_names), strict=True):
            left[str(key)] = left.get(str(key), False) or outcome == spec.outcome.positive
        return left

    def count_unlearned(self, id: str) -> int:
        """Count the rows of the training table that are not there because of who is left out."""
        spec, known, out = self.spec_of(id), self._known_periods(id), self.left_out(id)
        if not out.keys or not known:
            return 0
        keys = self._snapshots.table(id, columns=[spec.id], where=_known(spec, known[-1]))[spec.id]
        return int(left_out.places(keys, out).sum())

    def _known_rows(self, id: str, spec: DatasetSpec, month: str) -> pd.DataFrame:
        rows, out = self._snapshots.table(id, where=_known(spec, month)), self.left_out(id)
        if out.keys:
            rows = rows.filter(pa.array(~left_out.places(rows[spec.id], out)))
        return as_frame(rows)

    def current_table(self, id: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Give the customers of the last period to work with, none who is left out.

        Grain: one row per current customer. Adds the column ``_active``: False where the outcome is positive.
        """
        return self._current(id, columns, self._gone(id, self.left_out(id)))

    def customer(self, id: str, key: str) -> Row | None:
        """Give the raw values of a current customer and ``_active``, missing as None; None for a stranger."""
        spec, table = self.spec_of(id), self._table(id, "current")
        place = find(table[physical(spec, spec.id)], key)
        if place is None:
            return None
        row = table.slice(place, 1).to_pylist()[0]
        return {**{name: row[physical(spec, name)] for name in spec.columns}, "_active": row["active"]}

    def history(self, id: str, key: str) -> list[Row]:
        """List the rows of one customer by month, oldest first; empty where there are no dates."""
        spec = self.spec_of(id)
        if spec.period is None or not is_key(key):
            return []
        rows = self._snapshots.table(id, where=pc.field(spec.id) == key)
        return rows.sort_by(spec.period).to_pylist()

    def customers_page(
        self,
        id: str,
        version: str | None,
        filters: Filters = NO_FILTERS,
        sort: Sequence[tuple[str, str]] = (),
        start: int = 0,
        stop: int = 100,
        search: str = "",
    ) -> Page:
        """List active customers, rows ``start`` to ``stop`` of them. Grain: one row per active customer.

        Parameters
        ----------
        sort : sequence of (column, "asc" or "desc")
            By default the highest expected loss first (without scores: by key). Missing values come
            last either way, and equal ones in the order of the key.
        search : str
            Text that the key must contain, in upper or lower case.

        Raises
        ------
        ValueError
            If a filter or sort is not offered, or more than 1,000 rows are asked for.
        """
        spec = self.spec_of(id)
        filters.check(spec, people=True)
        customers.check_range(start, stop, MOST_ROWS)
        table = self._customers(id, self._scored(id, version))
        order = customers.order_of(sort, spec, scored=version is not None)
        needed = ("row", "active", *(name for name, _ in order))
        listed, tables = self._source(id, table, filters, needed)
        listed = searched(listed.filter(listed.active), search, spec)
        total = self._remember(
            ("total", id, filters, search),
            lambda: self.engine.rows(listed.aggregate(n=listed.count()), tables)[0]["n"],
        )
        found = self.engine.rows(customers.ordered(listed, order, start, stop), tables)
        return Page(*customers.at(table, [row["row"] for row in found], spec), total)


def _known(spec: DatasetSpec, month: str) -> pc.Expression:
    """Choose the rows of a month whose outcome is known; all of them without dates."""
    where = pc.field(spec.outcome.column).is_valid()
    return where if spec.period is None else where & (pc.field(spec.period) == month)
