"""The synthetic demo's customers in memory: who they are, and how each month changes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.demo_truth import LEVELS, TRUE_EFFECTS, Coded, hazard

AT_THE_START = 0.7
SETTLING_MONTHS = 24
COMPETITORS_RISE = 1.0  # points, from the first month to the last
MISSING_QUALITY_SHARE, MISSING_AGE_SHARE = 0.04, 0.02


@dataclass
class Population:
    """All customers, those to come too; arrays of shape (customers,), changed in place month by month."""

    rng: np.random.Generator
    months: int
    ids: pa.Array
    joined: np.ndarray  # month of the first row, from 0
    last: np.ndarray  # month of the last row; ``months`` while the customer stays
    codes: dict[str, np.ndarray]
    numbers: dict[str, np.ndarray]
    usual: dict[str, np.ndarray]  # what a customer's numbers wander around
    month: int = 0

    @classmethod
    def draw(cls, rng: np.random.Generator, n: int, months: int) -> Population:
        """Draw who the customers are; what follows month by month is drawn as it comes."""
        joined = np.zeros(n, dtype=np.int16)
        later = n - round(AT_THE_START * n)
        joined[n - later :] = np.sort(rng.integers(1, months, later))
        width = max(5, len(str(n)))
        numbers_as_text = pc.utf8_lpad(pa.array(np.arange(1, n + 1)).cast(pa.string()), width, "0")
        codes = _draw_codes(rng, n)
        numbers, usual = _draw_numbers(rng, codes)
        numbers["tenure_months"][joined > 0] = 0.0
        last = np.full(n, months, dtype=np.int16)
        ids = pc.binary_join_element_wise("C", numbers_as_text, "-")
        population = cls(rng, months, ids, joined, last, codes, numbers, usual)
        population._settle(np.flatnonzero(joined == 0))
        return population

    def here(self) -> np.ndarray:
        """Give the positions of this month's customers."""
        return np.flatnonzero((self.joined <= self.month) & (self.last >= self.month))

    def leave(self, here: np.ndarray) -> None:
        """Let each customer leave at the month's end by the true hazard of the values as recorded."""
        self.last[self._leavers(here)] = self.month

    def _leavers(self, here: np.ndarray) -> np.ndarray:
        columns: dict[str, Any] = {
            name: Coded(self.codes[name][here], LEVELS[name]) if name in LEVELS else self.numbers[name][here]
            for name in TRUE_EFFECTS
        }
        return here[self.rng.random(len(here)) < hazard(columns)]

    def _settle(self, here: np.ndarray) -> None:
        """Replace who would have left before the start, so that churn does not fall as the weak go first."""
        for months_ago in range(SETTLING_MONTHS, 0, -1):
            gone = self._leavers(here)
            codes = _draw_codes(self.rng, len(gone))
            numbers, usual = _draw_numbers(self.rng, codes)
            numbers["tenure_months"][:] = months_ago
            for mine, new in ((self.codes, codes), (self.numbers, numbers), (self.usual, usual)):
                for name, values in new.items():
                    mine[name][gone] = values

    def step(self) -> None:
        """Move on by a month: tenure, contracts, prices, and everything that wanders around its usual."""
        self.month += 1
        rng, here, numbers = self.rng, self.here(), self.numbers
        since = here[self.joined[here] < self.month]
        numbers["tenure_months"][since] += 1.0
        self._renew_contracts(here)
        self._move_prices(here)
        market = 0.4 * np.sin(2 * np.pi * self.month / 12) + COMPETITORS_RISE * self.month / self.months
        self._wander("sales_investment", here, spread=5.0, limits=(0, 100, 1))
        self._wander("support_response_hours", here, spread=2.5, limits=(1, 96, 1))
        self._wander("competitor_offer", here, spread=0.6, limits=(0, 10, 0.1), shift=market)
        numbers["service_quality"][here] = _with_blanks(
            rng, _limit(self.usual["service_quality"][here] + rng.normal(0, 0.5, len(here)), 1, 10, 0.1)
        )
        calls = numbers["support_calls"][here].astype(np.int64)
        # Some calls stay in the window of three months, new ones come: the mean stays what it was.
        kept, new = rng.binomial(calls, 0.85), rng.poisson(0.15 * self.usual["support_calls"][here])
        numbers["support_calls"][here] = np.minimum(kept + new, 20).astype(float)

    def _wander(
        self,
        name: str,
        here: np.ndarray,
        *,
        spread: float,
        limits: tuple[float, float, float],
        shift: float = 0.0,
    ) -> None:
        usual, now = self.usual[name][here] + shift, self.numbers[name][here]
        moved = usual + 0.8 * (now - usual) + self.rng.normal(0, spread, len(here))
        self.numbers[name][here] = _limit(moved, *limits)

    def _renew_contracts(self, here: np.ndarray) -> None:
        contract, chance = self.codes["contract"], self.rng.random(len(here))
        now = contract[here]
        longer = ((now == 0) & (chance < 0.008)) | ((now == 1) & (chance < 0.004))
        shorter = (now == 1) & (chance > 0.992)
        contract[here] = now + longer.astype(np.int8) - shorter.astype(np.int8)

    def _move_prices(self, here: np.ndarray) -> None:
        """Raise list prices by 3 % each year of a customer; change one discount in thirty a month."""
        tenure = self.numbers["tenure_months"][here]
        year = here[(tenure > 0) & (tenure % 12 == 0)]
        self.usual["list_price"][year] = _limit(self.usual["list_price"][year] * 1.03, 20, 160, 0.1)
        changed = here[self.rng.random(len(here)) < 1 / 30]
        self.numbers["discount"][changed] = _draw_discounts(self.rng, self.usual["list_price"][changed])
        paid = self.usual["list_price"][here] - self.numbers["discount"][here]
        self.numbers["monthly_price"][here] = np.round(paid, 2)


