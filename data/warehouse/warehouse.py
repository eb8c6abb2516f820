"""The warehouse's face: what the services ask of customers, snapshots and scores."""

from __future__ import annotations

import copy
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from config.dataset import DatasetSpec
from data.warehouse import measures, scores
from data.warehouse.content import ContentError
from data.warehouse.cubes import CubeFolder
from data.warehouse.durable import write_file
from data.warehouse.engine import Engine, unbound
from data.warehouse.filters import (
    LEAST_GROUP,
    MISSING,
    Filters,
    GroupTooSmall,
    filterable,
    narrowed,
    physical,
    sayable,
    searched,
)
from data.warehouse.measures import Headline, Row
from data.warehouse.snapshots import Snapshot, SnapshotFolder

if TYPE_CHECKING:
    import pandas as pd

Answer = TypeVar("Answer")

MOST_ROWS = 1000
REMEMBERED_ANSWERS = 512
OPEN_TABLES = 32
NO_FILTERS = Filters()


@dataclass(frozen=True)
class Page:
    """Some rows of a longer list.

    ``rows`` hold the raw values with the scores beside them; where a column of the data is named as a
    score is, the score stands in ``rows`` and the raw value in ``values``. ``total`` counts all rows of the list.
    """

    rows: list[Row]
    values: list[Row]
    total: int


