"""The recommender's tables by a self-join, for choices that are too many to be held in memory.

Up to 100,000 items and 10 million choices are counted faster in memory, by ``models.cooccurrence``, which
also learns from each choice at once. Beyond that these expressions give the same figures, counted anew: the
cells of the category table, and the people who chose both of two items. They are plain Ibis; DuckDB runs them
here, and any warehouse that Ibis speaks to can where the choices live there. Parquet files are read piece by
piece.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as ds

from data.warehouse.engine import Engine, unbound

if TYPE_CHECKING:
    import ibis.expr.types as ir

CHOICES = ("person", "item")
MEMBERSHIP = ("item", "category")


def cells(choices: ir.Table, membership: ir.Table) -> ir.Table:
    """Count co-choices of categories. Grain: one row per pair of categories that has some.

    A person with ``n_c`` items in category c, ``n_d`` in d and ``m_cd`` in both adds ``n_c n_d - m_cd`` to
    the pair (c, d), and counts as one of its people unless that is 0: where both have only the one item, the
    same. So what is joined is the categories of a person, not the items, and stays small.

    Parameters
    ----------
    choices : Table
        ``person`` and ``item``; the same choice twice counts once.
    membership : Table
        ``item`` and ``category``.

    Returns
    -------
    Table
        ``row`` and ``column``, categories with ``row <= column``; ``co_choices`` (of a category with itself
        unordered pairs of items) and ``people``, both above 0.
    """
    chosen, categories = _once(choices, CHOICES), _once(membership, MEMBERSHIP)
    by_category = chosen.join(categories, "item")
    held = by_category.group_by(["person", "category"]).aggregate(
        n=by_category.count(), one=by_category.item.min()
    )
    other = held.view()
    met = held.join(other, [held.person == other.person, held.category <= other.category]).select(
        row=held.category,
        column=other.category,
        pairs=held.n * other.n,
        is_one=(held.n == 1) & (other.n == 1) & (held.one == other.one),
    )
    ordered = met.group_by(["row", "column"]).aggregate(
        pairs=met.pairs.sum(), people=(~met.is_one).sum().cast("int64")
    )
    joined = ordered.left_join(_in_both(chosen, categories), ["row", "column"])
    off = joined.pairs - joined.n.fill_null(0)
    counted = joined.select(
        "row",
        "column",
        "people",
        co_choices=(joined.row == joined.column).ifelse(off // 2, off).cast("int64"),
    )
    return counted.filter(counted.co_choices > 0).order_by(["row", "column"])


def pairs(choices: ir.Table, *, partners: int | None = None, parts: int = 1, part: int = 0) -> ir.Table:
    """Count people who chose both of two items. Grain: one row per ordered pair of items that has some.

    Parameters
    ----------
    partners : int, optional
        Keep only so many of each item's partners: those that most people chose with it, then by item.
    parts, part : int
        Count only the pairs whose first item falls into this part, of so many: the fewer pairs at a time, the
        less memory, as what is counted must fit.

    Returns
    -------
    Table
        ``a`` and ``b``, items; ``together``, people.
    """
    import ibis

    chosen = _once(choices, CHOICES)
    first = chosen.filter((chosen.item.hash() % parts).abs() == part) if parts > 1 else chosen
    second = chosen.view()
    met = first.join(second, [first.person == second.person, first.item != second.item]).select(
        a=first.item, b=second.item
    )
    counted = met.group_by(["a", "b"]).aggregate(together=met.count())
    if partners is None:
        return counted
    best = ibis.window(group_by="a", order_by=[ibis.desc("together"), "b"])
    ranked = counted.mutate(place=ibis.row_number().over(best))
    return ranked.filter(ranked.place < partners).drop("place")


class CoOccurrence:
    """Counts the tables of choices that lie in Arrow tables or Parquet files.

    Parameters
    ----------
    engine : Engine
        With the time and the memory that so much takes, such as ``Engine(3600, "60%")``: DuckDB writes no
        file, so what it counts must fit.
    choices, membership : Table or Path
        Columns ``person`` and ``item``; ``item`` and ``category``.

    Raises
    ------
    ValueError
        Where a column is missing.
    """

    def __init__(self, engine: Engine, choices: pa.Table | Path, membership: pa.Table | Path) -> None:
        self._engine = engine
        self._choices = _opened(choices, "choices", CHOICES)
        self._membership = _opened(membership, "membership", MEMBERSHIP)

    def cells(self) -> pa.Table:
        """Count the cells of the category table, as :func:`cells` says.

        Raises
        ------
        data.warehouse.engine.QueryTooSlow, MemoryError
        """
        tables = {"choices": self._choices, "membership": self._membership}
        named = {name: unbound(name, table.schema) for name, table in tables.items()}
        expression = cells(**named)
        return self._counted(expression, tables, "give the engine more memory")

    def pairs(self, *, partners: int | None = None, parts: int = 1) -> Iterator[pa.Table]:
        """Count the pairs of items, as :func:`pairs` says, part by part.

        Raises
        ------
        data.warehouse.engine.QueryTooSlow, MemoryError
        """
        choices = unbound("choices", self._choices.schema)
        for part in range(parts):
            expression = pairs(choices, partners=partners, parts=parts, part=part)
            yield self._counted(expression, {"choices": self._choices}, f"count in more than {parts} parts")

    def _counted(self, expression: ir.Table, tables: dict[str, Any], remedy: str) -> pa.Table:
        import duckdb

        try:
            return self._engine.table(expression, tables)
        except duckdb.OutOfMemoryException as fault:
            raise MemoryError(
                f"The choices do not fit into the engine's {self._engine.memory} while they are counted: "
                f"{remedy}."
            ) from fault


def _in_both(chosen: ir.Table, categories: ir.Table) -> ir.Table:
    """Count choices of items that are in both of two categories. Grain: one row per pair of categories."""
    popularity = chosen.group_by("item").aggregate(n=chosen.count())
    other = categories.view()
    both = (
        popularity.join(categories, "item")
        .join(other, [categories.item == other.item, categories.category <= other.category])
        .select("n", row=categories.category, column=other.category)
    )
    return both.group_by(["row", "column"]).aggregate(n=both.n.sum())


def _once(table: ir.Table, columns: tuple[str, ...]) -> ir.Table:
    """Keep what is whole, each row once."""
    return table.select(columns).drop_null().distinct()


def _opened(source: pa.Table | Path, name: str, columns: tuple[str, ...]) -> pa.Table | ds.Dataset:
    """Open the columns that are counted; of a file no more is read, and only when it is asked for."""
    opened = ds.dataset(source, format="parquet") if isinstance(source, Path) else source
    absent = [column for column in columns if column not in opened.schema.names]
    if absent:
        raise ValueError(f"The {name} have no column {', '.join(absent)}: give {' and '.join(columns)}.")
    if isinstance(opened, pa.Table):
        return opened.select(columns)
    return opened.replace_schema(pa.schema([opened.schema.field(column) for column in columns]))
