"""The effect of an action: who left among those it was meant for, against those held out of it by lot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from models.holdout import wilson

LEAST = 30
"""Customers with a known outcome that each arm needs."""

LEAST_LEFT = 5
"""Leavers that both arms need together."""

_REACH = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Arm:
    """Customers of one arm whose outcome is known.

    Attributes
    ----------
    n, left : int
        Customers, and those of them who left.
    chance : float
        Sum of their chances of leaving, as scored before.
    valued : int
        Those whose worth is known.
    lost, lost_squares : float
        Sums of the worth, and of its square, of those who left, in currency.
    """

    n: int
    left: int
    chance: float = 0.0
    valued: int = 0
    lost: float = 0.0
    lost_squares: float = 0.0


@dataclass(frozen=True)
class Amount:
    """A figure and its two-sided 95 % range."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """The share (0 to 1) of an arm expected to leave by its frozen scores, and the share that left."""

    predicted: float
    observed: Amount


@dataclass(frozen=True)
class Effect:
    """What an action did.

    Attributes
    ----------
    difference : Amount
        Share who left of those held out, less that of those it was meant for (0.03 is 3 points fewer).
    kept : Amount
        The same in customers, of all that it was meant for.
    money : Amount or None
        Their worth in currency; None where no worth is known.
    contacted, held : Calibration
    """

    difference: Amount
    kept: Amount
    money: Amount | None
    contacted: Calibration
    held: Calibration

    @property
    def is_clear(self) -> bool:
        """Whether the range leaves out that it did nothing."""
        return self.difference.low > 0 or self.difference.high < 0


def effect(contacted: Arm, held: Arm, customers: int) -> Effect | None:
    """Tell the effect by intention to treat: all that were drawn count, whether reached or not.

    Parameters
    ----------
    customers : int
        All that the action was meant for, held out ones left aside; some outcomes may not be known.

    Returns
    -------
    Effect or None
        None with fewer than 30 customers in an arm, or fewer than 5 leavers in both: too few to tell.
    """
    if min(contacted.n, held.n) < LEAST or contacted.left + held.left < LEAST_LEFT:
        return None
    difference = newcombe(held.left, held.n, contacted.left, contacted.n)
    return Effect(
        difference,
        _times(difference, customers),
        _money(contacted, held, customers),
        _calibration(contacted),
        _calibration(held),
    )


def newcombe(first_hits: int, first_n: int, second_hits: int, second_n: int) -> Amount:
    """Give the difference of two shares, first less second, with its 95 % range.

    References
    ----------
    Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", Statistics in Medicine 17, method 10 (of Wilson's ranges, without correction).
    """
    first, second = first_hits / first_n, second_hits / second_n
    (low_1, high_1), (low_2, high_2) = wilson(first, first_n), wilson(second, second_n)
    difference = first - second
    return Amount(
        difference,
        difference - math.hypot(first - low_1, high_2 - second),
        difference + math.hypot(high_1 - first, second - low_2),
    )


def _money(contacted: Arm, held: Arm, customers: int) -> Amount | None:
    """Difference of the mean worth lost, with the large-sample range for unequal variances (Welch)."""
    if min(contacted.valued, held.valued) < LEAST:
        return None
    means, error = [], 0.0
    for arm in (held, contacted):
        mean = arm.lost / arm.valued
        error += max(arm.lost_squares / arm.valued - mean**2, 0.0) / (arm.valued - 1)
        means.append(mean)
    value, reach = means[0] - means[1], _REACH * math.sqrt(error)
    return _times(Amount(value, value - reach, value + reach), customers)


def _calibration(arm: Arm) -> Calibration:
    share = arm.left / arm.n
    return Calibration(arm.chance / arm.n, Amount(share, *wilson(share, arm.n)))


def _times(amount: Amount, customers: int) -> Amount:
    return Amount(amount.value * customers, amount.low * customers, amount.high * customers)
