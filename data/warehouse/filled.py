"""How complete the current customers are: how many cells of each column are filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from data.warehouse.filters import physical

if TYPE_CHECKING:
    from data.warehouse.opened import Opened


def filled(
    warehouse: Opened, id: str, columns: tuple[str, ...], where: tuple[str, str] | None = None
) -> tuple[int, dict[str, int]]:
    """Count the current customers of a snapshot, and of each column the cells that hold something.

    Parameters
    ----------
    where : (column, level), optional
        Counts only customers of this level; ``""`` are those of whom it is not known.
    """
    spec, table = warehouse.spec_of(id), warehouse._table(id, "current")
    if where is not None:
        values = table[physical(spec, where[0])]
        matching = pc.equal(values.cast("string"), where[1]) if where[1] else values.is_null()
        table = table.filter(pc.fill_null(matching, False))
    return table.num_rows, {name: table.num_rows - table[physical(spec, name)].null_count for name in columns}
