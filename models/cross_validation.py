"""Fitting candidates, and measuring them on folds: each row is scored by a fit that has not seen it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.candidates import BAGS, BAGS_TRIED, Candidate, parameters
from models.challengers import chances, fit_challenger
from models.evaluation import auc, brier, log_loss, spread, stratified_folds, stratified_sample
from models.training_table import Rows, TrainingTable, training_table

if TYPE_CHECKING:
    from interpret.glassbox import ExplainableBoostingClassifier

    from models.scorecard import Scorecard

Floats = npt.NDArray[np.float64]
Done = Callable[[str], None]

FOLDS = 5
SEEDS = 3
ROWS_FOR_FOLDS = 20_000
"""Choosing and measuring take a sample of larger tables; the version itself is fitted on all rows."""

ROWS_FOR_PROCESSES = 2_000
"""Under this, starting processes takes longer than the work they would share."""


@dataclass(frozen=True)
class Fold:
    """What one fit gave on the fold held out from it, and the seconds it took."""

    auc: float
    log_loss: float
    brier: float
    probability: Floats
    seconds: float


def cross_validate(
    frame: pd.DataFrame, spec: DatasetSpec, candidates: Sequence[Candidate], seeds: Sequence[int]
) -> dict[Candidate, list[Fold]]:
    """Measure candidates on every seed x five folds of the whole table, as they would serve.

    Returns
    -------
    dict of Candidate to list
        Per fold, in the same order for all: ``auc``, ``log_loss``, ``brier``, ``seconds``.
    """
    table = training_table(frame, spec)
    table = table.take(stratified_sample(table.outcome, ROWS_FOR_FOLDS, seeds[0]))
    asked = [(one, held_out, seed) for one in candidates for seed in seeds for held_out in range(FOLDS)]
    tasks = (
        (table, stratified_folds(table.outcome, FOLDS, seed), held_out, one, BAGS, seed)
        for one, held_out, seed in asked
    )
    found: dict[Candidate, list[Fold]] = {one: [] for one in candidates}
    for (one, _, _), fold in zip(asked, folds(jobs_for(len(table.outcome)), tasks), strict=True):
        found[one].append(fold)
    return found


def measured_on(
    frame: pd.DataFrame, spec: DatasetSpec, candidate: Candidate, learn: Rows, test: Rows, *, seed: int = 0
) -> float:
    """Give the AUC of a candidate on given rows of a table whose outcomes are all known."""
    table = training_table(frame, spec)
    fold = np.full(len(table.outcome), -1)
    fold[learn], fold[test] = 1, 0
    used = np.flatnonzero(fold >= 0)
    return _fold(table.take(used), fold[used], 0, candidate, BAGS, seed).auc


def compare(
    table: TrainingTable, tried: Sequence[Candidate], seed: int, jobs: int, done: Done
) -> dict[Candidate, list[Fold]]:
    """Fit every candidate on the same folds, additive ones with few bags."""
    fold = stratified_folds(table.outcome, FOLDS, seed)
    asked = [(one, held_out) for held_out in range(FOLDS) for one in tried]
    found: dict[Candidate, list[Fold]] = {one: [] for one in tried}
    answers = folds(jobs, ((table, fold, held_out, one, BAGS_TRIED, seed) for one, held_out in asked))
    for (one, _), answer in zip(asked, answers, strict=True):
        found[one].append(answer)
        done("Choosing among the candidates")
    return found


def measure(
    table: TrainingTable, chosen: Candidate, seed: int, jobs: int, done: Done
) -> tuple[dict[str, Any], Floats]:
    """Measure the choice on every seed and fold; give each row's score by a fit that has not seen it, too."""
    seeds = list(range(seed, seed + SEEDS))
    dealt = [stratified_folds(table.outcome, FOLDS, one) for one in seeds]
    tasks = [
        (table, fold, held_out, chosen, BAGS, one)
        for fold, one in zip(dealt, seeds, strict=True)
        for held_out in range(FOLDS)
    ]
    measured = []
    for answer in folds(jobs, tasks):
        measured.append(answer)
        done("Measuring how good the choice is")
    out_of_fold = np.empty(len(table.outcome))
    for held_out in range(FOLDS):
        out_of_fold[dealt[0] == held_out] = measured[held_out].probability
    names = ("auc", "log_loss", "brier")
    figures = {name: spread([getattr(one, name) for one in measured]) for name in names}
    return {
        **figures,
        "measured_rows": len(table.outcome),
        "seeds": seeds,
        "bags": BAGS,
    }, out_of_fold


