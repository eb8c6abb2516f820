"""Steps carried out on a chunk of customers: new values and codes, what follows from them, what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from config.dataset import DatasetSpec, Feature, Kind, Rule
from config.formula import formula_columns
from models.derivation import derive
from models.scenario.base import PLACES, Array, Base
from models.scenario.steps import Scenario, Step, Who
from models.scorecard import Floats

Mask = npt.NDArray[np.bool_]


class Columns:
    """The columns of a chunk of rows: as they are, until they are moved."""

    def __init__(self, base: Base, rows: slice) -> None:
        self._base, self.rows = base, rows
        self.moved: dict[str, Array] = {}

    def recorded(self, column: str) -> Array:
        """Give a column as it is today: numbers, or codes of levels."""
        base = self._base
        return (base.codes(column) if column in base.levels else base.values(column))[self.rows]

    def now(self, column: str) -> Array:
        """Give a column as moved so far."""
        return self.moved[column] if column in self.moved else self.recorded(column)


@dataclass
class Tally:
    """What a step did, in customers: whom it was for, whom it changed, and why not the others.

    Attributes
    ----------
    reached : int
        Whom it was for, and who are among the share who get it.
    changed : int
        Whose value it changed.
    held : int
        Whose value it would have carried beyond the range of the spec: held at its end.
    impossible : int
        Who were left as they are, since a rule of the spec forbids the combination.
    cost : float
        Of those changed, in currency.
    in_price : float
        How much of it customers pay less anyway: what the spec says a lever costs that moves their price.
    """

    reached: int = 0
    changed: int = 0
    held: int = 0
    impossible: int = 0
    cost: float = 0.0
    in_price: float = 0.0

    @property
    def beside_price(self) -> float:
        """What it costs beside a lower price."""
        return self.cost - self.in_price

    def add(self, other: Tally) -> None:
        """Add what the same step did to other rows."""
        self.reached += other.reached
        self.changed += other.changed
        self.held += other.held
        self.impossible += other.impossible
        self.cost += other.cost
        self.in_price += other.in_price


@dataclass(frozen=True)
class Moving:
    """A scenario ready to be carried out on any rows of a base."""

    base: Base
    scenario: Scenario
    months: float
    _chosen: dict[int, Mask] = field(default_factory=dict)

    @cached_property
    def touched(self) -> tuple[str, ...]:
        """Columns that may move: those of the steps and those that follow them."""
        moved = [step.column for step in self.scenario.steps]
        for derived in self.base.spec.derived:
            if derived.column not in moved and not set(formula_columns(derived.tree)).isdisjoint(moved):
                moved.append(derived.column)
        return tuple(dict.fromkeys(moved))

    def choose(self) -> None:
        """Work out whom each step is for; done once, before threads share the work."""
        for place, step in enumerate(self.scenario.steps):
            if not step.who.is_everybody:
                self._chosen[place] = chosen(self.base, step.who)

    def carry_out(self, rows: slice, *, counted: bool = True) -> tuple[Columns, list[Tally]]:
        """Carry all steps out on some rows; ``counted`` says whom they changed, and at what cost."""
        columns = Columns(self.base, rows)
        places = range(len(self.scenario.steps))
        tallies = [self.take(place, columns, counted=counted) for place in places]
        self._follow(columns)
        return columns, tallies

    def take(self, place: int, columns: Columns, *, counted: bool = True) -> Tally:
        """Carry one step out; those before it are carried out already."""
        step = self.scenario.steps[place]
        feature = self.base.spec.feature(step.column)
        mask = self._mask(place, columns.rows)
        tally = Tally(reached=_count(mask, columns.rows))
        old = columns.now(step.column)
        move = _number if feature.kind is Kind.NUMERIC else _level
        new = move(self.base, step, feature, old, mask, tally)
        if mask is not None:
            new = np.where(mask, new, old)
        impossible = self._impossible(columns, step.column, new)
        if impossible is not None and impossible.any():
            tally.impossible = int(np.count_nonzero(impossible))
            new = np.where(impossible, old, new)
        columns.moved[step.column] = new
        if not counted:
            return tally
        changed = new != old
        if feature.kind is Kind.NUMERIC:
            changed &= new == new  # a move of what is missing is none
        tally.changed = int(np.count_nonzero(changed))
        tally.cost = _cost(step, feature, old, new, changed, tally.changed, self.months)
        if step.cost is None and moves_price(self.base.spec, step.column):
            tally.in_price = tally.cost
        return tally

    def _mask(self, place: int, rows: slice) -> Mask | None:
        """Say which rows get a step; None for all of them."""
        step = self.scenario.steps[place]
        mask = self._chosen[place][rows] if place in self._chosen else None
        if step.coverage == 1:
            return mask
        drawn = self.base.arrays["place"][rows] < step.coverage * PLACES
        return drawn if mask is None else drawn & mask

    def _impossible(self, columns: Columns, column: str, new: Array) -> Mask | None:
        """Say for whom a rule would be broken that is not broken as things are."""
        found = None
        for rule in self._rules.get(column, ()):
            before = _broken(rule, columns.now)
            after = _broken(rule, lambda name: new if name == column else columns.now(name))
            newly = after & ~before
            found = newly if found is None else found | newly
        return found

    @cached_property
    def _rules(self) -> dict[str, list[_CodedRule]]:
        """Rules by each column they speak of."""
        found: dict[str, list[_CodedRule]] = {}
        for rule in self.base.spec.rules:
            coded = _coded_rule(self.base, rule)
            for column in {*coded.when, *coded.then} if coded else ():
                found.setdefault(column, []).append(coded)  # type: ignore[arg-type]
        return found

    def _follow(self, columns: Columns) -> None:
        """Move the columns that follow others, by the difference of their formulas."""
        for derived in self.base.spec.derived:
            read = formula_columns(derived.tree)
            if derived.column in columns.moved or not any(name in columns.moved for name in read):
                continue
            before = {name: columns.recorded(name) for name in read}
            after = {name: columns.now(name) for name in read}
            columns.moved[derived.column] = derive(
                derived.tree, before, after, columns.recorded(derived.column)
            )


def chosen(base: Base, who: Who) -> Mask:
    """Say who is meant, of shape (n,)."""
    mask = np.ones(base.rows, dtype=bool)
    for column, levels in who.levels.items():
        wanted = np.zeros(len(base.levels[column]) + 1, dtype=bool)
        wanted[[base.code(column, one) for one in levels]] = True
        mask &= wanted.take(base.codes(column))
    for column, (low, high) in who.ranges.items():
        values = base.values(column)
        with np.errstate(invalid="ignore"):
            mask &= (values >= (-np.inf if low is None else low)) & (
                values <= (np.inf if high is None else high)
            )
    if who.key is not None:
        mask &= base.arrays["keys"] == who.key.encode()
    if who.first is not None:
        mask &= _first(base.arrays["rank"], mask, who.first)
    return mask


def _first(ranks: Array, mask: Mask, wanted: int) -> Mask:
    """Keep those of a mask with the ``wanted`` lowest ranks."""
    among = ranks[mask]
    if len(among) <= wanted:
        return mask
    last = np.partition(among, wanted - 1)[wanted - 1]
    found: Mask = ranks <= last
    return found


def _number(base: Base, step: Step, feature: Feature, old: Floats, mask: Mask | None, tally: Tally) -> Floats:
    value = float(step.value)
    if step.operation == "set":
        return np.full(len(old), value)
    new = old + value if step.operation == "add" else old * value
    least, most = extremes(new)
    held = np.zeros(len(old), dtype=bool)
    # one recorded beyond the range stays where it is, rather than being moved the other way
    if feature.minimum is not None and least < feature.minimum:
        floor = np.minimum(old, feature.minimum)
        held |= new < floor
        new = np.maximum(new, floor)
    if feature.maximum is not None and most > feature.maximum:
        ceiling = np.maximum(old, feature.maximum)
        held |= new > ceiling
        new = np.minimum(new, ceiling)
    tally.held = int(np.count_nonzero(held if mask is None else held & mask))
    return new


def extremes(values: Floats) -> tuple[float, float]:
    """Give the least and the greatest of some numbers, missing ones left out; (inf, -inf) of none."""
    if not len(values):
        return np.inf, -np.inf
    least, most = float(values.min()), float(values.max())
    if least != least:
        least = float(np.fmin.reduce(values, initial=np.inf))
        most = float(np.fmax.reduce(values, initial=-np.inf))
    return least, most


def _level(base: Base, step: Step, feature: Feature, old: Array, mask: Mask | None, tally: Tally) -> Array:
    to = base.code(step.column, str(step.value))
    codes = np.arange(len(base.levels[step.column]) + 1, dtype=old.dtype)
    if step.operation == "set":
        codes[:] = to
    else:
        codes[base.code(step.column, step.level)] = to
    return codes.take(old)


def _cost(
    step: Step, feature: Feature, old: Array, new: Array, changed: Mask, count: int, months: float
) -> float:
    """Cost in currency: an amount for each customer changed, or the spec's for what is moved."""
    if step.cost is not None:
        return step.cost * count
    if not feature.cost or not count:
        return 0.0
    if feature.kind is not Kind.NUMERIC:
        return feature.cost * months * count
    moved = new - old
    np.abs(moved, out=moved)
    total = float(moved.sum())
    return feature.cost * months * (total if total == total else float(np.nansum(moved)))


