"""The formula of the item ranker: pairs of items weighed by recency, times the evidence of categories."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from models.cooccurrence.affinity import affinity, affinity_of_one
from models.cooccurrence.catalogue import Numbers
from models.cooccurrence.decay import decayed_rows
from models.cooccurrence.memory import Memory

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Similarity = Literal["cosine", "jaccard", "count"]

ROWS_AT_ONCE = 24


@dataclass(frozen=True)
class Weights:
    """What the ranker of items weighs, and how; the defaults were chosen as docs/recommender.md says.

    Attributes
    ----------
    similarity : {"cosine", "jaccard", "count"}
        How the count of a pair is set against how often each of the two is chosen.
    damping : float
        Power, from 0 to 1, of an item's popularity by which its score is divided besides; 0 leaves it.
    least_support : int
        Pairs that fewer people chose count nothing; at least 1.
    half_life_days : float or None
        Days after which a pair counts half, by the later of its two choices; None counts all alike.
    category_weight : float
        Power, at least 0, of the lift of the categories; 0 leaves categories out, 1 multiplies by it.
    recency : float
        Power, at least 0, of the place from the newest (1, 2, 3, ...) by which an item of a history is
        divided; 0 counts all alike.
    """

    similarity: Similarity = "cosine"
    damping: float = 0.0
    least_support: int = 1
    half_life_days: float | None = None
    category_weight: float = 1.0
    recency: float = 1 / 3

    def __post_init__(self) -> None:
        if self.similarity not in get_args(Similarity):
            raise ValueError(
                f"The similarity {self.similarity!r} is none of {', '.join(get_args(Similarity))}: "
                "give one of them."
            )
        if not 0 <= self.damping <= 1:
            raise ValueError(
                f"damping is {self.damping}, but it is a power from 0 (none) to 1: give one, such as 0.1."
            )
        if self.least_support < 1:
            raise ValueError(
                f"least_support is {self.least_support}, but a pair has a person behind it: give 1 or more."
            )
        if self.half_life_days is not None and not 0 < self.half_life_days < float("inf"):
            raise ValueError(
                f"half_life_days is {self.half_life_days}, but a weight halves in some time: give a number "
                "above 0, or none for no decay."
            )
        for name in ("category_weight", "recency"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(
                    f"{name} is {getattr(self, name)}, but it is a power of at least 0: 0 leaves it out."
                )


WEIGHTS = Weights()


def scores(memory: Memory, given: npt.ArrayLike, weights: Weights, *, now: float) -> Floats32:
    """Score every item against one picked item or a history, of shape (items,), single precision.

    With ``r`` the place of a given item from the newest, C the people who chose both items and f the people
    who chose one::

        score(j) = A(j) ** category_weight / f_j ** damping * sum over given i of s(i, j) / r_i ** recency

    where ``s`` is ``C_ij / sqrt(f_i f_j)`` (cosine), ``C_ij / (f_i + f_j - C_ij)`` (Jaccard) or ``C_ij``, and
    A the mean lift of the categories of j with those given (:mod:`models.cooccurrence.affinity`). All is
    reckoned from counts when asked, so that no choice makes anything kept invalid. 0 is no evidence.

    Parameters
    ----------
    given : array of int of shape (n,)
        Numbers of items, the oldest choice first; one picked item is a history of one.
    now : float
        Seconds since 1970 UTC, from which ages are counted where pairs decay.

    References
    ----------
    Sarwar, Karypis, Konstan and Riedl (2001), "Item-based collaborative filtering recommendation
    algorithms", WWW, section 3 (cosine of items).
    """
    items = np.asarray(given, dtype=np.intp)
    if not len(items):
        return np.zeros(len(memory.catalogue.items), dtype=np.float32)
    weight = recency_weights(len(items), weights.recency)
    found = _pairs(memory, items, weight, weights, now)
    if weights.category_weight:
        if len(items) == 1:
            lift = affinity_of_one(memory.catalogue, memory.cells, int(items[0]))
        else:
            lift = affinity(memory.catalogue, memory.cells, memory.catalogue.counts(items))
        found *= lift if weights.category_weight == 1 else lift**weights.category_weight
    if weights.damping:
        found /= (np.maximum(memory.histories.popularity, 1) ** weights.damping).astype(np.float32)
    return found


@lru_cache(maxsize=1024)
def recency_weights(length: int, recency: float) -> Floats:
    """Give the weights of a history's items, the oldest first; the newest has 1. To be read only."""
    weight: Floats = np.arange(length, 0, -1, dtype=np.float64) ** -recency
    weight.setflags(write=False)
    return weight


def _pairs(memory: Memory, given: Numbers, weight: Floats, weights: Weights, now: float) -> Floats32:
    """Sum similarities to the items given, a few rows at a time so that they stay in the cache."""
    chosen = memory.histories.popularity
    root = memory.histories.roots if weights.similarity == "cosine" else None
    part = (weight if root is None else weight / root[given]).astype(np.float32)
    found = np.zeros(len(chosen), dtype=np.float32)
    for start in range(0, len(given), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        met = met_rows(memory, given[some], chosen, weights, now)
        found += part[some] @ met.astype(np.float32, copy=False)
    if root is not None:
        found /= root
    return found


def met_rows(
    memory: Memory, items: Numbers, chosen: npt.NDArray[np.int64], weights: Weights, now: float
) -> npt.NDArray[Any]:
    """Give rows of pairs with support and decay; for Jaccard over the people of either."""
    counts: npt.NDArray[Any] = memory.pairs.rows(items)
    met = counts
    if weights.half_life_days is not None:
        met = decayed_rows(memory.histories, items, weights.half_life_days, now)
    if weights.least_support > 1:
        met = np.where(counts >= weights.least_support, met, 0)
    if weights.similarity == "jaccard":
        met = met / np.maximum(chosen[items, None] + chosen - counts, 1)
    return met
