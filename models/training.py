"""Training: a table with known outcomes becomes a chosen, measured and compiled model.

Which number of pairs of features is taken is decided by folds (:mod:`models.candidates`), the quality of
that choice is measured by other fits, and the choice is fitted once more on all rows and compiled.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec, Kind
from models.candidates import (
    BAGS,
    BAGS_TRIED,
    PAIR_BINS,
    PAIR_CELLS,
    PAIRS_TRIED,
    parameters,
    smallest_as_good,
)
from models.evaluation import auc, brier, log_loss, spread, stratified_folds, stratified_sample
from models.values import level

if TYPE_CHECKING:
    from interpret.glassbox import ExplainableBoostingClassifier

    from models.scorecard import Scorecard

Progress = Callable[[int, int, str], None]

FOLDS = 5
SEEDS = 3
ROWS_FOR_FOLDS = 20_000
"""Choosing and measuring take a sample of larger tables; the version itself is fitted on all rows."""

LEAST_OF_AN_OUTCOME = 10
"""Two in each of five folds: with fewer nothing can be measured."""

ROWS_FOR_PROCESSES = 2_000
"""Under this, starting processes takes longer than the work they would share."""


class TrainingError(ValueError):
    """A table no model can be trained on; the message says why and how to mend it."""


@dataclass(frozen=True)
class Trained:
    """A model ready to serve as a draft, with what it was chosen and measured by.

    Attributes
    ----------
    estimator : ExplainableBoostingClassifier
        Kept for audit and retraining; never loaded to serve.
    scorecard : Scorecard
        What serves; its ``version`` names the model.
    metrics : dict
        Plain values: ``auc``, ``log_loss`` and ``brier``, each with ``mean``, ``sd`` and ``folds`` (one
        value per seed and fold); ``rows`` trained on, how many of them ``left``, ``measured_rows``,
        ``seeds`` and ``bags``.
    choice : dict
        Plain values: ``pairs`` (number taken), ``pair_columns``, ``candidates`` (see
        :func:`models.candidates.smallest_as_good`), ``parameters``, and ``silent`` columns (nothing or one
        value in them, so that they tell nothing).
    """

    estimator: Any
    scorecard: Scorecard
    metrics: dict[str, Any]
    choice: dict[str, Any]


@dataclass(frozen=True)
class _Table:
    """What is learned from: features typed for the library, and the outcome as a bool per row."""

    inputs: pd.DataFrame
    outcome: npt.NDArray[np.bool_]
    types: list[str]
    monotone: list[int]
    excluded: list[tuple[str, str]]

    def take(self, rows: npt.NDArray[np.intp]) -> _Table:
        return _Table(
            self.inputs.iloc[rows].reset_index(drop=True),
            self.outcome[rows],
            self.types,
            self.monotone,
            self.excluded,
        )

    @property
    def pairs(self) -> int:
        """How many pairs may be learned: those left of the features without a limit."""
        free = sum(limit == 0 for limit in self.monotone)
        return free * (free - 1) // 2 - len(self.excluded)


def train(
    frame: pd.DataFrame, spec: DatasetSpec, *, seed: int = 0, progress: Progress | None = None
) -> Trained:
    """Choose, measure, fit and compile a model of who leaves.

    Parameters
    ----------
    frame : DataFrame
        Canonical training table, one row per customer: numbers as float64 (NaN is missing), the rest as
        text. Rows whose outcome is missing are not used.
    spec : DatasetSpec
        Its features are the inputs; kinds and monotone limits are taken from it.
    seed : int, default=0
        The same table, spec and seed give the same version, to the bit.
    progress : callable, optional
        Called as ``progress(done, total, what)`` after each step, ``what`` in words.

    Returns
    -------
    Trained

    Raises
    ------
    TrainingError
        If a column is missing, an outcome has fewer than 10 customers, or no feature tells anything.
    """
    from models.compilation import compile_ebm

    table = _table(frame, spec)
    jobs = _jobs(len(table.outcome))
    sample = table.take(stratified_sample(table.outcome, ROWS_FOR_FOLDS, seed))
    tried = sorted({min(pairs, table.pairs) for pairs in PAIRS_TRIED})
    steps = _Steps(len(tried) * FOLDS + SEEDS * FOLDS + 2, progress)

    pairs, candidates = _choose(sample, tried, seed, jobs, steps)
    metrics = _measure(sample, pairs, seed, jobs, steps)
    estimator = _fit(table, pairs, BAGS, seed, jobs=jobs)
    steps.done("Fitted on all customers")
    scorecard = compile_ebm(estimator, _rows_known(frame, spec), spec)
    steps.done("Compiled to a scorecard")

    names = [feature.column for feature in spec.features]
    return Trained(
        estimator,
        scorecard,
        {"rows": len(table.outcome), "left": int(table.outcome.sum()), **metrics},
        {
            "pairs": pairs,
            "pair_columns": [[names[i] for i in term] for term in estimator.term_features_ if len(term) == 2],
            "candidates": candidates,
            "parameters": {**parameters(len(table.outcome)), "outer_bags": BAGS, "seed": seed},
            "silent": [column for column in names if _is_silent(table.inputs[column])],
        },
    )


class _Steps:
    """Counts what is done and tells whoever listens."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._count = total, progress, 0

    def done(self, what: str) -> None:
        self._count += 1
        if self._progress:
            self._progress(self._count, self._total, what)


