"""Drift of scores: how far two sets of scores lie apart, and what moves over a threshold."""

from __future__ import annotations

import math

import numpy as np

BINS = 10
"""Quantile bins of the reference that a population stability index is counted in."""

SMOOTHING = 0.5
"""Added to each bin's count, so that an empty bin gives a large index, not an infinite one."""


def psi(reference: np.ndarray, current: np.ndarray, *, bins: int = BINS) -> float:
    """Measure how far current scores lie from the reference: the population stability index.

    The sum over bins of (c - r) x ln(c / r), with r and c the shares of both sets in a bin. Bins are cut at
    the quantiles of the reference, so that each holds as many of it; equal quantiles make one bin.

    Parameters
    ----------
    reference, current : ndarray of shape (n,) and (m,)
        Finite scores, on the same scale.
    bins : int, default=10
        At least 2.

    Returns
    -------
    float
        0 where both fall alike into the bins; by custom under 0.1 is small and over 0.2 is large.

    Raises
    ------
    ValueError
        Where a set is empty or holds what is no finite number.

    References
    ----------
    Siddiqi (2006), "Credit Risk Scorecards", chapter 9; the counts are smoothed by a half here.
    """
    before, after = _finite(reference, "reference"), _finite(current, "current")
    if bins < 2:
        raise ValueError(f"{bins} bins tell nothing apart: give 2 or more, such as {BINS}.")
    edges = np.unique(np.quantile(before, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = [_shares(scores, edges) for scores in (before, after)]
    return float(np.sum((shares[1] - shares[0]) * np.log(shares[1] / shares[0])))


def share_over(scores: np.ndarray, threshold: float) -> float:
    """Give the share (0 to 1) of scores at or over a threshold; ValueError where there are none."""
    return float(np.mean(_finite(scores, "current") >= threshold))


def relative_move(before: float, after: float) -> float:
    """Say by which share of itself a figure moved: 0.2 from 10 % to 12 % or 8 %; infinite from 0 to more."""
    if before == after:
        return 0.0
    return abs(after - before) / before if before else math.inf


def quantile_of_moves(before: np.ndarray, after: np.ndarray, quantile: float = 0.95) -> float:
    """Give the quantile of how far the same rows' scores moved, either way; in the unit of the scores."""
    then, now = _finite(before, "reference"), _finite(after, "current")
    if len(then) != len(now):
        raise ValueError(
            f"{len(then)} scores before and {len(now)} after are not of the same rows: score the same table."
        )
    return float(np.quantile(np.abs(now - then), quantile))


def replaced_share(before: np.ndarray, after: np.ndarray, top: float) -> float:
    """Give the share (0 to 1) of the top list by ``before`` that is not on it by ``after``.

    The list holds the ``top`` share of rows, rounded, at least one; of equal scores the earlier row comes
    first.
    """
    size = max(1, round(len(_finite(before, "reference")) * top))
    first, second = (set(np.argsort(-scores, kind="stable")[:size].tolist()) for scores in (before, after))
    return 1 - len(first & second) / size


def _shares(scores: np.ndarray, edges: np.ndarray) -> np.ndarray:
    counts = np.bincount(np.searchsorted(edges, scores, side="right"), minlength=len(edges) + 1)
    return (counts + SMOOTHING) / (len(scores) + SMOOTHING * len(counts))


def _finite(scores: np.ndarray, which: str) -> np.ndarray:
    values = np.asarray(scores, dtype=float)
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(
            f"The {which} scores are {'not all finite' if len(values) else 'none'}: "
            "compare only rows that were scored, and at least one."
        )
    return values
