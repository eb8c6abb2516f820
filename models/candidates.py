"""Which models are tried, and which of them is taken: the smallest that is as good as the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

PAIRS_TRIED = (0, 5, 10)
"""Numbers of pairs of features that training tries."""

BAGS_TRIED = 2
"""Outer bags while choosing; the choice is fitted again with more."""

BAGS = 8
"""Outer bags of a version that may serve: the range of a score stands on them (7 degrees of freedom)."""

MANY_ROWS = 50_000
"""Above this, numbers are cut into fewer bins: time grows with both, and quality does not."""

SURELY = 2.0
"""Standard errors by which logistic regression must be better to take an additive model's place."""

PAIR_CELLS = 1_024
"""Pairs with more cells are not tried: they would be no small table, and learn single customers."""

PAIR_BINS = 16


@dataclass(frozen=True)
class Candidate:
    """A model that training tries.

    Attributes
    ----------
    name : str
        As people read it.
    family : {'ebm', 'logistic', 'batch'}
        Explainable Boosting Machine and logistic regression compile to a scorecard; the rest cannot serve.
    pairs : int
        Pairs of features that an Explainable Boosting Machine takes.
    path : str
        Dotted path of the estimator of a batch candidate.
    """

    name: str
    family: Literal["ebm", "logistic", "batch"]
    pairs: int = 0
    path: str = ""

    @property
    def kind(self) -> str:
        """Whether it can serve as a scorecard, or is compared by batch."""
        return "batch" if self.family == "batch" else "scorecard"


LOGISTIC = Candidate("Logistic regression", "logistic")


def ebm(pairs: int) -> Candidate:
    """Give the Explainable Boosting Machine with so many pairs."""
    name = "without pairs" if not pairs else f"with {pairs} pair{'s' if pairs > 1 else ''}"
    return Candidate(f"Additive model (EBM) {name}", "ebm", pairs=pairs)


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


def paired(losses: Sequence[float], against: Sequence[float]) -> tuple[float, float]:
    """Give by how much losses are worse than others on the same folds, and the standard error of that."""
    worse = np.asarray(losses, dtype=np.float64) - np.asarray(against, dtype=np.float64)
    return float(worse.mean()), float(worse.std(ddof=1) / np.sqrt(len(worse)))


def choose(losses: Mapping[Candidate, Sequence[float]]) -> tuple[Candidate, dict[Candidate, str]]:
    """Choose who is to serve, and say of each candidate why it was taken or not.

    Among the additive models the one with the fewest pairs that is as good as the best of them
    (:func:`smallest_as_good`). Logistic regression takes its place only where it is better by more than two
    standard errors: straight lines are no gain where bends may be as good. Batch candidates never serve.

    Parameters
    ----------
    losses : mapping of Candidate to sequence of float
        Log loss on each fold, the folds the same for all; at least one additive model.

    Returns
    -------
    Candidate
    dict of Candidate to str
        The reason in words, a sentence each.
    """
    additive = {one.pairs: one for one in losses if one.family == "ebm"}
    pairs, report = smallest_as_good({count: losses[one] for count, one in additive.items()})
    chosen, best = additive[pairs], min(report, key=lambda row: row["worse"])
    words = {}
    for row in report:
        one = additive[int(row["pairs"])]
        if one == chosen:
            words[one] = "Chosen: the fewest pairs whose log loss is within one standard error of the best."
        elif row["worse"] <= row["standard_error"]:
            words[one] = "As good as the choice within one standard error, but larger."
        else:
            words[one] = (
                f"Log loss worse than with {int(best['pairs'])} pairs by {row['worse']:.4f}, more than one "
                f"standard error ({row['standard_error']:.4f})."
            )
    for one, own in losses.items():
        if one.family == "ebm":
            continue
        worse, error = paired(own, losses[additive[pairs]])
        compared = f"Log loss {abs(worse):.4f} {'worse' if worse > 0 else 'better'} than the additive model's"
        if one.family == "batch":
            words[one] = f"{compared}. Compared by batch only: it has no scorecard, so it cannot serve."
        elif worse < -SURELY * error:
            chosen = one
            words[additive[pairs]] = "The best additive model, but logistic regression is better."
            words[one] = f"Chosen. {compared}, more than two standard errors ({error:.4f} each)."
        else:
            words[one] = f"{compared} (one standard error is {error:.4f}): kept as the yardstick."
    return chosen, words
