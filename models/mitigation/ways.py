"""How each way of mitigation fits a model, and what it gives rows that the fit has not seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models import cross_validation
from models.candidates import LOGISTIC, Candidate
from models.evaluation import auc, brier, log_loss, stratified_folds
from models.group_rates import Bools
from models.groups import Codes
from models.mitigation.asked import CONSTRAIN, REWEIGHT, Asked
from models.mitigation.constrained import ConstrainedScorer
from models.mitigation.reweighing import reweighing
from models.scorecard import Scorecard
from models.split import could_be_listed
from models.training_table import Rows, TrainingTable

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Rows to learn from: typed, canonical, and the group of each by the protected column."""

    table: TrainingTable
    rows: pd.DataFrame
    codes: Codes

    def take(self, rows: Rows) -> People:
        """Take some rows, in the order given."""
        return People(self.table.take(rows), self.rows.iloc[rows], self.codes[rows])

    def without(self, columns: Collection[str]) -> People:
        """Leave columns out of what is learned from."""
        return replace(self, table=self.table.without(columns))


@dataclass(frozen=True)
class Way:
    """How a model is fitted: as training would (``asked`` is None), or under a mitigation.

    Attributes
    ----------
    enough : array of bool of shape (groups,)
        Groups that are acted on.
    share : float
        Share of customers on the list.
    """

    candidate: Candidate
    spec: DatasetSpec
    asked: Asked | None
    enough: Bools
    share: float

    def fit(self, people: People, bags: int, seed: int, jobs: int = 1) -> Any:
        """Fit; what comes back predicts from the inputs of a table."""
        table = people.table
        if self._is(CONSTRAIN):
            assert self.asked is not None
            return ConstrainedScorer(
                table.types,
                table.monotone,
                bags,
                seed,
                codes=people.codes,
                counted=self.enough[people.codes],
                listable=could_be_listed(table, self.spec),
                aim=self.asked.aim,
                share=self.share,
            ).fit(table.inputs, table.outcome)
        if self._is(REWEIGHT):
            weights = reweighing(people.codes, table.outcome, self.enough[people.codes])
            table = replace(table, weights=weights)
        return cross_validation.fit_candidate(self.candidate, table, bags, seed, jobs)

    def compiled(self, people: People, seed: int, jobs: int) -> tuple[Scorecard, Any]:
        """Fit with all bags and compile to a scorecard."""
        from models.compilation import compile_ebm
        from models.logistic import compile_logistic

        estimator = self.fit(people, cross_validation.BAGS, seed, jobs)
        compile_one = compile_ebm if self.candidate.family == "ebm" else compile_logistic
        return compile_one(estimator, people.rows, self.spec), estimator

    def _is(self, kind: str) -> bool:
        return self.asked is not None and self.asked.kind == kind


def way_of(candidate: Candidate, spec: DatasetSpec, one: Asked, enough: Bools, share: float) -> Way:
    """Give the way of a mitigation; a constraint is laid on logistic regression, whatever was chosen."""
    return Way(LOGISTIC if one.kind == CONSTRAIN else candidate, spec, one, enough, share)


@dataclass(frozen=True)
class Unseen:
    """The chance of each row by a fit that has not seen it, of shape (n,), its fold, and quality by fold."""

    chance: Floats
    fold: Rows
    auc: list[float]
    log_loss: list[float]
    brier: list[float]
    seconds: float


def unseen(way: Way, people: People, seed: int, jobs: int, done: Callable[[], None]) -> Unseen:
    """Score every row by a fit on the other folds; the folds are those that training measures first."""
    from joblib import Parallel, delayed

    began, left = time.perf_counter(), people.table.outcome
    fold = stratified_folds(left, cross_validation.FOLDS, seed)
    jobs = jobs if way.candidate.family == "ebm" else 1  # lines are fitted before a process has started
    work = Parallel(n_jobs=jobs, return_as="generator", max_nbytes=None)
    answers = work(delayed(_fold)(way, people, fold, one, seed) for one in range(cross_validation.FOLDS))
    chance = np.empty(len(left))
    for held_out, answer in enumerate(answers):
        chance[fold == held_out] = answer
        done()
    parts = [(left[fold == one], chance[fold == one]) for one in range(cross_validation.FOLDS)]
    return Unseen(
        chance,
        fold,
        [auc(*part) for part in parts],
        [log_loss(*part) for part in parts],
        [brier(*part) for part in parts],
        time.perf_counter() - began,
    )


def _fold(way: Way, people: People, fold: Rows, held_out: int, seed: int) -> Floats:
    """Fit on the other folds; the bags of a logistic regression make ranges only, which no fold looks at."""
    bags = cross_validation.BAGS if way.candidate.family == "ebm" else 0
    fitted = way.fit(people.take(np.flatnonzero(fold != held_out)), bags, seed)
    inputs = people.table.take(np.flatnonzero(fold == held_out)).inputs
    return np.asarray(fitted.predict_proba(inputs)[:, 1], dtype=np.float64)