def _count(mask: Mask | None, rows: slice) -> int:
    return rows.stop - rows.start if mask is None else int(np.count_nonzero(mask))


@dataclass(frozen=True)
class _CodedRule:
    """A rule as tables over codes: where its condition holds, and where its consequence fails."""

    when: Mapping[str, Mask]
    then: Mapping[str, Mask]


def _coded_rule(base: Base, rule: Rule) -> _CodedRule | None:
    """Put a rule over codes; None where it speaks of a column that has none."""
    if any(column not in base.levels for column in (*rule.when, *rule.then)):
        return None
    when = {column: _among(base, column, levels) for column, levels in rule.when.items()}
    then = {column: ~_among(base, column, levels) for column, levels in rule.then.items()}
    for fails in then.values():
        fails[0] = False  # a missing value breaks no rule
    return _CodedRule(when, then)


def _among(base: Base, column: str, levels: tuple[str, ...]) -> Mask:
    return np.array([False, *(one in levels for one in base.levels[column])])


def _broken(rule: _CodedRule, now: Callable[[str], Any]) -> Mask:
    fails = np.zeros(0, dtype=bool)
    for place, (column, table) in enumerate(rule.then.items()):
        failed = table.take(now(column))
        fails = failed if place == 0 else fails | failed
    for column, table in rule.when.items():
        fails = fails & table.take(now(column))
    return fails


def moves_price(spec: DatasetSpec, column: str) -> bool:
    """Say whether a column is what customers pay, or moves it by a formula."""
    return spec.revenue is not None and (column == spec.revenue or spec.revenue in follows(spec, column))


def follows(spec: DatasetSpec, column: str) -> list[str]:
    """Name the columns that follow a column when it moves."""
    return [one.column for one in spec.derived if column in formula_columns(one.tree)]
