"""All that the recommender knows of a catalogue's choices, in memory: it learns from each choice at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.category_table import CategoryTable, CellChange
from models.cooccurrence.histories import Histories
from models.cooccurrence.item_table import ItemTable


@dataclass(frozen=True, eq=False)
class Memory:
    """Histories, and the two tables counted from them; whoever shares it between threads holds a lock.

    The tables depend on who chose what, never on the order: a memory that learned choice by choice, with
    repeats and undos, is equal to one built from what is left.
    """

    catalogue: Catalogue
    histories: Histories
    cells: CategoryTable
    pairs: ItemTable

    @classmethod
    def build(
        cls,
        catalogue: Catalogue,
        people: Sequence[str],
        person: npt.ArrayLike,
        item: npt.ArrayLike,
        moment: npt.ArrayLike,
        *,
        dense: bool | None = None,
    ) -> Memory:
        """Read all choices, with the arguments of :meth:`Histories.build` and :meth:`ItemTable.build`."""
        histories = Histories.build(len(catalogue.items), people, person, item, moment)
        cells = CategoryTable.build(catalogue, histories)
        return cls(catalogue, histories, cells, ItemTable.build(histories, dense))

    def choose(self, person: str, item: int, moment: float) -> Sequence[CellChange]:
        """Count a person's first choice of an item; a repeat counts nothing.

        Returns
        -------
        sequence of CellChange
            The cells of the category table that moved.
        """
        history = self.histories.of(person).astype(np.intp)
        if np.count_nonzero(history == item):  # faster than asking whether the item is in it
            return ()
        moved = self.cells.add(history, item)
        self.pairs.add(history, item)
        self.histories.add(person, item, moment)
        return moved

    def undo(self, person: str, item: int) -> Sequence[CellChange]:
        """Take a choice back; nothing where it is not there.

        Returns
        -------
        sequence of CellChange
            The cells of the category table that moved.
        """
        history = self.histories.of(person).astype(np.intp)
        others = history[history != item]
        if len(others) == len(history):
            return ()
        moved = self.cells.remove(others, item)
        self.pairs.remove(others, item)
        self.histories.remove(person, item)
        return moved