def _draw_codes(rng: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Draw groups and contracts: the young buy online and bind themselves less."""
    age = rng.choice(4, n, p=(0.22, 0.31, 0.27, 0.20)).astype(np.int8)
    online = np.array([0.56, 0.46, 0.32, 0.20])[age]
    spot = rng.random(n)
    offline = np.minimum(((spot - online) / (1 - online)).clip(0), 0.999999)
    channel = np.where(spot < online, 0, 1 + np.digitize(offline, (0.50, 0.80)))
    free = np.array([0.60, 0.50, 0.44, 0.38])[age]
    spot = rng.random(n)
    contract = (spot > free).astype(np.int8) + (spot > free + 0.6 * (1 - free))
    age[rng.random(n) < MISSING_AGE_SHARE] = -1
    return {
        "region": rng.choice(5, n, p=(0.19, 0.18, 0.22, 0.20, 0.21)).astype(np.int8),
        "channel": channel.astype(np.int8),
        "contract": contract.astype(np.int8),
        "age_band": age,
        "gender": rng.choice(3, n, p=(0.50, 0.48, 0.02)).astype(np.int8),
    }


def _draw_numbers(
    rng: np.random.Generator, codes: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Draw the first month's numbers, and what is usual for each customer."""
    n, region = len(codes["region"]), codes["region"]
    dearer = np.array([0.0, 3.0, 6.0, -4.0])[codes["channel"]]
    list_price = _limit(63 + dearer + rng.normal(0, 18, n), 20, 160, 0.1)
    quality = 7 + np.array([0.2, -0.3, 0.0, 0.2, -0.1])[region] + rng.normal(0, 1.2, n)
    response = np.exp(np.log(13) + np.array([0.0, 0.2, 0.1, 0.0, -0.3])[region] + rng.normal(0, 0.5, n))
    annoyed = -0.20 * (quality - 7) + 0.010 * (response - 14)
    usual = {
        "list_price": list_price,
        # More is spent on who pays more; a modest link, so that price and care can be told apart.
        "sales_investment": np.clip(rng.gamma(2.2, 14, n) + 0.15 * (list_price - 63), 0, 100),
        "support_response_hours": np.clip(response, 1, 96),
        "service_quality": quality,
        "competitor_offer": 4.5 + np.array([0, -0.4, 0, 0.2, 0.5])[region] + rng.normal(0, 1.7, n),
        "support_calls": np.clip(rng.gamma(2, 0.5, n) * np.exp(annoyed), 0.1, 6),
    }
    discount = _draw_discounts(rng, list_price)
    longer = np.array([20.0, 28.0, 40.0])[codes["contract"]]
    return {
        "tenure_months": _limit(rng.exponential(longer), 0, 120, 1),
        "monthly_price": np.round(list_price - discount, 2),
        "discount": discount,
        "sales_investment": _limit(usual["sales_investment"], 0, 100, 1),
        "support_calls": np.minimum(rng.poisson(usual["support_calls"]), 20).astype(float),
        "support_response_hours": _limit(usual["support_response_hours"], 1, 96, 1),
        "service_quality": _with_blanks(rng, _limit(quality, 1, 10, 0.1)),
        "competitor_offer": _limit(usual["competitor_offer"], 0, 10, 0.1),
    }, usual


def _draw_discounts(rng: np.random.Generator, list_price: np.ndarray) -> np.ndarray:
    """Give two in five customers a discount of 1 to 20 in whole currency, a quarter of the price at most."""
    amount = np.minimum(rng.integers(1, 21, len(list_price)), np.floor(list_price / 4))
    return np.where(rng.random(len(list_price)) < 0.4, amount, 0.0)


def _with_blanks(rng: np.random.Generator, values: np.ndarray) -> np.ndarray:
    """Blank some values at random: not everyone answers a survey."""
    return np.where(rng.random(len(values)) < MISSING_QUALITY_SHARE, np.nan, values)


def _limit(values: np.ndarray, low: float, high: float, step: float) -> np.ndarray:
    """Round to the step at which a value is recorded, inside the range of the spec."""
    return np.round(np.clip(np.round(values / step) * step, low, high), 2)
