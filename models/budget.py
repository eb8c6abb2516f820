"""Who gets which offer under a budget, to keep the most value.

Each customer gets one offer or none: a multiple-choice knapsack. On the upper hull of a customer's offers,
value over cost, each upgrade gains less for the money than the one before. The upgrades of everybody are
taken, those that gain most for the money first, until one no longer fits; the customers nearest to that point
are then decided anew, all of them together and exactly. Beside the answer stands what no plan can pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.counterfactual.fronts import Front, cheapest, unbeaten
from models.scenario import Engine, Scenario, Step
from models.scorecard import Floats

NOBODY = -1
POINTS = 50

CORE = 40
"""So many customers are decided exactly; with no more than these the whole plan is the best there is."""

_ROUNDING = 1e-12


class BudgetError(ValueError):
    """Numbers that no plan can be made of; the message says why."""


@dataclass(frozen=True)
class Plan:
    """Who gets what.

    Attributes
    ----------
    offer : array of shape (customers,)
        Number of the offer, -1 for none.
    cost, value : float
        In currency: what the offers cost, and the sum over customers of drop in chance x worth.
    bound : float
        Value that no plan within the budget can pass.
    budgets, values : array of shape (points,)
        The curve: what other budgets keep at least, from nothing to all that helps.
    """

    offer: npt.NDArray[np.int16]
    cost: float
    value: float
    bound: float
    budgets: Floats
    values: Floats

    @property
    def net(self) -> float:
        """Value less cost, in currency."""
        return self.value - self.cost

    @property
    def gap(self) -> float:
        """How far the plan may at most be from the best there is, a share of the bound in 0-1."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def drops(engine: Engine, offers: Sequence[Sequence[Step]]) -> Floats:
    """Say by how much each offer, some steps together, lowers the chance of each customer of a base.

    Returns
    -------
    array of shape (customers, offers)
        Differences of shares in 0-1, in the order of the base; 0 where an offer changes nothing.
    """
    now = engine.probability(Scenario())
    after = [engine.probability(Scenario(steps=tuple(steps))) for steps in offers]
    return now[:, None] - np.column_stack(after)


def allocate(
    drop: npt.ArrayLike, cost: npt.ArrayLike, worth: npt.ArrayLike, budget: float, *, points: int = POINTS
) -> Plan:
    """Choose at most one offer a customer so that the value kept within a budget is as high as can be.

    Parameters
    ----------
    drop : array of shape (customers, offers)
        By how much the chance of leaving falls with each offer; what raises it, or is NaN, is never given.
    cost : array of shape (offers,) or (customers, offers)
        In currency, for one customer; infinite where a customer cannot have the offer.
    worth : array of shape (customers,)
        What a customer is worth, in currency; one whose worth is not known (NaN) or below 0 gets nothing.
    budget : float
        In currency.

    Raises
    ------
    BudgetError
        For shapes that do not fit, costs below 0 or not known, a budget that is no amount.
    """
    value, price = _checked(drop, cost, worth, budget)
    ups = _upgrades(value, price)
    taken = int(np.searchsorted(np.cumsum(ups.cost), budget * (1 + _ROUNDING), side="right"))
    offer = ups.first(taken, len(value))
    _decide(_core(ups, taken), offer, value, price, budget)
    return _plan(offer, value, price, ups, budget, points)


