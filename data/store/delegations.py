"""What people want of recommendations: what they hide, and whether the system may choose for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from data.store.catalogue_heads import catalogue_number, checked_key, checked_person, is_key
from data.store.categories import category_number
from data.store.choices import unknown_item
from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.installation import next_number
from data.store.tables import catalogue_categories, catalogue_items, delegating, delegations, hidden

Hideable = Literal["item", "category"]


class TooManyDelegations(ValueError):
    """The system chose as often as it may in these hours: the person chooses, or waits."""


@dataclass(frozen=True)
class Hidden:
    """What a person does not want to see: ids of items, names of categories, in the catalogue's order."""

    items: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class DelegationRow:
    """A choice that the system made for a person.

    Attributes
    ----------
    id : str
        The decision's id, of which the draw follows.
    picked : str
        The item that recommendations were asked for.
    offered : tuple of str
        The list that it was drawn from, in its order.
    drawn : str
        The item chosen.
    settled : datetime or None
        Since when it is ``kept`` or ``undone``, as ``how`` says; None while it is neither.
    """

    id: str
    person: str
    picked: str
    offered: tuple[str, ...]
    drawn: str
    created: datetime
    settled: datetime | None = None
    how: str | None = None


_HIDDEN_ITEMS = (
    select(catalogue_items.c.id)
    .join(
        hidden,
        (hidden.c.catalogue == catalogue_items.c.catalogue) & (hidden.c.number == catalogue_items.c.number),
    )
    .where(
        hidden.c.catalogue == bindparam("asked"), hidden.c.person == bindparam("who"), hidden.c.kind == "item"
    )
    .order_by(catalogue_items.c.number)
)
_HIDDEN_CATEGORIES = (
    select(catalogue_categories.c.name)
    .join(
        hidden,
        (hidden.c.catalogue == catalogue_categories.c.catalogue)
        & (hidden.c.number == catalogue_categories.c.number),
    )
    .where(
        hidden.c.catalogue == bindparam("asked"),
        hidden.c.person == bindparam("who"),
        hidden.c.kind == "category",
    )
    .order_by(catalogue_categories.c.number)
)


