"""The customers of a snapshot as scenarios need them: plain arrays, made once, shared between processes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from config.formula import formula_columns
from models.scorecard import Floats, Scorecard, logistic, numbers
from models.scorecard_format import CategoricalFeature, NumericFeature
from models.values import level

FORMAT = 1
PLACES = 1 << 32

Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Base:
    """The active customers, n of them, those of one combination of groups beside each other.

    Attributes
    ----------
    levels : dict of str to list of str
        Per column of levels (features, segments, groups): code 1 and on; code 0 is missing.
    arrays : dict of str to array
        ``codes:COLUMN`` and ``bins:COLUMN`` (small unsigned, shape (n,)), ``values:COLUMN`` (float64, NaN for
        missing), ``log_odds`` (float64), ``bags`` (float32, shape (n, bags): log-odds of each bag), ``worth``
        (float64: what a customer is worth, in currency, NaN unknown), ``place`` (uint32: where in a lottery
        the customer stands), ``rank`` (uint32: 0 has the highest expected loss), ``cell`` (which combination
        of ``cells`` the customer belongs to).
    cells : list of list of int
        Combinations of codes of ``groups`` that there are.
    groups : list of str
        Columns that answers are broken down by: segments and protected columns.
    """

    scorecard: Scorecard
    spec: DatasetSpec
    levels: dict[str, list[str]]
    arrays: Mapping[str, Array]
    groups: list[str]
    cells: list[list[int]]
    value_months: float

    @property
    def rows(self) -> int:
        """How many customers there are."""
        return len(self.arrays["log_odds"])

    @property
    def numeric(self) -> list[str]:
        """Columns of numbers."""
        return [name.removeprefix("values:") for name in self.arrays if name.startswith("values:")]

    def key(self, place: int) -> str:
        """Give the key of the customer at a place."""
        return bytes(self.arrays["keys"][place]).decode()

    def find(self, key: str) -> int | None:
        """Give the place of a customer; None where there is no such active customer."""
        found = np.flatnonzero(self.arrays["keys"] == key.encode())
        return int(found[0]) if len(found) else None

    def line(self, share: float) -> float | None:
        """Give the chance of the last customer on the at-risk list, a ``share`` of all; None without any."""
        if not self.rows:
            return None
        last = self.rows - max(1, round(share * self.rows))
        return float(logistic(np.partition(self.log_odds, last)[last]))

    @property
    def log_odds(self) -> Floats:
        """Of every customer as they are, of shape (n,)."""
        return self.arrays["log_odds"]

    def values(self, column: str) -> Floats:
        """Give a column of numbers, of shape (n,)."""
        return self.arrays[f"values:{column}"]

    def codes(self, column: str) -> Array:
        """Give a column of levels as codes, of shape (n,)."""
        return self.arrays[f"codes:{column}"]

    def code(self, column: str, text: str | None) -> int:
        """Give the code of a level; 0 for none."""
        return 0 if text is None else self.levels[column].index(text) + 1

    @cached_property
    def cell_codes(self) -> npt.NDArray[np.intp]:
        """Codes by cell and group, of shape (cells, groups)."""
        return np.array(self.cells, dtype=np.intp).reshape(len(self.cells), len(self.groups))

    @cached_property
    def bins_of_codes(self) -> dict[int, npt.NDArray[np.intp]]:
        """By place of a categorical feature: the scorecard's bin of each code."""
        return {
            place: np.array([self.scorecard.bin_of(place, text) for text in (None, *self.levels[column])])
            for place, column in enumerate(self.scorecard.columns)
            if isinstance(self.scorecard.features[place], CategoricalFeature)
        }

    def meta(self) -> dict[str, Any]:
        """Give what is no array, as plain JSON; :meth:`of` puts both together again."""
        return {
            "format": FORMAT,
            "version": self.scorecard.version,
            "spec": self.spec.hash,
            "levels": self.levels,
            "groups": self.groups,
            "cells": self.cells,
            "value_months": self.value_months,
        }

    @classmethod
    def of(
        cls, scorecard: Scorecard, spec: DatasetSpec, meta: Mapping[str, Any], arrays: Mapping[str, Array]
    ) -> Base:
        """Put a base together from what was kept.

        Raises
        ------
        ValueError
            If it was kept for another model or spec, or by another release: build it anew.
        """
        if (meta.get("format"), meta.get("version"), meta.get("spec")) != (
            FORMAT,
            scorecard.version,
            spec.hash,
        ):
            raise ValueError("These arrays were made for another model, spec or release: build them anew.")
        return cls(
            scorecard, spec, meta["levels"], arrays, meta["groups"], meta["cells"], meta["value_months"]
        )


