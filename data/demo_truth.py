"""The cause of leaving in the synthetic demo: every coefficient, and the probability that follows.

docs/demo.md says the same in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

HORIZON_MONTHS = 3

REGIONS = ("North", "East", "South", "West", "Capital")
CONTRACTS = ("Month to month", "One year", "Two years")
CHANNELS = ("Online", "Shop", "Partner", "Telesales")
AGE_BANDS = ("18 to 29", "30 to 44", "45 to 59", "60 and over")
GENDERS = ("female", "male", "other")

NUMERIC = (
    "tenure_months",
    "monthly_price",
    "discount",
    "sales_investment",
    "support_calls",
    "support_response_hours",
    "service_quality",
    "competitor_offer",
)
LEVELS = {
    "region": REGIONS,
    "contract": CONTRACTS,
    "channel": CHANNELS,
    "age_band": AGE_BANDS,
    "gender": GENDERS,
}


@dataclass(frozen=True)
class Coded:
    """A column of text as codes of shape (n,) into its levels."""

    codes: np.ndarray
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Slope:
    """A numeric effect: log-odds per unit, measured from ``centre``; values above ``until`` count as it."""

    per_unit: float
    centre: float
    until: float = np.inf

    def of(self, values: np.ndarray) -> np.ndarray:
        """Give the log-odds of each value; a missing value counts as the centre."""
        known = np.where(np.isnan(values), self.centre, values)
        return self.per_unit * (np.minimum(known, self.until) - self.centre)


@dataclass(frozen=True)
class Levels:
    """A categorical effect: log-odds by level."""

    log_odds: Mapping[str, float]

    def of(self, values: Coded) -> np.ndarray:
        """Give the log-odds of each value."""
        return np.array([self.log_odds[level] for level in values.levels])[values.codes]


# Log-odds of leaving within one month, at every centre and month to month.
BASE_LOG_ODDS = -2.25
TRUE_EFFECTS: Mapping[str, Slope | Levels] = {
    "contract": Levels({"Month to month": 0.0, "One year": -1.1, "Two years": -2.0}),
    "sales_investment": Slope(-0.045, centre=30.0),
    "competitor_offer": Slope(0.35, centre=4.5),
    "support_calls": Slope(0.45, centre=1.0),
    "support_response_hours": Slope(0.035, centre=14.0),
    "service_quality": Slope(-0.15, centre=7.0),
    "tenure_months": Slope(-0.02, centre=24.0, until=48.0),
    "monthly_price": Slope(0.015, centre=60.0),
    "discount": Slope(-0.04, centre=3.0),
    "channel": Levels({"Online": 0.0, "Shop": 0.0, "Partner": 0.0, "Telesales": 0.3}),
    "region": Levels(dict.fromkeys(REGIONS, 0.0)),
}
# The one interaction: who may go at any time is driven off sooner by poor service.
POOR_SERVICE_MONTH_TO_MONTH = Slope(-0.15, centre=7.0)


def true_hazard(frame: pd.DataFrame) -> np.ndarray:
    """Give the true probability of leaving within one month, of shape (n,).

    Parameters
    ----------
    frame : DataFrame of shape (n, ...)
        The columns of ``TRUE_EFFECTS``; a missing number counts as the effect's centre.

    Raises
    ------
    ValueError
        If a column is missing, or a contract, channel or region is none of the demo's.
    """
    absent = [column for column in TRUE_EFFECTS if column not in frame]
    if absent:
        raise ValueError(
            f"The table has no {', '.join(absent)}, but the cause of leaving in the demo needs each column "
            "of TRUE_EFFECTS: give rows of the demo's customer table."
        )
    columns: dict[str, Any] = {}
    for column, effect in TRUE_EFFECTS.items():
        if isinstance(effect, Slope):
            columns[column] = frame[column].to_numpy(dtype=float, na_value=np.nan)
        else:
            columns[column] = _coded(frame[column], LEVELS[column])
    return hazard(columns)


def true_probability(frame: pd.DataFrame) -> np.ndarray:
    """Give the true probability of leaving within the horizon of 3 months, of shape (n,), 0 to 1.

    This month's values are held constant: ``1 - (1 - hazard) ** 3``. Arguments and errors as for
    ``true_hazard``.
    """
    return 1.0 - (1.0 - true_hazard(frame)) ** HORIZON_MONTHS


def hazard(columns: Mapping[str, Any]) -> np.ndarray:
    """Give the logistic function of the summed effects; the one place where the cause is computed.

    Parameters
    ----------
    columns : mapping
        For each column of ``TRUE_EFFECTS`` numbers of shape (n,), NaN for missing, or ``Coded`` text.
    """
    log_odds = BASE_LOG_ODDS + sum(effect.of(columns[name]) for name, effect in TRUE_EFFECTS.items())
    bound = columns["contract"].codes != CONTRACTS.index("Month to month")
    log_odds += np.where(bound, 0.0, POOR_SERVICE_MONTH_TO_MONTH.of(columns["service_quality"]))
    return 1.0 / (1.0 + np.exp(-log_odds))


def _coded(column: pd.Series, levels: tuple[str, ...]) -> Coded:
    codes = pd.Index(levels).get_indexer(pd.Index(column))
    if (codes < 0).any():
        strange = column[codes < 0].iloc[0]
        raise ValueError(
            f"{column.name} is {strange!r}, but the demo knows only {', '.join(levels)}: use one of these."
        )
    return Coded(codes, levels)
