"""Catalogues: the items that can be chosen, the rules they are recommended by, and how well that goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from data.store.catalogue_heads import MARK, bump, checked_key, checked_text, unknown_catalogue
from data.store.categories import (
    UnknownCategory,
    category_rows,
    name_key,
    numbers_by_name,
    put_categories,
)
from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import catalogue_items, catalogue_membership, catalogues


class RulesChanged(ValueError):
    """Somebody changed the rules in between: show theirs, then ask again."""


@dataclass(frozen=True)
class ItemRow:
    """An item of a catalogue.

    Attributes
    ----------
    categories : tuple of str
        Names; an item without any is allowed and counts in no table of categories.
    offer : dict or None
        What it changes and costs, where the item is an offer: plain JSON.
    number : int or None
        Its place in the catalogue, from 0 and for good; None before it is put there.
    """

    id: str
    title: str
    categories: tuple[str, ...] = ()
    offer: dict[str, Any] | None = None
    number: int | None = None


@dataclass(frozen=True)
class CatalogueRow:
    """A catalogue with everything in it.

    Attributes
    ----------
    generation : int
        Grows with every change that events do not tell: what was worked out before is then built anew.
    rules : dict
        How it is recommended, plain JSON; ``rules_revision`` grows with each change of it, from 0.
    categories : tuple of (int, str)
        Number and name, in the fixed order of ties; numbers of categories merged away are left out.
    items : tuple of ItemRow
        By number, without gaps.
    """

    number: int
    name: str
    generation: int
    rules: dict[str, Any]
    rules_revision: int
    categories: tuple[tuple[int, str], ...]
    items: tuple[ItemRow, ...] = field(repr=False)


_HEAD = select(
    catalogues.c.number,
    catalogues.c.name,
    catalogues.c.generation,
    catalogues.c.rules,
    catalogues.c.rules_revision,
).where(catalogues.c.name == bindparam("asked"))

_CHANGE = (
    update(catalogue_items)
    .where(catalogue_items.c.catalogue == bindparam("of"), catalogue_items.c.number == bindparam("at"))
    .values(title=bindparam("title"), offer=bindparam("offer"))
)
_LEAVE = delete(catalogue_membership).where(
    catalogue_membership.c.catalogue == bindparam("of"), catalogue_membership.c.item == bindparam("at")
)


class Catalogues(Reach):
    """Catalogues with their items, rules and evaluations."""

    def put_catalogue(self, name: str, categories: Sequence[str], items: Iterable[ItemRow]) -> CatalogueRow:
        """Add items and categories to a catalogue, which is made where it is new; change the items it has.

        Items are known by their id, and nothing is ever dropped. New categories follow those there are, in
        the order given; a name that a category had before it was renamed or merged still means it. Where
        nothing differs from what is there, nothing changes, the generation included.

        Raises
        ------
        UnknownCategory
            If an item is in a category that is neither given nor known.
        ValueError
            If a name, id or title is blank, too long or holds control characters, or an id comes twice.
        """
        name = checked_text(name, "name of a catalogue")
        given = _checked_items(name, items)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            before = _catalogue(connection, name) or _new_catalogue(connection, name)
            has_new = put_categories(connection, before.number, categories)
            if _put_items(connection, before, given) or has_new:
                bump(connection, before.number)
            return _known(connection, name)

    def catalogue(self, name: str) -> CatalogueRow | None:
        """Give a catalogue with everything in it; None where there is none of this name."""
        with self.reading() as connection:
            return _catalogue(connection, name)

    def catalogue_mark(self, name: str) -> tuple[int, int] | None:
        """Give generation and last event of a catalogue, which tell whether anything is new; None if none."""
        with self.reading() as connection:
            row = connection.execute(MARK, {"asked": name}).first()
        return None if row is None else (row.generation, row.last)

    def rules_of(self, name: str) -> tuple[dict[str, Any], int] | None:
        """Give how a catalogue is recommended, and the revision of that; None where there is none."""
        with self.reading() as connection:
            row = connection.execute(_HEAD, {"asked": name}).first()
        return None if row is None else (row.rules, row.rules_revision)

    def set_rules(self, name: str, rules: dict[str, Any], seen_revision: int) -> int:
        """Change how a catalogue is recommended; give the new revision.

        Raises
        ------
        UnknownCatalogue
        RulesChanged
            If the rules are not at the revision that was seen any more; nothing changes then.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            row = connection.execute(_HEAD, {"asked": name}).first()
            if row is None:
                raise unknown_catalogue(name)
            if row.rules_revision != seen_revision:
                raise RulesChanged(
                    f"The rules of {name!r} were changed in between (revision {row.rules_revision}, you saw "
                    f"{seen_revision}), so yours were not kept: look at them, then ask again."
                )
            changed = {"rules": rules, "rules_revision": seen_revision + 1}
            connection.execute(update(catalogues).where(catalogues.c.number == row.number).values(**changed))
        return seen_revision + 1

    def record_evaluation(self, name: str, result: dict[str, Any]) -> None:
        """Keep the result of an evaluation, plain JSON, in place of the one before.

        Raises
        ------
        UnknownCatalogue
        """
        kept = {"evaluation": result, "evaluated": self.clock()}
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            asked = update(catalogues).where(catalogues.c.name == name).values(**kept)
            if connection.execute(asked).rowcount == 0:
                raise unknown_catalogue(name)

    def evaluation(self, name: str) -> tuple[dict[str, Any], datetime] | None:
        """Give the last result of an evaluation and when it was kept; None where there is none."""
        query = select(catalogues.c.evaluation, catalogues.c.evaluated).where(catalogues.c.name == name)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None or row.evaluation is None else (row.evaluation, row.evaluated)


