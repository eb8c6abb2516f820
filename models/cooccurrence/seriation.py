"""The order of categories in which blocks of those chosen together can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def order_of(counts: np.ndarray | Sequence[Sequence[int]]) -> list[int]:
    """Order categories so that those that are often chosen together stand side by side.

    A big category meets every other often, so each count is divided by the geometric mean of the two
    categories' totals. The tree of average distances is laid out by optimal leaf ordering; of an order and
    its mirror image the one that begins with the lower number is taken, so that the picture holds still.
    The work grows with the cube of the categories: order those that are shown, a few dozen.

    Parameters
    ----------
    counts : array of shape (categories, categories)
        Co-choices, symmetric; the diagonal does not matter.

    Returns
    -------
    list of int
        Every category once; those without any co-choice stand last, in their own order.

    References
    ----------
    Bar-Joseph, Gifford and Jaakkola (2001), "Fast optimal leaf ordering for hierarchical clustering",
    Bioinformatics 17, S22-S29.
    """
    met = np.array(counts, dtype=float)
    if met.ndim != 2 or met.shape[0] != met.shape[1]:
        raise ValueError(
            f"counts has the shape {met.shape}, but an order needs every pair of categories once: give a "
            "square table."
        )
    np.fill_diagonal(met, 0.0)
    totals = met.sum(axis=1)
    linked = np.flatnonzero(totals)
    apart = [int(one) for one in np.flatnonzero(totals == 0)]
    if len(linked) < 3:
        return [int(one) for one in linked] + apart
    order = _leaves(met[np.ix_(linked, linked)] / np.sqrt(np.outer(totals[linked], totals[linked])))
    if order[0] > order[-1]:
        order.reverse()
    return [int(linked[one]) for one in order] + apart


def _leaves(likeness: np.ndarray) -> list[int]:
    """Lay out the tree of average distances so that neighbours are as alike as it allows."""
    # scipy's clustering takes a moment to load, and few processes ever draw a table.
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    distance = likeness.max() - likeness
    np.fill_diagonal(distance, 0.0)
    condensed = squareform(distance, checks=False)
    return [int(one) for one in leaves_list(optimal_leaf_ordering(linkage(condensed, "average"), condensed))]
