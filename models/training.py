"""Training: a table with known outcomes becomes a chosen, measured and compiled model, with its report.

One customer in five is set aside first and used for nothing but measuring. On the others candidates are
compared by folds (:mod:`models.candidates`) and the choice is measured; fitted on them it is measured once
more on those set aside. What serves is the choice fitted on all customers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec
from models import cross_validation
from models.candidates import (
    LOGISTIC,
    PAIRS_TRIED,
    Candidate,
    choose,
    ebm,
    parameters,
    smallest_as_good,
)
from models.challengers import BOOSTING, Challenger, challenger_name, chances, check_path, fit_challenger
from models.cross_validation import Fold
from models.evaluation import auc, spread, stratified_sample
from models.holdout import threshold_of
from models.split import Split, could_be_listed, held_quality, split_off
from models.steps import Progress, Steps
from models.training_table import is_silent, rows_known, training_table

if TYPE_CHECKING:
    from models.scorecard import Scorecard


AT_RISK_SHARE = 0.10
VALUE_MONTHS = 12


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
    table, known = training_table(frame, spec), rows_known(frame, spec)
    split = split_off(table, known, spec, earlier, seed)
    jobs = cross_validation.jobs_for(len(table.outcome))
    drawn = stratified_sample(split.development.outcome, cross_validation.ROWS_FOR_FOLDS, seed)
    sample = split.development.take(drawn)
    tried = [
        *(ebm(pairs) for pairs in sorted({min(pairs, table.pairs) for pairs in PAIRS_TRIED})),
        LOGISTIC,
        *(Candidate(challenger_name(path), "batch", path=path) for path in paths),
    ]
    steps = Steps((len(tried) + cross_validation.SEEDS) * cross_validation.FOLDS + len(paths) + 4, progress)

    compared = cross_validation.compare(sample, tried, seed, jobs, steps.done)
    chosen, why = choose({one: [fold.log_loss for fold in folds] for one, folds in compared.items()})
    metrics, out_of_fold = cross_validation.measure(sample, chosen, seed, jobs, steps.done)
    first_card, _ = cross_validation.compiled(
        split.development, split.development_rows, spec, chosen, seed, jobs
    )
    steps.done("Fitted on all customers but those set aside")

    threshold = threshold_of(out_of_fold[could_be_listed(sample, spec)], at_risk_share)
    held_chance = first_card.probability(split.held_rows)
    measured = held_quality(
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

    scorecard, estimator = cross_validation.compiled(table, known, spec, chosen, seed, jobs)
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
            "parameters": {**parameters(len(table.outcome)), "outer_bags": metrics["bags"], "seed": seed},
            "silent": [column for column in names if is_silent(table.inputs[column])],
        },
        parts,
        fitted,
    )


def _cross_validation(metrics: Mapping[str, Any], split: Split) -> dict[str, Any]:
    measures = {name: metrics[name] for name in ("auc", "log_loss", "brier")}
    return measures | {
        "seeds": metrics["seeds"],
        "folds": cross_validation.FOLDS,
        "bags": metrics["bags"],
        "rows": metrics["measured_rows"],
        "words": "On the customers not set aside, each fold scored by a fit that has not seen it.",
    }


def _behind(
    metrics: Mapping[str, Any], compared: Mapping[Candidate, list[Fold]], tried: Sequence[Candidate]
) -> dict[str, Any]:
    """Give by how much the choice's AUC is below gradient boosting's on the same folds; negative is above."""
    boosting = next(one for one in tried if one.path == BOOSTING)
    # the first seed's folds are those that candidates share
    ours = metrics["auc"]["folds"][: cross_validation.FOLDS]
    apart = [fold.auc - own for fold, own in zip(compared[boosting], ours, strict=True)]
    return spread(apart) | {"value": float(np.mean(apart))}


def _candidate_row(one: Candidate, folds: Sequence[Fold], chosen: bool, why: str) -> dict[str, Any]:
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
