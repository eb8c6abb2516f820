"""Categories of a catalogue: renamed and merged by people, found by every name they have or had."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from data.store.catalogue_heads import bump, catalogue_number, checked_text
from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.errors import NameTaken
from data.store.tables import catalogue_categories, catalogue_membership, category_names, hidden


class UnknownCategory(LookupError):
    """The catalogue has no category of this name: choose one of those it has."""


class Categories(Reach):
    """Changing the categories of a catalogue."""

    def rename_category(self, name: str, old: str, new: str) -> None:
        """Give a category another name; what it was called before still means it.

        Raises
        ------
        UnknownCatalogue, UnknownCategory
        NameTaken
            If another category has or had the new name, whatever its capitals: they would be confused.
        """
        new = checked_text(new, "name of a category")
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            catalogue = catalogue_number(connection, name)
            number = category_number(connection, catalogue, name, old)
            taken = numbers_by_name(connection, catalogue).get(name_key(new), number)
            if taken != number:
                raise _taken(old, new, dict(category_rows(connection, catalogue))[taken])
            place = {"catalogue": catalogue, "name_key": name_key(new), "category": number}
            insert_unless_there(connection, category_names, place)
            _change(connection, catalogue, number, name=new)
            bump(connection, catalogue)

    def merge_category(self, name: str, source: str, into: str) -> None:
        """Put all items of a category into another, which stays; the first's names then mean the second.

        Raises
        ------
        UnknownCatalogue, UnknownCategory
        ValueError
            If both names mean one category.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            catalogue = catalogue_number(connection, name)
            gone = category_number(connection, catalogue, name, source)
            kept = category_number(connection, catalogue, name, into)
            if gone == kept:
                raise ValueError(
                    f"{source!r} and {into!r} are one category, which cannot be merged into itself: "
                    "name two different ones."
                )
            _move_items(connection, catalogue, gone, kept)
            _move_hidden(connection, catalogue, gone, kept)
            c = category_names.c
            names = update(category_names).where(c.catalogue == catalogue, c.category == gone)
            connection.execute(names.values(category=kept))
            _change(connection, catalogue, gone, merged_into=kept)
            bump(connection, catalogue)


def name_key(name: str) -> str:
    """Write the name of a category so that people who read the same name get the same key."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return folded.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def category_rows(connection: Connection, catalogue: int) -> list[tuple[int, str]]:
    """Give number and name of each category, in the fixed order of ties, without those merged away."""
    c = catalogue_categories.c
    query = select(c.number, c.name).where(c.catalogue == catalogue, c.merged_into.is_(None))
    return [(row.number, row.name) for row in connection.execute(query.order_by(c.number))]


def numbers_by_name(connection: Connection, catalogue: int) -> dict[str, int]:
    """Give the number of each category by the key of every name it has or had."""
    c = category_names.c
    rows = connection.execute(select(c.name_key, c.category).where(c.catalogue == catalogue))
    return {row.name_key: row.category for row in rows}


def category_number(connection: Connection, catalogue: int, of: str, name: str) -> int:
    """Find a category by a name it has or had; UnknownCategory where none has, naming those there are."""
    number = numbers_by_name(connection, catalogue).get(name_key(name))
    if number is None:
        names = ", ".join(known for _, known in category_rows(connection, catalogue)) or "none so far"
        raise UnknownCategory(
            f"The catalogue of {of!r} has no category {name!r}: choose one of those it has ({names})."
        )
    return number


def put_categories(connection: Connection, catalogue: int, names: Sequence[str]) -> bool:
    """Add the categories whose names are new, after those there are; say whether any was."""
    c = catalogue_categories.c
    latest = select(func.coalesce(func.max(c.number), -1)).where(c.catalogue == catalogue)
    following = connection.execute(latest).scalar_one() + 1
    known, new = numbers_by_name(connection, catalogue), dict[str, str]()
    for name in names:
        name = checked_text(name, "name of a category")
        if name_key(name) not in known:
            new.setdefault(name_key(name), name)
    for number, (key, name) in enumerate(new.items(), start=following):
        place = {"catalogue": catalogue, "number": number, "name": name}
        connection.execute(insert(catalogue_categories), place)
        named_so = {"catalogue": catalogue, "name_key": key, "category": number}
        connection.execute(insert(category_names), named_so)
    return bool(new)


def _taken(old: str, new: str, by: str) -> NameTaken:
    why = f"that is the name of {by!r}" if name_key(by) == name_key(new) else f"{by!r} was called so before"
    return NameTaken(
        f"Category {old!r} cannot be called {new!r}: {why}. Choose another name, or merge the two."
    )


def _change(connection: Connection, catalogue: int, number: int, **values: str | int) -> None:
    c = catalogue_categories.c
    change = update(catalogue_categories).where(c.catalogue == catalogue, c.number == number)
    connection.execute(change.values(**values))


def _move_items(connection: Connection, catalogue: int, gone: int, kept: int) -> None:
    """Put what is in one category into the other, once also where it was in both."""
    m = catalogue_membership.c
    moving = (m.catalogue == catalogue, m.category == gone)
    in_both = select(m.item).where(m.catalogue == catalogue, m.category == kept)
    connection.execute(delete(catalogue_membership).where(*moving, m.item.in_(in_both)))
    connection.execute(update(catalogue_membership).where(*moving).values(category=kept))


def _move_hidden(connection: Connection, catalogue: int, gone: int, kept: int) -> None:
    """Let who hid one category hide the other, once also where they hid both."""
    h = hidden.c
    of_categories = (h.catalogue == catalogue, h.kind == "category")
    hide_both = select(h.person).where(*of_categories, h.number == kept)
    moving = (*of_categories, h.number == gone)
    connection.execute(delete(hidden).where(*moving, h.person.in_(hide_both)))
    connection.execute(update(hidden).where(*moving).values(number=kept))
