"""What a scenario brings: the base in one state and in the other, as sums over customers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from models.scenario.base import Array
from models.scenario.moving import Tally

BANDS = 20
"""Of the distribution of scores, each as wide as the others."""


@dataclass
class Side:
    """The base in one state: as it is, or as it would be. Sums over customers, n of them.

    Attributes
    ----------
    leavers : float
        Sum of the chances.
    chance : float
        Their variance by chance alone, sum of p (1 - p).
    at_risk : float
        Sum of chance times revenue a month, in currency; 0 where no revenue is known.
    kept : float
        Sum of (1 - chance) times worth, in currency.
    over : int
        Customers over the line of the at-risk list.
    bands : array of shape (20,)
        Customers by score, in bands of 0.05.
    leavers_by_cell, over_by_cell, at_risk_by_cell : array of shape (cells,)
        The same by combination of groups.
    leavers_by_bag, at_risk_by_bag, kept_by_bag : array of shape (bags,)
        The same by each bag of the model; empty where no range was asked for.
    """

    leavers: float = 0.0
    chance: float = 0.0
    at_risk: float = 0.0
    kept: float = 0.0
    over: int = 0
    bands: Array = field(default_factory=lambda: np.zeros(BANDS))
    leavers_by_cell: Array = field(default_factory=lambda: np.zeros(0))
    over_by_cell: Array = field(default_factory=lambda: np.zeros(0))
    at_risk_by_cell: Array = field(default_factory=lambda: np.zeros(0))
    leavers_by_bag: Array = field(default_factory=lambda: np.zeros(0))
    at_risk_by_bag: Array = field(default_factory=lambda: np.zeros(0))
    kept_by_bag: Array = field(default_factory=lambda: np.zeros(0))

    def add(self, other: Side) -> None:
        """Add what was found of other rows."""
        for name, value in vars(other).items():
            own = getattr(self, name)
            setattr(self, name, value if np.ndim(own) and not len(own) else own + value)


@dataclass(frozen=True)
class Outcome:
    """What a scenario brings.

    Attributes
    ----------
    before, after : Side
    steps : list of Tally
        What each step did.
    joins, leaves : int
        Customers who come over the line of the at-risk list, and who come under it.
    outside : dict of str to int
        Per column moved: customers pushed out of the range (or levels) that the model has learned from.
    """

    customers: int
    before: Side
    after: Side
    steps: list[Tally]
    joins: int
    leaves: int
    outside: dict[str, int]
