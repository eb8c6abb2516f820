"""Which models are tried, and which of them is taken: the smallest that is as good as the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

PAIRS_TRIED = (0, 5, 10)
"""Numbers of pairs of features that training tries."""

BAGS_TRIED = 2
"""Outer bags while choosing; the choice is fitted again with more."""

BAGS = 8
"""Outer bags of a version that may serve: the range of a score stands on them (7 degrees of freedom)."""

MANY_ROWS = 50_000
"""Above this, numbers are cut into fewer bins: time grows with both, and quality does not."""

PAIR_CELLS = 1_024
"""Pairs with more cells are not tried: they would be no small table, and learn single customers."""

PAIR_BINS = 16


def parameters(rows: int) -> dict[str, Any]:
    """Give the settings of every Explainable Boosting Machine, one set for all data.

    Measured on Telco and churn 2020, five folds (docs/model.md): a learning rate of 0.05 and stopping
    after 50 rounds without gain cost nothing against the library's 0.015 and 100, and halve the time.
    """
    return {
        "max_bins": 64 if rows > MANY_ROWS else 256,
        "max_interaction_bins": PAIR_BINS,
        "learning_rate": 0.05,
        "early_stopping_rounds": 50,
        "missing": "separate",
    }


def smallest_as_good(losses: Mapping[int, Sequence[float]]) -> tuple[int, list[dict[str, float]]]:
    """Choose the smallest candidate whose paired loss against the best is within one standard error.

    Parameters
    ----------
    losses : mapping of int to sequence of float
        By candidate (its number of pairs) the loss on each fold, the folds the same for all.

    Returns
    -------
    int
        The candidate to take.
    list of dict
        By candidate, ascending: ``pairs``, its mean ``loss``, how much it is ``worse`` than the best on
        the same folds, and the ``standard_error`` of that difference.

    References
    ----------
    Breiman, Friedman, Olshen and Stone (1984), "Classification and Regression Trees", section 3.4.3: the
    rule of one standard error; here paired by fold, since folds differ more than candidates do.
    """
    best = min(sorted(losses), key=lambda pairs: float(np.mean(losses[pairs])))
    report = []
    for pairs in sorted(losses):
        worse = np.asarray(losses[pairs], dtype=np.float64) - np.asarray(losses[best], dtype=np.float64)
        report.append(
            {
                "pairs": pairs,
                "loss": float(np.mean(losses[pairs])),
                "worse": float(worse.mean()),
                "standard_error": float(worse.std(ddof=1) / np.sqrt(len(worse))),
            }
        )
    taken = next(row["pairs"] for row in report if row["worse"] <= row["standard_error"])
    return int(taken), report
