"""One's own area: a segment or region of the current customers, whose entries one reads besides one's own."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from data.store import AreaRow
from data.store.chain import canonical
from data.store.readers import BATCH
from data.warehouse import MISSING
from services import log, log_kinds
from services.installation import Dataset, Installation, NothingLoaded
from services.roles import Actor, require

if TYPE_CHECKING:
    from config.dataset import DatasetSpec
    from data.warehouse import Warehouse

_log = logging.getLogger("keepsight")

# So many numbers of the log are looked through at once for what is about an area as a whole
SPAN = 20_000


class AreaRefused(ValueError):
    """What was chosen is no area of the current customers; the message says which there are."""


@dataclass(frozen=True)
class Area:
    """A part of the current customers: those with a level of a segment or of the region.

    Attributes
    ----------
    column, level : str
        As they stand in the data.
    label : str
        As people read it: "Contract: One year".
    number : int
        What the store knows it by; 0 where nobody chose it.
    as_of : str or None
        The data from which its customers in the log were taken; None until all of them are.
    """

    column: str
    level: str
    label: str
    number: int = 0
    as_of: str | None = None


@dataclass(frozen=True)
class Column:
    """A column to choose an area by, with its levels as (value, words)."""

    column: str
    label: str
    levels: tuple[tuple[str, str], ...]


def offered(installation: Installation, actor: Actor) -> list[Column]:
    """Name the areas of the current customers: the levels of each segment and of the region.

    Columns of protected groups are none: nobody's area is a group of people of one sex, age or faith.
    """
    require(actor, "choose-area")
    dataset = installation.dataset()
    return [_column(installation, dataset, column) for column in _columns(dataset.spec)]


def own_area(installation: Installation, actor: Actor) -> Area | None:
    """Give somebody's own area; None where they chose none of the current data."""
    row = installation.store.own_area(actor.id)
    try:
        return None if row is None else _area(installation.dataset().spec, row)
    except NothingLoaded:
        return None


def choose_area(
    installation: Installation, actor: Actor, column: str | None, level: str | None = None
) -> Area | None:
    """Let an area be one's own from now on; without a column none is.

    Returns once every entry of the log about the area's customers can be read.

    Raises
    ------
    AreaRefused
        If there is no such area.
    services.installation.NothingLoaded
        If there are no customers.
    """
    require(actor, "choose-area")
    dataset = installation.dataset()
    before = own_area(installation, actor)
    if column is None:
        _drop(installation, actor, dataset, before)
        return None
    level, label = _checked(installation, dataset, column, level)
    if before is not None and (before.column, before.level) == (column, level):
        return before
    with installation.store.transaction() as together:
        row = together.choose_area(
            actor.id, dataset.spec.name, column, level, pattern=_pattern(column, level)
        )
        payload = {"step": "area", "column": column, "level": level, "area": label,
                   "before": before.label if before else None}  # fmt: skip
        log.record(
            installation, actor, log_kinds.READER, subject=dataset.spec.name, snapshot=dataset.snapshot,
            payload=payload, transaction=together,
        )  # fmt: skip
    fill(installation, row)
    _remove_unread(installation)
    return own_area(installation, actor)


def customers_of(installation: Installation, area: Area) -> frozenset[str]:
    """Give the keys of the current customers of an area, those who left too."""
    return _customers(installation.warehouse, installation.dataset().snapshot, area.column, area.level)


def follow(installation: Installation) -> None:
    """Let every area of the current data hold the customers that are in it now; remove what nobody reads."""
    try:
        spec = installation.dataset().spec.name
    except NothingLoaded:
        return
    for row in installation.store.areas(spec):
        try:
            fill(installation, row)
        except Exception:  # what else is looked after does not wait for it
            _log.exception("the area %s was not brought up to date; it is tried again", row.number)
    _remove_unread(installation)


