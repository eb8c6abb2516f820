"""Choices: who chose what, each event once whatever is sent twice, in the order of their numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from data.store.catalogue_heads import (
    LAST_SEQ,
    catalogue_number,
    checked_key,
    checked_person,
    is_key,
    unknown_catalogue,
)
from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.tables import (
    catalogue_items,
    catalogues,
    choice_events,
    choices,
    choosers,
    microseconds,
)

AHEAD = timedelta(minutes=5)
"""How far ahead of the store's clock a moment may be: clocks differ a little."""

Source = Literal["person", "kept", "load", "api"]


class UnknownItemRow(LookupError):
    """The catalogue has no item of this id: choose one of those it has."""


class KeyReused(ValueError):
    """The key of a choice came again with another choice: send each with a key of its own."""


class FutureChoice(ValueError):
    """A choice of a moment that is not yet: set the clock that told it right."""


class NothingChosen(LookupError):
    """There is no choice to undo: it was never made, or was undone before."""


@dataclass(frozen=True)
class ChoiceEvent:
    """Something that was done about a choice.

    Attributes
    ----------
    seq : int
        From 1 within a catalogue, without gaps. It alone tells the order: clocks may run backwards.
    key : str
        What the asker sent along, so that sending twice counts once.
    kind : str
        ``choose``, ``undo``, or ``repeat`` of what was chosen before, which counts nothing.
    moment, recorded : datetime
        When it was done, as told, and when it was written down.
    source : str
        ``person``, ``kept`` (drawn by the system and kept by the person), ``api``.
    actor : str
        Id of who did it, for whomever.
    is_again : bool
        Whether this is the first answer to a key that came again; nothing was changed then.
    """

    seq: int
    key: str
    person: str
    item: str
    kind: str
    moment: datetime
    recorded: datetime
    source: str
    actor: str
    is_again: bool = False


# A choice waits for the disk and for little else: its statements are put together once
_PLACE = (
    select(
        catalogues.c.number.label("catalogue"),
        catalogue_items.c.number.label("item"),
        choosers.c.number.label("person"),
        choice_events.c.seq.label("known"),
        LAST_SEQ.label("last"),
    )
    .select_from(catalogues)
    .outerjoin(
        catalogue_items,
        and_(
            catalogue_items.c.catalogue == catalogues.c.number,
            catalogue_items.c.id == bindparam("asked_item"),
        ),
    )
    .outerjoin(
        choosers,
        and_(choosers.c.catalogue == catalogues.c.number, choosers.c.person == bindparam("asked_person")),
    )
    .outerjoin(
        choice_events,
        and_(choice_events.c.catalogue == catalogues.c.number, choice_events.c.key == bindparam("asked_key")),
    )
    .where(catalogues.c.name == bindparam("asked_name"))
)
_LAST_CHOOSER = select(func.coalesce(func.max(choosers.c.number), -1)).where(
    choosers.c.catalogue == bindparam("asked")
)
_NEW_CHOOSER, _NEW_EVENT = insert(choosers), insert(choice_events)
_CHOOSE = {
    "sqlite": sqlite.insert(choices).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(choices).on_conflict_do_nothing(),
}
_UNDO = delete(choices).where(
    choices.c.catalogue == bindparam("of"),
    choices.c.person == bindparam("by"),
    choices.c.item == bindparam("what"),
)
_COUNTED = {"preserve_rowcount": True}
_EVENTS = (
    select(
        choice_events.c.seq,
        choice_events.c.key,
        choosers.c.person,
        catalogue_items.c.id.label("item"),
        *(choice_events.c[name] for name in ("kind", "moment", "recorded", "source", "actor")),
    )
    .select_from(choice_events)
    .join(
        choosers,
        and_(choosers.c.catalogue == choice_events.c.catalogue, choosers.c.number == choice_events.c.person),
    )
    .join(
        catalogue_items,
        and_(
            catalogue_items.c.catalogue == choice_events.c.catalogue,
            catalogue_items.c.number == choice_events.c.item,
        ),
    )
    .where(choice_events.c.catalogue == bindparam("asked"))
)
_EVENT = _EVENTS.where(choice_events.c.seq == bindparam("seq"))
_SINCE = (
    _EVENTS.where(choice_events.c.seq > bindparam("seq"))
    .order_by(choice_events.c.seq)
    .limit(bindparam("most"))
)
_HISTORY = (
    select(catalogue_items.c.id, choices.c.moment, choices.c.source)
    .select_from(catalogues)
    .join(choosers, choosers.c.catalogue == catalogues.c.number)
    .join(
        choices,
        and_(choices.c.catalogue == catalogues.c.number, choices.c.person == choosers.c.number),
    )
    .join(
        catalogue_items,
        and_(catalogue_items.c.catalogue == catalogues.c.number, catalogue_items.c.number == choices.c.item),
    )
    .where(catalogues.c.name == bindparam("asked_name"), choosers.c.person == bindparam("asked_person"))
    .order_by(choices.c.moment, choices.c.item)
)


