"""Training: a table with known outcomes becomes a chosen, measured and compiled model, with its report.

One customer in five is set aside first and used for nothing but measuring. On the others candidates are
compared by folds (:mod:`models.candidates`) and the choice is measured; fitted on them it is measured once
more on those set aside. What serves is the choice fitted on all customers.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec, Kind
from models.candidates import (
    BAGS,
    BAGS_TRIED,
    LOGISTIC,
    PAIR_BINS,
    PAIR_CELLS,
    PAIRS_TRIED,
    Candidate,
    choose,
    ebm,
    parameters,
    smallest_as_good,
)
from models.challengers import BOOSTING, Challenger, challenger_name, chances, check_path, fit_challenger
from models.evaluation import auc, brier, log_loss, spread, stratified_folds, stratified_sample
from models.holdout import quality, set_aside, threshold_of
from models.values import level

if TYPE_CHECKING:
    from interpret.glassbox import ExplainableBoostingClassifier

    from models.scorecard import Scorecard

Progress = Callable[[int, int, str], None]
Rows = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

FOLDS = 5
SEEDS = 3
ROWS_FOR_FOLDS = 20_000
"""Choosing and measuring take a sample of larger tables; the version itself is fitted on all rows."""

LEAST_OF_AN_OUTCOME = 10
"""Two in each of five folds: with fewer nothing can be measured."""

ROWS_FOR_PROCESSES = 2_000
"""Under this, starting processes takes longer than the work they would share."""

AT_RISK_SHARE = 0.10
VALUE_MONTHS = 12


class TrainingError(ValueError):
    """A table no model can be trained on; the message says why and how to mend it."""


@dataclass(frozen=True)
class Trained:
    """A model ready to serve as a draft, with what it was chosen and measured by.

    Attributes
    ----------
    estimator : ExplainableBoostingClassifier or LogisticScorer
        Kept for audit and retraining; never loaded to serve.
    scorecard : Scorecard
        What serves; its ``version`` names the model.
    metrics : dict
        Plain values: ``auc``, ``log_loss`` and ``brier``, each with ``mean``, ``sd`` and ``folds`` (one
        value per seed and fold); ``rows`` trained on, how many of them ``left``, ``measured_rows``,
        ``holdout_rows``, ``holdout_auc`` (``value``, ``low``, ``high``), ``threshold``, ``seeds``, ``bags``.
    choice : dict
        Plain values: ``name`` and ``family`` of the candidate taken, ``pairs`` (number taken),
        ``pair_columns``, ``candidates`` (additive ones, see :func:`models.candidates.smallest_as_good`),
        ``parameters``, and ``silent`` columns (nothing or one value in them, so that they tell nothing).
    report_parts : dict
        Sections of the report by name (:mod:`models.report`); plain values.
    challengers : list of Challenger
        Batch candidates fitted on all rows.
    """

    estimator: Any
    scorecard: Scorecard
    metrics: dict[str, Any]
    choice: dict[str, Any]
    report_parts: dict[str, Any] = field(default_factory=dict)
    challengers: list[Challenger] = field(default_factory=list)


@dataclass(frozen=True)
class _Table:
    """What is learned from: features typed for the library, and the outcome as a bool per row."""

    inputs: pd.DataFrame
    outcome: npt.NDArray[np.bool_]
    types: list[str]
    monotone: list[int]
    excluded: list[tuple[str, str]]

    def take(self, rows: Rows) -> _Table:
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


@dataclass(frozen=True)
class _Split:
    """Customers to learn and choose by, and those set aside: canonical rows and typed tables of both."""

    development: _Table
    development_rows: pd.DataFrame
    held: _Table
    held_rows: pd.DataFrame
    by: str
    words: str


@dataclass(frozen=True)
class _Fold:
    """What one fit gave on the fold held out from it, and the seconds it took."""

    auc: float
    log_loss: float
    brier: float
    probability: Floats
    seconds: float


def train(
    frame: pd.DataFrame,
    spec: DatasetSpec,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    earlier: pd.DataFrame | None = None,
    at_risk_share: float = AT_RISK_SHARE,
    value_months: int = VALUE_MONTHS,
    challengers: Sequence[str] = (),
) -> Trained:
    """Choose, measure, fit and compile a model of who leaves, and report on it.

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
    earlier : DataFrame, optional
        The training table of an earlier period whose outcomes were known before the period of ``frame``
        began. With it the hold-out is by time: learned from it, measured on other customers of ``frame``.
    at_risk_share : float, default=0.1
        Share of customers on the list; sets the threshold that quality is measured at.
    value_months : int, default=12
        What a customer is worth, in months of revenue, where the spec names no value.
    challengers : sequence of str
        Dotted paths of scikit-learn classifiers to compare besides gradient boosting.

    Returns
    -------
    Trained

    Raises
    ------
    TrainingError
        If a column is missing, an outcome has fewer than 10 customers, or no feature tells anything.
    ChallengerError
        If a challenger is no classifier of scikit-learn.
    """
    from models.sections import Evidence, sections

    paths = list(dict.fromkeys([BOOSTING, *challengers]))
    for path in paths:
        check_path(path)
    table, known = _table(frame, spec), _rows_known(frame, spec)
    split = _split(table, known, spec, earlier, seed)
    jobs = _jobs(len(table.outcome))
    drawn = stratified_sample(split.development.outcome, ROWS_FOR_FOLDS, seed)
    sample = split.development.take(drawn)
    tried = [
        *(ebm(pairs) for pairs in sorted({min(pairs, table.pairs) for pairs in PAIRS_TRIED})),
        LOGISTIC,
        *(Candidate(challenger_name(path), "batch", path=path) for path in paths),
    ]
    steps = _Steps((len(tried) + SEEDS) * FOLDS + len(paths) + 4, progress)

    compared = _compare(sample, tried, seed, jobs, steps)
    chosen, why = choose({one: [fold.log_loss for fold in folds] for one, folds in compared.items()})
    metrics, out_of_fold = _measure(sample, chosen, seed, jobs, steps)
    first_card, _ = _compiled(split.development, split.development_rows, spec, chosen, seed, jobs)
    steps.done("Fitted on all customers but those set aside")

    threshold = threshold_of(out_of_fold[_active(sample, spec)], at_risk_share)
    held_chance = first_card.probability(split.held_rows)
    measured = _quality(
        split, first_card, held_chance, spec, threshold, at_risk_share, value_months, seed
    ) | {"cross_validation": _cross_validation(metrics, split)}
    steps.done("Measured on the customers set aside")
    fitted = []
    rows = [_candidate_row(one, folds, one == chosen, why[one]) for one, folds in compared.items()]
    for one, row in zip(tried, rows, strict=True):
        if one.family == "batch":
            first = fit_challenger(one.path, sample.inputs, sample.outcome, table.types, seed)
            row["holdout_auc"] = auc(split.held.outcome, chances(first, split.held.inputs))
            whole = fit_challenger(one.path, table.inputs, table.outcome, table.types, seed)
            fitted.append(Challenger(one.name, one.path, whole, row["auc"], table.inputs))
            steps.done("Fitting challengers")
        elif one == chosen:
            row["holdout_auc"] = measured["roc_auc"]["value"]
    measured["behind_boosting"] = _behind(metrics, compared, tried)

    scorecard, estimator = _compiled(table, known, spec, chosen, seed, jobs)
    steps.done("Fitted on all customers and compiled to a scorecard")
    evidence = Evidence(
        spec=spec,
        rows=known,
        held_rows=split.held_rows,
        held_card=first_card,
        unseen_rows=pd.concat([split.development_rows.iloc[drawn], split.held_rows], ignore_index=True),
        unseen_outcome=np.concatenate([sample.outcome, split.held.outcome]),
        unseen_chance=np.concatenate([out_of_fold, held_chance]),
        threshold=threshold,
        scorecard=scorecard,
        challengers=fitted,
        share=at_risk_share,
        seed=seed,
    )
    parts = {"quality": measured, "candidates": rows, **sections(evidence)}
    steps.done("Wrote the report")

    names = [feature.column for feature in spec.features]
    losses = {one.pairs: [f.log_loss for f in compared[one]] for one in tried if one.family == "ebm"}
    return Trained(
        estimator,
        scorecard,
        {
            "rows": len(table.outcome),
            "left": int(table.outcome.sum()),
            **metrics,
            "holdout_rows": len(split.held.outcome),
            "holdout_auc": measured["roc_auc"],
            "threshold": threshold,
        },
        {
            "name": chosen.name,
            "family": chosen.family,
            "pairs": chosen.pairs,
            "pair_columns": [list(columns) for columns in scorecard.term_columns if len(columns) == 2],
            "candidates": smallest_as_good(losses)[1] if len(losses) > 1 else [],
            "parameters": {**parameters(len(table.outcome)), "outer_bags": BAGS, "seed": seed},
            "silent": [column for column in names if _is_silent(table.inputs[column])],
        },
        parts,
        fitted,
    )


def cross_validate(
    frame: pd.DataFrame, spec: DatasetSpec, candidates: Sequence[Candidate], seeds: Sequence[int]
) -> dict[Candidate, list[_Fold]]:
    """Measure candidates on every seed x five folds of the whole table, as they would serve.

    Returns
    -------
    dict of Candidate to list
        Per fold, in the same order for all: ``auc``, ``log_loss``, ``brier``, ``seconds``.
    """
    table = _table(frame, spec)
    table = table.take(stratified_sample(table.outcome, ROWS_FOR_FOLDS, seeds[0]))
    asked = [(one, held_out, seed) for one in candidates for seed in seeds for held_out in range(FOLDS)]
    tasks = (
        (table, stratified_folds(table.outcome, FOLDS, seed), held_out, one, BAGS, seed)
        for one, held_out, seed in asked
    )
    found: dict[Candidate, list[_Fold]] = {one: [] for one in candidates}
    for (one, _, _), fold in zip(asked, _folds(_jobs(len(table.outcome)), tasks), strict=True):
        found[one].append(fold)
    return found


def measured_on(
    frame: pd.DataFrame, spec: DatasetSpec, candidate: Candidate, learn: Rows, test: Rows, *, seed: int = 0
) -> float:
    """Give the AUC of a candidate on given rows of a table whose outcomes are all known."""
    table = _table(frame, spec)
    fold = np.full(len(table.outcome), -1)
    fold[learn], fold[test] = 1, 0
    used = np.flatnonzero(fold >= 0)
    return _fold(table.take(used), fold[used], 0, candidate, BAGS, seed).auc


class _Steps:
    """Counts what is done and tells whoever listens."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total, self._progress, self._count = total, progress, 0

    def done(self, what: str) -> None:
        self._count += 1
        if self._progress:
            self._progress(self._count, self._total, what)


