"""How well the rankers find again what people chose: on choices set aside, against popularity and random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from models.cooccurrence.catalogue import Catalogue
from models.cooccurrence.contenders import RANKERS, Asked, Lists, lists_of
from models.cooccurrence.memory import Memory
from models.cooccurrence.metrics import Found, coverage, diversity, found, novelty
from models.cooccurrence.rule import RULES, Rules
from models.cooccurrence.scoring import WEIGHTS, Weights
from models.cooccurrence.split import SEED, at_random, by_time

Split = Literal["random", "time"]

MOST_PEOPLE = 20_000
GROUPS = ("light", "middle", "heavy")


@dataclass(frozen=True)
class Figures:
    """Means over people at k: precision, recall, nDCG and MAP, each in 0-1."""

    people: int
    precision: float
    recall: float
    ndcg: float
    map: float


@dataclass(frozen=True)
class Group:
    """A third of the people by how many choices were learnt from, from ``least`` to ``most`` of them."""

    name: str
    least: int
    most: int
    figures: Figures


@dataclass(frozen=True)
class Ranked:
    """One ranker's quality.

    Attributes
    ----------
    coverage : float
        Share in 0-1 of the items with a choice that it recommends to anybody.
    diversity : float or None
        Mean dissimilarity, 0-1, of the categories inside a list; None where no list has two items.
    novelty : float or None
        Mean self-information of what it recommends, in bits (1: every second person chose it); None
        where it recommends nothing.
    groups : tuple of Group
        Light, middle and heavy: thirds of the people.
    """

    ranker: str
    figures: Figures
    coverage: float
    diversity: float | None
    novelty: float | None
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Evaluation:
    """All rankers on one split: choices learnt from and set aside, and people asked for lists."""

    split: Split
    seed: int
    count: int
    people: int
    learnt: int
    set_aside: int
    rankers: tuple[Ranked, ...]


@dataclass(frozen=True, eq=False)
class Choices:
    """Choices to evaluate on, as ``Memory.build`` takes them; a person and an item come once."""

    people: Sequence[str]
    person: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    moment: npt.NDArray[np.float64]


def evaluate(
    catalogue: Catalogue,
    choices: Choices,
    *,
    split: Split = "time",
    seed: int = SEED,
    count: int = 10,
    weights: Weights = WEIGHTS,
    rules: Rules = RULES,
    most_people: int = MOST_PEOPLE,
) -> Evaluation:
    """Learn from three in four of each person's choices, and look for the fourth in the lists of each ranker.

    Parameters
    ----------
    split : {"random", "time"}
        Which choices are set aside: drawn with the seed, or each person's newest. Time is the harder and the
        truer one: at random, neighbours on one screen give each other away.
    count : int
        The length k of a list.
    rules : Rules
        Those of the rule, which is given the last choice learnt from, as a page would.
    most_people : int
        Of more people so many are drawn with the seed, and asked for lists; all are learnt from.

    Raises
    ------
    ValueError
        Where nobody has a choice on both sides, or an argument cannot be.
    """
    if count < 1 or most_people < 1:
        raise ValueError(f"count is {count} and most_people {most_people}: give 1 or more of each.")
    learnt = _learnt(choices, split, seed)
    asked = _ask(catalogue, choices, learnt, count, seed, weights, rules, most_people)
    wanted = _wanted(choices, learnt, asked.people)
    ranked = tuple(_ranked(name, ranker(asked), asked, *wanted) for name, ranker in RANKERS.items())
    return Evaluation(split, seed, count, len(asked.people), int(learnt.sum()), len(wanted[0]), ranked)


def listed(
    catalogue: Catalogue,
    choices: Choices,
    ranker: str,
    lists: Mapping[str, Sequence[int]],
    *,
    split: Split = "time",
    seed: int = SEED,
    count: int = 10,
) -> Ranked:
    """Judge lists that another ranker made of the choices learnt from, as :func:`evaluate` judges ours.

    Parameters
    ----------
    lists : mapping of str to sequence of int
        Key of a person to numbers of items, best first; who has none is judged by an empty list.
    """
    learnt = _learnt(choices, split, seed)
    asked = _ask(catalogue, choices, learnt, count, seed, WEIGHTS, RULES, len(choices.people))
    names = asked.memory.histories.name
    theirs = lists_of(asked, lambda number, last: list(lists.get(names(number), ())))
    return _ranked(ranker, theirs, asked, *_wanted(choices, learnt, asked.people))


def _learnt(choices: Choices, split: Split, seed: int) -> npt.NDArray[np.bool_]:
    if split not in get_args(Split):
        raise ValueError(f"The split {split!r} is none of {', '.join(get_args(Split))}: give one of them.")
    if split == "random":
        return at_random(choices.person, seed=seed)
    return by_time(choices.person, choices.moment)


def _ask(
    catalogue: Catalogue,
    choices: Choices,
    learnt: npt.NDArray[np.bool_],
    count: int,
    seed: int,
    weights: Weights,
    rules: Rules,
    most_people: int,
) -> Asked:
    people = _people(choices.person, learnt, most_people, seed)
    person, item, moment = choices.person[learnt], choices.item[learnt], choices.moment[learnt]
    memory = Memory.build(catalogue, choices.people, person, item, moment)
    return Asked(memory, people, count, seed, float(moment.max()), weights, rules)


def _wanted(
    choices: Choices, learnt: npt.NDArray[np.bool_], people: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Give what was set aside of those asked: their row, and the item."""
    row = np.full(len(choices.people), -1)
    row[people] = np.arange(len(people))
    later = ~learnt & (row[choices.person] >= 0)
    return row[choices.person[later]], choices.item[later]


def _people(
    person: npt.NDArray[np.int32], learnt: npt.NDArray[np.bool_], most: int, seed: int
) -> npt.NDArray[np.intp]:
    people = np.intersect1d(person[learnt], person[~learnt]).astype(np.intp)
    if not len(people):
        raise ValueError(
            "Nobody has choices both to learn from and to find again: that takes two choices of one person "
            "at the least. Evaluate once people have chosen more."
        )
    if len(people) > most:
        people = np.sort(np.random.default_rng(seed).choice(people, most, replace=False))
    return people


def _ranked(
    name: str, lists: Lists, asked: Asked, person: npt.NDArray[np.integer], item: npt.NDArray[np.integer]
) -> Ranked:
    histories, catalogue = asked.memory.histories, asked.memory.catalogue
    each = found(lists, person, item, len(catalogue.items))
    lengths = np.array([len(histories.by_number(number)) for number in asked.people.tolist()])
    thirds = np.array_split(np.argsort(lengths, kind="stable"), len(GROUPS))
    groups = tuple(
        Group(group, int(lengths[rows].min()), int(lengths[rows].max()), _means(each, rows))
        for group, rows in zip(GROUPS, thirds, strict=True)
        if len(rows)
    )
    return Ranked(
        name,
        _means(each, np.arange(len(lists))),
        coverage(lists, histories.popularity),
        diversity(lists, catalogue),
        novelty(lists, histories.popularity, histories.people),
        groups,
    )


def _means(each: Found, rows: npt.NDArray[np.intp]) -> Figures:
    columns = (each.precision, each.recall, each.ndcg, each.average_precision)
    return Figures(len(rows), *(float(column[rows].mean()) for column in columns))
