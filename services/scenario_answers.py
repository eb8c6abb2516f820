"""What a scenario brought, put together for people: figures with ranges, groups, warnings, two sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from config.dataset import DatasetSpec, Role
from models.scenario import Engine, Outcome, Scenario, Step, Tally, follows
from services import scenario_words
from services.evidence import Evidence
from services.stamp import Stamp

LEAST_GROUP = 30
"""Groups of fewer are shown as too few: their figures would say more of people than of groups."""


@dataclass(frozen=True)
class Figure:
    """A sum over customers, before and after; ``low`` to ``high`` is the model's spread of the change."""

    before: float
    after: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """After less before."""
        return self.after - self.before


@dataclass(frozen=True)
class StepTold:
    """One step as it went.

    Attributes
    ----------
    text : str
        The step in words.
    reached, changed, held, impossible : int
        As :class:`models.scenario.moving.Tally`.
    cost : float
        In currency.
    role : str
        ``lever``, or ``assumption``: not ours to move.
    evidence : str
        ``predictive``, or the experiment that measured the effect.
    followed : list of str
        Labels of columns that move along.
    """

    text: str
    reached: int
    changed: int
    held: int
    impossible: int
    cost: float
    role: str
    evidence: str
    followed: list[str]

    @property
    def is_measured(self) -> bool:
        """Whether an experiment measured the effect."""
        return self.evidence != "predictive"


@dataclass(frozen=True)
class Level:
    """One group; figures are None where it has fewer than 30 customers."""

    label: str
    customers: int
    leavers_before: float | None
    leavers_after: float | None
    over_before: int | None
    over_after: int | None


@dataclass(frozen=True)
class Group:
    """Customers by one column."""

    column: str
    label: str
    is_protected: bool
    levels: list[Level]


@dataclass(frozen=True)
class Answer:
    """What a scenario brings, for every active customer, as it stands in the log.

    Attributes
    ----------
    leavers : Figure
        Expected within the horizon.
    chance : float
        Standard deviation of the leavers after by chance alone, apart from the model's spread.
    at_risk : Figure or None
        Revenue at risk a month; None where the data know no revenue.
    net : Figure or None
        What customers are expected to pay over the months of the worth, less the cost.
    over : Figure
        Customers over the at-risk line; ``joins`` come over it and ``leaves`` come under it.
    bands_before, bands_after : list of int
        Customers by score, in 20 bands of 0.05.
    sentences : tuple of str
        All of it in two sentences.
    """

    scenario: dict[str, Any]
    customers: int
    leavers: Figure
    chance: float
    at_risk: Figure | None
    net: Figure | None
    cost: float
    months: float
    over: Figure
    joins: int
    leaves: int
    line: float | None
    bands_before: list[int]
    bands_after: list[int]
    steps: list[StepTold]
    groups: list[Group]
    warnings: list[str]
    stamp: Stamp
    sentences: tuple[str, str] = ("", "")


def put_together(
    scenario: Scenario,
    engine: Engine,
    found: Outcome,
    own_stamp: Stamp,
    measured: Mapping[str, Evidence],
) -> Answer:
    """Put an answer together from what the engine found; ``measured`` is what actions measured, by column."""
    spec, before, after = engine.base.spec, found.before, found.after
    cost = sum(step.beside_price for step in found.steps)
    has_money = spec.revenue is not None or spec.value is not None
    spread = engine.base.scorecard.document.spread
    told = Answer(
        scenario=scenario.plain(),
        customers=found.customers,
        leavers=_figure(before.leavers, after.leavers, before.leavers_by_bag, after.leavers_by_bag, spread),
        chance=float(np.sqrt(max(after.chance, 0.0))),
        at_risk=_figure(before.at_risk, after.at_risk, before.at_risk_by_bag, after.at_risk_by_bag, spread)
        if spec.revenue
        else None,
        net=_figure(before.kept, after.kept - cost, before.kept_by_bag, after.kept_by_bag - cost, spread)
        if has_money
        else None,
        cost=cost,
        months=engine.base.value_months,
        over=Figure(before.over, after.over, after.over - before.over, after.over - before.over),
        joins=found.joins,
        leaves=found.leaves,
        line=engine.threshold,
        bands_before=before.bands.astype(int).tolist(),
        bands_after=after.bands.astype(int).tolist(),
        steps=[
            _step_told(step, tally, spec, measured.get(step.column))
            for step, tally in zip(scenario.steps, found.steps, strict=True)
        ],
        groups=_groups(engine, found),
        warnings=_warnings(scenario, found, spec, measured),
        stamp=own_stamp,
    )

    def money(value: float) -> str:
        return f"{own_stamp.currency} {value:,.0f}"

    return replace(told, sentences=scenario_words.sentences(told, spec, money))