def _rows_known(frame: pd.DataFrame, spec: DatasetSpec) -> pd.DataFrame:
    return frame[frame[spec.outcome.column].notna()]


def _table(frame: pd.DataFrame, spec: DatasetSpec) -> _Table:
    """Take features and outcome out of a canonical table, refusing what cannot be learned from."""
    columns = [feature.column for feature in spec.features]
    absent = [column for column in (spec.outcome.column, *columns) if column not in frame.columns]
    if absent:
        raise TrainingError(
            f"The training table has no column {', '.join(map(repr, absent))}, which the spec "
            f"{spec.name!r} names: load a file with these columns, or take them out of the spec."
        )
    known = _rows_known(frame, spec)
    outcome = (known[spec.outcome.column].map(level) == spec.outcome.positive).to_numpy(dtype=bool)
    _check_outcome(outcome, spec)
    inputs = pd.DataFrame(
        {
            feature.column: pd.to_numeric(known[feature.column]).to_numpy(np.float64)
            if feature.kind is Kind.NUMERIC
            else _levels(known[feature.column])
            for feature in spec.features
        }
    )
    if all(_is_silent(inputs[column]) for column in columns):
        raise TrainingError(
            "No feature tells customers apart: each of them has one value only, or none at all. "
            "Check that the file has the right columns, and add features to the spec."
        )
    directions = {"increasing": 1, "decreasing": -1, None: 0}
    monotone = [directions[feature.monotone] for feature in spec.features]
    return _Table(
        inputs,
        outcome,
        ["continuous" if feature.kind is Kind.NUMERIC else "nominal" for feature in spec.features],
        monotone,
        _large_pairs(inputs, monotone),
    )


def _check_outcome(outcome: npt.NDArray[np.bool_], spec: DatasetSpec) -> None:
    left, stayed = int(outcome.sum()), int((~outcome).sum())
    column, positive = spec.outcome.column, spec.outcome.positive
    if not len(outcome):
        raise TrainingError(
            f"No customer has a known outcome: every value of {column!r} is blank. "
            "Load a file in which it is filled, or name another column as outcome in the spec."
        )
    if not left or not stayed:
        raise TrainingError(
            f"All {len(outcome):,} customers have the same outcome: {'none' if not left else 'each'} has "
            f"{positive!r} in {column!r}. A model needs customers who left and who stayed: "
            "correct outcome.positive in the spec, or load a file that has both."
        )
    if min(left, stayed) < LEAST_OF_AN_OUTCOME:
        raise TrainingError(
            f"{left:,} customers left and {stayed:,} stayed, but at least {LEAST_OF_AN_OUTCOME} of each are "
            "needed to learn from and to measure by: load a larger file."
        )