class Choices(Reach):
    """Choices, one at a time, and the events that tell them."""

    def record_choice(
        self,
        name: str,
        person: str,
        item: str,
        *,
        key: str,
        moment: datetime,
        source: Source = "person",
        actor: str,
    ) -> ChoiceEvent:
        """Write down that a person chose an item of a catalogue; durable when this returns.

        An item that the person chose before is a ``repeat``: written down, and counts nothing. A moment a
        little ahead of the store's clock counts as now.

        Raises
        ------
        UnknownCatalogue, UnknownItemRow
        KeyReused
            If the key came before with another person, item or kind; nothing changes.
        FutureChoice
            If the moment is more than five minutes ahead of the store's clock; nothing changes.
        """
        now = self.clock()
        is_future = microseconds(moment) > microseconds(now + AHEAD)
        with self.writing() as connection:
            place = _place(connection, name, person, item, key)
            if place.known is not None:
                return _again(connection, place, person, item, "choose")
            if place.item is None:
                raise unknown_item(name, item)
            if is_future:  # asked after the key, whose first answer stays when the clock is set back
                raise FutureChoice(
                    f"The choice of {item!r} is of {moment:%Y-%m-%d %H:%M %Z}, but it is "
                    f"{now:%Y-%m-%d %H:%M %Z} only, so it was not counted: set the clock that told it right, "
                    "or its time zone."
                )
            number = _chooser(connection, place, person)
            row = {
                "catalogue": place.catalogue, "person": number, "item": place.item,
                "moment": min(moment, now), "source": source,
            }  # fmt: skip
            choose = _CHOOSE[connection.dialect.name]
            is_new = connection.execute(choose, row, execution_options=_COUNTED).rowcount == 1
            event = ChoiceEvent(
                place.last + 1, key, person, item, "choose" if is_new else "repeat",
                min(moment, now), now, source, actor,
            )  # fmt: skip
            _note(connection, place.catalogue, event, number, place.item)
        return event

    def undo_choice(self, name: str, person: str, item: str, *, key: str, actor: str) -> ChoiceEvent:
        """Take a choice back; chosen again it counts again.

        Raises
        ------
        UnknownCatalogue, UnknownItemRow
        KeyReused
            If the key came before with another person, item or kind; nothing changes.
        NothingChosen
            If the person has no choice of the item.
        """
        now = self.clock()
        with self.writing() as connection:
            place = _place(connection, name, person, item, key)
            if place.known is not None:
                return _again(connection, place, person, item, "undo")
            if place.item is None:
                raise unknown_item(name, item)
            which = {"of": place.catalogue, "by": place.person, "what": place.item}
            undone = connection.execute(_UNDO, which, execution_options=_COUNTED).rowcount
            if not undone:
                raise NothingChosen(
                    f"{item!r} is not chosen, so there is nothing to undo: it never was, or it was undone. "
                    "Look at the choices as they are now."
                )
            event = ChoiceEvent(place.last + 1, key, person, item, "undo", now, now, "person", actor)
            _note(connection, place.catalogue, event, place.person, place.item)
        return event

    def events_since(self, name: str, seq: int, limit: int = 1_000_000) -> list[ChoiceEvent]:
        """Give the events after one, in their order, ``limit`` at most; none is ever added before one given.

        Raises
        ------
        UnknownCatalogue
        """
        with self.reading() as connection:
            number = catalogue_number(connection, name)
            rows = connection.execute(_SINCE, {"asked": number, "seq": seq, "most": limit})
            return [ChoiceEvent(*row) for row in rows]

    def history(self, name: str, person: str) -> list[tuple[str, datetime, str]]:
        """Give what a person has chosen: item, moment and source, by moment."""
        with self.reading() as connection:
            rows = connection.execute(_HISTORY, {"asked_name": name, "asked_person": checked_person(person)})
            return [(row.id, row.moment, row.source) for row in rows]


def unknown_item(name: str, item: str) -> UnknownItemRow:
    """Say that a catalogue has no such item."""
    return UnknownItemRow(
        f"The catalogue of {name!r} has no item {item!r}: choose one of those it has, or load it first."
    )


def _place(connection: Connection, name: str, person: str, item: str, key: str) -> Any:
    """Find the numbers of what is asked, the event of its key and the last one, when it is our turn."""
    asked = {
        "asked_name": name,
        "asked_person": checked_person(person),
        "asked_item": item if is_key(item) else "",  # which no item is called
        "asked_key": checked_key(key, "key of a choice"),
    }
    take_turn(connection, LOG_LOCK)
    place = connection.execute(_PLACE, asked).first()
    if place is None:
        raise unknown_catalogue(name)
    return place


def _chooser(connection: Connection, place: Any, person: str) -> int:
    """Give the number of a person, who gets the next one with the first choice."""
    if place.person is not None:
        return int(place.person)
    number = int(connection.execute(_LAST_CHOOSER, {"asked": place.catalogue}).scalar_one()) + 1
    connection.execute(_NEW_CHOOSER, {"catalogue": place.catalogue, "number": number, "person": person})
    return number


def _note(connection: Connection, catalogue: int, event: ChoiceEvent, person: int, item: int) -> None:
    row = {**vars(event), "catalogue": catalogue, "person": person, "item": item}
    del row["is_again"]
    connection.execute(_NEW_EVENT, row)


def _again(connection: Connection, place: Any, person: str, item: str, kind: str) -> ChoiceEvent:
    """Give the first answer to a key, if the same was asked then."""
    row = connection.execute(_EVENT, {"asked": place.catalogue, "seq": place.known}).one()
    first = replace(ChoiceEvent(*row), is_again=True)
    asked_first = "undo" if first.kind == "undo" else "choose"
    if (first.person, first.item, asked_first) != (person, item, kind):
        raise KeyReused(
            f"The key {first.key!r} came before with another choice, so this one was not counted: "
            "send each choice with a key of its own."
        )
    return first
