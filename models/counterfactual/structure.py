"""What of a scorecard and a spec moves with which lever: terms, derived columns, clauses of rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from config.dataset import DatasetSpec, Role
from config.formula import Tree, formula_columns
from models.scorecard import Floats, Scorecard
from models.scorecard_format import LinearTerm, NumericFeature, TableTerm
from models.values import level

Columns = frozenset[str]


@dataclass(frozen=True)
class Follower:
    """A derived column that some levers move."""

    column: str
    tree: Tree
    levers: Columns


@dataclass(frozen=True)
class Clause:
    """A part of a rule: when these columns hold these levels, one column must hold one of its own."""

    when: Mapping[str, tuple[str, ...]]
    column: str
    levels: tuple[str, ...]

    def is_broken(self, row: Mapping[str, Any]) -> bool:
        """Say whether a row breaks it; a missing value does not."""
        return all(level(row.get(column)) in levels for column, levels in self.when.items()) and (
            level(row.get(self.column)) not in (None, *self.levels)
        )


class Structure:
    """A scorecard and a spec, prepared for looking for changes; made once for all customers."""

    def __init__(self, card: Scorecard, spec: DatasetSpec) -> None:
        self.card, self.spec = card, spec
        self.scores: dict[int, Floats] = {
            place: np.asarray(term.scores)
            for place, term in enumerate(card.terms)
            if isinstance(term, TableTerm)
        }
        self.clauses = [
            Clause(rule.when, column, levels) for rule in spec.rules for column, levels in rule.then.items()
        ]

    @cached_property
    def levers(self) -> Columns:
        """Levers that can be moved by themselves: a column that follows another lever cannot."""
        named = {feature.column for feature in self.spec.features if feature.role is Role.LEVER}
        moving = set(named)
        for derived in self.spec.derived:
            if not moving.isdisjoint(formula_columns(derived.tree)):
                moving.add(derived.column)
                named.discard(derived.column)
        return frozenset(named)

    @cached_property
    def followers(self) -> list[Follower]:
        """Derived columns that levers move, in the order of the spec, in which they are moved."""
        found = []
        moved_by: dict[str, Columns] = {}
        for derived in self.spec.derived:
            levers = frozenset().union(
                *(self._movers(column, moved_by) for column in formula_columns(derived.tree))
            )
            if levers:
                moved_by[derived.column] = moved_by.get(derived.column, frozenset()) | levers
                found.append(Follower(derived.column, derived.tree, levers))
        return found

    def _movers(self, column: str, moved_by: Mapping[str, Columns]) -> Columns:
        return moved_by.get(column, frozenset((column,)) & self.levers)

    @cached_property
    def _moved_by(self) -> dict[str, Columns]:
        found: dict[str, Columns] = {}
        for follower in self.followers:
            found[follower.column] = found.get(follower.column, frozenset()) | follower.levers
        return found

    def movers(self, *columns: str) -> Columns:
        """Name the levers that move any of some columns."""
        return frozenset().union(*(self._movers(column, self._moved_by) for column in columns))

    @cached_property
    def terms(self) -> list[tuple[int, Columns]]:
        """Terms that levers move: their places and the levers."""
        scopes = [(place, self.movers(*columns)) for place, columns in enumerate(self.card.term_columns)]
        return [(place, levers) for place, levers in scopes if levers]

    @cached_property
    def guarded(self) -> list[tuple[str, NumericFeature, Columns]]:
        """Derived columns of numbers that the card reads: none may be carried to where nobody was seen."""
        found = []
        for column, levers in self._moved_by.items():
            if column in self.card.columns:
                feature = self.card.features[self.card.columns.index(column)]
                if isinstance(feature, NumericFeature):
                    found.append((column, feature, levers))
        return found

    @cached_property
    def told_apart(self) -> Columns:
        """Levers of which each value counts, not only its bin: lines, formulas and rules read them."""
        lines = {self.card.columns[term.feature] for term in self.card.terms if isinstance(term, LinearTerm)}
        ruled = {column for clause in self.clauses for column in (*clause.when, clause.column)}
        fed = {column for follower in self.followers for column in formula_columns(follower.tree)}
        return frozenset(lines | ruled | fed)