def build_base(
    scorecard: Scorecard, spec: DatasetSpec, frame: pd.DataFrame, *, value_months: float = 12
) -> Base:
    """Make the arrays of customers.

    Parameters
    ----------
    frame : DataFrame
        Active customers, a row each, in canonical form with every column of the spec.
    value_months : float
        A customer is worth so many times the monthly revenue, where the spec names no column of worth.
    """
    levels, coded = {}, {}
    for column in _level_columns(spec):
        levels[column], coded[column] = _coded(frame[column], _known(spec, scorecard, column))
    groups = [column for column in dict.fromkeys([*spec.segments, *spec.protected]) if column in levels]
    cells, cell = _cells([coded[column] for column in groups], len(frame))
    order = np.argsort(cell, kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    codes = scorecard.encode(frame)
    arrays: dict[str, Array] = {
        f"values:{column}": numbers(frame[column]) for column in _number_columns(spec)
    }
    arrays |= {f"codes:{column}": of_rows[order] for column, of_rows in coded.items()}
    arrays |= {
        f"bins:{feature.column}": codes.bins[place]
        for place, feature in enumerate(scorecard.features)
        if isinstance(feature, NumericFeature)
    }
    worth = _worth(spec, frame, value_months)
    arrays |= {
        "log_odds": scorecard.log_odds(codes),
        "bags": scorecard.bag_log_odds(codes).astype(np.float32),
        "worth": worth,
        "place": _places(frame[spec.id]),
        "keys": np.array([str(key).encode() for key in frame[spec.id]], dtype="S"),
        "rank": _ranks(scorecard.probability(codes) * worth, order),
        "row": order.astype(np.uint32),
        "starts": np.searchsorted(cell[order], np.arange(len(cells))),
    }
    return Base(scorecard, spec, levels, arrays, groups, cells, float(value_months))


def _number_columns(spec: DatasetSpec) -> list[str]:
    """Name the columns of numbers: features, those that formulas read, revenue and worth."""
    named = [feature.column for feature in spec.features if feature.column in spec.numeric_columns]
    for derived in spec.derived:
        named += [derived.column, *formula_columns(derived.tree)]
    return list(dict.fromkeys([*named, *filter(None, [spec.revenue, spec.value])]))


def _level_columns(spec: DatasetSpec) -> list[str]:
    named = [feature.column for feature in spec.features if feature.column not in spec.numeric_columns]
    others = [*spec.segments, *spec.protected, *filter(None, [spec.region])]
    return list(dict.fromkeys([*named, *(one for one in others if one not in spec.numeric_columns)]))


def _known(spec: DatasetSpec, card: Scorecard, column: str) -> list[str]:
    """List the levels of the spec, then those that training saw."""
    named = [list(feature.levels) for feature in spec.features if feature.column == column]
    seen = card.features[card.columns.index(column)] if column in card.columns else None
    learned = seen.levels if isinstance(seen, CategoricalFeature) else []
    return list(dict.fromkeys([*(named[0] if named else []), *learned]))


def _coded(values: pd.Series, known: Sequence[str]) -> tuple[list[str], Array]:
    """Turn levels into codes, those known first."""
    codes, uniques = pd.factorize(values)
    texts = [level(value) for value in uniques]
    levels = list(dict.fromkeys([*known, *sorted({text for text in texts if text} - set(known))]))
    of_text = {text: code for code, text in enumerate(levels, start=1)}
    of_unique = [of_text.get(text or "", 0) for text in texts]
    return levels, np.array([*of_unique, 0], dtype=np.min_scalar_type(len(levels)))[codes]


def _worth(spec: DatasetSpec, frame: pd.DataFrame, months: float) -> Floats:
    if spec.value:
        return numbers(frame[spec.value])
    return numbers(frame[spec.revenue]) * months if spec.revenue else np.full(len(frame), np.nan)


def _cells(columns: Sequence[Array], rows: int) -> tuple[list[list[int]], Array]:
    """Find the combinations of codes that there are, and which of them each row has."""
    if not columns:
        return [[]], np.zeros(rows, dtype=np.int64)
    cell = np.zeros(rows, dtype=np.int64)
    combos = np.zeros((1, 0), dtype=np.int64)
    for column in columns:
        width = int(column.max(initial=0)) + 1
        found, cell = np.unique(cell * width + column, return_inverse=True)
        combos = np.column_stack([combos[found // width], found % width])
    return combos.tolist(), cell


def _places(keys: pd.Series) -> Array:
    """Draw a number for each customer that is the same on every machine and in every snapshot."""
    drawn = (hashlib.sha256(str(key).encode()).digest()[:4] for key in keys)
    return np.frombuffer(b"".join(drawn), dtype=">u4").astype(np.uint32)


def _ranks(loss: Floats, row: Array) -> Array:
    """Rank by expected loss, highest first; unknown ones last, equal ones in the order of the table."""
    ranks = np.empty(len(loss), dtype=np.uint32)
    ranks[np.lexsort([row, -np.nan_to_num(loss, nan=-1.0)])] = np.arange(len(loss), dtype=np.uint32)
    return ranks