def _figure(
    before: float, after: float, before_by_bag: np.ndarray, after_by_bag: np.ndarray, spread: float
) -> Figure:
    """Give a sum before and after; its change's range is that of the bags, each compared with itself."""
    changes = after_by_bag - before_by_bag
    reach = spread * float(changes.std(ddof=1)) if len(changes) > 1 else 0.0
    middle = float(changes.mean()) if len(changes) else after - before
    return Figure(before, after, middle - reach, middle + reach)


def _step_told(step: Step, tally: Tally, spec: DatasetSpec, measured: Evidence | None) -> StepTold:
    feature = spec.feature(step.column)
    return StepTold(
        text=scenario_words.step(step, spec),
        reached=tally.reached,
        changed=tally.changed,
        held=tally.held,
        impossible=tally.impossible,
        cost=tally.beside_price,
        role=str(feature.role),
        evidence=measured.source if measured else feature.evidence,
        followed=[spec.label(column) for column in follows(spec, step.column)],
    )


def _groups(engine: Engine, found: Outcome) -> list[Group]:
    """Sum what is known of each combination of groups by each of its columns."""
    base, spec = engine.base, engine.base.spec
    sizes = np.diff([*base.arrays["starts"], base.rows])
    made = []
    for place, column in enumerate(base.groups):
        codes = base.cell_codes[:, place]

        def summed(by_cell: np.ndarray, codes: np.ndarray = codes, column: str = column) -> np.ndarray:
            return np.bincount(codes, weights=by_cell, minlength=len(base.levels[column]) + 1)

        sums = [
            summed(one)
            for one in (
                sizes,
                found.before.leavers_by_cell,
                found.after.leavers_by_cell,
                found.before.over_by_cell,
                found.after.over_by_cell,
            )
        ]
        levels = [
            _level(
                spec.level_label(column, text) if text else "not known", *(float(one[code]) for one in sums)
            )
            for code, text in [*enumerate(base.levels[column], start=1), (0, None)]
            if sums[0][code]
        ]
        made.append(Group(column, spec.label(column), column in spec.protected, levels))
    return made


def _level(
    label: str, customers: float, before: float, after: float, over_before: float, over_after: float
) -> Level:
    if customers < LEAST_GROUP:
        return Level(label, int(customers), None, None, None, None)
    return Level(label, int(customers), before, after, int(over_before), int(over_after))


def _warnings(
    scenario: Scenario, found: Outcome, spec: DatasetSpec, measured: Mapping[str, Evidence]
) -> list[str]:
    """Say what a reader must know before trusting the figures."""
    words = []
    for column, count in found.outside.items():
        words.append(
            f"{count:,} customers ({count / found.customers:.1%}) are pushed to values of "
            f"{spec.label(column)} that the model has never seen, so nothing is known of them there."
        )
    for place, (step, tally) in enumerate(zip(scenario.steps, found.steps, strict=True), start=1):
        feature = spec.feature(step.column)
        if tally.held:
            words.append(
                f"Step {place}: {tally.held:,} customers stop at the end of the range of {feature.label}."
            )
        if tally.impossible:
            words.append(
                f"Step {place}: {tally.impossible:,} customers stay as they are, since it cannot be: "
                f"{_rules_of(spec, step.column)}"
            )
        if not tally.changed:
            words.append(f"Step {place} changes nobody: they all have what it would give them.")
        if feature.role is Role.ASSUMPTION:
            words.append(f"{feature.label} is not ours to move: step {place} says what if it moved.")
        elif step.column in measured:
            one = measured[step.column]
            words.append(f"{feature.label}: measured in {one.source}. {one.words}")
        elif feature.evidence == "predictive":
            words.append(
                f"{feature.label}: no experiment has measured what moving it does. The model has only seen "
                "which customers with which values left."
            )
        if feature.monotone is not None:
            direction = "raise" if feature.monotone == "increasing" else "lower"
            words.append(
                f"The model was built so that more of {feature.label} can only {direction} a score, "
                "or leave it as it is."
            )
    return list(dict.fromkeys(words))


def _rules_of(spec: DatasetSpec, column: str) -> str:
    return " ".join(rule.text for rule in spec.rules if column in rule.when or column in rule.then)
