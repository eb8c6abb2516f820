"""From a goal: who gets which offer, so that a budget keeps the most, or so many customers cost the least.

Advice names levers only, and nobody is moved to where the model has seen nobody. A plan is a proposal; it is
on record before it is told.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from config.dataset import DatasetSpec, Role
from config.formula import formula_columns
from models import budget as budgets
from models.budget import NOBODY
from models.offers import Offered, offered
from models.scenario import Engine, ScenarioError, Step, Who, parse_scenario
from models.scenario.moving import chosen
from services import goal_steps, goal_words, log, scenario_words
from services.roles import Actor
from services.scenarios import NoModel, allowed, checked, open_engine
from services.stamp import Stamp, stamp

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "GoalAnswer",
    "GoalRefused",
    "NoModel",
    "OfferTold",
    "Worked",
    "free_levers",
    "named",
    "plan",
    "work_out",
]

MOST_OFFERS = 6
MOST_STEPS = 3


class GoalRefused(ValueError):
    """A goal or an offer that no plan can be made of; the message says why, and how to mend it."""


@dataclass(frozen=True)
class OfferTold:
    """One offer as the plan has it.

    Attributes
    ----------
    words : str
        Its steps.
    customers : int
        Who would get it.
    could : int
        Who could: it changes them, and none of the reasons below speaks against it.
    outside, astray : int
        Who do not get it, since it would move them to where the model has seen nobody; since a lever's
        present value is not known, or would move the way that raises the chance.
    cost, value : float
        In currency, over the months of the worth.
    fewer : float
        Expected leavers fewer.
    """

    words: str
    customers: int
    could: int
    outside: int
    astray: int
    cost: float
    fewer: float
    value: float


@dataclass(frozen=True)
class GoalAnswer:
    """A plan, as it stands in the log.

    Attributes
    ----------
    question : dict
        ``offers``, ``budget``, ``wanted`` and ``who`` as they were asked.
    customers : int
        Whom the plan chooses among.
    aim : str
        ``value``: the most value for the budget. ``customers``: so many more kept.
    given : int
        Who would get an offer.
    cost, value, net : float
        In currency over ``months``; value is at what customers pay today.
    fewer : float
        Expected leavers fewer.
    gap : float
        How far the plan may at most be from the best one, a share in 0-1.
    curve : list of (float, float)
        Budget, and what it keeps at least: currency, or customers where they are the aim.
    needed : float or None
        The least money that keeps ``wanted`` customers; None where none does, or nobody asked.
    can_be_done : bool or None
        Whether the goal can be met within the budget; None where there is no goal.
    steps : list of dict or None
        The plan as steps of a scenario; None where steps cannot say who gets what.
    """

    question: dict[str, Any]
    customers: int
    aim: str
    budget: float | None
    wanted: float | None
    given: int
    cost: float
    value: float
    net: float
    fewer: float
    gap: float
    months: float
    offers: list[OfferTold]
    curve: list[tuple[float, float]]
    needed: float | None
    can_be_done: bool | None
    steps: list[dict[str, Any]] | None
    has_money: bool
    stamp: Stamp
    sentences: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worked:
    """A plan as it was worked out, on record nowhere yet.

    ``offer`` (the number of it, -1 for none), in the order of the base; ``among`` are those asked for.
    """

    engine: Engine
    offers: list[tuple[Step, ...]]
    asked: Who
    brought: Offered
    among: npt.NDArray[np.bool_]
    offer: npt.NDArray[np.int16]
    found: budgets.Plan
    aim: str
    needed: float | None
    can_be_done: bool | None


def plan(
    installation: Installation,
    actor: Actor,
    offers: Any,
    budget: float | None,
    *,
    wanted: float | None = None,
    who: Mapping[str, Any] | None = None,
) -> GoalAnswer:
    """Plan who gets which offer; it is on record when this returns.

    Parameters
    ----------
    offers : list of dict
        One to six, each with ``steps`` as in :class:`models.scenario.Step`, without whom they are for.
    budget : float or None
        In currency, over the months of a customer's worth; None only where a number is wanted.
    wanted : float, optional
        Keep so many customers more, for as little as can be; where the budget does not do, the most for it.
    who : mapping, optional
        Only for these, as :class:`models.scenario.Who`; all active customers when absent.

    Raises
    ------
    GoalRefused
        If it cannot be; the message names the offer.
    NoModel
        If no model may answer this person.
    """
    on, champion = allowed(installation, actor)
    engine = open_engine(installation, on.dataset, champion)
    question = {"offers": offers, "budget": budget, "wanted": wanted, "who": dict(who or {})}
    worked = work_out(engine, question)
    told = tell(worked, question, stamp(installation, on))
    entry = log.record(
        installation,
        actor,
        "goal",
        subject=f"{len(worked.offers)} offers for {told.customers:,} customers",
        version=on.version,
        snapshot=on.dataset.snapshot,
        payload={
            "question": question,
            "words": goal_words.asked(told) + " " + " ".join(told.sentences),
            "months": told.months,
            "answer": figures(told),
        },
    )
    return replace(told, stamp=stamp(installation, on, entry=entry.seq))


def figures(told: GoalAnswer) -> dict[str, Any]:
    """Keep of a plan what the log holds and a replay compares."""
    return {
        "given": told.given,
        "cost": told.cost,
        "fewer": told.fewer,
        "value": told.value,
        "needed": told.needed,
        "by_offer": [[one.words, one.customers, one.cost] for one in told.offers],
    }


def tell(worked: Worked, question: dict[str, Any], own: Stamp) -> GoalAnswer:
    """Put a plan together for people."""
    told = _told(worked, question, own)
    spec = worked.engine.base.spec
    return replace(told, sentences=goal_words.sentences(told, spec), warnings=goal_words.warnings(told, spec))


def work_out(engine: Engine, question: Mapping[str, Any]) -> Worked:
    """Work a plan out; GoalRefused where it cannot be."""
    budget, wanted = _amount(question.get("budget"), "budget"), _amount(question.get("wanted"), "goal")
    if budget is None and wanted is None:
        raise GoalRefused("Say what the budget is, or how many customers to keep.")
    if wanted == 0:
        raise GoalRefused("A goal of 0 more customers needs no plan: give 1 or more.")
    who = question.get("who") or {}
    offers = _offers(engine, question.get("offers"), who)
    base = engine.base
    asked = offers[0][0].who
    among = chosen(base, asked)
    offers = [tuple(step.model_copy(update={"who": Who()}) for step in one) for one in offers]
    if not among.any():
        raise GoalRefused("No active customer fits this choice: choose others.")
    if wanted is None and np.isnan(base.arrays["worth"]).all():
        raise GoalRefused(
            "The data do not say what a customer is worth, so value cannot be planned: "
            "say how many customers to keep."
        )
    brought = offered(engine, offers)
    rows = np.flatnonzero(among)
    drop, cost = brought.drop[rows], brought.cost[rows]
    needed, can_be_done = None, None
    if wanted is None:
        assert budget is not None
        aim, found = "value", budgets.allocate(drop, cost, base.arrays["worth"][rows], budget)
    else:
        aim, ones = "customers", np.ones(len(rows))
        cheapest = budgets.least(drop, cost, ones, wanted)
        needed = cheapest.cost if cheapest else None
        can_be_done = cheapest is not None and (budget is None or cheapest.cost <= budget)
        spend = _all_of_it(cost) if budget is None else budget
        found = cheapest if cheapest and can_be_done else budgets.allocate(drop, cost, ones, spend)
    offer = np.full(base.rows, NOBODY, dtype=np.int16)
    offer[rows] = found.offer
    return Worked(engine, offers, asked, brought, among, offer, found, aim, needed, can_be_done)


def _all_of_it(cost: npt.NDArray[np.float64]) -> float:
    """Give a budget that nobody's best offer goes beyond."""
    return float(np.where(np.isfinite(cost), cost, 0.0).max(axis=1, initial=0.0).sum()) + 1.0