def _checked_items(name: str, items: Iterable[ItemRow]) -> list[ItemRow]:
    given = [
        ItemRow(
            checked_key(item.id, "id of an item"),
            checked_text(item.title, "title of an item"),
            item.categories,
            item.offer,
        )
        for item in items
    ]
    repeated = [key for key, count in Counter(item.id for item in given).items() if count > 1]
    if repeated:
        raise ValueError(
            f"Item {repeated[0]!r} comes more than once in the catalogue {name!r}, but an id names one item: "
            "leave one of them in, or give the others ids of their own."
        )
    return given


def _known(connection: Connection, name: str) -> CatalogueRow:
    found = _catalogue(connection, name)
    if found is None:
        raise unknown_catalogue(name)
    return found


def _new_catalogue(connection: Connection, name: str) -> CatalogueRow:
    number = next_number(connection, catalogues)
    row = {"number": number, "name": name, "generation": 0, "rules": {}, "rules_revision": 0}
    connection.execute(insert(catalogues), row)
    return CatalogueRow(number, name, 0, {}, 0, (), ())


def _put_items(connection: Connection, before: CatalogueRow, items: Sequence[ItemRow]) -> bool:
    """Add the items that are new and change those that differ; say whether there were any."""
    known = {item.id: item for item in before.items}
    numbers = numbers_by_name(connection, before.number)
    added: list[dict[str, Any]] = []
    changed: list[dict[str, Any]] = []
    members: list[dict[str, Any]] = []
    for item in items:
        inside, old = _inside(before.name, item, numbers), known.get(item.id)
        content: dict[str, Any] = {"title": item.title, "offer": item.offer}
        if old is None:
            place: dict[str, Any] = {"catalogue": before.number, "number": len(known) + len(added)}
            added.append({**place, "id": item.id, **content})
        elif (old.title, old.offer, _inside(before.name, old, numbers)) != (item.title, item.offer, inside):
            place = {"catalogue": before.number, "number": old.number}
            changed.append({"of": before.number, "at": old.number, **content})
        else:
            continue
        members += [{"catalogue": before.number, "item": place["number"], "category": one} for one in inside]
    _execute_many(connection, insert(catalogue_items), added)
    _execute_many(connection, _CHANGE, changed)
    _execute_many(connection, _LEAVE, [{"of": row["of"], "at": row["at"]} for row in changed])
    _execute_many(connection, insert(catalogue_membership), members)
    return bool(added or changed)


def _execute_many(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    """Run a statement for each row; for none, not at all."""
    if rows:
        connection.execute(statement, rows)


def _inside(catalogue: str, item: ItemRow, numbers: dict[str, int]) -> list[int]:
    """Give the numbers of an item's categories, each once, ascending."""
    unknown = [name for name in item.categories if name_key(name) not in numbers]
    if unknown:
        raise UnknownCategory(
            f"Item {item.id!r} is in category {unknown[0]!r}, which the catalogue {catalogue!r} does not "
            "have: add the category, or correct the item."
        )
    return sorted({numbers[name_key(name)] for name in item.categories})


def _catalogue(connection: Connection, name: str) -> CatalogueRow | None:
    head = connection.execute(_HEAD, {"asked": name}).first()
    if head is None:
        return None
    categories = category_rows(connection, head.number)
    return CatalogueRow(*head, tuple(categories), _items(connection, head.number, dict(categories)))


def _items(connection: Connection, catalogue: int, categories: dict[int, str]) -> tuple[ItemRow, ...]:
    m, c = catalogue_membership.c, catalogue_items.c
    inside: dict[int, list[str]] = {}
    query = select(m.item, m.category).where(m.catalogue == catalogue).order_by(m.item, m.category)
    for item, category in connection.execute(query):
        inside.setdefault(item, []).append(categories[category])
    rows = connection.execute(select(catalogue_items).where(c.catalogue == catalogue).order_by(c.number))
    return tuple(
        ItemRow(row.id, row.title, tuple(inside.get(row.number, ())), row.offer, row.number) for row in rows
    )
