"""One customer's problem: which levers act on each other, and the front of each group of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from config.formula import formula_columns
from models.counterfactual.fronts import Front, Places, added, joined, unbeaten
from models.counterfactual.levers import Lever, levers_of
from models.counterfactual.structure import Clause, Columns, Structure
from models.derivation import derive, move
from models.reach import numbers_with_data
from models.scorecard import linear_score
from models.scorecard_format import LinearTerm, NumericFeature
from models.values import level, number

AT_ONCE = 300_000
"""Levers that act on each other are tried in every combination up to so many; beyond, one after another."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Factor:
    """Something that levers decide together: what a term gives, or whether a combination may be."""

    levers: Columns
    term: int | None = None
    clause: Clause | None = None
    guarded: tuple[str, NumericFeature] | None = None


class Problem:
    """What may be changed of one customer and what it does, ready to be asked for several answers.

    Parameters
    ----------
    columns : collection of str
        Levers that may be moved.
    costs : mapping
        Cost by column, taken before the spec's.
    data_only : bool
        Whether nothing is moved to where the model has seen nobody.
    """

    def __init__(
        self,
        structure: Structure,
        row: Mapping[str, Any],
        columns: Collection[str],
        costs: Mapping[str, float],
        *,
        data_only: bool,
    ) -> None:
        self.structure, self.row = structure, row
        card = structure.card
        asked = structure.levers.intersection(columns)
        found, self.left_out = levers_of(card, structure.spec, row, asked, costs, data_only=data_only)
        self.score = card.score(row)
        self._factors = self._factors_of({lever.column for lever in found}, data_only)
        self._levers = {lever.column: self._reduced(lever) for lever in found}
        self._fronts: dict[tuple[Columns, Columns], Front] = {}
        self._bins: dict[str, Places] = {}

    def _factors_of(self, movable: set[str], data_only: bool) -> list[_Factor]:
        structure, row = self.structure, self.row
        found = [_Factor(levers & movable, term=place) for place, levers in structure.terms]
        for clause in structure.clauses:
            free = {column for column in clause.when if structure.movers(column) & movable}
            if clause.is_broken(row):
                continue  # what cannot be is recorded: nothing is asked of it
            if all(level(row.get(c)) in levels for c, levels in clause.when.items() if c not in free):
                found.append(_Factor(structure.movers(*free, clause.column) & movable, clause=clause))
        if data_only:
            found += [
                _Factor(levers & movable, guarded=(column, feature))
                for column, feature, levers in structure.guarded
                if numbers_with_data(feature, number(row.get(column)))  # else it is there already
            ]
        return [factor for factor in found if factor.levers]

    def _reduced(self, lever: Lever) -> Lever:
        """Keep of a number only the cheapest value of each bin, where nothing tells them apart."""
        card = self.structure.card
        told_apart = self.structure.told_apart
        if lever.column in told_apart or lever.column not in card.columns or isinstance(lever.values[0], str):
            return lever
        order = np.argsort(lever.cost, kind="stable")
        bins = card.encode_column(card.columns.index(lever.column), lever.numbers[order])
        _, first = np.unique(bins, return_index=True)
        return lever.only(order[np.sort(first)])

    @cached_property
    def groups(self) -> list[tuple[str, ...]]:
        """Levers that act on each other, and so are looked at together."""
        return self._connected(tuple(self._levers), frozenset())

    def _connected(self, columns: Sequence[str], settled: Columns) -> list[tuple[str, ...]]:
        """Split levers into groups that do not act on each other; drop those that do nothing."""
        groups: list[Columns] = []
        for factor in self._factors:
            scope = (factor.levers - settled).intersection(columns)
            if not scope:
                continue
            apart = [group for group in groups if group.isdisjoint(scope)]
            met = [group for group in groups if not group.isdisjoint(scope)]
            groups = [*apart, scope.union(*met)]
        return [tuple(column for column in columns if column in group) for group in groups]

    def front(self, group: tuple[str, ...], without: Columns = frozenset()) -> Front:
        """Give the front of a group of levers, some of which are not moved."""
        held = without.intersection(group)
        key = (frozenset(group), held)
        if key not in self._fronts:
            self._fronts[key] = self._front(group, {}, held)
        return self._fronts[key]

    def _front(self, group: Sequence[str], settled: Mapping[str, int], held: Columns) -> Front:
        """Try every combination; where there are too many, settle one lever and split the rest."""
        places = {column: self._places(column, held) for column in group}
        if prod(map(len, places.values())) <= AT_ONCE or len(group) == 1:
            return self._tried(group, places, settled)
        hub = max(group, key=lambda column: sum(column in factor.levers for factor in self._factors))
        rest = [column for column in group if column != hub]
        pieces = self._connected(rest, frozenset([*settled, hub]))
        columns = [hub, *(column for piece in pieces for column in piece)]
        order = [columns.index(column) for column in group]
        found = [Front(np.zeros(0), np.zeros(0), np.zeros((0, len(group)), dtype=np.intp))]
        for pick in places[hub]:
            now = {**settled, hub: int(pick)}
            front = self._tried([hub], {hub: np.array([pick])}, settled)
            for piece in pieces:
                front = added(front, self._front(piece, now, held))
            found.append(Front(front.cost, front.score, front.picks[:, order]))
        return joined(found)

    def _places(self, column: str, held: Columns) -> Places:
        return np.arange(1 if column in held else len(self._levers[column].values))

    def _tried(self, group: Sequence[str], places: Mapping[str, Places], settled: Mapping[str, int]) -> Front:
        """Try every combination of candidates of a group, given what is settled."""
        shape = tuple(len(places[column]) for column in group)
        picks: dict[str, Any] = dict(settled)
        cost: Any = np.zeros(shape)
        for axis, column in enumerate(group):
            own = [1] * len(shape)
            own[axis] = -1
            picks[column] = places[column].reshape(own)
            cost = cost + self._levers[column].cost[picks[column]]
        moved = _Moved(self, picks)
        score, possible = np.zeros(shape), np.ones(shape, dtype=bool)
        new = frozenset(group)
        for factor in self._factors:
            if factor.levers & new and factor.levers <= picks.keys():
                if factor.term is not None:
                    score += self._change(factor.term, moved)
                else:
                    possible &= self._may_be(factor, moved)
        flat = np.flatnonzero(possible)
        kept = flat[unbeaten(cost.ravel()[flat], score.ravel()[flat])]
        chosen = [places[c][at] for c, at in zip(group, np.unravel_index(kept, shape), strict=True)]
        return Front(cost.ravel()[kept], score.ravel()[kept], np.column_stack(chosen))

    def _change(self, place: int, moved: _Moved) -> Any:
        """Say what a term gives more, or less, than today."""
        card, term = self.structure.card, self.structure.card.terms[place]
        if isinstance(term, LinearTerm):
            now = linear_score(moved.numbers(card.columns[term.feature]), term.slope, term.missing, term)
        else:
            bins = {feature: moved.bins(feature) for feature in term.features}
            now = self.structure.scores[place].take(card.cell(place, bins))
        return now - self.score.contributions[place]

    def _may_be(self, factor: _Factor, moved: _Moved) -> Any:
        if factor.clause is not None:
            clause = factor.clause
            broken: Any = ~moved.holds(clause.column, (None, *clause.levels))
            for column, levels in clause.when.items():
                broken = broken & moved.holds(column, levels)
            return ~broken
        assert factor.guarded is not None
        column, feature = factor.guarded
        return numbers_with_data(feature, moved.numbers(column))

    def values(self, group: Sequence[str], picks: Places) -> dict[str, float | str]:
        """Give the changes that picks of a group's levers mean."""
        return {
            column: self._levers[column].values[pick]
            for column, pick in zip(group, picks, strict=True)
            if pick
        }

    def lever(self, column: str) -> Lever:
        """Give a lever with the candidates that are tried."""
        return self._levers[column]

    def cost(self, column: str, value: float | str) -> float:
        """Say what moving a lever to a value costs, in currency."""
        lever = self._levers[column]
        return float(lever.cost[lever.values.index(value)])

    def may_be(self, changes: Mapping[str, Any]) -> bool:
        """Say whether no rule comes to be broken, and nothing follows to where the model has seen nobody."""
        moved = move(self.row, changes, self.structure.spec)
        for factor in self._factors:
            if factor.clause is not None and factor.clause.is_broken(moved):
                return False
            if factor.guarded is not None:
                column, feature = factor.guarded
                if not numbers_with_data(feature, number(moved[column])):
                    return False
        return True

    def in_order(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Give changes in an order in which none breaks a rule when made; the spec's where there is none."""
        columns = [column for column in self._levers if column in changes]
        dead: set[Columns] = set()

        def ordered(done: dict[str, Any]) -> dict[str, Any] | None:
            if len(done) == len(changes):
                return done
            for column in columns:
                more = {**done, column: changes[column]}
                if column in done or frozenset(more) in dead or not self.may_be(more):
                    continue
                if found := ordered(more):
                    return found
            dead.add(frozenset(done))
            return None

        return ordered({}) or {column: changes[column] for column in columns}

    def movable(self, columns: Columns) -> Columns:
        """Say which of some levers this customer has."""
        return columns.intersection(self._levers)

    def bins(self, column: str) -> Places:
        """Give the bin of each candidate of a lever."""
        if column not in self._bins:
            card = self.structure.card
            place = card.columns.index(column)
            lever = self._levers[column]
            values = lever.values if isinstance(lever.values[0], str) else lever.numbers
            self._bins[column] = card.encode_column(place, np.asarray(values)).astype(np.intp)
        return self._bins[column]


class _Moved:
    """Columns of one customer over combinations of candidates, as arrays that fit each other."""

    def __init__(self, problem: Problem, picks: Mapping[str, Any]) -> None:
        self._problem, self._picks = problem, picks
        self._derived: dict[str, Any] = {}
        row = problem.row
        for follower in problem.structure.followers:
            free = problem.movable(follower.levers)
            if free and free <= picks.keys():
                after = {column: self.numbers(column) for column in formula_columns(follower.tree)}
                moved = derive(follower.tree, row, after, row.get(follower.column))
                self._derived[follower.column] = moved if np.ndim(moved) else np.float64(number(moved))

    def numbers(self, column: str) -> Any:
        """Give a column as numbers."""
        if column in self._picks:
            return self._problem.lever(column).numbers[self._picks[column]]
        return self._derived.get(column, np.float64(number(self._problem.row.get(column))))

    def bins(self, feature: int) -> Any:
        """Give a feature of the card as bins."""
        card = self._problem.structure.card
        column = card.columns[feature]
        if column in self._picks:
            return self._problem.bins(column)[self._picks[column]]
        if column in self._derived:
            values = np.asarray(self._derived[column])
            return card.encode_column(feature, values.ravel()).reshape(values.shape)
        return card.bin_of(feature, self._problem.row.get(column))

    def holds(self, column: str, levels: Collection[str | None]) -> Any:
        """Say where a column holds one of some levels; None stands for missing."""
        if column in self._picks:
            values = self._problem.lever(column).values
            return np.array([level(value) in levels for value in values])[self._picks[column]]
        if column in self._derived:
            unique, where = np.unique(self._derived[column], return_inverse=True)
            found = np.array([level(value) in levels for value in unique.tolist()])
            return found[where].reshape(np.shape(self._derived[column]))
        return np.bool_(level(self._problem.row.get(column)) in levels)
