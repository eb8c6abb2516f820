"""The synthetic demo's retention offers: what each moves and costs, and who took which.

What is planted stands in docs/demo.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

CALLS, DISCOUNTS = "Calls and contact", "Discounts"
SUPPORT, CONTRACTS = "Faster support", "Longer contracts"
OFFER_CATEGORIES = (CALLS, DISCOUNTS, SUPPORT, CONTRACTS)

MOVES = ("lever", "change", "level", "cost", "cost_unit", "description")
"""What the catalogue says of an offer beside its title; blank for other items."""

MEAN_TAKING = 0.03  # probability of an offer outside of the taste, before pairs
OFFER_FACTOR = 4.0

# Those of a taste take the offers of one category OFFER_FACTOR times as often.
OFFER_TASTES = {
    "space": SUPPORT,
    "outdoors": CALLS,
    "puzzles": CONTRACTS,
    "light": DISCOUNTS,
    "home": DISCOUNTS,
}

# Who chose the first, a title or an offer, also takes the second with this further probability.
PLANTED_OFFERS: tuple[tuple[str, str, float], ...] = (
    ("Planet Earth", "Personal contact", 0.35),
    ("Aliens", "Priority support", 0.30),
    ("The Salt Kings", "One year with a gift", 0.30),
    ("Airplane!", "Loyalty discount", 0.30),
    ("Personal contact", "One year with a gift", 0.30),
    ("Priority support", "Small loyalty discount", 0.30),
)


@dataclass(frozen=True)
class Offer:
    """A retention offer: the lever it moves, by how much or to which level, and what it costs us."""

    offer: str
    title: str
    category: str
    lever: str
    change: float | None
    level: str | None
    cost: float
    cost_unit: str
    description: str


_MONTHLY, _ONCE = "EUR per month", "EUR once"
_CARE, _PRICE = (CALLS, "sales_investment"), (DISCOUNTS, "discount")
_REPLY, _TERM = (SUPPORT, "support_response_hours"), (CONTRACTS, "contract")
OFFERS: tuple[Offer, ...] = (
    Offer("O-01", "Quarterly call", *_CARE, 5, None, 5, _MONTHLY, "A short call each quarter"),
    Offer("O-02", "Personal contact", *_CARE, 15, None, 15, _MONTHLY, "A named person calls each month"),
    Offer("O-03", "Account manager", *_CARE, 35, None, 35, _MONTHLY, "An account manager of one's own"),
    Offer("O-04", "Small loyalty discount", *_PRICE, 3, None, 3, _MONTHLY, "3 EUR off each month"),
    Offer("O-05", "Loyalty discount", *_PRICE, 6, None, 6, _MONTHLY, "6 EUR off each month"),
    Offer("O-06", "Large loyalty discount", *_PRICE, 10, None, 10, _MONTHLY, "10 EUR off each month"),
    Offer("O-07", "Priority support", *_REPLY, -8, None, 4, _MONTHLY, "Answers 8 hours sooner"),
    Offer("O-08", "Same-day support", *_REPLY, -16, None, 8, _MONTHLY, "Answers 16 hours sooner"),
    Offer("O-09", "One year with a gift", *_TERM, None, "One year", 25, _ONCE, "A gift on signing"),
    Offer("O-10", "Two years with a gift", *_TERM, None, "Two years", 60, _ONCE, "A gift on signing"),
)


def taken(rng: np.random.Generator, taste: np.ndarray, chosen: Mapping[str, np.ndarray]) -> np.ndarray:
    """Draw who takes which offer: of shape (choosers, offers), True where taken.

    Parameters
    ----------
    rng : numpy Generator
    taste : array of str of shape (choosers,)
    chosen : mapping
        Title to who chose it, of shape (choosers,).
    """
    liked = np.array([[OFFER_TASTES[one] == offer.category for offer in OFFERS] for one in OFFER_TASTES])
    place = {one: number for number, one in enumerate(OFFER_TASTES)}
    probability = MEAN_TAKING * np.where(liked, OFFER_FACTOR, 1.0)[[place[one] for one in taste.tolist()]]
    takes = rng.random(probability.shape) < probability
    column = {offer.title: number for number, offer in enumerate(OFFERS)}
    for seed, follower, share in PLANTED_OFFERS:
        has = takes[:, column[seed]] if seed in column else chosen[seed]
        takes[:, column[follower]] |= has & (rng.random(len(taste)) < share)
    return takes
