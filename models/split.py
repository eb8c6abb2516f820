"""Who is set aside before anything is learned, and what a fit that has not seen them is worth on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.evaluation import auc
from models.holdout import quality, set_aside
from models.training_table import TrainingError, TrainingTable, rows_known, training_table

if TYPE_CHECKING:
    from models.scorecard import Scorecard

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Split:
    """Customers to learn and choose by, and those set aside: canonical rows and typed tables of both."""

    development: TrainingTable
    development_rows: pd.DataFrame
    held: TrainingTable
    held_rows: pd.DataFrame
    by: str
    words: str


def split_off(
    table: TrainingTable, known: pd.DataFrame, spec: DatasetSpec, earlier: pd.DataFrame | None, seed: int
) -> Split:
    """Set customers aside: by time where an earlier period can be learned from, else at random."""
    learn, hold = set_aside(table.outcome, seed)
    held, held_rows = table.take(hold), known.iloc[hold]
    if earlier is not None:
        before = earlier[~earlier[spec.id].isin(held_rows[spec.id])]
        try:
            development = training_table(before, spec)
        except TrainingError as fault:
            note = f" The earlier period could not be learned from: {fault}"
        else:
            words = (
                "By time: learned from the earlier period, measured on the last one with known outcomes, on "
                "one customer in five, whom the fit has never seen. What serves is fitted on all customers "
                "of the last period."
            )
            return Split(development, rows_known(before, spec), held, held_rows, "time", words)
    else:
        note = ""
    words = (
        "At random, outcomes in proportion: one customer in five was set aside before anything was chosen. "
        f"What serves is fitted on all customers.{note}"
    )
    return Split(table.take(learn), known.iloc[learn], held, held_rows, "random", words)


def could_be_listed(table: TrainingTable, spec: DatasetSpec) -> npt.NDArray[np.bool_]:
    """Say who would be on a list: by month everyone, since leaving lies ahead; else those who stayed."""
    return np.full(len(table.outcome), True) if spec.period is not None else ~table.outcome


def held_quality(
    split: Split,
    card: Scorecard,
    chance: Floats,
    spec: DatasetSpec,
    threshold: float,
    share: float,
    value_months: int,
    seed: int,
) -> dict[str, Any]:
    """Measure the chances that ``card``, fitted on the others, gives those set aside."""
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
