"""A check that learning choice by choice gives the same table as building it anew from the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from services.recommender.learned import choices_of
from services.recommender.memory import Remembered, rebuilt, recalled
from services.recommender.names import name_of
from services.roles import Actor, require

if TYPE_CHECKING:
    from data.store import ChoiceArrays
    from models.cooccurrence.memory import Memory
    from services.installation import Installation

FOLDED = 2_000
"""Latest choices that are taken out and learned again one by one."""


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Attributes
    ----------
    faults : tuple of str
        What differs, in words; empty where everything is equal.
    choices, persons, categories, items : int
        What it stands on.
    folded : int
        Choices that were learned one by one.
    seq : int
        The last event in it.
    """

    faults: tuple[str, ...]
    choices: int
    persons: int
    categories: int
    items: int
    folded: int
    seq: int

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not self.faults


def check(installation: Installation, actor: Actor) -> Checked:
    """Compare what this process has in memory, and what it learns choice by choice, with a rebuild."""
    require(actor, "see-recommendations")
    name = name_of(installation)
    while True:
        anew = rebuilt(installation.store, name, installation.left_out(name))
        with recalled(installation, name) as held:
            # else somebody chose, or objected, meanwhile
            if (held.seq, held.row.generation, held.out) == (anew.seq, anew.row.generation, anew.out):
                faults = differences("in memory", held.memory, anew.memory)
                break
    learned, folded = _learned(anew, choices_of(installation.store, name, anew.out))
    if learned is not None:
        faults += differences("learned choice by choice", learned, anew.memory)
    histories = anew.memory.histories
    return Checked(
        faults=tuple(faults),
        choices=int(histories.popularity.sum()),
        persons=histories.people,
        categories=len(anew.memory.catalogue.categories),
        items=len(anew.memory.catalogue.items),
        folded=folded,
        seq=anew.seq,
    )


def differences(what: str, one: Memory, other: Memory) -> list[str]:
    """Name the parts in which a memory is not what it is when built anew."""
    faults = []
    for part, a, b in (
        ("co-choices of categories", one.cells.counts, other.cells.counts),
        ("people behind cells", one.cells.people, other.cells.people),
        ("people who chose each title", one.histories.popularity, other.histories.popularity),
    ):
        if not np.array_equal(a, b):
            faults.append(f"The {part} {what} differ from the store in {_count(a, b)} places.")
    numbers = np.flatnonzero(other.histories.popularity)[:FOLDED]
    odd = [int(item) for item in numbers if not np.array_equal(one.pairs.row(item), other.pairs.row(item))]
    if odd:
        title = other.catalogue.titles[odd[0]]
        faults.append(f"Who chose {title} and another title differs {what} from the store.")
    return faults


def _learned(anew: Remembered, found: ChoiceArrays) -> tuple[Memory | None, int]:
    """Build the memory without the latest choices, then learn these one by one."""
    from models.cooccurrence.memory import Memory  # late: brings scipy along

    if found.seq != anew.seq or found.generation != anew.row.generation:
        return None, 0  # chosen meanwhile: what is in memory was compared, and this is not the same any more
    order = np.argsort(found.moment, kind="stable")
    first, last = order[: max(0, len(order) - FOLDED)], order[max(0, len(order) - FOLDED) :]
    memory = Memory.build(
        anew.memory.catalogue, found.people, found.person[first], found.item[first], found.moment[first]
    )
    for place in last:
        memory.choose(found.people[found.person[place]], int(found.item[place]), float(found.moment[place]))
    return memory, len(last)


def _count(a: np.ndarray, b: np.ndarray) -> int:
    return int((a != b).sum()) if a.shape == b.shape else max(a.size, b.size)