def fill(installation: Installation, row: AreaRow) -> None:
    """Take into an area whoever joined it, and let go whoever left, with their entries, some at a time.

    Where somebody else is at it nothing is done: they look again when they are through.
    """
    store, dataset = installation.store, installation.dataset()
    if row.spec_name != dataset.spec.name or row.snapshot == dataset.snapshot:
        return
    if not store.claim_area(row.number):
        return
    reached = row.snapshot
    try:
        while reached != (now := installation.dataset().snapshot):
            _fill(installation, row, now)
            reached = now
    finally:
        store.area_filled(row.number, reached)


def _fill(installation: Installation, row: AreaRow, snapshot: str) -> None:
    store = installation.store
    wanted = _customers(installation.warehouse, snapshot, row.column_name, row.level)
    there = store.area_customers(row.number)
    for some in _batches(there - wanted):
        store.leave_area(row.number, some)
    for some in _batches(wanted - there):
        store.fill_area(row.number, some)
    if row.snapshot is None:
        last = store.head().seq
        for first in range(1, last + 1, SPAN):
            store.fill_whole(row.number, first, min(first + SPAN - 1, last), log_kinds.ABOUT_A_GROUP)


def _batches(keys: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(keys)
    for place in range(0, len(ordered), BATCH):
        yield ordered[place : place + BATCH]


def _remove_unread(installation: Installation) -> None:
    for row in installation.store.unread_areas():
        installation.store.remove_area(row.number)


def _drop(installation: Installation, actor: Actor, dataset: Dataset, before: Area | None) -> None:
    if before is None:
        return
    with installation.store.transaction() as together:
        if together.drop_own_area(actor.id, dataset.spec.name):
            payload = {"step": "no area", "before": before.label}
            log.record(
                installation, actor, log_kinds.READER, subject=dataset.spec.name, payload=payload,
                transaction=together,
            )  # fmt: skip
    _remove_unread(installation)


def _columns(spec: DatasetSpec) -> list[str]:
    named = dict.fromkeys((*spec.segments, *filter(None, [spec.region])))
    return [column for column in named if column not in spec.protected]


def _column(installation: Installation, dataset: Dataset, column: str) -> Column:
    spec = dataset.spec
    found = installation.warehouse.levels(dataset.snapshot, column)
    levels = tuple((level, spec.level_label(column, level)) for level in found if level != MISSING)
    return Column(column, spec.label(column), levels)


def _checked(installation: Installation, dataset: Dataset, column: str, level: str | None) -> tuple[str, str]:
    """Give an area's level, and what it is called; AreaRefused where there is none."""
    columns = _columns(dataset.spec)
    if column not in columns:
        there = ", ".join(dataset.spec.label(one) for one in columns) or "none in these data"
        raise AreaRefused(f"{column!r} is nothing to choose an area by. There is: {there}.")
    of = _column(installation, dataset, column)
    if level is None or level not in dict(of.levels):
        raise AreaRefused(
            f"{of.label} is {level!r} of no customer. Choose one of: "
            f"{', '.join(words for _, words in of.levels)}."
        )
    return level, f"{of.label}: {dict(of.levels)[level]}"


def _area(spec: DatasetSpec, row: AreaRow) -> Area:
    label = f"{spec.label(row.column_name)}: {spec.level_label(row.column_name, row.level)}"
    return Area(row.column_name, row.level, label, row.number, row.snapshot)


def _pattern(column: str, level: str) -> str:
    """Give what stands in an entry that is about all of an area and nothing else: its filter, to the letter.

    No text that somebody wrote can look so: in it each quotation mark has a backslash before it.
    """
    return canonical({"levels": {column: [level]}})[1:-1]


@lru_cache(maxsize=8)
def _customers(warehouse: Warehouse, snapshot: str, column: str, level: str) -> frozenset[str]:
    """Read them once for each snapshot, which never changes."""
    try:
        spec = warehouse.spec_of(snapshot)
        table = warehouse.current_table(snapshot, [spec.id, column])
    except LookupError:  # a column that these data no longer have
        return frozenset()
    keys = table.loc[table[column] == level, spec.id]
    return frozenset(str(key) for key in keys)