def _levels(values: pd.Series) -> pd.Categorical:
    """Read a column of text as levels, by the same rule as the scorecard does."""
    codes, uniques = pd.factorize(values.to_numpy(dtype=object))
    read = [level(value) or None for value in uniques]
    names = sorted({name for name in read if name is not None})
    place = {name: code for code, name in enumerate(names)}
    of_unique = np.array([*(-1 if name is None else place[name] for name in read), -1], dtype=np.intp)
    return pd.Categorical.from_codes(of_unique[codes], categories=pd.Index(names, dtype=object))


def _is_silent(values: pd.Series) -> bool:
    return values.nunique(dropna=False) < 2


def _large_pairs(inputs: pd.DataFrame, monotone: list[int]) -> list[tuple[str, str]]:
    """Name the pairs that would be no small table; limited features take no part in pairs anyway."""
    cells = {
        column: (inputs[column].nunique() if inputs[column].dtype == "category" else PAIR_BINS) + 2
        for column, limit in zip(inputs.columns, monotone, strict=True)
        if limit == 0
    }
    return [(a, b) for a, b in combinations(cells, 2) if cells[a] * cells[b] > PAIR_CELLS]


def _jobs(rows: int) -> int:
    from joblib import cpu_count

    return int(cpu_count()) if rows >= ROWS_FOR_PROCESSES else 1


def _fit(table: _Table, pairs: int, bags: int, seed: int, *, jobs: int = 1) -> ExplainableBoostingClassifier:
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
        return estimator.fit(table.inputs, table.outcome)


def _fold(
    table: _Table, fold: npt.NDArray[np.intp], held_out: int, pairs: int, bags: int, seed: int
) -> tuple[float, float, float]:
    """Fit on the other folds and give AUC, log loss and Brier score of the one held out."""
    fitted = _fit(table.take(np.flatnonzero(fold != held_out)), pairs, bags, seed)
    test = table.take(np.flatnonzero(fold == held_out))
    probability = fitted.predict_proba(test.inputs)[:, 1]
    return (
        auc(test.outcome, probability),
        log_loss(test.outcome, probability),
        brier(test.outcome, probability),
    )


def _folds(jobs: int, tasks: Iterable[tuple[Any, ...]]) -> Iterator[tuple[float, float, float]]:
    """Work through folds on every core, giving results in order as they come."""
    from joblib import Parallel, delayed

    work = Parallel(n_jobs=jobs, return_as="generator", max_nbytes=None)
    yield from work(delayed(_fold)(*task) for task in tasks)


def _choose(
    table: _Table, tried: list[int], seed: int, jobs: int, steps: _Steps
) -> tuple[int, list[dict[str, float]]]:
    if len(tried) == 1:
        for _ in range(FOLDS):
            steps.done("Nothing to choose between")
        return tried[0], []
    fold = stratified_folds(table.outcome, FOLDS, seed)
    asked = [(pairs, held_out) for held_out in range(FOLDS) for pairs in tried]
    losses: dict[int, list[float]] = {pairs: [] for pairs in tried}
    answers = _folds(jobs, ((table, fold, held_out, pairs, BAGS_TRIED, seed) for pairs, held_out in asked))
    for (pairs, _), (_, loss, _) in zip(asked, answers, strict=True):
        losses[pairs].append(loss)
        steps.done("Choosing how many pairs of features are worth it")
    return smallest_as_good(losses)


def _measure(table: _Table, pairs: int, seed: int, jobs: int, steps: _Steps) -> dict[str, Any]:
    seeds = list(range(seed, seed + SEEDS))
    tasks = [
        (table, stratified_folds(table.outcome, FOLDS, one), held_out, pairs, BAGS, one)
        for one in seeds
        for held_out in range(FOLDS)
    ]
    measured = []
    for figures in _folds(jobs, tasks):
        measured.append(figures)
        steps.done("Measuring how good the choice is")
    named = zip(("auc", "log_loss", "brier"), zip(*measured, strict=True), strict=True)
    return {
        **{name: spread(values) for name, values in named},
        "measured_rows": len(table.outcome),
        "seeds": seeds,
        "bags": BAGS,
    }
