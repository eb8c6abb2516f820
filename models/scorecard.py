"""The scorecard: an additive model as one small table, scored alike by every engine.

Every score is a multiple of 2**-44 and the whole card stays within 512, so that sums
are exact in double precision whatever their order: log-odds agree to the last bit in
numpy, in the browser (``assets/scorecard.js``) and in every later engine.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.scorecard_format import (
    CategoricalFeature,
    Document,
    LinearTerm,
    NumericFeature,
    TableTerm,
    on_grid,
    read_document,
    write_document,
)
from models.scorecard_format import ScorecardError as ScorecardError
from models.values import level, number

_CHUNK = 1 << 16

Floats = npt.NDArray[np.float64]
Row = Mapping[str, Any]


def logistic(log_odds: npt.ArrayLike) -> Any:
    """Turn log-odds into probabilities, shares in 0-1."""
    with np.errstate(over="ignore"):  # far below, 1 / infinity is the 0 that is meant
        return 1.0 / (1.0 + np.exp(-np.asarray(log_odds, dtype=np.float64)))


@dataclass(frozen=True)
class Unusual:
    """What is unusual about one value of a row; ``limit`` is the end of the range it lies outside of."""

    column: str
    kind: Literal["missing", "unreadable", "unknown", "below", "above"]
    value: Any
    limit: float = math.nan

    @property
    def text(self) -> str:
        """Say it with the column's name; ``models.reasons.warning`` says it with the spec's label."""
        return self.sentence(self.column, lambda value: f"{value:g}")

    def sentence(self, label: str, write: Callable[[float], str]) -> str:
        """Say what is unusual and what the score makes of it; ``write`` puts a number in words."""
        if self.kind == "missing":
            return f"{label} is not known; the score uses what the model learned of missing values."
        if self.kind == "unreadable":
            return f"{label} is {self.value!r}, which is no number; the score treats it as missing."
        if self.kind == "unknown":
            return f"{label} is {self.value!r}, a level that the model has never seen."
        extreme = "least" if self.kind == "below" else "most"
        return (
            f"{label} is {write(number(self.value))}, {self.kind} the {extreme} that the model has seen "
            f"({write(self.limit)}); what the score says there stands on no data."
        )


@dataclass(frozen=True)
class Codes:
    """A table as bin numbers: one array of shape (n,) per feature, and the values linear terms need."""

    bins: tuple[npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.uint32], ...]
    values: dict[int, Floats]
    rows: int


@dataclass(frozen=True)
class RowScore:
    """One row's answer: log-odds, what each term gave to them, and the spread of the bags."""

    log_odds: float
    probability: float
    contributions: tuple[float, ...]
    bag_log_odds: tuple[float, ...]
    low: float
    high: float


