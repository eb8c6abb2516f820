"""The engine: what a scenario does to everybody, touching only the terms that move.

The chance is 1 / (1 + rest x factor): rest = exp(-log-odds without the touched terms) is kept per customer,
factor = exp(-score) is a table, so a move of tables runs no exponential over the rows. Rows are taken a chunk
at a time, so that what is worked on stays in the cache; sums of chunks are added in their order, so that an
answer has the same bits however many threads share the work.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from models.edge_grid import EdgeGrid
from models.scenario.base import Array, Base
from models.scenario.moving import Columns, Moving, Tally, extremes
from models.scenario.outcome import BANDS, Outcome, Side
from models.scenario.steps import Scenario, ScenarioError
from models.scorecard import Floats, linear_score
from models.scorecard_format import CategoricalFeature, LinearTerm, NumericFeature

T = TypeVar("T")

CHUNK = 1 << 17
"""Rows of one step: fewer, and threads spend their time handing over; more, and the cache is left."""
_KEPT = 4
_TIE = 1e-12


@dataclass(frozen=True)
class _Lookup:
    """What a touched term gives: ``scores`` at the sum of what its slots map to; ``table`` is exp(-score).

    A term of one column is laid out by its slots, so that nothing is mapped (None).
    """

    slots: tuple[tuple[str, npt.NDArray[np.intp] | None], ...]
    scores: Floats
    table: Floats
    bags: npt.NDArray[np.float32]

    def cells(self, slots: dict[str, Array]) -> Array:
        parts = [
            slots[column] if cells is None else cells.take(slots[column], mode="clip")
            for column, cells in self.slots
        ]
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


@dataclass(frozen=True)
class _Plan:
    """A scenario and the parts of the scorecard that it touches."""

    moving: Moving
    places: tuple[int, ...]
    lookups: list[_Lookup]
    linear: list[LinearTerm]
    rest: Floats


@dataclass
class _Part:
    """What one chunk of rows gave."""

    after: Side
    steps: list[Tally]
    joins: int
    leaves: int
    outside: dict[str, int]


class Engine:
    """Answers scenarios on one base; safe to share between threads.

    Parameters
    ----------
    threshold : float or None
        The chance of the last customer on the at-risk list; None counts nobody over it.
    threads : int, optional
        How many threads share the rows; one per processor, at most two, when absent.
    """

    def __init__(self, base: Base, threshold: float | None, *, threads: int | None = None) -> None:
        self.base, self.threshold = base, threshold
        # who stands exactly on the line is on the list, whichever way the chance was computed
        self.line = np.inf if threshold is None else threshold * (1 - _TIE)
        self._threads = threads or min(2, os.cpu_count() or 1)
        self._grids = {
            feature.column: EdgeGrid(feature.edges)
            for feature in base.scorecard.features
            if isinstance(feature, NumericFeature)
        }
        self._kept: OrderedDict[tuple[int, ...], Floats] = OrderedDict()

    def run(self, scenario: Scenario, *, whole: bool = True) -> Outcome:
        """Say what a scenario brings.

        Parameters
        ----------
        whole : bool
            Whether everything is asked for. Else only leavers, revenue at risk, what is kept, who crosses the
            line, and these by group: no bags and so no ranges, no bands and variance, nothing of what each
            step did but whom it reached.

        Raises
        ------
        ScenarioError
            If a step is for nobody.
        """
        plan = self._planned(scenario)
        parts = self._shared(lambda rows: self._part(plan, rows, whole))
        after, steps = Side(), [Tally() for _ in scenario.steps]
        outside = dict.fromkeys(plan.moving.touched, 0)
        for part in parts:
            after.add(part.after)
            for own, one in zip(steps, part.steps, strict=True):
                own.add(one)
            for column, count in part.outside.items():
                outside[column] += count
        for place, step in enumerate(steps, start=1):
            if not step.reached:
                raise ScenarioError(f"Step {place} is for nobody: no customer fits it. Choose others.")
        return Outcome(
            self.base.rows,
            self.before,
            after,
            steps,
            sum(part.joins for part in parts),
            sum(part.leaves for part in parts),
            {column: count for column, count in outside.items() if count},
        )

    def probability(self, scenario: Scenario, *, out: Floats | None = None) -> Floats:
        """Give every customer's chance after a scenario, of shape (n,), in ``out`` where it is given."""
        plan = self._planned(scenario)
        answer = np.empty(self.base.rows) if out is None else out

        def fill(rows: slice) -> None:
            columns, _ = plan.moving.carry_out(rows, counted=False)
            answer[rows] = self._chances(plan, columns, self._slots(plan, columns))

        self._shared(fill)
        return answer

    def log_odds(self, scenario: Scenario) -> Floats:
        """Give the log-odds of all after a scenario, of shape (n,), equal to the bit to scoring anew."""
        plan = self._planned(scenario)
        answer = self._untouched(plan.places)

        def fill(rows: slice) -> None:
            columns, _ = plan.moving.carry_out(rows, counted=False)
            slots, own = self._slots(plan, columns), answer[rows]
            for lookup in plan.lookups:
                own += lookup.scores.take(lookup.cells(slots))
            for term in plan.linear:
                own += self._linear(term, columns)

        self._shared(fill)
        return answer

    @cached_property
    def before(self) -> Side:
        """The base as it is, by every bag too."""
        plan, total = self._planned(Scenario()), Side()
        for part in self._shared(lambda rows: self._part(plan, rows, True)):
            total.add(part.after)
        return total

    def _shared(self, work: Callable[[slice], T]) -> list[T]:
        """Do some work on every chunk of rows, and give what it gave in their order."""
        rows = [slice(start, min(start + CHUNK, self.base.rows)) for start in range(0, self.base.rows, CHUNK)]
        if len(rows) < 2 or self._threads == 1:
            return [work(one) for one in rows]
        with ThreadPoolExecutor(self._threads) as pool:  # made per call, since threads do not survive a fork
            return list(pool.map(work, rows))

    def _planned(self, scenario: Scenario) -> _Plan:
        base, card = self.base, self.base.scorecard
        moving = Moving(base, scenario, base.value_months)
        moving.choose()
        touched = {card.columns.index(column) for column in moving.touched if column in card.columns}
        places = tuple(
            place for place, term in enumerate(card.terms) if not touched.isdisjoint(term.features)
        )
        linear = [term for place in places if isinstance(term := card.terms[place], LinearTerm)]
        lookups = [self._lookup(place) for place in places if not isinstance(card.terms[place], LinearTerm)]
        return _Plan(moving, places, lookups, linear, self._rest(places))

    def _lookup(self, place: int) -> _Lookup:
        base, card = self.base, self.base.scorecard
        term = card.terms[place]
        slots = []
        for feature, cells in zip(term.features, card.axis_maps(place), strict=True):
            of_codes = base.bins_of_codes.get(feature)
            slots.append((card.columns[feature], cells if of_codes is None else cells[of_codes]))
        assert not isinstance(term, LinearTerm)
        scores = np.asarray(term.scores)
        bags = np.ascontiguousarray(np.transpose(term.bags)).astype(np.float32)
        if len(slots) > 1:
            return _Lookup(tuple(slots), scores, np.exp(-scores), bags)
        [(column, cells)] = slots
        return _Lookup(((column, None),), scores[cells], np.exp(-scores[cells]), bags[cells])

    def _rest(self, places: tuple[int, ...]) -> Floats:
        """Give exp of the negative log-odds without the touched terms; the last few are kept."""
        rest = self._kept.pop(places, None)
        if rest is None:
            rest = self._untouched(places)
            with np.errstate(over="ignore"):
                self._shared(lambda rows: np.exp(-rest[rows], out=rest[rows]))
        self._kept[places] = rest
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return rest

    def _untouched(self, places: tuple[int, ...]) -> Floats:
        """Give the log-odds without some terms, exactly."""
        base, rest = self.base, np.array(self.base.log_odds)
        lookups = [self._lookup(p) for p in places if not isinstance(base.scorecard.terms[p], LinearTerm)]
        linear = [t for p in places if isinstance(t := base.scorecard.terms[p], LinearTerm)]

        def take_away(rows: slice) -> None:
            columns = Columns(base, rows)
            slots = self._recorded(lookups, columns)
            for lookup in lookups:
                rest[rows] -= lookup.scores.take(lookup.cells(slots))
            for term in linear:
                rest[rows] -= self._linear(term, columns)

        self._shared(take_away)
        return rest

    def _recorded(self, lookups: list[_Lookup], columns: Columns) -> dict[str, Array]:
        """Give, per column that the look-ups read, the bin or code of each row today."""
        base, found = self.base, {}
        for column in {column for lookup in lookups for column, _ in lookup.slots}:
            name = "codes" if column in base.levels else "bins"
            found[column] = base.arrays[f"{name}:{column}"][columns.rows]
        return found

    def _slots(self, plan: _Plan, columns: Columns) -> dict[str, Array]:
        """Give, per column that the look-ups read, the bin or code of each row as moved."""
        found = self._recorded(plan.lookups, columns)
        for column in found:
            if column in columns.moved:
                moved = columns.moved[column]
                found[column] = moved if column in self.base.levels else self._grids[column].bins(moved)
        return found

    def _linear(self, term: LinearTerm, columns: Columns) -> Floats:
        values = columns.now(self.base.scorecard.columns[term.feature])
        score: Floats = linear_score(values, term.slope, term.missing, term)
        return score

    def _chances(self, plan: _Plan, columns: Columns, slots: dict[str, Array]) -> Floats:
        odds = plan.rest[columns.rows].copy()
        for lookup in plan.lookups:
            odds *= lookup.table.take(lookup.cells(slots))
        for term in plan.linear:
            with np.errstate(over="ignore"):
                odds *= np.exp(-self._linear(term, columns))
        odds += 1.0
        return np.divide(1.0, odds, out=odds)

    def _part(self, plan: _Plan, rows: slice, whole: bool) -> _Part:
        columns, tallies = plan.moving.carry_out(rows, counted=whole)
        slots = self._slots(plan, columns)
        chance = self._chances(plan, columns, slots)
        revenue, worth = self._money(columns)
        over = chance >= self.line
        side = self._summed(rows, chance, revenue, worth, over)
        joins = leaves = 0
        if plan.places:
            was_over = self._was_over[rows]
            both = int(np.count_nonzero(over & was_over))
            joins, leaves = side.over - both, int(np.count_nonzero(was_over)) - both
        if not whole:
            return _Part(side, tallies, joins, leaves, {})
        bands = np.bincount((chance * BANDS).astype(np.intp), minlength=BANDS + 1)
        bands[BANDS - 1] += bands[BANDS]  # who leaves for sure
        side.bands = bands[:BANDS].astype(float)
        side.chance = side.leavers - float((chance * chance).sum())
        self._add_bags(side, self._bags(plan, columns, slots), revenue, worth)
        return _Part(side, tallies, joins, leaves, self._outside(columns))

    @cached_property
    def _was_over(self) -> npt.NDArray[np.bool_]:
        with np.errstate(over="ignore"):
            return np.concatenate(
                self._shared(lambda rows: 1 / (1 + np.exp(-self.base.log_odds[rows])) >= self.line)
                or [np.zeros(0, dtype=bool)]
            )

    def _money(self, columns: Columns) -> tuple[Floats | None, Floats | None]:
        """Give revenue a month of each row, and its worth where the data hold one; unknown ones are 0."""
        spec = self.base.spec
        revenue = _known(columns.now(spec.revenue)) if spec.revenue else None
        return revenue, _known(columns.now(spec.value)) if spec.value else None

    def _summed(
        self, rows: slice, chance: Floats, revenue: Floats | None, worth: Floats | None, over: Array
    ) -> Side:
        first, starts = self._cells_of(rows)
        leavers = np.add.reduceat(chance, starts)
        at_risk = np.zeros(len(starts)) if revenue is None else np.add.reduceat(chance * revenue, starts)
        over_by_cell = np.add.reduceat(over, starts, dtype=np.int64)
        return Side(
            leavers=float(leavers.sum()),
            at_risk=float(at_risk.sum()),
            kept=self._kept_of(chance, revenue, worth, float(at_risk.sum())),
            over=int(over_by_cell.sum()),
            leavers_by_cell=self._spread(leavers, first),
            over_by_cell=self._spread(over_by_cell, first),
            at_risk_by_cell=self._spread(at_risk, first),
        )

    def _kept_of(self, chance: Floats, revenue: Floats | None, worth: Floats | None, at_risk: float) -> float:
        """Sum (1 - chance) times worth; where no worth is known, it is so many months of revenue."""
        if worth is not None:
            return float(worth.sum() - (chance * worth).sum())
        return 0.0 if revenue is None else self.base.value_months * (float(revenue.sum()) - at_risk)

    def _cells_of(self, rows: slice) -> tuple[int, npt.NDArray[np.intp]]:
        """Give the first cell that some rows are of, and where in them each cell begins."""
        starts = self.base.arrays["starts"]
        first = int(np.searchsorted(starts, rows.start, side="right")) - 1
        last = int(np.searchsorted(starts, rows.stop, side="left"))
        return first, np.maximum(starts[first:last] - rows.start, 0)

    def _spread(self, sums: Array, first: int) -> Floats:
        found = np.zeros(len(self.base.cells))
        found[first : first + len(sums)] = sums
        return found

    def _bags(self, plan: _Plan, columns: Columns, slots: dict[str, Array]) -> npt.NDArray[np.float32]:
        """Give the chance of each row by each bag, of shape (rows, bags)."""
        log_odds = self.base.arrays["bags"][columns.rows]
        if plan.lookups:
            recorded = self._recorded(plan.lookups, columns)
            for lookup in plan.lookups:
                now, then = lookup.cells(slots), lookup.cells(recorded)
                log_odds = log_odds + lookup.bags.take(now, axis=0)
                log_odds -= lookup.bags.take(then, axis=0)
        as_is = Columns(self.base, columns.rows)
        for term in plan.linear:
            column = self.base.scorecard.columns[term.feature]
            moved = [
                linear_score(columns.now(column), bag.slope, bag.missing, term)
                - linear_score(as_is.now(column), bag.slope, bag.missing, term)
                for bag in term.bags
            ]
            log_odds = log_odds + np.column_stack(moved).astype(np.float32)
        with np.errstate(over="ignore"):
            odds = np.exp(-log_odds)
        odds += 1
        return np.divide(np.float32(1), odds, out=odds)

    def _add_bags(
        self, side: Side, chances: npt.NDArray[np.float32], revenue: Floats | None, worth: Floats | None
    ) -> None:
        none = np.zeros(chances.shape[1])
        # einsum, since a matrix product would wake threads of its own, and its bits depend on how many
        side.leavers_by_bag = chances.sum(axis=0, dtype=np.float64)
        side.at_risk_by_bag = none if revenue is None else np.einsum("i,ij->j", revenue, chances)
        if worth is not None:
            side.kept_by_bag = worth.sum() - np.einsum("i,ij->j", worth, chances)
        elif revenue is not None:
            side.kept_by_bag = self.base.value_months * (revenue.sum() - side.at_risk_by_bag)
        else:
            side.kept_by_bag = none

    def _outside(self, columns: Columns) -> dict[str, int]:
        """Count, per column, who was pushed out of what the model has learned from."""
        found = {}
        for column, moved in columns.moved.items():
            if column not in self.base.scorecard.columns:
                continue
            beyond = self._beyond(column, moved)
            if beyond is not None:
                was = self._beyond(column, columns.recorded(column))
                found[column] = int(np.count_nonzero(beyond if was is None else beyond & ~was))
        return found

    def _beyond(self, column: str, values: Array) -> Array | None:
        """Say which values lie outside of what the model has learned from; None where none does."""
        place = self.base.scorecard.columns.index(column)
        feature = self.base.scorecard.features[place]
        if isinstance(feature, CategoricalFeature):
            unseen = (np.asarray(feature.counts) == 0)[self.base.bins_of_codes[place]]
            return unseen.take(values) if unseen.any() else None
        low = -np.inf if feature.minimum is None else feature.minimum
        high = np.inf if feature.maximum is None else feature.maximum
        least, most = extremes(values)
        return (values < low) | (values > high) if least < low or most > high else None


def _known(values: Floats) -> Floats:
    """Give numbers with 0 for missing ones."""
    return np.nan_to_num(values) if np.isnan(values.sum()) else values
