"""A catalogue as a file: read, checked, and the rows that cannot be used set aside with their reason."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from data.cells import NUMBER, quoted, shown, trimmed
from data.files import FileError, Limits, RawTable, read_table, refused_frame
from data.store import ItemRow
from data.store.catalogue_heads import checked_key, checked_text

SEPARATOR = ";"  # between the categories of one item
REFUSED_SHARE = 0.05

COLUMNS = ("item", "title", "categories")
OFFER_COLUMNS = ("lever", "change", "level", "cost", "cost_unit", "description")

Fault = tuple[int, str | None, str | None, str]


@dataclass(frozen=True)
class CatalogueFile:
    """A catalogue as a file gave it.

    Attributes
    ----------
    categories : tuple of str
        In the order in which the file first names them.
    items : tuple of ItemRow
        In the file's order.
    without_category : int
        Items in no category: they can be chosen, and count in no table of categories.
    rows : int
        Rows of the file; ``refused`` tells of those set aside: row, column, value, reason.
    manner : dict
        How the file was written, as plain values.
    """

    categories: tuple[str, ...]
    items: tuple[ItemRow, ...] = field(repr=False)
    without_category: int
    rows: int
    refused: pd.DataFrame = field(repr=False)
    manner: dict[str, Any]


def read_catalogue(path: Path, limits: Limits, *, refused_share: float = REFUSED_SHARE) -> CatalogueFile:
    """Read a catalogue: item, title, categories (joined by ``;``) and, where there are offers, what they are.

    The columns of offers (lever, change, level, cost, cost_unit, description) may be left out. A row that
    fills one of them is an offer: it names its lever and its cost, and fills either change or level.

    Raises
    ------
    FileError
        When the file is no table, lacks a column, or more than ``refused_share`` (0 to 1) of it is refused.
    """
    table = read_table(path, limits)
    need_columns(table, COLUMNS, path, "A catalogue says of each item its title and categories")
    rows: dict[str, int] = {}
    items: list[ItemRow] = []
    faults: list[Fault] = []
    for row, cells in _records(table.frame):
        try:
            item = _as_item(cells)
            if item.id in rows:
                raise _WrongCell(
                    "item", f"is the item of row {rows[item.id]:,} already; one id names one item"
                )
        except _WrongCell as fault:
            faults.append((row, fault.column, cells[fault.column] or None, str(fault)))
            continue
        rows[item.id] = row
        items.append(item)
    refused = set_aside(table, faults, path, refused_share)
    return CatalogueFile(
        tuple(dict.fromkeys(category for item in items for category in item.categories)),
        tuple(items),
        sum(not item.categories for item in items),
        table.rows,
        refused,
        table.manner,
    )


def need_columns(table: RawTable, wanted: Sequence[str], path: Path, why: str) -> None:
    """Refuse a file that lacks a column, naming those it has."""
    for column in wanted:
        if column not in table.frame.columns:
            has = ", ".join(shown(one, 40) for one in table.frame.columns[:12])
            raise FileError(
                f"{shown(Path(path).name)} has no column {quoted(column)} (it has {has}). {why}: "
                f"name the columns {', '.join(wanted)} in the first line."
            )


def set_aside(table: RawTable, faults: Sequence[Fault], path: Path, refused_share: float) -> pd.DataFrame:
    """Give the rows refused, by row; FileError where they are too many or all there are."""
    refused = refused_frame(sorted(faults, key=lambda fault: fault[0]))
    if len(table.refused):
        refused = pd.concat([table.refused, refused], ignore_index=True).sort_values("row", kind="stable")
    if len(refused) > refused_share * table.rows or len(refused) == table.rows:
        first = refused.iloc[0]
        column = "" if pd.isna(first["column"]) else f", column {quoted(first['column'])}"
        value = "" if pd.isna(first["value"]) else f" {quoted(first['value'])}"
        raise FileError(
            f"{len(refused):,} of {table.rows:,} rows of {shown(Path(path).name)} are refused, more than "
            f"{refused_share:.0%}, so nothing was loaded. First: row {first['row']:,}{column}:{value} "
            f"{first['reason']}. Correct the file, and load it again."
        )
    return refused.reset_index(drop=True)


class _WrongCell(ValueError):
    """A cell for which its row is set aside."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


def _records(frame: pd.DataFrame) -> Iterator[tuple[int, dict[str, str]]]:
    """Give row number and cells, blank where they or their column are missing."""
    wanted = [column for column in (*COLUMNS, *OFFER_COLUMNS) if column in frame.columns]
    blank = dict.fromkeys((*COLUMNS, *OFFER_COLUMNS), "")
    columns = [trimmed(frame[column]).fillna("").tolist() for column in wanted]
    for row, *cells in zip(frame.index.tolist(), *columns, strict=True):
        yield row, {**blank, **dict(zip(wanted, cells, strict=True))}


def _as_item(cells: dict[str, str]) -> ItemRow:
    names = [name.strip() for name in cells["categories"].split(SEPARATOR)]
    try:
        column = "item"
        key = checked_key(cells["item"], "id")
        column = "title"
        title = checked_text(cells["title"], "title")
        column = "categories"
        categories = tuple(dict.fromkeys(checked_text(name, "category") for name in names if name))
    except ValueError as fault:
        raise _WrongCell(column, str(fault)) from fault
    return ItemRow(key, title, categories, _as_offer(cells))


def _as_offer(cells: dict[str, str]) -> dict[str, Any] | None:
    """Read what an offer changes and costs; None where the row is no offer."""
    if not any(cells[column] for column in OFFER_COLUMNS):
        return None
    if not cells["lever"]:
        raise _WrongCell("lever", "is missing; an offer names the lever that it moves")
    if bool(cells["change"]) == bool(cells["level"]):
        raise _WrongCell("change", "does not stand alone; an offer fills either change or level")
    cost = _number(cells, "cost")
    if cost < 0:
        raise _WrongCell("cost", "is below 0; give what the offer costs, 0 for nothing")
    return {
        "lever": cells["lever"],
        "change": _number(cells, "change") if cells["change"] else None,
        "level": cells["level"] or None,
        "cost": cost,
        "cost_unit": cells["cost_unit"],
        "description": cells["description"],
    }


def _number(cells: dict[str, str], column: str) -> float:
    number = float(cells[column]) if re.match(NUMBER, cells[column]) else math.nan
    if not math.isfinite(number):
        raise _WrongCell(column, "is no number; give one such as 12.5")
    return number
