"""Coverage: how often what happened lies in the range that the model gave for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.scorecard import Floats, Scorecard
from models.values import level

BINS = 20
LEAST_ROWS = 5
"""Bins of fewer customers say nothing: a small table is cut into fewer bins."""

CHANCE = 1.96
"""Standard deviations to either side that hold 95 % of what chance brings."""


def known_outcome(
    frame: pd.DataFrame, spec: DatasetSpec
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Give the positions of the rows whose outcome is known, and for each of these who left."""
    values = frame[spec.outcome.column]
    rows = np.flatnonzero(values.notna().to_numpy())
    left = (values.iloc[rows].map(level) == spec.outcome.positive).to_numpy(dtype=bool)
    return rows, left


def coverage(scorecard: Scorecard, frame: pd.DataFrame, spec: DatasetSpec) -> dict[str, Any]:
    """Compare ranges with what happened on customers that the model has not learned from.

    Parameters
    ----------
    scorecard : Scorecard
        Its ranges are judged: model spread, from the bags.
    frame : DataFrame
        Canonical rows held out from training; those without a known outcome are passed over.
    spec : DatasetSpec
        Names the outcome.

    Returns
    -------
    dict
        See :func:`coverage_of`.
    """
    rows, left = known_outcome(frame, spec)
    codes = scorecard.encode(frame.iloc[rows])
    return coverage_of(left, scorecard.probability(codes), *scorecard.interval(codes))


def coverage_of(
    outcome: npt.ArrayLike, probability: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> dict[str, Any]:
    """Give the share of 20 score bins whose observed rate lies in its range.

    Bins hold customers of like scores, as many in each. A bin's range goes from the mean of its
    customers' lows to the mean of their highs. That is model spread alone; whether a customer leaves is
    chance besides, so ``share_with_chance`` gives the share where the range is widened by the chance of a
    bin of this size: both added as the sides of a right angle.

    Parameters
    ----------
    outcome : array of bool of shape (n,)
        True for those who left.
    probability, low, high : arrays of float of shape (n,)
        Scores and their ranges, shares in 0-1.

    Returns
    -------
    dict
        Plain values: ``share``, ``share_with_chance`` (None without rows), ``n``, ``words``, and ``bins``,
        each with ``n``, ``mean_score``, ``low``, ``high``, ``observed``, ``inside``,
        ``inside_with_chance``.
    """
    left, score = np.asarray(outcome, dtype=bool), np.asarray(probability, dtype=np.float64)
    lows, highs = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    order = np.argsort(score, kind="stable")
    parts = [part for part in np.array_split(order, _bins(len(order))) if len(part)]
    bins = [_bin(left[part], score[part], lows[part], highs[part]) for part in parts]
    share = _share(bins, "inside")
    return {
        "n": len(left),
        "share": share,
        "share_with_chance": _share(bins, "inside_with_chance"),
        "bins": bins,
        "words": _words(bins, share),
    }


def _bins(rows: int) -> int:
    return int(np.clip(rows // LEAST_ROWS, 1, BINS))


def _bin(left: npt.NDArray[np.bool_], score: Floats, low: Floats, high: Floats) -> dict[str, Any]:
    mean, observed = float(score.mean()), float(left.mean())
    below, above = mean - float(low.mean()), float(high.mean()) - mean
    chance = CHANCE * float(np.sqrt((score * (1 - score)).sum())) / len(score)
    return {
        "n": len(score),
        "mean_score": mean,
        "low": mean - below,
        "high": mean + above,
        "observed": observed,
        "inside": bool(mean - below <= observed <= mean + above),
        "inside_with_chance": bool(
            mean - np.hypot(below, chance) <= observed <= mean + np.hypot(above, chance)
        ),
    }


def _share(bins: list[dict[str, Any]], what: str) -> float | None:
    return sum(one[what] for one in bins) / len(bins) if bins else None


def _words(bins: list[dict[str, Any]], share: float | None) -> str:
    if share is None:
        return "Not measured: no customer with a known outcome was held out."
    inside, chance = (sum(one[what] for one in bins) for what in ("inside", "inside_with_chance"))
    return (
        f"In {inside} of {len(bins)} groups of like scores the share that left lies in the range the model "
        f"gave; in {chance} it does once the chance in groups of this size is allowed for."
    )
