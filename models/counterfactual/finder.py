"""The way back: the cheapest changes of levers that bring one customer's score down to a target, exactly.

Levers that act on each other (in a pair, a derived column or a rule) form a group; within a group every
combination that matters is tried, and only those are kept that no other beats in cost and in score at once.
Groups add up exactly, so the cheapest sum of theirs is the cheapest change there is: nothing is sampled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from config.dataset import DatasetSpec
from models.counterfactual.fronts import cheapest
from models.counterfactual.problem import Problem
from models.counterfactual.structure import Columns, Structure
from models.derivation import move
from models.reach import level_with_data, numbers_with_data, seen_of
from models.scenario.steps import Step, Who
from models.scorecard import Scorecard, logistic
from models.scorecard_format import NumericFeature
from models.values import level, number

ANSWERS = 3


@dataclass(frozen=True)
class Answer:
    """One change of levers, and what comes of it.

    Attributes
    ----------
    changes : dict
        Lever to its new value, in an order in which each may be made after the other.
    followed : dict
        Derived column to its value before and after.
    cost : float
        In currency, by the costs of the spec: per unit of a number, or for a change to another level.
    before, after : float
        Log-odds.
    """

    changes: dict[str, float | str]
    followed: dict[str, tuple[Any, Any]]
    cost: float
    before: float
    after: float

    @property
    def chance_before(self) -> float:
        """The chance of leaving as things are, a share in 0-1."""
        return float(logistic(self.before))

    @property
    def chance_after(self) -> float:
        """The chance of leaving after the changes, a share in 0-1."""
        return float(logistic(self.after))

    def steps(self, key: str | None = None) -> tuple[Step, ...]:
        """Give the changes as steps of a scenario, for one customer where ``key`` names one."""
        return tuple(
            Step(column=column, operation="set", value=value, who=Who(key=key))
            for column, value in self.changes.items()
        )


@dataclass(frozen=True)
class Found:
    """What was found for one customer.

    Attributes
    ----------
    target : float
        Log-odds asked for, at most.
    answers : tuple of Answer
        The cheapest first. Each later one is the cheapest that does without a lever of each one before. Empty
        where no change reaches the target; one answer without changes where nothing has to be done.
    best : Answer
        The lowest score that can be reached, as cheaply as it can: the answer where there is none.
    beyond_data : tuple of str
        Where none exists, but one would if values were allowed at which the model has seen nobody: the
        columns that would have to be there.
    left_out : dict
        Lever to the reason why it was not used.
    """

    target: float
    answers: tuple[Answer, ...]
    best: Answer
    beyond_data: tuple[str, ...]
    left_out: dict[str, str]


class Counterfactuals:
    """Looks for changes by one scorecard and one spec; made once, safe to share between threads."""

    def __init__(self, card: Scorecard, spec: DatasetSpec) -> None:
        self._structure = Structure(card, spec)

    @property
    def levers(self) -> Columns:
        """Levers that advice may move: never an assumption or a fact, nor a lever that follows another."""
        return self._structure.levers

    def find(
        self,
        row: Mapping[str, Any],
        target: float,
        *,
        answers: int = ANSWERS,
        levers: Collection[str] | None = None,
        costs: Mapping[str, float] | None = None,
    ) -> Found:
        """Find the cheapest changes that bring the score to at most a target.

        Parameters
        ----------
        row : mapping
            One customer, in canonical form.
        target : float
            Log-odds.
        answers : int
            At most so many.
        levers : collection of str, optional
            Only these may be moved; all levers when absent.
        costs : mapping, optional
            Cost by lever, before the spec's. A lever that has none in either is not free: it is left out.

        Raises
        ------
        ValueError
            If ``levers`` or ``costs`` name what is no lever, a cost is below 0, or the target is no number.
        """
        columns = self.levers if levers is None else frozenset(levers)
        self._check(columns, costs or {}, target)
        problem = Problem(self._structure, row, columns, costs or {}, data_only=True)
        found: list[Answer] = []
        if problem.score.log_odds <= target:
            found.append(self._answer(problem, {}))
        while len(found) < answers and (following := self._next(problem, target, found)):
            found.append(following)
        beyond: tuple[str, ...] = ()
        if not found:
            anywhere = Problem(self._structure, row, columns, costs or {}, data_only=False)
            beyond = self._beyond(anywhere, target)
        best = self._answer(problem, _changes(problem, [-1] * len(problem.groups)))
        return Found(target, tuple(found), best, beyond, problem.left_out)

    def _check(self, columns: Columns, costs: Mapping[str, float], target: float) -> None:
        strange = sorted((columns | set(costs)) - self.levers)
        if strange:
            raise ValueError(
                f"{', '.join(strange)}: no lever of {self._structure.spec.title}. "
                f"Choose among {', '.join(sorted(self.levers)) or 'none'}."
            )
        for column, cost in costs.items():
            if not 0 <= cost < np.inf:
                raise ValueError(f"{column}: a cost of {cost} cannot be; give an amount of 0 or more.")
        if np.isnan(target):
            raise ValueError("The target is no number: give log-odds.")

    def _next(self, problem: Problem, target: float, found: list[Answer]) -> Answer | None:
        """Find the cheapest answer that does without at least one lever of each one before."""
        tried = {frozenset(without) for without in product(*(answer.changes for answer in found))}
        best = None
        for without in sorted(tried, key=sorted):
            cheaper = self._cheapest(problem, target, without, below=best.cost if best else np.inf)
            best = cheaper or best
        return best

    def _cheapest(
        self, problem: Problem, target: float, without: Columns = frozenset(), below: float = np.inf
    ) -> Answer | None:
        fronts = [problem.front(group, without) for group in problem.groups]
        picks = cheapest(fronts, target - problem.score.log_odds, below)
        if picks is None:
            return None
        return self._answer(problem, self._needed(problem, _changes(problem, picks, without), target))

    def _needed(self, problem: Problem, changes: dict[str, Any], target: float) -> dict[str, Any]:
        """Take back changes that cost nothing and are not needed; one that costs is always needed."""
        free = [column for column, value in changes.items() if not problem.cost(column, value)]
        for column in free:
            fewer = {name: value for name, value in changes.items() if name != column}
            if problem.may_be(fewer) and self._answer(problem, fewer).after <= target:
                changes = fewer
        return changes

    def _beyond(self, problem: Problem, target: float) -> tuple[str, ...]:
        """Name the columns that would have to go where nobody was seen; none where that fails too."""
        answer = self._cheapest(problem, target)
        if answer is None:
            return ()
        moved = {**answer.changes, **{column: after for column, (_, after) in answer.followed.items()}}
        return tuple(column for column, value in moved.items() if not self._has_data(column, value))

    def _has_data(self, column: str, value: Any) -> bool:
        seen = seen_of(self._structure.card, column)
        if isinstance(seen, NumericFeature):
            return bool(numbers_with_data(seen, number(value)))
        return level_with_data(seen, level(value) or "")

    def _answer(self, problem: Problem, changes: dict[str, Any]) -> Answer:
        card, spec, row = self._structure.card, self._structure.spec, problem.row
        moved = move(row, changes, spec)
        followed = {
            follower.column: (row.get(follower.column), moved[follower.column])
            for follower in self._structure.followers
            if number(moved[follower.column]) != number(row.get(follower.column))
            and not np.isnan(number(moved[follower.column]))
        }
        cost = sum(problem.cost(column, value) for column, value in changes.items())
        return Answer(
            problem.in_order(changes), followed, cost, problem.score.log_odds, card.score(moved).log_odds
        )


def _changes(problem: Problem, picks: list[int], without: Columns = frozenset()) -> dict[str, Any]:
    """Give the changes that a place on the front of each group means."""
    changes: dict[str, Any] = {}
    for group, pick in zip(problem.groups, picks, strict=True):
        changes |= problem.values(group, problem.front(group, without).picks[pick])
    return changes
