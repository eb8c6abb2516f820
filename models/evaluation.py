"""How good probabilities are: ranking (AUC), log loss, Brier score, and their spread over folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

LEAST_PROBABILITY = 1e-15
"""Log loss takes no probability nearer to 0 or 1, so that one certain error is not infinite."""


def auc(outcome: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """Give the chance that who left scores higher than who stayed; a tie counts half.

    Parameters
    ----------
    outcome : array of bool of shape (n,)
        True for those who left.
    score : array of float of shape (n,)
        Any ranking number, higher for those likelier to leave; not missing.

    Returns
    -------
    float
        Area under the receiver operating characteristic, in 0 to 1; 0.5 is chance.

    Raises
    ------
    ValueError
        If only one outcome occurs or a score is missing.

    References
    ----------
    Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating
    characteristic (ROC) curve", Radiology 143: the Mann-Whitney form used here.
    """
    left, score = _checked(outcome, score)
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = np.cumsum(counts) - (counts - 1) / 2  # tied scores share the middle of their ranks
    positives = int(left.sum())
    above = rank[place][left].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(left) - positives)))


def log_loss(outcome: npt.ArrayLike, probability: npt.ArrayLike) -> float:
    """Give the mean negative log likelihood, in nats; 0 is perfect."""
    left, p = _checked(outcome, probability)
    p = np.clip(p, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return float(-np.mean(np.where(left, np.log(p), np.log1p(-p))))


def brier(outcome: npt.ArrayLike, probability: npt.ArrayLike) -> float:
    """Give the mean squared distance of probability and outcome, in 0 to 1; 0 is perfect.

    References
    ----------
    Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly
    Weather Review 78, in the form for two outcomes.
    """
    left, p = _checked(outcome, probability)
    return float(np.mean((p - left) ** 2))


def stratified_folds(outcome: npt.ArrayLike, folds: int, seed: int) -> npt.NDArray[np.intp]:
    """Deal rows into folds at random, each outcome evenly: the fold of each row, of shape (n,)."""
    left = np.asarray(outcome, dtype=bool)
    fold = np.empty(len(left), dtype=np.intp)
    order, dealt = np.random.default_rng(seed), 0
    for one in (True, False):
        rows = order.permutation(np.flatnonzero(left == one))
        fold[rows] = (np.arange(len(rows)) + dealt) % folds
        dealt += len(rows)  # go on dealing where the first outcome stopped, so that folds are of one size
    return fold


def stratified_sample(outcome: npt.ArrayLike, rows: int, seed: int) -> npt.NDArray[np.intp]:
    """Draw at most so many rows at random, outcomes in the proportion of all: ascending positions."""
    left = np.asarray(outcome, dtype=bool)
    if len(left) <= rows:
        return np.arange(len(left))
    order, positives = np.random.default_rng(seed), round(rows * float(left.mean()))
    drawn = [
        order.choice(np.flatnonzero(left == one), size, replace=False)
        for one, size in ((True, positives), (False, rows - positives))
    ]
    return np.sort(np.concatenate(drawn))


def spread(values: Sequence[float]) -> dict[str, object]:
    """Sum up a figure measured on folds: mean, sample standard deviation, and each fold's value."""
    return {
        "mean": float(np.mean(values)),
        "sd": float(np.std(values, ddof=1)),
        "folds": [float(value) for value in values],
    }


def _checked(
    outcome: npt.ArrayLike, score: npt.ArrayLike
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    left, numbers = np.asarray(outcome, dtype=bool), np.asarray(score, dtype=np.float64)
    if left.shape != numbers.shape or left.ndim != 1:
        raise ValueError(
            f"{left.shape} outcomes do not fit {numbers.shape} scores: give one score for each outcome."
        )
    if left.all() or not left.any():
        raise ValueError(
            "All outcomes are the same, so nothing can be measured: "
            "give rows of customers who left and of customers who stayed."
        )
    if np.isnan(numbers).any():
        raise ValueError(
            f"{int(np.isnan(numbers).sum())} scores are missing: score every row before measuring."
        )
    return left, numbers