def jobs_for(rows: int) -> int:
    """Say how many processes a table of so many rows is worth: one, or every core."""
    from joblib import cpu_count

    return int(cpu_count()) if rows >= ROWS_FOR_PROCESSES else 1


def _fit(
    table: TrainingTable, pairs: int, bags: int, seed: int, *, jobs: int = 1
) -> ExplainableBoostingClassifier:
    from interpret.glassbox import ExplainableBoostingClassifier

    estimator = ExplainableBoostingClassifier(
        feature_names=list(table.inputs.columns),
        feature_types=table.types,
        interactions=pairs,
        exclude=table.excluded,
        monotone_constraints=table.monotone,
        outer_bags=bags,
        n_jobs=jobs,
        random_state=seed,
        **parameters(len(table.outcome)),
    )
    with warnings.catch_warnings():
        # the library's own charts cannot draw missing values; ours do, and the scorecard holds their score
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        warnings.filterwarnings("ignore", message="All-NaN slice", category=RuntimeWarning)  # a silent column
        return estimator.fit(table.inputs, table.outcome, sample_weight=table.weights)


def fit_candidate(one: Candidate, table: TrainingTable, bags: int, seed: int, jobs: int = 1) -> Any:
    """Fit any candidate; what comes back predicts from the inputs of a table."""
    if one.family == "ebm":
        return _fit(table, one.pairs, bags, seed, jobs=jobs)
    if one.family == "logistic":
        from models.logistic import LogisticScorer

        return LogisticScorer(table.types, table.monotone, bags, seed).fit(
            table.inputs, table.outcome, table.weights
        )
    return fit_challenger(one.path, table.inputs, table.outcome, table.types, seed)


def compiled(
    table: TrainingTable, rows: pd.DataFrame, spec: DatasetSpec, chosen: Candidate, seed: int, jobs: int
) -> tuple[Scorecard, Any]:
    """Fit the choice with all bags and compile it; ``rows`` are the canonical rows of the table."""
    from models.compilation import compile_ebm
    from models.logistic import compile_logistic

    estimator = fit_candidate(chosen, table, BAGS, seed, jobs)
    compile_one = compile_ebm if chosen.family == "ebm" else compile_logistic
    return compile_one(estimator, rows, spec), estimator


def _fold(table: TrainingTable, fold: Rows, held_out: int, one: Candidate, bags: int, seed: int) -> Fold:
    """Fit on the other folds and measure on the one held out."""
    began = time.perf_counter()
    asked = 0 if one.family == "logistic" else bags  # its bags make ranges only, which no fold looks at
    fitted = fit_candidate(one, table.take(np.flatnonzero(fold != held_out)), asked, seed)
    test = table.take(np.flatnonzero(fold == held_out))
    chance = (
        chances(fitted, test.inputs) if one.family == "batch" else fitted.predict_proba(test.inputs)[:, 1]
    )
    return Fold(
        auc(test.outcome, chance),
        log_loss(test.outcome, chance),
        brier(test.outcome, chance),
        chance,
        time.perf_counter() - began,
    )


def folds(jobs: int, tasks: Iterable[tuple[Any, ...]]) -> Iterator[Fold]:
    """Work through folds on every core, giving results in order as they come."""
    from joblib import Parallel, delayed

    work = Parallel(n_jobs=jobs, return_as="generator", max_nbytes=None)
    yield from work(delayed(_fold)(*task) for task in tasks)
