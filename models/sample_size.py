"""How many it takes: planned size of a two-sided test of two shares, and the test itself."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.05
POWER = 0.80

_NORMAL = NormalDist()


@dataclass(frozen=True)
class Plan:
    """How many subjects each arm needs; ``challenger`` is the arm that gets the new thing."""

    champion: int
    challenger: int

    @property
    def total(self) -> int:
        """Both arms together."""
        return self.champion + self.challenger


@dataclass(frozen=True)
class Comparison:
    """Two shares compared: ``difference`` is challenger less champion, ``low`` to ``high`` its 95 % range.

    ``p`` is the two-sided probability of so large a difference where there is none.
    """

    champion: float
    challenger: float
    difference: float
    low: float
    high: float
    p: float

    @property
    def is_significant(self) -> bool:
        """Whether it is at the two-sided 5 % level."""
        return self.p < LEVEL


def planned_n(
    base: float, difference: float, *, share: float = 0.5, level: float = LEVEL, power: float = POWER
) -> Plan:
    """Plan a two-sided test of two shares, without correction for continuity.

    Parameters
    ----------
    base : float
        Share (0 to 1) expected of the champion's arm.
    difference : float
        Least difference worth finding, signed: -0.02 means the challenger's share is 2 points lower.
    share : float, default=0.5
        Of all subjects that are in the challenger's arm.

    Raises
    ------
    ValueError
        Where a share is none, or nothing is to be found.

    References
    ----------
    Fleiss, Levin and Paik (2003), "Statistical Methods for Rates and Proportions", chapter 4.
    """
    other = base + difference
    for name, value in (("base", base), ("base + difference", other), ("share", share)):
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value:g}, but it is a share: give one above 0 and under 1.")
    if difference == 0:
        raise ValueError("No number of subjects finds a difference of 0: give the least one worth finding.")
    ratio = share / (1 - share)
    mean = (base + ratio * other) / (1 + ratio)
    chance = _NORMAL.inv_cdf(1 - level / 2) * math.sqrt((1 + ratio) * mean * (1 - mean))
    reach = _NORMAL.inv_cdf(power) * math.sqrt(ratio * base * (1 - base) + other * (1 - other))
    champion = (chance + reach) ** 2 / (ratio * difference**2)
    return Plan(math.ceil(champion), math.ceil(champion * ratio))


def detectable(
    base: float, treated_n: int, held_n: int, *, level: float = LEVEL, power: float = POWER
) -> float | None:
    """Give the least fall of a share that two arms of fixed sizes are likely to find.

    Parameters
    ----------
    base : float
        Share (0 to 1) expected of those held out.

    Returns
    -------
    float or None
        Positive, to within 0.0001; None where not even a fall to nearly nothing would be found.
    """
    if min(treated_n, held_n) < 1 or not 0 < base < 1:
        return None
    share = treated_n / (treated_n + held_n)

    def is_found(fall: float) -> bool:
        return planned_n(base, -fall, share=share, level=level, power=power).champion <= held_n

    low, high = 0.0, base * (1 - 1e-6)
    if not is_found(high):
        return None
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if is_found(middle) else (middle, high)
    return high


def compare(
    champion_n: int, champion_hits: int, challenger_n: int, challenger_hits: int, *, level: float = LEVEL
) -> Comparison:
    """Compare two shares: pooled z test for ``p``, unpooled for the range (both large-sample).

    ValueError where an arm is empty or has more hits than subjects.
    """
    for n, hits in ((champion_n, champion_hits), (challenger_n, challenger_hits)):
        if n < 1 or not 0 <= hits <= n:
            raise ValueError(f"{hits} of {n} is no share: wait until both arms have outcomes.")
    first, second = champion_hits / champion_n, challenger_hits / challenger_n
    difference = second - first
    pooled = (champion_hits + challenger_hits) / (champion_n + challenger_n)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / champion_n + 1 / challenger_n))
    p = 2 * _NORMAL.cdf(-abs(difference) / under_none) if under_none else 1.0
    error = math.sqrt(first * (1 - first) / champion_n + second * (1 - second) / challenger_n)
    reach = _NORMAL.inv_cdf(1 - level / 2) * error
    return Comparison(first, second, difference, difference - reach, difference + reach, p)