class Scorecard:
    """Score rows by a table of scores.

    Parameters
    ----------
    document : Document
        The checked content of a scorecard file.

    Notes
    -----
    Tables are prepared once: per axis a map from the feature's bin to the axis' share
    of the cell number, and one array holding every cell of every term, a column for
    the card and one for each bag.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.features = tuple(document.features)
        self.terms = tuple(document.terms)
        self.columns = tuple(feature.column for feature in self.features)
        self.intercept = document.intercept
        self.bag_intercepts = np.array(document.bag_intercepts)
        self.bag_intercepts.flags.writeable = False
        self._prepare()

    def _prepare(self) -> None:
        self._level_codes = {
            place: {text: code for code, text in enumerate(feature.levels, start=1)}
            for place, feature in enumerate(self.features)
            if isinstance(feature, CategoricalFeature)
        }
        self._maps: list[list[npt.NDArray[np.intp]]] = []
        blocks, start = [np.empty((0, 1 + len(self.bag_intercepts)))], 0
        self._starts: list[int] = []
        for term in self.terms:
            self._starts.append(start)
            self._maps.append(self._axis_maps(term) if isinstance(term, TableTerm) else [])
            if isinstance(term, TableTerm):
                blocks.append(np.column_stack([term.scores, *term.bags]))
                start += term.cells
        self._cells = np.concatenate(blocks)
        self._bag_cells = np.ascontiguousarray(self._cells[:, 1:])
        self._tables = [(place, term) for place, term in enumerate(self.terms) if isinstance(term, TableTerm)]
        self._linear = [
            (place, term) for place, term in enumerate(self.terms) if isinstance(term, LinearTerm)
        ]
        self._row_maps = [
            [(axis.feature, one.tolist()) for axis, one in zip(term.axes, self._maps[place], strict=True)]
            for place, term in self._tables
        ]
        for place in range(len(self._row_maps)):
            feature, first = self._row_maps[place][0]
            offset = self._starts[self._tables[place][0]]
            self._row_maps[place][0] = (feature, [offset + cell for cell in first])

    def _axis_maps(self, term: TableTerm) -> list[npt.NDArray[np.intp]]:
        """Map each axis' feature bins to the axis' share of the cell number."""
        maps, stride = [], term.cells
        for axis in term.axes:
            stride //= axis.bins
            feature = self.features[axis.feature]
            if isinstance(feature, NumericFeature):
                passed = np.searchsorted(axis.edges or [], feature.edges, side="right")
                axis_bins = np.concatenate([[0, 1], passed + 1]).astype(np.intp)
            else:
                axis_bins = np.arange(feature.bins, dtype=np.intp)
            maps.append(axis_bins * stride)
        return maps

    @classmethod
    def from_json(cls, text: str) -> Scorecard:
        """Read a scorecard; ScorecardError unless it is of format 1 in every point."""
        return cls(read_document(text))

    def to_json(self) -> str:
        """Write the scorecard in its one canonical form; reading it back gives equal bits."""
        return write_document(self.document)

    @cached_property
    def version(self) -> str:
        """SHA-256 (hex) of the canonical JSON: the name of the model."""
        return hashlib.sha256(self.to_json().encode("ascii")).hexdigest()

    @property
    def start(self) -> float:
        """The chance at the intercept alone, a share in 0-1: where the reasons start from."""
        return float(logistic(self.intercept))

    @property
    def term_columns(self) -> tuple[tuple[str, ...], ...]:
        """The columns each term reads, in the order of contributions."""
        return tuple(tuple(self.columns[place] for place in term.features) for term in self.terms)

    def encode_column(self, place: int, values: Any) -> npt.NDArray[Any]:
        """Turn one column of shape (n,) into bin numbers of its feature, in the smallest type that fits."""
        feature = self.features[place]
        small = np.min_scalar_type(feature.bins - 1)
        if isinstance(feature, NumericFeature):
            read = numbers(values)
            bins = np.searchsorted(feature.edges, read, side="right") + 1
            bins[np.isnan(read)] = 0
            return bins.astype(small)
        codes, uniques = pd.factorize(_column(values))
        of_unique = [self._level_bin(place, value) for value in uniques]
        return np.array([*of_unique, 0], dtype=small)[codes]  # missing is code -1: the last

    def _level_bin(self, place: int, value: Any) -> int:
        text = level(value)
        codes = self._level_codes[place]
        return 0 if text is None else codes.get(text, len(codes) + 1)

    def encode(self, frame: pd.DataFrame) -> Codes:
        """Turn a table into bin numbers, the form that scoring starts from.

        Raises
        ------
        ScorecardError
            If a column that the card reads is not in the table.
        """
        absent = [column for column in self.columns if column not in frame.columns]
        if absent:
            raise ScorecardError(
                f"The table lacks {', '.join(absent)}, which the model reads: "
                "load a table with these columns."
            )
        bins = tuple(self.encode_column(place, frame[column]) for place, column in enumerate(self.columns))
        values = {term.feature: numbers(frame[self.columns[term.feature]]) for _, term in self._linear}
        return Codes(bins, values, len(frame))

    def contribution(self, place: int, codes: Codes) -> Floats:
        """Say what one term gives to the log-odds of each row, of shape (n,)."""
        term = self.terms[place]
        if isinstance(term, LinearTerm):
            return linear_score(codes.values[term.feature], term.slope, term.missing, term)
        return np.asarray(term.scores).take(self.cell(place, codes.bins))

    def axis_maps(self, place: int) -> list[npt.NDArray[np.intp]]:
        """Give, per axis of a table term, what each bin of its feature adds to the cell number."""
        return self._maps[place]

    def cell(self, place: int, bins: Any) -> npt.NDArray[np.intp]:
        """Find the cell number of a table term for each row; ``bins`` are indexed by feature."""
        term = self.terms[place]
        first, *others = (
            one.take(bins[feature]) for feature, one in zip(term.features, self._maps[place], strict=True)
        )
        return first + others[0] if others else first

    def _codes(self, frame: pd.DataFrame | Codes) -> Codes:
        return frame if isinstance(frame, Codes) else self.encode(frame)

    def log_odds(self, frame: pd.DataFrame | Codes) -> Floats:
        """Score a table: exact sums of intercept and terms, of shape (n,)."""
        codes = self._codes(frame)
        total = np.full(codes.rows, self.intercept)
        for place in range(len(self.terms)):
            total += self.contribution(place, codes)
        return total

    def probability(self, frame: pd.DataFrame | Codes) -> Floats:
        """Give the chance of the positive outcome, shares in 0-1 of shape (n,)."""
        return logistic(self.log_odds(frame))

    def contributions(self, frame: pd.DataFrame | Codes) -> Floats:
        """Give each term's share of the log-odds, of shape (n, n_terms); with the intercept they add up."""
        codes = self._codes(frame)
        parts = np.empty((codes.rows, len(self.terms)))
        for place in range(len(self.terms)):
            parts[:, place] = self.contribution(place, codes)
        return parts

    def bag_log_odds(self, frame: pd.DataFrame | Codes) -> Floats:
        """Score a table by every bag, of shape (n, n_bags)."""
        codes = self._codes(frame)
        total = np.tile(self.bag_intercepts, (codes.rows, 1))
        for start in range(0, codes.rows, _CHUNK):
            rows = slice(start, start + _CHUNK)
            bins = [one[rows] for one in codes.bins]
            for place, _ in self._tables:
                total[rows] += self._bag_cells.take(self.cell(place, bins) + self._starts[place], axis=0)
        for _, term in self._linear:
            for column, bag in enumerate(term.bags):
                total[:, column] += linear_score(codes.values[term.feature], bag.slope, bag.missing, term)
        return total

    def interval(self, frame: pd.DataFrame | Codes) -> tuple[Floats, Floats]:
        """Give the range of each score (model spread, not chance): low and high probabilities."""
        return self.spread_of(self.bag_log_odds(frame))

    def spread_of(self, bag_log_odds: Floats) -> tuple[Any, Any]:
        """Turn bag log-odds of shape (..., n_bags) into low and high, t deviations from their mean."""
        mean = bag_log_odds.mean(axis=-1)
        reach = self.document.spread * bag_log_odds.std(axis=-1, ddof=1)
        return logistic(mean - reach), logistic(mean + reach)

    def score(self, row: Row) -> RowScore:
        """Answer for one row of plain values; a column that is not there is missing."""
        bins = [self.bin_of(place, row.get(column)) for place, column in enumerate(self.columns)]
        cells = [sum([one[bins[feature]] for feature, one in maps]) for maps in self._row_maps]
        picked = self._cells[cells]
        bags = self.bag_intercepts + picked[:, 1:].sum(axis=0)
        if self._linear:
            parts = np.empty(len(self.terms))
            parts[[place for place, _ in self._tables]] = picked[:, 0]
            for place, term in self._linear:
                value = number(row.get(self.columns[term.feature]))
                parts[place] = linear_score(value, term.slope, term.missing, term)
                bags += [linear_score(value, bag.slope, bag.missing, term) for bag in term.bags]
        else:
            parts = picked[:, 0]
        log_odds = self.intercept + float(parts.sum())
        low, high = self.spread_of(bags)
        return RowScore(
            log_odds,
            float(logistic(log_odds)),
            tuple(parts.tolist()),
            tuple(bags.tolist()),
            float(low),
            float(high),
        )

    def bin_of(self, place: int, value: Any) -> int:
        """Find the bin of one value of a feature."""
        feature = self.features[place]
        if not isinstance(feature, NumericFeature):
            return self._level_bin(place, value)
        value = number(value)
        return 0 if value != value else bisect_right(feature.edges, value) + 1

    def unusual(self, row: Row) -> list[Unusual]:
        """Name what the model has not learned from: missing, unreadable, unknown, outside the range."""
        found = (self._unusual(place, row.get(column)) for place, column in enumerate(self.columns))
        return [one for one in found if one is not None]

    def _unusual(self, place: int, value: Any) -> Unusual | None:
        feature, text = self.features[place], level(value)
        if text is None:
            return Unusual(feature.column, "missing", value)
        if not isinstance(feature, NumericFeature):
            known = text in self._level_codes[place]
            return None if known else Unusual(feature.column, "unknown", value)
        read = number(value)
        if math.isnan(read):
            return Unusual(feature.column, "unreadable", value)
        if feature.minimum is not None and read < feature.minimum:
            return Unusual(feature.column, "below", value, feature.minimum)
        if feature.maximum is not None and read > feature.maximum:
            return Unusual(feature.column, "above", value, feature.maximum)
        return None


def linear_score(values: npt.ArrayLike, slope: float, missing: float, term: LinearTerm) -> Any:
    """Score values by a slope: product kept within the limit, then rounded to the grid; infinity x 0 is 0."""
    values = np.asarray(values, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        product = slope * (values - term.centre)
    product = np.where(np.isnan(product), 0.0, np.clip(product, -term.limit, term.limit))
    return np.where(np.isnan(values), missing, on_grid(product))


def _column(values: Any) -> Any:
    return values if isinstance(values, pd.Series | pd.Index | np.ndarray) else pd.Series(values)


def numbers(values: Any) -> Floats:
    """Read a column as float64 with NaN for missing, by the rule of :func:`number`."""
    values = _column(values)
    if isinstance(values, np.ndarray) and values.dtype.kind in "fiub":
        return values.astype(np.float64, copy=False)
    if pd.api.types.is_numeric_dtype(values.dtype):
        return pd.Series(values).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.fromiter(map(number, values), dtype=np.float64, count=len(values))
