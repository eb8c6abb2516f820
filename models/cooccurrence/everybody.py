"""The top of the item ranking for many people at once, some items at a time so that memory stays small."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from models.cooccurrence.affinity import category_lift, item_means
from models.cooccurrence.memory import Memory
from models.cooccurrence.scoring import WEIGHTS, Weights, met_rows, recency_weights

ITEMS_AT_ONCE = 128
PEOPLE_AT_ONCE = 8_192

Tops = npt.NDArray[np.int32]
Floats32 = npt.NDArray[np.float32]


def all_top(
    memory: Memory,
    people: npt.ArrayLike,
    *,
    now: float,
    weights: Weights = WEIGHTS,
    count: int = 10,
    apart: npt.NDArray[np.integer] | None = None,
    threads: int | None = None,
) -> Tops:
    """Give everybody's best items by their whole history, scored as ``scoring.scores`` does.

    Sums are of single precision; items with equal scores come in order of their numbers, not of their titles.

    Parameters
    ----------
    people : array of int of shape (people,)
        Numbers of people.
    apart : array of int of shape (people,), optional
        An item for each person: what shares a category with it is left out for them; -1 leaves nothing out.
    threads : int, optional
        As many as there are processors where not given.

    Returns
    -------
    array of int32 of shape (people, count)
        Items, best first; -1 where the evidence ends. What somebody chose already is left out.
    """
    numbers = np.asarray(people, dtype=np.intp)
    found = np.full((len(numbers), count), -1, dtype=np.int32)
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        for start in range(0, len(numbers), PEOPLE_AT_ONCE):
            here = slice(start, start + PEOPLE_AT_ONCE)
            some = _Some.of(memory, numbers[here], weights, now, None if apart is None else apart[here])
            tops = pool.map(partial(some.top, count=count), _parts(len(memory.catalogue.items)))
            found[here] = _merged(list(tops), count)
    return found


def _parts(items: int) -> Iterator[slice]:
    return (slice(start, min(items, start + ITEMS_AT_ONCE)) for start in range(0, items, ITEMS_AT_ONCE))


def _merged(tops: list[tuple[Tops, Floats32]], count: int) -> Tops:
    """Put the best of each part together; those equal keep the order of the parts."""
    items, score = (np.hstack(side) for side in zip(*tops, strict=True))
    order = np.argsort(-score, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(np.where(score > 0, items, -1), order, axis=1)
    return np.pad(best, ((0, 0), (0, count - best.shape[1])), constant_values=-1)


@dataclass(frozen=True, eq=False)
class _Some:
    """Some people: their weights by item, the lift of each category for them, and what is left out."""

    memory: Memory
    weights: Weights
    now: float
    given: sp.csr_array
    chosen: sp.csc_array
    lift: npt.NDArray[np.float64] | None
    apart: sp.csr_array | None

    @classmethod
    def of(
        cls,
        memory: Memory,
        people: npt.NDArray[np.intp],
        weights: Weights,
        now: float,
        apart: npt.NDArray[np.integer] | None,
    ) -> _Some:
        """Read the histories."""
        histories = [memory.histories.by_number(number) for number in people.tolist()]
        shape = (len(people), len(memory.catalogue.items))
        ends = np.cumsum([0, *map(len, histories)])
        columns = np.concatenate([*histories, np.empty(0, dtype=np.int32)])
        parts = [recency_weights(len(history), weights.recency) for history in histories]
        values = np.concatenate([*parts, np.empty(0)])
        if weights.similarity == "cosine":
            values = values / np.sqrt(np.maximum(memory.histories.popularity, 1))[columns]
        given = sp.csr_array((values.astype(np.float32), columns, ends), shape=shape)
        ones = sp.csr_array((np.ones(len(columns), dtype=np.int32), columns, ends), shape=shape)
        lift = _lift(memory, ones) if weights.category_weight else None
        return cls(memory, weights, now, given, ones.tocsc(), lift, _membership(memory, apart))

    def top(self, items: slice, count: int) -> tuple[Tops, Floats32]:
        """Give everybody's best of some items, with their scores."""
        score = self._scores(items)
        left = self.chosen[:, items].tocoo()
        score[left.row, left.col] = 0
        if self.apart is not None:
            shared = (self.apart @ self.memory.catalogue.matrix[items].T).tocoo()
            score[shared.row, shared.col] = 0
        best = np.argpartition(score, -min(count, score.shape[1]), axis=1)[:, -count:]
        best.sort(axis=1)
        return (best + items.start).astype(np.int32), np.take_along_axis(score, best, axis=1)

    def _scores(self, items: slice) -> Floats32:
        numbers = np.arange(items.start, items.stop)
        popularity = np.maximum(self.memory.histories.popularity, 1)
        rows: npt.NDArray[Any] = met_rows(self.memory, numbers, popularity, self.weights, self.now)
        power = self.weights.damping + (0.5 if self.weights.similarity == "cosine" else 0)
        rows = (rows / popularity[numbers, None] ** power).astype(np.float32)
        score: Floats32 = self.given @ np.ascontiguousarray(rows.T)
        if self.lift is not None:
            score *= (item_means(self.memory.catalogue, self.lift.T, items) ** self.weights.category_weight).T
        return score


def _lift(memory: Memory, chosen: sp.csr_array) -> npt.NDArray[np.float64]:
    """Give each category's mean lift with those of each person, of shape (people, categories)."""
    held = (chosen @ memory.catalogue.matrix).astype(np.float64)
    total = np.asarray(held.sum(axis=1)).reshape(-1, 1)
    every = category_lift(memory.cells, np.arange(len(memory.catalogue.categories)))
    return np.where(total > 0, (held @ every) / np.maximum(total, 1), 1.0)


def _membership(memory: Memory, apart: npt.NDArray[np.integer] | None) -> sp.csr_array | None:
    """Give the categories of the item that each person's list is to be apart from."""
    if apart is None:
        return None
    places = np.flatnonzero(apart >= 0)
    ones = np.ones(len(places), dtype=np.int64)
    shape = (len(apart), len(memory.catalogue.items))
    return sp.csr_array((ones, (places, apart[places])), shape=shape) @ memory.catalogue.matrix