class Delegations(Reach):
    """What people hide, and what the system chooses for them."""

    def hide(self, name: str, person: str, kind: Hideable, what: str) -> bool:
        """Hide an item (by id) or a category (by name) from a person; False where it was hidden before.

        Raises
        ------
        UnknownCatalogue, UnknownItemRow, UnknownCategory
        """
        with self.writing() as connection:
            return insert_unless_there(connection, hidden, _hidden_row(connection, name, person, kind, what))

    def show(self, name: str, person: str, kind: Hideable, what: str) -> bool:
        """Show again what was hidden; False where it was not."""
        with self.writing() as connection:
            row = _hidden_row(connection, name, person, kind, what)
            same = [hidden.c[column] == value for column, value in row.items()]
            return connection.execute(delete(hidden).where(*same)).rowcount == 1

    def hidden(self, name: str, person: str) -> Hidden:
        """Give what a person hides in a catalogue."""
        with self.reading() as connection:
            asked = {"asked": catalogue_number(connection, name), "who": checked_person(person)}
            return Hidden(
                tuple(connection.execute(_HIDDEN_ITEMS, asked).scalars()),
                tuple(connection.execute(_HIDDEN_CATEGORIES, asked).scalars()),
            )

    def set_delegating(self, name: str, person: str, is_on: bool) -> bool:
        """Let the system choose for a person, or no longer; False where that was so before."""
        checked_person(person)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            number = catalogue_number(connection, name)
            if _is_on(connection, number, person) == is_on:
                return False
            row = {"catalogue": number, "person": person, "is_on": is_on, "since": self.clock()}
            if not insert_unless_there(connection, delegating, row):
                same = (delegating.c.catalogue == number, delegating.c.person == person)
                connection.execute(update(delegating).where(*same).values(**row))
        return True

    def delegating(self, name: str, person: str) -> bool:
        """Say whether the system may choose for a person; off unless switched on."""
        with self.reading() as connection:
            return _is_on(connection, catalogue_number(connection, name), checked_person(person))

    def record_delegation(
        self, name: str, row: DelegationRow, *, at_most: int, since: datetime
    ) -> DelegationRow:
        """Write down what the system chose; the same id again gives the first row back and changes nothing.

        Raises
        ------
        UnknownCatalogue
        TooManyDelegations
            If there are ``at_most`` of the person already, made at ``since`` or later.
        """
        checked_key(row.id, "id of a decision")
        checked_person(row.person)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            number = catalogue_number(connection, name)
            known = _delegation(connection, row.id)
            if known is not None:
                return known
            made = select(func.count()).where(*_of(number, row.person, since))
            if connection.execute(made).scalar_one() >= at_most:
                raise TooManyDelegations(
                    f"The system chose for you {at_most} times since {since:%d %B, %H:%M %Z}, which is as "
                    "often as it may: choose yourself, or wait until some of these are older."
                )
            values = {**vars(row), "offered": {"items": list(row.offered)}}
            place = {"number": next_number(connection, delegations), "catalogue": number}
            connection.execute(insert(delegations), {**values, **place})
        return row

    def settle_delegation(self, delegation_id: str, how: Literal["kept", "undone"]) -> bool:
        """Keep or undo what the system chose; False where it was settled before, or is unknown."""
        if not is_key(delegation_id):
            return False
        change = (
            update(delegations)
            .where(delegations.c.id == delegation_id, delegations.c.settled.is_(None))
            .values(settled=self.clock(), how=how)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1

    def delegation(self, delegation_id: str) -> DelegationRow | None:
        """Give what the system chose by the decision's id; None where there is none."""
        if not is_key(delegation_id):
            return None
        with self.reading() as connection:
            return _delegation(connection, delegation_id)

    def delegations(self, name: str, person: str, since: datetime | None = None) -> list[DelegationRow]:
        """Give what the system chose for a person, latest first, all of it or since a moment."""
        with self.reading() as connection:
            number = catalogue_number(connection, name)
            query = select(delegations).where(*_of(number, checked_person(person), since))
            rows = connection.execute(query.order_by(delegations.c.number.desc()))
            return [_as_delegation(row) for row in rows]


def _hidden_row(connection: Connection, name: str, person: str, kind: Hideable, what: str) -> dict[str, Any]:
    catalogue = catalogue_number(connection, name)
    number: int | None
    if kind == "category":
        number = category_number(connection, catalogue, name, what)
    else:
        query = select(catalogue_items.c.number).where(
            catalogue_items.c.catalogue == catalogue, catalogue_items.c.id == (what if is_key(what) else "")
        )
        number = connection.execute(query).scalar()
        if number is None:
            raise unknown_item(name, what)
    return {"catalogue": catalogue, "person": checked_person(person), "kind": kind, "number": number}


def _is_on(connection: Connection, catalogue: int, person: str) -> bool:
    same = (delegating.c.catalogue == catalogue, delegating.c.person == person)
    return bool(connection.execute(select(delegating.c.is_on).where(*same)).scalar())


def _of(catalogue: int, person: str, since: datetime | None) -> list[Any]:
    wanted = [delegations.c.catalogue == catalogue, delegations.c.person == person]
    return wanted if since is None else [*wanted, delegations.c.created >= since]


def _delegation(connection: Connection, delegation_id: str) -> DelegationRow | None:
    row = connection.execute(select(delegations).where(delegations.c.id == delegation_id)).first()
    return None if row is None else _as_delegation(row)


def _as_delegation(row: Row[Any]) -> DelegationRow:
    return DelegationRow(
        row.id,
        row.person,
        row.picked,
        tuple(row.offered["items"]),
        row.drawn,
        row.created,
        row.settled,
        row.how,
    )
