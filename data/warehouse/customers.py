"""The list of customers as expressions: order, range and the columns shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from data.warehouse.cubes import SCORES
from data.warehouse.filters import physical
from data.warehouse.measures import Row

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from config.dataset import DatasetSpec

DIRECTIONS = ("asc", "desc")


def columns(spec: DatasetSpec) -> tuple[str, ...]:
    """Name the columns shown of single customers: all but protected ones that are no features."""
    features = {feature.column for feature in spec.features}
    return tuple(c for c in spec.columns if c not in spec.protected or c in features)


def check_range(start: int, stop: int, most: int) -> None:
    """Refuse a range of rows that is none, or too long."""
    if not 0 <= start <= stop:
        raise ValueError(
            f"Rows {start} to {stop} are no range: give a start of at least 0 and a stop above it."
        )
    if stop - start > most:
        raise ValueError(f"{stop - start} rows were asked for at once: ask for at most {most} a page.")


def ordered(table: ir.Table, sort: Sequence[tuple[str, str]], spec: DatasetSpec) -> ir.Table:
    """Sort, missing values last and equal ones by key. Grain: as the table."""
    scored = "expected_loss" in table.columns
    sort = sort or ([("expected_loss", "desc")] if scored else [])
    keys = []
    for column, direction in sort:
        if direction not in DIRECTIONS:
            raise ValueError(f"The direction {direction!r} is none: sort by 'asc' or 'desc'.")
        value = table[_sortable(column, scored, spec)]
        keys.append(getattr(value, direction)(nulls_first=False))
    return table.order_by([*keys, table[physical(spec, spec.id)].asc()])


def _sortable(column: str, scored: bool, spec: DatasetSpec) -> str:
    if scored and column in SCORES:
        return column
    if column in columns(spec):
        return physical(spec, column)
    offered = [*columns(spec), *(SCORES if scored else ())]
    raise ValueError(f"{column!r} is no column to sort by: choose one of {', '.join(offered)}.")


def shown(table: ir.Table, spec: DatasetSpec) -> ir.Table:
    """Choose what is shown. Grain: as the table."""
    names = [physical(spec, column) for column in columns(spec)]
    return table.select(*names, *(name for name in SCORES if name in table.columns), "active")


def named(rows: list[Row], spec: DatasetSpec) -> tuple[list[Row], list[Row]]:
    """Give rows their names back: raw values with scores, and raw values alone."""
    values = [{column: row[physical(spec, column)] for column in columns(spec)} for row in rows]
    scores = [{name: row[name] for name in (*SCORES, "active") if name in row} for row in rows]
    return [raw | extra for raw, extra in zip(values, scores, strict=True)], values