def _amount(value: Any, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise GoalRefused(f"A {name} of {value!r} cannot be: give an amount of 0 or more.")
    return float(value)


def _offers(engine: Engine, plain: Any, who: Any) -> list[tuple[Step, ...]]:
    if not isinstance(plain, list | tuple) or not 1 <= len(plain) <= MOST_OFFERS:
        raise GoalRefused(f"Choose 1 to {MOST_OFFERS} offers to plan with.")
    found = []
    for place, one in enumerate(plain, start=1):
        try:
            found.append(_offer(engine, one, who))
        except (ScenarioError, GoalRefused) as fault:
            raise GoalRefused(f"Offer {place}: {fault}") from fault
    for place, steps in enumerate(found, start=1):
        if steps in found[: place - 1]:
            raise GoalRefused(f"Offer {place} is one of those before it again: leave it out.")
    return found


def _offer(engine: Engine, plain: Any, who: Any) -> tuple[Step, ...]:
    steps = plain.get("steps") if isinstance(plain, Mapping) else None
    if not isinstance(steps, list | tuple) or not 1 <= len(steps) <= MOST_STEPS:
        raise GoalRefused(f"an offer is 1 to {MOST_STEPS} steps, such as a discount set to 5.")
    spec = engine.base.spec
    for step in steps:
        if isinstance(step, Mapping) and ("who" in step or "coverage" in step):
            raise GoalRefused("who gets it is what the plan works out: leave that out of the offer.")
    scenario = parse_scenario({"steps": [{**step, "who": who} if who else step for step in steps]})
    checked(scenario, engine)
    levers = free_levers(spec)
    for one in scenario.steps:
        feature = spec.feature(one.column)
        if feature.role is Role.ASSUMPTION:
            raise GoalRefused(f"{feature.label} is not ours to move, so nobody can be offered it.")
        if one.column not in levers:
            raise GoalRefused(f"{feature.label} follows from other columns: offer one of those.")
        if one.cost is None and feature.cost is None:
            raise GoalRefused(
                f"nobody said what moving {feature.label} costs: give a cost for each customer (0 is one)."
            )
    return scenario.steps


def free_levers(spec: DatasetSpec) -> set[str]:
    """Name the levers that can be moved by themselves: what follows another lever by a formula cannot."""
    named = {feature.column for feature in spec.features if feature.role is Role.LEVER}
    moving = set(named)
    for derived in spec.derived:
        if not moving.isdisjoint(formula_columns(derived.tree)):
            moving.add(derived.column)
            named.discard(derived.column)
    return named


def _told(worked: Worked, question: dict[str, Any], own: Stamp) -> GoalAnswer:
    base, found = worked.engine.base, worked.found
    offers = [_offer_told(worked, place) for place in range(len(worked.offers))]
    cost, value = sum(one.cost for one in offers), sum(one.value for one in offers)
    return GoalAnswer(
        question=question,
        customers=int(np.count_nonzero(worked.among)),
        aim=worked.aim,
        budget=question["budget"],
        wanted=question["wanted"],
        given=sum(one.customers for one in offers),
        cost=cost,
        value=value,
        net=value - cost,
        fewer=sum(one.fewer for one in offers),
        gap=found.gap,
        months=base.value_months,
        offers=offers,
        curve=list(zip(found.budgets.tolist(), found.values.tolist(), strict=True)),
        needed=worked.needed,
        can_be_done=worked.can_be_done,
        steps=goal_steps.as_steps(worked),
        has_money=not bool(np.isnan(base.arrays["worth"]).all()),
        stamp=own,
    )


def named(worked: Worked) -> list[str]:
    """Name each offer by its steps: "discount up by 5 EUR per month"."""
    spec = worked.engine.base.spec
    return [scenario_words.steps(one, spec).replace(" for everybody", "") for one in worked.offers]


def _offer_told(worked: Worked, place: int) -> OfferTold:
    base, brought = worked.engine.base, worked.brought
    gets = worked.offer == place
    drop = brought.drop[gets, place]
    changes = brought.changes[:, place] & worked.among
    outside = changes & brought.outside[:, place]
    return OfferTold(
        words=named(worked)[place],
        customers=int(np.count_nonzero(gets)),
        could=int(np.count_nonzero(worked.among & np.isfinite(brought.cost[:, place]))),
        outside=int(np.count_nonzero(outside)),
        astray=int(np.count_nonzero(changes & ~outside & brought.astray[:, place])),
        cost=float(brought.cost[gets, place].sum()),
        fewer=float(drop.sum()),
        value=float(np.nansum(drop * base.arrays["worth"][gets])),
    )