def _split(
    table: _Table, known: pd.DataFrame, spec: DatasetSpec, earlier: pd.DataFrame | None, seed: int
) -> _Split:
    """Set customers aside: by time where an earlier period can be learned from, else at random."""
    learn, hold = set_aside(table.outcome, seed)
    held, held_rows = table.take(hold), known.iloc[hold]
    if earlier is not None:
        before = earlier[~earlier[spec.id].isin(held_rows[spec.id])]
        try:
            development = _table(before, spec)
        except TrainingError as fault:
            note = f" The earlier period could not be learned from: {fault}"
        else:
            words = (
                "By time: learned from the earlier period, measured on the last one with known outcomes, on "
                "one customer in five, whom the fit has never seen. What serves is fitted on all customers "
                "of the last period."
            )
            return _Split(development, _rows_known(before, spec), held, held_rows, "time", words)
    else:
        note = ""
    words = (
        "At random, outcomes in proportion: one customer in five was set aside before anything was chosen. "
        f"What serves is fitted on all customers.{note}"
    )
    return _Split(table.take(learn), known.iloc[learn], held, held_rows, "random", words)


def _active(table: _Table, spec: DatasetSpec) -> npt.NDArray[np.bool_]:
    """Say who would be on a list: by month everyone, since leaving lies ahead; else those who stayed."""
    return np.full(len(table.outcome), True) if spec.period is not None else ~table.outcome