def least(
    drop: npt.ArrayLike, cost: npt.ArrayLike, worth: npt.ArrayLike, wanted: float, *, points: int = POINTS
) -> Plan | None:
    """Choose at most one offer a customer so that at least a wanted value is kept for as little as can be.

    Parameters as in :func:`allocate`; with a worth of 1 each, value is customers kept. ``bound`` and the
    curve are those of the plan's own cost as budget. The cost is the least there is for up to 40 customers;
    for more it is above that by less than one offer.

    Returns
    -------
    Plan or None
        None where all that helps keeps less than ``wanted``.

    Raises
    ------
    BudgetError
        As :func:`allocate`, and where ``wanted`` is not above 0.
    """
    if not 0 < wanted < np.inf:
        raise BudgetError(f"{wanted} cannot be wanted: give an amount above 0.")
    value, price = _checked(drop, cost, worth, 0.0)
    ups = _upgrades(value, price)
    kept = np.cumsum(ups.value)
    if not len(kept) or kept[-1] < wanted * (1 - _ROUNDING):
        return None
    taken = int(np.searchsorted(kept, wanted * (1 - _ROUNDING))) + 1
    offer = ups.first(taken, len(value))
    _save(_core(ups, taken), offer, value, price, wanted)
    spent = float(price[np.flatnonzero(offer != NOBODY), offer[offer != NOBODY]].sum())
    return _plan(offer, value, price, ups, spent, points)


def _plan(
    offer: npt.NDArray[np.int16], value: Floats, price: Floats, ups: _Upgrades, budget: float, points: int
) -> Plan:
    """Put a plan together with its bound and its curve."""
    spent, kept = np.cumsum(ups.cost), np.cumsum(ups.value)
    taken = int(np.searchsorted(spent, budget * (1 + _ROUNDING), side="right"))
    bound = _at(kept, taken)
    if taken < len(spent):
        bound += (budget - _at(spent, taken)) * ups.value[taken] / ups.cost[taken]
    got = np.flatnonzero(offer != NOBODY)
    total = float(value[got, offer[got]].sum())
    budgets = np.linspace(0, max(float(spent[-1]) if len(spent) else 0.0, 0.0), points)
    places = np.searchsorted(spent, budgets * (1 + _ROUNDING), side="right")
    values = np.concatenate([[0.0], kept])[places]
    return Plan(offer, float(price[got, offer[got]].sum()), total, max(bound, total), budgets, values)


def _checked(
    drop: npt.ArrayLike, cost: npt.ArrayLike, worth: npt.ArrayLike, budget: float
) -> tuple[Floats, Floats]:
    """Give value and price, each of shape (customers, offers)."""
    drops, worths = np.asarray(drop, dtype=np.float64), np.asarray(worth, dtype=np.float64)
    price = np.asarray(cost, dtype=np.float64)
    fits = drops.ndim == 2 and price.shape in (drops.shape, drops.shape[1:])
    if not fits or worths.shape != drops.shape[:1]:
        raise BudgetError(
            f"Drops {drops.shape}, costs {price.shape} and worths {worths.shape} do not fit: give "
            "(customers, offers), (offers,) or (customers, offers), and (customers,)."
        )
    if np.isnan(price).any() or (price < 0).any():
        raise BudgetError("A cost is below 0 or not known: give an amount for each offer.")
    if not 0 <= budget < np.inf:
        raise BudgetError(f"A budget of {budget} cannot be: give an amount of 0 or more.")
    value = drops * worths[:, None]
    return np.where(value > 0, value, 0.0), np.broadcast_to(price, drops.shape)


@dataclass(frozen=True)
class _Upgrades:
    """Steps along every customer's hull, the most value for money first."""

    customer: npt.NDArray[np.intp]
    offer: npt.NDArray[np.int16]
    cost: Floats
    value: Floats

    def first(self, count: int, customers: int) -> npt.NDArray[np.int16]:
        """Give every customer's offer after so many upgrades."""
        offer = np.full(customers, NOBODY, dtype=np.int16)
        offer[self.customer[:count]] = self.offer[:count]  # the last of a customer is the one that holds
        return offer


