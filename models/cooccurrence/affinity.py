"""How well two categories go together: the evidence of categories, as a factor on the score of items."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.category_table import CategoryTable

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]

FEW = 100
"""Up to so many categories the lift of all is worked out at once, and kept until the table changes."""


def category_lift(cells: CategoryTable, rows: npt.NDArray[np.integer]) -> Floats:
    """Give how many times more often than chance categories are chosen together, of shape (rows, categories).

    ``(co-choices + 1) / (expected + 1)``, where expected is what two categories with as many co-choices in
    all would have if choices met by chance: row sum times column sum over the sum of the table, the diagonal
    counted in ordered pairs as all else is. The 1 holds the lift near 1 where little is known, and above 0.
    """
    if len(cells.counts) > FEW:
        return _lift(cells, rows)
    whole: Floats = cells.keep("lift", lambda: _lift(cells, np.arange(len(cells.counts))))
    return whole[rows]


def _lift(cells: CategoryTable, rows: npt.NDArray[np.integer]) -> Floats:
    sums, shares = cells.keep("shares", lambda: _shares(cells))
    observed = cells.counts[rows] + 1.0
    observed[np.arange(len(rows)), rows] += cells.counts[rows, rows]
    observed /= sums[rows, None] * shares + 1.0
    return observed


def _shares(cells: CategoryTable) -> tuple[npt.NDArray[np.int64], Floats]:
    """Sum each row, the diagonal in ordered pairs as all else; give that, and its share of the whole."""
    sums = cells.counts.sum(axis=1) + cells.counts.diagonal()
    return sums, sums / max(1, int(sums.sum()))


def affinity_of_one(catalogue: Catalogue, cells: CategoryTable, item: int) -> Floats32:
    """Give each item's mean lift with the categories of one, as :func:`affinity`: to be read only."""
    own = catalogue.membership[item]

    def made() -> Floats32:
        return affinity(catalogue, cells, np.bincount(own, minlength=len(catalogue.categories)))

    return cells.keep(("affinity", own), made)


def affinity(catalogue: Catalogue, cells: CategoryTable, held: npt.NDArray[np.integer]) -> Floats32:
    """Give each item's mean lift with the categories of a history, of shape (items,).

    The mean is over the item's own categories and over those of the history, each as often as the history
    has it; 1, which is chance, for items in no category and for a history without any.

    Parameters
    ----------
    held : array of int of shape (categories,)
        How many items of the history are in each category.
    """
    rows = np.flatnonzero(held)
    if not len(rows):
        return np.ones(len(catalogue.items), dtype=np.float32)
    weight = held[rows]
    return item_means(catalogue, (weight @ category_lift(cells, rows)) / weight.sum())


def item_means(catalogue: Catalogue, lift: Floats, items: slice | None = None) -> Floats32:
    """Average figures of each category (with people behind, if any) over each item's; 1 for items in none."""
    shares = catalogue.shares if items is None else catalogue.shares[items]
    means: Floats32 = shares @ np.concatenate((lift, np.ones((1, *lift.shape[1:]))), dtype=np.float32)
    return means