def _quality(
    split: _Split,
    card: Scorecard,
    chance: Floats,
    spec: DatasetSpec,
    threshold: float,
    share: float,
    value_months: int,
    seed: int,
) -> dict[str, Any]:
    revenue = None if spec.revenue is None else split.held_rows[spec.revenue].to_numpy(np.float64)
    value = split.held_rows[spec.value].to_numpy(np.float64) if spec.value else None
    if value is None and revenue is not None:
        value = revenue * value_months
    measured = quality(
        split.held.outcome,
        chance,
        threshold=threshold,
        share=share,
        revenue=revenue,
        value=value,
        seed=seed,
    )
    own = auc(split.development.outcome, card.probability(split.development_rows))
    held = measured["roc_auc"]
    measured["money"]["currency"] = spec.currency
    return measured | {
        "train_auc": own,
        "train_test_gap": own - held["value"],
        "holdout": {"by": split.by, "words": split.words, "learned_from": len(split.development.outcome)},
    }


def _cross_validation(metrics: Mapping[str, Any], split: _Split) -> dict[str, Any]:
    measures = {name: metrics[name] for name in ("auc", "log_loss", "brier")}
    return measures | {
        "seeds": metrics["seeds"],
        "folds": FOLDS,
        "bags": metrics["bags"],
        "rows": metrics["measured_rows"],
        "words": "On the customers not set aside, each fold scored by a fit that has not seen it.",
    }