class Warehouse:
    """Snapshots, their scores and the measures on them, in one folder.

    Cheap to make; everything is opened when first asked for, in the process that asks, and any number
    of threads may ask at once.

    Parameters
    ----------
    folder : Path
        Where it lives. ``snapshots/`` and ``scores/`` are to be kept; ``cubes/`` is made from them again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.engine = Engine()
        self._snapshots = SnapshotFolder(self.folder / "snapshots")
        self._cubes = CubeFolder(self.folder / "cubes", Engine(limit_seconds=3600.0, memory="60%"))
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._tables: OrderedDict[Hashable, Any] = OrderedDict()

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

    def snapshot(self, id: str) -> Snapshot:
        """Read what is known about a snapshot; LookupError where there is none."""
        return self._opened(("snapshot", id), lambda: self._snapshots.read(id))

    def spec_of(self, id: str) -> DatasetSpec:
        """Read the spec as it was when the snapshot was made; LookupError where there is none."""
        return self._opened(("spec", id), lambda: self._snapshots.spec(id))

    def verify(self, id: str) -> bool:
        """Say whether the rows on disk are still those that the id was made from. Reads all of them."""
        return self._snapshots.verify(id)

    def last_period(self, id: str) -> str | None:
        """Give the data date as the ISO date of a month; None where there are no dates."""
        return self.snapshot(id).last_period

    def periods(self, id: str) -> list[str]:
        """List the months of a snapshot, oldest first; empty where there are no dates."""
        return [row["level"] for row in self._by_period(id, NO_FILTERS) if row["level"] != MISSING]

    # Rows

    def training_table(self, id: str) -> pd.DataFrame:
        """Give the rows to learn from. Grain: one row per customer with a known outcome.

        With a period: the rows of the last month whose outcomes are known (within the horizon).

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
        where = pc.field(spec.outcome.column).is_valid()
        if spec.period is not None:
            where = where & (pc.field(spec.period) == known[-1])
        return _frame(self._snapshots.table(id, where=where))

    def current_table(self, id: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Give the customers of the last period. Grain: one row per current customer.

        Adds the column ``_active``: False where the outcome is positive.
        """
        spec, table = self.spec_of(id), self._table(id, "current")
        names = list(spec.columns if columns is None else columns)
        chosen = table.select([*(physical(spec, name) for name in names), "active"])
        return _frame(chosen.rename_columns([*names, "_active"]))

    def customer(self, id: str, key: str) -> Row | None:
        """Give the raw values of one current customer and ``_active``, missing as None; None for a stranger."""
        spec, table = self.spec_of(id), self._table(id, "current")
        place = _find(table[physical(spec, spec.id)], key)
        if place is None:
            return None
        row = table.slice(place, 1).to_pylist()[0]
        return {**{name: row[physical(spec, name)] for name in spec.columns}, "_active": row["active"]}

    def history(self, id: str, key: str) -> list[Row]:
        """List the rows of one customer by month, oldest first; empty where there are no dates."""
        spec = self.spec_of(id)
        if spec.period is None or not _is_key(key):
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
        from data.warehouse import customers

        spec = self.spec_of(id)
        filters.check(spec, people=True)
        customers.check_range(start, stop, MOST_ROWS)
        table = self._scored(id, version)
        asked = unbound("customers", table.schema)
        listed = searched(narrowed(asked.filter(asked.active), filters, spec), search, spec)
        total = self._remember(
            ("total", id, filters, search),
            lambda: self.engine.rows(listed.aggregate(n=listed.count()), {"customers": table})[0]["n"],
        )
        ordered = customers.ordered(listed, sort, spec).limit(stop - start, offset=start)
        found = self.engine.rows(customers.shown(ordered, spec), {"customers": table})
        return Page(*customers.named(found, spec), total)

    # Scores

    def write_scores(self, id: str, version: str, frame: pd.DataFrame) -> None:
        """Keep the scores of the current customers by a version; written whole or not at all.

        Raises
        ------
        ContentError
            If they are not one score for each current customer (see :func:`data.warehouse.scores.scores_table`),
            or other scores are kept for this version already: like a snapshot, they never change.
        """
        spec, current, path = self.spec_of(id), self._table(id, "current"), self._scores_path(id, version)
        table = scores.scores_table(frame, current[physical(spec, spec.id)], current["active"])
        if not path.is_file():
            write_file(path, lambda aside: pq.write_table(table, aside, compression="zstd"))
        elif not pq.read_table(path).equals(table):
            raise ContentError(
                f"Snapshot {id} has other scores by version {version[:12]!r} already, and entries of the log "
                "stand on them: train a new version instead."
            )
        self._cubes.make_scored(id, version, table, spec)

    def has_scores(self, id: str, version: str) -> bool:
        """Say whether a version's scores of a snapshot are kept."""
        return self._scores_path(id, version).is_file()

    def threshold(self, id: str, version: str, share: float) -> float | None:
        """Give the least chance of leaving among the highest ``share`` (0 to 1) of active customers.

        None where there is no active customer with a score.
        """
        table = self._scored(id, version)
        asked = unbound("customers", table.schema)
        chances = asked.filter(asked.active & asked.probability.notnull()).select("probability")
        count = self.headline(id, NO_FILTERS, version).scored
        place = max(1, round(share * count)) - 1
        ordered = chances.order_by(chances.probability.desc()).limit(1, offset=place)
        found = self._remember(
            ("threshold", id, version, share), lambda: self.engine.rows(ordered, {"customers": table})
        )
        return found[0]["probability"] if found else None

    # Measures

    def headline(self, id: str, filters: Filters = NO_FILTERS, version: str | None = None) -> Headline:
        """Sum up the customers that the filters name; see :class:`Headline`."""
        spec, guarded = self._checked(id, filters)

        def make() -> Headline:
            [row] = self._standing(id, filters, version)
            answer = measures.headline(
                row,
                self._by_period(id, filters),
                self._known_periods(id),
                filters,
                horizon_months=spec.horizon_months,
                has_revenue=spec.revenue is not None,
                has_scores=version is not None,
            )
            return measures.without_small(answer) if guarded else answer

        return self._remember(("headline", id, filters, version), make)

    def trend(self, id: str, filters: Filters = NO_FILTERS) -> list[Row]:
        """List customers, revenue and churn by month, oldest first; empty where there are no dates.

        Rows: period, customers, known, leavers, churn_share, revenue; the churn of months whose outcome
        is not known yet is None.
        """
        spec, guarded = self._checked(id, filters)

        def make() -> list[Row]:
            by_period = self._by_period(id, filters)
            if guarded:
                by_period = measures.large_enough(by_period, "n")
            return measures.trend(
                by_period, self._known_periods(id), filters, has_revenue=spec.revenue is not None
            )

        return self._remember(("trend", id, filters), make)

    def breakdown(
        self, id: str, column: str, filters: Filters = NO_FILTERS, version: str | None = None
    ) -> list[Row]:
        """Cut the headline by a segment, the region or a protected column.

        Rows: level (``""``: missing), customers (active), known, leavers and churn_share (of the last
        known month), revenue, expected_leavers, revenue_at_risk. In the order of the levels.
        """
        spec, guarded = self._checked(id, filters)
        _check_column(column, spec)

        def make() -> list[Row]:
            name = physical(spec, column)
            rows = measures.breakdown(
                self._standing(id, filters, version, by=name),
                self._outcomes(id, filters, by=name),
                has_revenue=spec.revenue is not None,
                has_scores=version is not None,
            )
            if guarded or column in spec.protected:
                rows = measures.large_enough(rows, "customers", "known")
            return measures.in_order(rows, self.levels(id, column))

        return self._remember(("breakdown", id, column, filters, version), make)

    def tenure_by_outcome(self, id: str, filters: Filters = NO_FILTERS) -> list[Row]:
        """Count those who stayed and left in the last known month by tenure band, shortest first.

        Rows: band ("0-6" to "49+" months, ``""``: missing), customers, stayed, left, stayed_share.
        Empty where the spec names no tenure.
        """
        spec, guarded = self._checked(id, filters)

        def make() -> list[Row]:
            if spec.tenure is None:
                return []
            rows = self._outcomes(id, filters, by="band")
            return measures.tenure_bands(measures.large_enough(rows, "known") if guarded else rows)

        return self._remember(("tenure", id, filters), make)

    def cohorts(self, id: str, filters: Filters = NO_FILTERS) -> list[Row]:
        """Say which share of those who began together is still there.

        With dates: start (month, None: before the data began), months (since), customers, remaining,
        share. Without: the tenure bands, as band, customers, remaining, share.
        """
        spec, guarded = self._checked(id, filters)

        def make() -> list[Row]:
            if spec.period is None:
                return [
                    {
                        "band": row["band"],
                        "customers": row["customers"],
                        "remaining": row["stayed"],
                        "share": row["stayed_share"],
                    }
                    for row in self.tenure_by_outcome(id, filters)
                ]
            table = self._table(id, "starts")
            begun = narrowed(unbound("starts", table.schema), filters, spec)
            pairs = self.engine.rows(measures.survivors(begun), {"starts": table})
            months = [measures.month_number(month) for month in self.periods(id)]
            rows = measures.retention(pairs, months[0], months[-1], filters)
            return [row for row in rows if not guarded or row["customers"] >= LEAST_GROUP]

        return self._remember(("cohorts", id, filters), make)

    def levels(self, id: str, column: str) -> list[str]:
        """List the levels of a column to filter by: the spec's order first, ``""`` (missing) last if it occurs."""
        spec = self.spec_of(id)
        _check_column(column, spec)

        def make() -> list[str]:
            cube = self._table(id, "outcomes")
            there = set(cube[physical(spec, column)].unique().to_pylist())
            declared = next((f.levels for f in spec.features if f.column == column), ())
            first = [level for level in declared if level in there]
            rest = sorted(there - set(first) - {MISSING}, key=_natural)
            return [*first, *rest, *([MISSING] if MISSING in there else [])]

        return self._remember(("levels", id, column), make)

    # What the measures stand on

    def _checked(self, id: str, filters: Filters) -> tuple[DatasetSpec, bool]:
        """Check filters; say whether they touch a protected column, so that small cells are left out."""
        spec = self.spec_of(id)
        filters.check(spec)
        protected = [column for column in filters.levels if column in spec.protected]
        if not protected:
            return spec, False
        inside, around = self._heads(id, filters), self._heads(id, filters.without(protected))
        for size in ("customers", "active"):
            outside = around[size] - inside[size]
            if inside[size] < LEAST_GROUP or 0 < outside < LEAST_GROUP:
                raise GroupTooSmall(
                    f"This is about fewer than {LEAST_GROUP} people of a protected group, of whom no figure "
                    "is shown: widen the filters."
                )
        return spec, True

    def _heads(self, id: str, filters: Filters) -> Row:
        table, spec = self._table(id, "current"), self.spec_of(id)
        chosen = narrowed(unbound("customers", table.schema), filters, spec)
        counted = chosen.aggregate(customers=chosen.count(), active=chosen.active.sum().fill_null(0))
        return self._remember(
            ("heads", id, Filters(filters.levels)), lambda: self.engine.rows(counted, {"customers": table})[0]
        )

    def _standing(self, id: str, filters: Filters, version: str | None, by: str | None = None) -> list[Row]:
        table, spec = self._scored(id, version), self.spec_of(id)
        chosen = narrowed(unbound("customers", table.schema), filters, spec)
        revenue = physical(spec, spec.revenue) if spec.revenue else None
        return self.engine.rows(measures.standing(chosen, revenue=revenue, by=by), {"customers": table})

    def _by_period(self, id: str, filters: Filters) -> list[Row]:
        """Sum up outcomes by month over the whole history, whatever the filters' period."""
        levels_only = Filters(filters.levels)
        table, spec = self._table(id, "outcomes"), self.spec_of(id)
        cube = narrowed(unbound("outcomes", table.schema), levels_only, spec)
        return self._remember(
            ("by period", id, levels_only),
            lambda: self.engine.rows(measures.outcomes_by(cube, "period"), {"outcomes": table}),
        )

    def _known_periods(self, id: str) -> list[str]:
        return measures.known_periods(self._by_period(id, NO_FILTERS))

    def _outcomes(self, id: str, filters: Filters, by: str) -> list[Row]:
        """Sum up the outcomes of the last known month in the filters' period by a column of the cube."""
        table, spec = self._table(id, "outcomes"), self.spec_of(id)
        inside = [m for m in self._known_periods(id) if m == MISSING or filters.holds(m)]
        if not inside:
            return []
        cube = narrowed(unbound("outcomes", table.schema), filters, spec)
        return self.engine.rows(
            measures.outcomes_by(cube.filter(cube.period == inside[-1]), by), {"outcomes": table}
        )

    # Files, opened once and kept

    def _table(self, id: str, name: str) -> pa.Table:
        return self._opened((name, id), lambda: self._cubes_of(id).read(id, name))

    def _cubes_of(self, id: str) -> CubeFolder:
        """Make the derived tables where they are not there: thrown away, or of an older layout."""
        if not self._cubes.place(id).is_dir():
            self._cubes.make(id, self._snapshots.table(id), self._snapshots.spec(id))
        return self._cubes

    def _scored(self, id: str, version: str | None) -> pa.Table:
        """Open the current customers, with scores where a version is given."""
        if version is None:
            return self._table(id, "current")
        if not self.has_scores(id, version):
            raise LookupError(
                f"Version {version[:12]!r} has no scores for snapshot {id!r}: score its customers with "
                "'flask model train'."
            )

        def read() -> pa.Table:
            cubes = self._cubes_of(id)
            if not cubes.has_scored(id, version):
                cubes.make_scored(
                    id, version, pq.read_table(self._scores_path(id, version)), self.spec_of(id)
                )
            return cubes.read_scored(id, version)

        return self._opened(("scored", id, version), read)

    def _scores_path(self, id: str, version: str) -> Path:
        self._snapshots.place(id)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", version):
            raise LookupError(f"{version!r} is no version: list them with 'flask model list'.")
        return self.folder / "scores" / f"{id}-{version}.parquet"

    def _opened(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        return _kept(self._tables, self._lock, OPEN_TABLES, key, make)

    def _remember(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Answer from memory where the same was asked before: snapshots and scores do not change."""
        return copy.deepcopy(_kept(self._answers, self._lock, REMEMBERED_ANSWERS, key, make))


def _kept(
    memory: OrderedDict[Hashable, Any],
    lock: threading.Lock,
    most: int,
    key: Hashable,
    make: Callable[[], Answer],
) -> Answer:
    """Keep the answers used last. Two threads may make the same one at once; neither waits for the other."""
    with lock:
        if key in memory:
            memory.move_to_end(key)
            return memory[key]
    made = make()
    with lock:
        memory[key] = made
        while len(memory) > most:
            memory.popitem(last=False)
    return made


def _frame(table: pa.Table) -> pd.DataFrame:
    """Give a table as pandas does it: numbers as float64 with NaN, text as str."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(field.type.value_type))
    return table.to_pandas()


def _is_key(key: object) -> bool:
    return isinstance(key, str) and sayable(key)


def _find(keys: pa.ChunkedArray, key: str) -> int | None:
    """Find the row of a key, None where there is none."""
    if not _is_key(key):
        return None
    place = pc.index(keys, pa.scalar(key, type=keys.type)).as_py()
    return None if place < 0 else place


def _check_column(column: str, spec: DatasetSpec) -> None:
    if column not in filterable(spec):
        raise ValueError(
            f"{column!r} is no column to break down by: choose one of {', '.join(filterable(spec)) or 'none'}, "
            "or name it under segments in the dataset's spec."
        )


def _natural(level: str) -> tuple[float, str]:
    """Order numbers by size and before words."""
    try:
        return float(level), level
    except ValueError:
        return float("inf"), level
