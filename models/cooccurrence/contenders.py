"""The rankers measured against each other: ours, popularity and random; each gives everybody a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from models.cooccurrence.everybody import all_top
from models.cooccurrence.memory import Memory
from models.cooccurrence.rule import Rules, by_rule
from models.cooccurrence.scoring import Weights

Lists = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Asked:
    """Who is asked for lists (numbers of people, ascending), of which memory, and how."""

    memory: Memory
    people: npt.NDArray[np.intp]
    count: int
    seed: int
    now: float
    weights: Weights
    rules: Rules
    last: npt.NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        last = [self.memory.histories.by_number(number)[-1] for number in self.people.tolist()]
        object.__setattr__(self, "last", np.array(last, dtype=np.int32))


def _items(asked: Asked) -> Lists:
    return all_top(asked.memory, asked.people, now=asked.now, weights=asked.weights, count=asked.count)


def _items_apart(asked: Asked) -> Lists:
    return all_top(
        asked.memory, asked.people, now=asked.now, weights=asked.weights, count=asked.count, apart=asked.last
    )


def _rule(asked: Asked) -> Lists:
    def one(number: int, last: int) -> list[int]:
        taken = asked.memory.histories.by_number(number)
        ranked = by_rule(asked.memory, last, taken=taken, rules=asked.rules, count=asked.count)
        return [suggestion.item for suggestion in ranked]

    return lists_of(asked, one)


def _popularity(asked: Asked) -> Lists:
    popularity = asked.memory.histories.popularity
    order = np.argsort(-popularity, kind="stable")[: np.count_nonzero(popularity)]

    def one(number: int, last: int) -> list[int]:
        taken = set(asked.memory.histories.by_number(number).tolist())
        first: list[int] = order[: asked.count + len(taken)].tolist()
        return [item for item in first if item not in taken]

    return lists_of(asked, one)


def _random(asked: Asked) -> Lists:
    random, items = np.random.default_rng(asked.seed), len(asked.memory.catalogue.items)

    def one(number: int, last: int) -> list[int]:
        taken = set(asked.memory.histories.by_number(number).tolist())
        drawn: list[int] = random.choice(items, min(items, asked.count + len(taken)), replace=False).tolist()
        return [item for item in drawn if item not in taken]

    return lists_of(asked, one)


def lists_of(asked: Asked, one: Callable[[int, int], list[int]]) -> Lists:
    """Ask for one list after the other; short ones are filled up with -1."""
    lists = np.full((len(asked.people), asked.count), -1, dtype=np.int32)
    for row, (number, last) in enumerate(zip(asked.people.tolist(), asked.last.tolist(), strict=True)):
        best = one(number, last)[: asked.count]
        lists[row, : len(best)] = best
    return lists


RANKERS: dict[str, Callable[[Asked], Lists]] = {
    "items": _items,
    "items, outside the categories of the last choice": _items_apart,
    "rule, by the last choice": _rule,
    "popularity": _popularity,
    "random": _random,
}