def _behind(
    metrics: Mapping[str, Any], compared: Mapping[Candidate, list[_Fold]], tried: Sequence[Candidate]
) -> dict[str, Any]:
    """Give by how much the choice's AUC is below gradient boosting's on the same folds; negative is above."""
    boosting = next(one for one in tried if one.path == BOOSTING)
    ours = metrics["auc"]["folds"][:FOLDS]  # the first seed's folds are those that candidates share
    apart = [fold.auc - own for fold, own in zip(compared[boosting], ours, strict=True)]
    return spread(apart) | {"value": float(np.mean(apart))}


def _candidate_row(one: Candidate, folds: Sequence[_Fold], chosen: bool, why: str) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "family": one.family,
        "pairs": one.pairs,
        "path": one.path,
        "auc": spread([fold.auc for fold in folds]),
        "log_loss": spread([fold.log_loss for fold in folds]),
        "seconds": float(sum(fold.seconds for fold in folds)),
        "chosen": chosen,
        "why": why,
        "holdout_auc": None,
    }


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


def _fit_candidate(one: Candidate, table: _Table, bags: int, seed: int, jobs: int = 1) -> Any:
    """Fit any candidate; what comes back predicts from the inputs of a table."""
    if one.family == "ebm":
        return _fit(table, one.pairs, bags, seed, jobs=jobs)
    if one.family == "logistic":
        from models.logistic import LogisticScorer

        return LogisticScorer(table.types, table.monotone, bags, seed).fit(table.inputs, table.outcome)
    return fit_challenger(one.path, table.inputs, table.outcome, table.types, seed)


def _compiled(
    table: _Table, rows: pd.DataFrame, spec: DatasetSpec, chosen: Candidate, seed: int, jobs: int
) -> tuple[Scorecard, Any]:
    """Fit the choice with all bags and compile it; ``rows`` are the canonical rows of the table."""
    from models.compilation import compile_ebm
    from models.logistic import compile_logistic

    estimator = _fit_candidate(chosen, table, BAGS, seed, jobs)
    compile_one = compile_ebm if chosen.family == "ebm" else compile_logistic
    return compile_one(estimator, rows, spec), estimator


def _fold(table: _Table, fold: Rows, held_out: int, one: Candidate, bags: int, seed: int) -> _Fold:
    """Fit on the other folds and measure on the one held out."""
    began = time.perf_counter()
    asked = 0 if one.family == "logistic" else bags  # its bags make ranges only, which no fold looks at
    fitted = _fit_candidate(one, table.take(np.flatnonzero(fold != held_out)), asked, seed)
    test = table.take(np.flatnonzero(fold == held_out))
    chance = (
        chances(fitted, test.inputs) if one.family == "batch" else fitted.predict_proba(test.inputs)[:, 1]
    )
    return _Fold(
        auc(test.outcome, chance),
        log_loss(test.outcome, chance),
        brier(test.outcome, chance),
        chance,
        time.perf_counter() - began,
    )


def _folds(jobs: int, tasks: Iterable[tuple[Any, ...]]) -> Iterator[_Fold]:
    """Work through folds on every core, giving results in order as they come."""
    from joblib import Parallel, delayed

    work = Parallel(n_jobs=jobs, return_as="generator", max_nbytes=None)
    yield from work(delayed(_fold)(*task) for task in tasks)


def _compare(
    table: _Table, tried: Sequence[Candidate], seed: int, jobs: int, steps: _Steps
) -> dict[Candidate, list[_Fold]]:
    """Fit every candidate on the same folds, additive ones with few bags."""
    fold = stratified_folds(table.outcome, FOLDS, seed)
    asked = [(one, held_out) for held_out in range(FOLDS) for one in tried]
    found: dict[Candidate, list[_Fold]] = {one: [] for one in tried}
    answers = _folds(jobs, ((table, fold, held_out, one, BAGS_TRIED, seed) for one, held_out in asked))
    for (one, _), answer in zip(asked, answers, strict=True):
        found[one].append(answer)
        steps.done("Choosing among the candidates")
    return found


def _measure(
    table: _Table, chosen: Candidate, seed: int, jobs: int, steps: _Steps
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
    for answer in _folds(jobs, tasks):
        measured.append(answer)
        steps.done("Measuring how good the choice is")
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