def _upgrades(value: Floats, price: Floats) -> _Upgrades:
    """Walk up every customer's hull at once: from where each stands to the offer that pays best."""
    who = np.arange(len(value))
    at_cost, at_value, last = np.zeros(len(value)), np.zeros(len(value)), np.full(len(value), np.inf)
    parts = []
    while len(who):
        gain, more = value[who] - at_value[:, None], price[who] - at_cost[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            pays = np.where((gain > 0) & (more >= 0) & (more < np.inf), gain / more, 0.0)
        best = pays.max(axis=1, initial=0.0)
        # of offers that pay alike the one that keeps most, so that the walk is short
        pick = np.where(pays == best[:, None], gain, -np.inf).argmax(axis=1) if pays.size else who
        going = np.flatnonzero(best > 0)
        who, pick, last = who[going], pick[going], np.minimum(best[going], last[going])
        if len(who):
            parts.append((who, pick, more[going, pick], gain[going, pick], last))
            at_cost, at_value = price[who, pick], value[who, pick]
    if not parts:
        none = np.zeros(0)
        return _Upgrades(none.astype(np.intp), none.astype(np.int16), none, none)
    customer, offer, cost, gained, pays = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.argsort(-pays, kind="stable")  # stable: of equals the earlier step of a customer comes first
    return _Upgrades(customer[order], offer[order].astype(np.int16), cost[order], gained[order])


def _core(ups: _Upgrades, taken: int) -> npt.NDArray[np.intp]:
    """Name the customers whose upgrades are nearest to where the money runs out."""
    first = max(0, taken - CORE * CORE)
    near = ups.customer[first : taken + CORE * CORE]
    order = np.argsort(np.abs(np.arange(len(near)) - (taken - first)), kind="stable")
    customers, place = np.unique(near[order], return_index=True)
    return customers[np.argsort(place)][:CORE]


def _decide(
    core: npt.NDArray[np.intp], offer: npt.NDArray[np.int16], value: Floats, price: Floats, budget: float
) -> None:
    """Decide the offers of a few customers exactly, with the money that the others leave."""
    offer[core] = NOBODY
    others = np.flatnonzero(offer != NOBODY)
    left = budget - float(price[others, offer[others]].sum())
    fronts, most = [], 0.0
    for customer in core:
        # seen from the offer that keeps most: what another forgoes, and the money that it saves
        own_value = np.concatenate([[0.0], value[customer]])
        own_price = np.concatenate([[0.0], price[customer]])
        top = np.lexsort((own_price, -np.where(own_price < np.inf, own_value, -1.0)))[0]
        kept = unbeaten(own_value[top] - own_value, own_price - own_price[top])
        kept = kept[own_price[kept] < np.inf]
        fronts.append(
            Front(own_value[top] - own_value[kept], own_price[kept] - own_price[top], kept[:, None] - 1)
        )
        most += float(own_price[top])
    taken = cheapest(fronts, left * (1 + _ROUNDING) - most + _ROUNDING)
    assert taken is not None  # nothing for anybody always fits
    offer[core] = [front.picks[place, 0] for front, place in zip(fronts, taken, strict=True)]


def _save(
    core: npt.NDArray[np.intp], offer: npt.NDArray[np.int16], value: Floats, price: Floats, wanted: float
) -> None:
    """Decide the offers of a few customers exactly, for the least money that keeps what the others do not."""
    offer[core] = NOBODY
    others = np.flatnonzero(offer != NOBODY)
    need = wanted * (1 - _ROUNDING) - float(value[others, offer[others]].sum())
    fronts = []
    for customer in core:
        own_value = np.concatenate([[0.0], value[customer]])
        own_price = np.concatenate([[0.0], price[customer]])
        kept = unbeaten(own_price, -own_value)
        kept = kept[own_price[kept] < np.inf]
        fronts.append(Front(own_price[kept], -own_value[kept], kept[:, None] - 1))
    taken = cheapest(fronts, -need)
    assert taken is not None  # what they had before keeps enough
    offer[core] = [front.picks[place, 0] for front, place in zip(fronts, taken, strict=True)]


def _at(sums: Floats, count: int) -> float:
    return float(sums[count - 1]) if count else 0.0
