"""The list of customers as expressions: order, range and the columns shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from data.warehouse.cubes import SCORES
from data.warehouse.figures import Row
from data.warehouse.filters import physical

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


def order_of(sort: Sequence[tuple[str, str]], spec: DatasetSpec, *, scored: bool) -> list[tuple[str, str]]:
    """Name the engine's columns to sort by, each once with its direction, the key last.

    By default the highest expected loss comes first.
    """
    order: dict[str, str] = {}
    for column, direction in sort or ([("expected_loss", "desc")] if scored else []):
        order.setdefault(_sortable(column, scored, spec), _checked(direction))
    order.setdefault(physical(spec, spec.id), "asc")
    return list(order.items())


def _checked(direction: str) -> str:
    if direction not in DIRECTIONS:
        raise ValueError(f"The direction {direction!r} is none: sort by 'asc' or 'desc'.")
    return direction


def _sortable(column: str, scored: bool, spec: DatasetSpec) -> str:
    if scored and column in SCORES:
        return column
    if column in columns(spec):
        return physical(spec, column)
    offered = [*columns(spec), *(SCORES if scored else ())]
    raise ValueError(f"{column!r} is no column to sort by: choose one of {', '.join(offered)}.")


def ordered(table: ir.Table, order: Sequence[tuple[str, str]], start: int, stop: int) -> ir.Table:
    """Sort, missing values last, and keep a range. Grain: one row per customer."""
    places = [getattr(table[name], direction)(nulls_first=False) for name, direction in order]
    return table.order_by(places).limit(stop - start, offset=start).select("row")


def at(table: pa.Table, places: Sequence[int], spec: DatasetSpec) -> tuple[list[Row], list[Row]]:
    """Give the rows at these places their names back: raw values with scores, and raw values alone.

    Cutting single rows out is four times faster than taking them at once, which joins all chunks.
    """
    names = {physical(spec, column): column for column in columns(spec)}
    extra = [name for name in (*SCORES, "active") if name in table.column_names]
    cut = table.select([*names, *extra])
    found = pa.concat_tables([cut.slice(place, 1) for place in places]).to_pylist() if places else []
    values = [{column: row[name] for name, column in names.items()} for row in found]
    scores = [{name: row[name] for name in extra} for row in found]
    return [raw | own for raw, own in zip(values, scores, strict=True)], values
