"""The table that is learned from: features typed for the libraries, outcomes, and what is refused."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec, Kind
from models.candidates import PAIR_BINS, PAIR_CELLS
from models.values import level

Rows = npt.NDArray[np.intp]

LEAST_OF_AN_OUTCOME = 10
"""Two in each of five folds: with fewer nothing can be measured."""


class TrainingError(ValueError):
    """A table no model can be trained on; the message says why and how to mend it."""


@dataclass(frozen=True)
class TrainingTable:
    """What is learned from: features typed for the library, and the outcome as a bool per row.

    ``weights`` says how much each row counts in a fit; None where all count alike.
    """

    inputs: pd.DataFrame
    outcome: npt.NDArray[np.bool_]
    types: list[str]
    monotone: list[int]
    excluded: list[tuple[str, str]]
    weights: npt.NDArray[np.float64] | None = None

    def take(self, rows: Rows) -> TrainingTable:
        """Take some rows, in the order given."""
        return TrainingTable(
            self.inputs.iloc[rows].reset_index(drop=True),
            self.outcome[rows],
            self.types,
            self.monotone,
            self.excluded,
            None if self.weights is None else self.weights[rows],
        )

    def without(self, columns: Collection[str]) -> TrainingTable:
        """Leave columns out."""
        kept = [place for place, column in enumerate(self.inputs.columns) if column not in columns]
        return replace(
            self,
            inputs=self.inputs.iloc[:, kept],
            types=[self.types[place] for place in kept],
            monotone=[self.monotone[place] for place in kept],
            excluded=[pair for pair in self.excluded if not set(pair) & set(columns)],
        )

    @property
    def pairs(self) -> int:
        """How many pairs may be learned: those left of the features without a limit."""
        free = sum(limit == 0 for limit in self.monotone)
        return free * (free - 1) // 2 - len(self.excluded)


def rows_known(frame: pd.DataFrame, spec: DatasetSpec) -> pd.DataFrame:
    """Keep the rows whose outcome is known."""
    return frame[frame[spec.outcome.column].notna()]


def training_table(frame: pd.DataFrame, spec: DatasetSpec) -> TrainingTable:
    """Take features and outcome out of a canonical table, refusing what cannot be learned from."""
    columns = [feature.column for feature in spec.features]
    absent = [column for column in (spec.outcome.column, *columns) if column not in frame.columns]
    if absent:
        raise TrainingError(
            f"The training table has no column {', '.join(map(repr, absent))}, which the spec "
            f"{spec.name!r} names: load a file with these columns, or take them out of the spec."
        )
    known = rows_known(frame, spec)
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
    if all(is_silent(inputs[column]) for column in columns):
        raise TrainingError(
            "No feature tells customers apart: each of them has one value only, or none at all. "
            "Check that the file has the right columns, and add features to the spec."
        )
    directions = {"increasing": 1, "decreasing": -1, None: 0}
    monotone = [directions[feature.monotone] for feature in spec.features]
    return TrainingTable(
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


def is_silent(values: pd.Series) -> bool:
    """Say whether a column tells nothing: it has one value only, or none at all."""
    return values.nunique(dropna=False) < 2


def _large_pairs(inputs: pd.DataFrame, monotone: list[int]) -> list[tuple[str, str]]:
    """Name the pairs that would be no small table; limited features take no part in pairs anyway."""
    cells = {
        column: (inputs[column].nunique() if inputs[column].dtype == "category" else PAIR_BINS) + 2
        for column, limit in zip(inputs.columns, monotone, strict=True)
        if limit == 0
    }
    return [(a, b) for a, b in combinations(cells, 2) if cells[a] * cells[b] > PAIR_CELLS]
