"""The table in memory of this process: rebuilt from the store, kept up by the events that came since.

Each use begins with one read, of the generation of the catalogue and the number of its last event. Events
are applied in their order, those of this process like those of others, so that each is counted once. What
changes more than choices (a load, a category renamed or merged) moves the generation, and all is built anew.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.store import CatalogueRow, ChoiceEvent, Store
from data.warehouse import LeftOut
from services.recommender.learned import choices_of, is_left_out
from services.recommender.names import NoCatalogue, name_of, of_customer

if TYPE_CHECKING:
    from models.cooccurrence.category_table import CellChange
    from models.cooccurrence.memory import Memory
    from services.installation import Installation

__all__ = ["NoCatalogue", "Remembered", "recalled", "remembered"]

KEPT = 2
"""Catalogues a process keeps in memory."""

MOST_FOLDED = 20_000
"""Events up to which folding them in is not slower than building anew."""

MOST_LEFT_OUT = 200
"""Customers up to which leaving them out, or taking them in again, is not slower than building anew."""

NOBODY = LeftOut()

RECENT = 100
"""Events of which a process still knows what they moved, so that it can tell whoever caused them."""


@dataclass
class Remembered:
    """A catalogue in memory.

    Attributes
    ----------
    row : CatalogueRow
        As it stood when ``memory`` was built.
    seq : int
        Number of the last event that is in ``memory``.
    offers : frozenset of int
        Places of the items that are offers: these are for customers, and in nobody's own list.
    moved : dict
        Number of an event to the cells it moved, for the latest ones applied here one by one.
    out : LeftOut
        The customers who objected to profiling: nothing is learned from what they chose.
    """

    row: CatalogueRow
    memory: Memory
    seq: int
    out: LeftOut = NOBODY
    offers: frozenset[int] = frozenset()
    moved: OrderedDict[int, Sequence[CellChange]] = field(default_factory=OrderedDict)


class _Place:
    """Where a catalogue is kept, with a lock: threads of a process share what it holds."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.held: Remembered | None = None


_places: OrderedDict[tuple[str, str], _Place] = OrderedDict()
_finding = threading.Lock()


def _begin_anew() -> None:
    """Forget what a parent process held: a thread of it may have been in the middle of a change."""
    global _places, _finding
    _places, _finding = OrderedDict(), threading.Lock()


os.register_at_fork(after_in_child=_begin_anew)


@contextmanager
def recalled(installation: Installation, name: str | None = None) -> Iterator[Remembered]:
    """Give a catalogue, the one in use where none is named, with every choice that is in the store now.

    Calculate inside, and write outside: no other thread of this process uses it meanwhile.

    Raises
    ------
    NoCatalogue
        If there is none; services.installation.NothingLoaded where there are no customers either.
    """
    name, store = name or name_of(installation), installation.store
    place = _place(repr(store), name)
    with place.lock:
        held, place.held = place.held, None  # so that what fails on the way is built anew, never used half
        place.held = _up_to_date(store, name, held, installation.left_out(name))
        yield place.held


@contextmanager
def remembered(installation: Installation) -> Iterator[tuple[Memory, CatalogueRow]]:
    """Give the table in memory and the catalogue it was built from, as :func:`recalled` does."""
    with recalled(installation) as held:
        yield held.memory, held.row


def rebuilt(store: Store, name: str, out: LeftOut = NOBODY) -> Remembered:
    """Build the memory of a catalogue from what is in the store, from nothing else, without who objects."""
    from models.cooccurrence.catalogue import Catalogue  # late: brings scipy along
    from models.cooccurrence.memory import Memory

    while True:
        row = store.catalogue(name)
        if row is None:
            raise NoCatalogue(name)
        found = choices_of(store, name, out)
        if row.generation == found.generation:  # else it was changed between the two reads
            break
    catalogue = Catalogue(
        items=tuple(one.id for one in row.items),
        titles=tuple(one.title for one in row.items),
        categories=tuple(called for _number, called in row.categories),
        membership=_membership(row),
    )
    memory = Memory.build(catalogue, found.people, found.person, found.item, found.moment)
    offers = frozenset(place for place, one in enumerate(row.items) if one.offer is not None)
    return Remembered(row, memory, found.seq, out, offers)


def _membership(row: CatalogueRow) -> tuple[tuple[int, ...], ...]:
    place = {called: place for place, (_number, called) in enumerate(row.categories)}
    return tuple(tuple(sorted(place[called] for called in one.categories)) for one in row.items)


def _place(store: str, name: str) -> _Place:
    with _finding:
        found = _places.pop((store, name), None) or _Place()
        _places[store, name] = found
        while len(_places) > KEPT:
            _places.popitem(last=False)
    return found


def _up_to_date(store: Store, name: str, held: Remembered | None, out: LeftOut) -> Remembered:
    mark = store.catalogue_mark(name)
    if mark is None:
        raise NoCatalogue(name)
    generation, last = mark
    if held is None or held.row.generation != generation or not 0 <= last - held.seq <= MOST_FOLDED:
        return rebuilt(store, name, out)
    if len(out.keys ^ held.out.keys) > MOST_LEFT_OUT:
        return rebuilt(store, name, out)
    if held.seq < last:
        for event in store.events_since(name, held.seq):
            if event.seq <= last:  # later ones may be of titles that came after the generation was read
                _apply(held, event)
    if held.out.mark != out.mark:
        _leave_out(store, name, held, out)
    return held


def _leave_out(store: Store, name: str, held: Remembered, out: LeftOut) -> None:
    """Forget what those who object by now chose, and learn again from those who took it back.

    What they choose meanwhile comes once more as an event, and counts nothing twice.
    """
    for person in map(of_customer, sorted(out.keys - held.out.keys)):
        for item in held.memory.histories.of(person).tolist():
            held.memory.undo(person, item)
    for person in map(of_customer, sorted(held.out.keys - out.keys)):
        for chosen, moment, _source in store.history(name, person):
            item = held.memory.catalogue.number(chosen)
            held.memory.choose(person, item, moment.timestamp())
    held.out = out


def _apply(held: Remembered, event: ChoiceEvent) -> None:
    """Fold one event in; what it moved stays known for a while."""
    if is_left_out(event.person, held.out):
        held.seq = event.seq
        return
    if event.kind == "choose":
        item = held.memory.catalogue.number(event.item)
        held.moved[event.seq] = held.memory.choose(event.person, item, event.moment.timestamp())
    elif event.kind == "undo":
        item = held.memory.catalogue.number(event.item)
        held.moved[event.seq] = held.memory.undo(event.person, item)
    held.seq = event.seq
    while len(held.moved) > RECENT:
        held.moved.popitem(last=False)
