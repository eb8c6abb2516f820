"""The hold-out: customers set aside before anything is chosen, and every measure of quality on them.

Intervals are bootstrap intervals: the hold-out is drawn again many times, each customer counting as often
as drawn, and the middle 95 % of each measure is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.evaluation import LEAST_PROBABILITY, stratified_folds

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

HOLD_OUT_PARTS = 5
"""One part in five is set aside: 20 %."""

DRAWS = 200
AT_ONCE = 25
"""Draws worked on at a time, so that large tables need little memory."""

INTERVAL = (2.5, 97.5)
CALIBRATION_BINS = 10
ROWS_A_BIN = 30
"""Small tables are cut into fewer bins: the share observed in a handful of customers is chance alone."""

LIFT_SHARE = 0.10

MEASURES = (
    "roc_auc",
    "average_precision",
    "log_loss",
    "brier",
    "calibration_error",
    "lift_at_10",
    "accuracy",
    "precision",
    "recall",
    "f1",
)


def set_aside(outcome: npt.ArrayLike, seed: int) -> tuple[Rows, Rows]:
    """Part rows at random, outcomes in proportion: ascending positions to learn from and to hold out."""
    part = stratified_folds(outcome, HOLD_OUT_PARTS, seed)
    return np.flatnonzero(part != 0), np.flatnonzero(part == 0)


def threshold_of(probability: npt.ArrayLike, share: float) -> float:
    """Give the score of the last customer in the top ``share`` (0 to 1) of these; at least one is in it."""
    falling = np.sort(np.asarray(probability, dtype=np.float64))[::-1]
    if not len(falling):
        raise ValueError("There is no customer to take a threshold from: give the scores of one or more.")
    return float(falling[max(1, math.ceil(share * len(falling))) - 1])


def quality(
    outcome: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    threshold: float,
    share: float,
    revenue: npt.ArrayLike | None = None,
    value: npt.ArrayLike | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """Measure scores on customers that neither the fit nor the choice has seen.

    Parameters
    ----------
    outcome : array of bool of shape (n,)
        True for those who left; both outcomes must occur.
    probability : array of float of shape (n,)
        Shares in 0-1, not missing.
    threshold : float
        From this score on a customer is called at risk.
    share : float
        Share of customers, in (0, 1), that the list holds.
    revenue, value : array of float of shape (n,), optional
        Revenue a month and worth of each customer, in currency; missing counts as nothing.
    seed, draws : int
        Of the bootstrap.

    Returns
    -------
    dict
        Plain values. Each name of ``MEASURES`` has ``value``, ``low`` and ``high`` (None where it cannot be
        measured: no precision where nobody is called at risk); ``threshold``, ``confusion`` (``tn``, ``fp``,
        ``fn``, ``tp``), ``calibration`` (see :func:`calibration`), ``money``, ``rows``, ``left``, ``draws``.

    Notes
    -----
    ``lift_at_10``: share of leavers among the tenth with the highest scores, over the share among all; scores
    that tie at the border count in proportion. ``calibration_error``: mean distance of score and observed
    share over ten bins of even size (fewer under 300 customers), weighted by customers (expected calibration
    error); even a perfectly calibrated model has a small one by chance, and the bootstrap adds to it, so
    ``value`` may lie at the lower end of its interval.

    References
    ----------
    Efron and Tibshirani (1993), "An Introduction to the Bootstrap", chapter 13: percentile intervals.
    Naeini, Cooper and Hauskrecht (2015), "Obtaining well calibrated probabilities using Bayesian binning",
    AAAI: the calibration error, here on bins of even size.
    """
    ranked, money, values, spread = _measured(
        outcome, probability, threshold, share, revenue, value, seed, draws
    )
    return {
        "rows": ranked.rows,
        "left": int(ranked.left.sum()),
        "draws": draws,
        "threshold": float(threshold),
        **{name: with_interval(values[name], spread[name]) for name in MEASURES},
        "confusion": ranked.confusion,
        "calibration": calibration(outcome, probability),
        "money": money.report(
            {name: with_interval(values[name], spread[name]) for name in values if name not in MEASURES}
        ),
    }


def drawn_measures(
    outcome: npt.ArrayLike,
    ranking: npt.ArrayLike,
    *,
    threshold: float,
    share: float,
    revenue: npt.ArrayLike | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> tuple[dict[str, float], dict[str, Floats]]:
    """Give every measure with its bootstrap draws, so that two rankings can be compared draw by draw.

    Besides ``MEASURES`` these are ``leavers_reached`` and, with ``revenue``, ``revenue_kept`` by calling the
    first ``share`` of customers in the order of the ranking. The same rows and seed give the same draws.

    Returns
    -------
    dict of str to float
        The measures.
    dict of str to array of shape (draws,)
    """
    _, _, values, spread = _measured(outcome, ranking, threshold, share, revenue, None, seed, draws)
    names = {
        "leavers by chance of leaving": "leavers_reached",
        "revenue by chance of leaving": "revenue_kept",
    }
    return (
        {names.get(name, name): found for name, found in values.items()},
        {names.get(name, name): found for name, found in spread.items()},
    )


def _measured(
    outcome: npt.ArrayLike,
    probability: npt.ArrayLike,
    threshold: float,
    share: float,
    revenue: npt.ArrayLike | None,
    value: npt.ArrayLike | None,
    seed: int,
    draws: int,
) -> tuple[_Ranked, _Money, dict[str, float], dict[str, Floats]]:
    """Measure once on all rows, and on each draw of them."""
    ranked = _Ranked(outcome, probability, threshold)
    amounts = {"chance of leaving": ranked}
    if revenue is not None and value is not None:
        expected = ranked.probability * np.nan_to_num(np.asarray(value, dtype=np.float64))[ranked.order]
        own_order = np.empty(ranked.rows)
        own_order[ranked.order] = expected
        amounts["expected loss"] = _Ranked(outcome, probability, threshold, by=own_order)
    money = _Money(amounts, share, revenue)

    def all_measures(weights: Floats) -> dict[str, Floats]:
        return ranked.measures(weights) | money.measures(weights)

    values = {name: float(found[0]) for name, found in all_measures(np.ones((1, ranked.rows))).items()}
    drawn: dict[str, list[Floats]] = {name: [] for name in values}
    for weights in _draws(ranked.rows, draws, seed):
        for name, found in all_measures(weights).items():
            drawn[name].append(found)
    spread = {name: np.concatenate(found) if found else np.empty(0) for name, found in drawn.items()}
    return ranked, money, values, spread


def calibration(outcome: npt.ArrayLike, probability: npt.ArrayLike) -> list[dict[str, Any]]:
    """Compare scores with what happened, in at most ten bins of even size (fewer under 300 rows), ascending.

    Returns
    -------
    list of dict
        ``mean_score`` and ``observed`` (shares in 0-1), ``n``, and the 95 % range ``low`` to ``high`` of the
        observed share. Equal scores stay in one bin, so that bins may be fewer or of uneven size.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
    """
    left, p = np.asarray(outcome, dtype=bool), np.asarray(probability, dtype=np.float64)
    bins = []
    place = _bins(p)
    for one in np.unique(place):
        here = place == one
        n, observed = int(here.sum()), float(left[here].mean())
        low, high = wilson(observed, n)
        mean_score = float(p[here].mean())
        bins.append({"mean_score": mean_score, "observed": observed, "n": n, "low": low, "high": high})
    return bins


def wilson(share: float, n: int) -> tuple[float, float]:
    """Give the 95 % range of a share observed in n customers."""
    z = 1.959963984540054
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach))


def _bins(probability: Floats) -> Rows:
    bins = int(np.clip(len(probability) // ROWS_A_BIN, 2, CALIBRATION_BINS))
    edges = np.unique(np.quantile(probability, np.arange(1, bins) / bins))
    return np.searchsorted(edges, probability, side="left")


def _draws(rows: int, draws: int, seed: int) -> Any:
    """Give how often each row is drawn: arrays of shape (a few draws, rows)."""
    random = np.random.default_rng(seed)
    for start in range(0, draws, AT_ONCE):
        few = min(AT_ONCE, draws - start)
        weights = np.empty((few, rows))
        for one in range(few):
            weights[one] = np.bincount(random.integers(rows, size=rows), minlength=rows)
        yield weights


def with_interval(value: float, drawn: Floats) -> dict[str, float | None]:
    """Put a measure and the middle 95 % of its draws together; what is not a number becomes None."""
    drawn = drawn[np.isfinite(drawn)]
    low, high = np.percentile(drawn, INTERVAL) if len(drawn) else (math.nan, math.nan)
    ends = {"value": value, "low": min(float(low), value), "high": max(float(high), value)}
    return {name: number if math.isfinite(number) else None for name, number in ends.items()}


@dataclass(frozen=True)
class _Ranking:
    """Where groups of equal scores begin, in rows ordered by falling score."""

    starts: Rows

    def sums(self, weights: Floats) -> Floats:
        """Add up per group: (draws, rows) becomes (draws, groups)."""
        return np.add.reduceat(weights, self.starts, axis=1)


class _Ranked:
    """Outcomes and scores ordered by falling score; every measure for many weightings of the rows at once."""

    def __init__(
        self,
        outcome: npt.ArrayLike,
        probability: npt.ArrayLike,
        threshold: float,
        by: npt.ArrayLike | None = None,
    ) -> None:
        left, p = np.asarray(outcome, dtype=bool), np.asarray(probability, dtype=np.float64)
        if left.shape != p.shape or left.ndim != 1:
            raise ValueError(f"{left.shape} outcomes do not fit {p.shape} scores: give one score for each.")
        if left.all() or not left.any():
            raise ValueError(
                "All outcomes of the hold-out are the same, so nothing can be measured: "
                "load a file with more customers who left and who stayed."
            )
        if not np.isfinite(p).all():
            raise ValueError("A score is missing or infinite: score every row before measuring.")
        key = p if by is None else np.asarray(by, dtype=np.float64)
        self.order: Rows = np.argsort(-key, kind="stable")
        self.left, self.probability = left[self.order], p[self.order]
        self.rows = len(p)
        ordered = key[self.order]
        self.groups = _Ranking(np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]))
        self._flagged: Bools = self.probability >= threshold
        clipped = np.clip(self.probability, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
        self._log_loss = -np.where(self.left, np.log(clipped), np.log1p(-clipped))
        self._square = (self.probability - self.left) ** 2
        place = _bins(self.probability)
        self._bin_starts = np.flatnonzero(np.r_[True, place[1:] != place[:-1]])

    @property
    def confusion(self) -> dict[str, int]:
        """Count who was called at risk against who left."""
        flagged, left = self._flagged, self.left
        return {
            "tn": int((~flagged & ~left).sum()),
            "fp": int((flagged & ~left).sum()),
            "fn": int((~flagged & left).sum()),
            "tp": int((flagged & left).sum()),
        }

    def measures(self, weights: Floats) -> dict[str, Floats]:
        """Give every measure per draw; ``weights`` of shape (draws, rows), in the order given to us."""
        w = weights[:, self.order]
        gone = w * self.left
        total, left = w.sum(axis=1), gone.sum(axis=1)
        group, group_left = self.groups.sums(w), self.groups.sums(gone)
        passed, passed_left = np.cumsum(group, axis=1), np.cumsum(group_left, axis=1)
        stayed_below = (total - left)[:, None] - (passed - passed_left)
        group_stayed = group - group_left
        tp, called = gone @ self._flagged, w @ self._flagged
        correct = tp + (total - called) - (left - tp)
        with np.errstate(invalid="ignore", divide="ignore"):
            precision_here = np.where(passed > 0, passed_left / passed, 0.0)
            return {
                "roc_auc": (group_left * (stayed_below + group_stayed / 2)).sum(axis=1)
                / (left * (total - left)),
                "average_precision": (group_left * precision_here).sum(axis=1) / left,
                "log_loss": w @ self._log_loss / total,
                "brier": w @ self._square / total,
                "calibration_error": np.abs(
                    np.add.reduceat(w * (self.probability - self.left), self._bin_starts, axis=1)
                ).sum(axis=1)
                / total,
                "lift_at_10": self.reached(w, gone, LIFT_SHARE * total) / (LIFT_SHARE * left),
                "accuracy": correct / total,
                "precision": tp / called,
                "recall": tp / left,
                "f1": 2 * tp / (called + left),
            }

    def reached(self, ordered_weights: Floats, amount: Floats, first: Floats) -> Floats:
        """Add up an amount over the first so many rows of each draw; ties at the border in proportion."""
        group, inside = self.groups.sums(ordered_weights), self.groups.sums(amount)
        before = np.cumsum(group, axis=1) - group
        taken = np.clip(first[:, None] - before, 0, group)
        return (inside * np.divide(taken, group, out=np.zeros_like(group), where=group > 0)).sum(axis=1)


class _Money:
    """What calling the first customers of the list reaches, against calling as many at random."""

    def __init__(self, orders: Mapping[str, _Ranked], share: float, revenue: npt.ArrayLike | None) -> None:
        self._orders = orders
        first = next(iter(orders.values()))
        self._share, self._rows = share, first.rows
        self._left = int(first.left.sum())
        self._revenue = (
            None if revenue is None else np.nan_to_num(np.asarray(revenue, dtype=np.float64), nan=0.0)
        )
        self.n = max(1, round(share * first.rows))

    def measures(self, weights: Floats) -> dict[str, Floats]:
        """Give leavers reached, and their revenue, for each order of the list."""
        found = {}
        first = np.full(len(weights), float(self.n))
        for name, ranked in self._orders.items():
            w = weights[:, ranked.order]
            gone = w * ranked.left
            found[f"leavers by {name}"] = ranked.reached(w, gone, first)
            if self._revenue is not None:
                found[f"revenue by {name}"] = ranked.reached(w, gone * self._revenue[ranked.order], first)
        return found

    def report(self, measured: Mapping[str, dict[str, float | None]]) -> dict[str, Any]:
        """Put it in plain values; ``at_random`` is what calling any n customers reaches on average."""
        one = next(iter(self._orders.values()))
        leaving = None if self._revenue is None else float(self._revenue[one.order][one.left].sum())
        by_order = {}
        for name in self._orders:
            kept = measured.get(f"revenue by {name}")
            by_order[name] = {
                "leavers_reached": measured[f"leavers by {name}"]
                | {"at_random": self._left * self.n / self._rows},
                "revenue_kept": None
                if kept is None or leaving is None
                else kept | {"at_random": leaving * self.n / self._rows},
            }
        return {
            "n": self.n,
            "of": self._rows,
            "leavers": self._left,
            "revenue_leaving": leaving,
            "order": "chance of leaving",
            **by_order["chance of leaving"],
            "by_expected_loss": by_order.get("expected loss"),
        }
