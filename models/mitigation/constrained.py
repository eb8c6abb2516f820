"""Logistic regression held to a constraint between groups, chosen from a grid; one scorecard as any other."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.evaluation import auc
from models.group_rates import Bools
from models.groups import Codes
from models.holdout import threshold_of
from models.logistic import LogisticScorer
from models.mitigation.asked import MitigationError

Floats = npt.NDArray[np.float64]

GRIDS: Mapping[int, int] = {1: 21, 2: 61, 3: 63, 4: 41}
"""By number of multipliers, points of the grid: so many that it is even to all sides."""

ENOUGH = 0.01
"""A difference of a point in training is small enough: the best ranking one under it is taken."""


@dataclass(frozen=True)
class Chosen:
    """What the grid brought: labels and weights that are learned from, of shape (n,), and what was seen."""

    labels: Bools
    weights: Floats
    difference: float
    points: int


class ConstrainedScorer(LogisticScorer):
    """Logistic regression under demographic parity or equalised odds.

    fairlearn's GridSearch turns the constraint into labels and weights of the rows, one set for each point of
    a grid of multipliers, and fits each. Taken is the one that ranks best among those whose difference on
    the list is at most a point in training; where none is, the one with the least difference. Since it has
    learned from other labels, its log-odds are then put on the scale of what happened by two numbers, which
    leaves it one straight line.

    Parameters
    ----------
    codes : array of int of shape (n,)
        The group of each row.
    counted, listable : array of bool of shape (n,)
        Rows of groups that the constraint counts; rows that could be on a list.
    aim : {'parity', 'odds'}
    share : float
        Share of those listable on the list, at whose end differences are looked at.

    References
    ----------
    Agarwal, Beygelzimer, Dudik, Langford and Wallach (2018), "A Reductions Approach to Fair Classification",
    ICML; Platt (1999) for the two numbers.
    """

    def __init__(
        self,
        types: Sequence[str],
        monotone: Sequence[int],
        bags: int,
        random_state: int,
        *,
        codes: Codes,
        counted: Bools,
        listable: Bools,
        aim: str,
        share: float,
    ) -> None:
        super().__init__(types, monotone, bags, random_state)
        self.codes, self.counted, self.listable = codes, counted, listable
        self.aim, self.share = aim, share

    def fit(self, inputs: pd.DataFrame, outcome: Bools, weights: Floats | None = None) -> ConstrainedScorer:
        """Choose from the grid, learn from its labels and weights, and put the scores to scale."""
        plain = LogisticScorer(self.types, self.monotone, 0, self.random_state).fit(inputs, outcome)
        self.chosen_ = self._choose(plain.design(inputs), outcome)
        super().fit(inputs, self.chosen_.labels, self.chosen_.weights)
        self._put_to_scale(inputs, outcome)
        return self

    def _choose(self, design: Floats, outcome: Bools) -> Chosen:
        from fairlearn.reductions import DemographicParity, EqualizedOdds, GridSearch
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        moment = DemographicParity() if self.aim == "parity" else EqualizedOdds()
        counted = self.counted
        multipliers = (len(np.unique(self.codes[counted])) - 1) * (1 if self.aim == "parity" else 2)
        if multipliers not in GRIDS:
            raise MitigationError(
                f"A constraint between so many groups has {multipliers} multipliers, too many for a grid "
                f"(at most {max(GRIDS)}): aim at parity, or take a column with fewer groups."
            )
        search = GridSearch(
            LogisticRegression(max_iter=500, tol=1e-4), moment, grid_size=GRIDS[multipliers], grid_limit=2.0
        )
        with threadpool_limits(1), warnings.catch_warnings():
            # fairlearn 0.15 fills tables in ways that a later pandas will not have
            warnings.filterwarnings("ignore", message="Setting an? ", category=DeprecationWarning)
            search.fit(design[counted], outcome[counted].astype(int), sensitive_features=self.codes[counted])
        at = self._best([_scores(one, design) for one in search.predictors_], outcome)
        signed = np.where(outcome, 1.0, -1.0)  # what a row of no group counted weighs: its own outcome
        signed[counted] += search.constraints_.signed_weights(search.lambda_vecs_.iloc[:, at[0]]).to_numpy()
        return Chosen(signed > 0, np.abs(signed), at[1], len(search.predictors_))

    def _best(self, scores: Sequence[Floats], outcome: Bools) -> tuple[int, float]:
        """Choose a point of the grid by its place, and give the difference it has in training."""
        tried = [
            (place, self._difference(one, outcome), auc(outcome, one))
            for place, one in enumerate(scores)
            if np.ptp(one) > 0
        ]
        within = [one for one in tried if one[1] <= ENOUGH]
        best = max(within, key=lambda one: one[2]) if within else min(tried, key=lambda one: one[1])
        return best[0], best[1]

    def _difference(self, score: Floats, outcome: Bools) -> float:
        """Give the mean of the gaps that the aim is about, on the list of these scores."""
        on_list = score >= threshold_of(score[self.listable], self.share)
        among = [np.full(len(outcome), True)] if self.aim == "parity" else [outcome, ~outcome]
        gaps = []
        for people in among:
            here = people & self.counted
            rates = [on_list[here & (self.codes == group)].mean() for group in np.unique(self.codes[here])]
            gaps.append(max(rates) - min(rates))
        return float(np.mean(gaps))

    def _put_to_scale(self, inputs: pd.DataFrame, outcome: Bools) -> None:
        from sklearn.linear_model import LogisticRegression

        chance = self.predict_proba(inputs)
        log_odds = np.log(chance[:, 1]) - np.log(chance[:, 0])
        platt = LogisticRegression(C=np.inf, max_iter=500).fit(log_odds[:, None], outcome)
        slope, intercept = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        if slope <= 0:
            raise MitigationError(
                "Held to this constraint nothing is left that ranks customers: "
                "try another way or another aim."
            )
        self.weights_ = self.weights_.scaled(slope, intercept)
        self.bag_weights_ = [bag.scaled(slope, intercept) for bag in self.bag_weights_]


def _scores(predictor: Any, design: Floats) -> Floats:
    """Give the log-odds of a predictor of the grid; one that learned a single label says the same of all."""
    if not hasattr(predictor, "decision_function"):
        return np.zeros(len(design))
    return np.asarray(predictor.decision_function(design), dtype=np.float64)
