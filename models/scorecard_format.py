"""The file of a scorecard, format 1: what stands in it and what must hold, strictly checked."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.values import level

GRID = 2.0**44
BOUND = 512.0
"""Sums of multiples of 2**-44 are exact in double precision below this."""


class ScorecardError(ValueError):
    """A scorecard or table that cannot be used; the message says why and how to mend it."""


def on_grid(values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Round to the nearest multiple of 2**-44, halves upwards, as every engine does."""
    return np.floor(np.asarray(values, dtype=np.float64) * GRID + 0.5) / GRID


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Number = Annotated[float, AfterValidator(lambda value: value + 0.0)]  # -0.0 becomes 0.0: one form only
Numbers = Annotated[list[Number], Field()]
Count = Annotated[int, Field(ge=0)]


def _ascending(edges: list[float]) -> list[float]:
    if any(a >= b for a, b in pairwise(edges)):
        raise ValueError("edges must ascend strictly")
    return edges


Edges = Annotated[list[Number], AfterValidator(_ascending)]


class NumericFeature(_Strict):
    """A numeric input: its range in training (None if never seen), every edge of any axis, counts per bin."""

    column: str
    kind: Literal["numeric"]
    minimum: Number | None
    maximum: Number | None
    edges: Edges
    counts: list[Count]

    @property
    def bins(self) -> int:
        """Missing, and one bin more than edges."""
        return len(self.edges) + 2


class CategoricalFeature(_Strict):
    """An input with levels; counts are of missing, each level, every other level."""

    column: str
    kind: Literal["categorical"]
    levels: list[str]
    counts: list[Count]

    @model_validator(mode="after")
    def _levels_can_be_met(self) -> CategoricalFeature:
        if len(set(self.levels)) < len(self.levels):
            raise ValueError(f"{self.column}: a level stands twice")
        if any(level(text) != text for text in self.levels):
            raise ValueError(f"{self.column}: levels must be trimmed and not empty")
        return self

    @property
    def bins(self) -> int:
        """Missing, the levels, every other level."""
        return len(self.levels) + 2


class Axis(_Strict):
    """One side of a table: numeric edges, or the levels of its feature."""

    feature: Count
    edges: Edges | None = None
    levels: list[str] | None = None

    @property
    def bins(self) -> int:
        """How many bins the axis has, missing included."""
        return len(self.edges if self.edges is not None else self.levels or ()) + 2


class TableTerm(_Strict):
    """Scores in log-odds per bin, or per cell of two axes, the last axis running fastest."""

    type: Literal["table"]
    axes: list[Axis] = Field(min_length=1, max_length=2)
    scores: Numbers
    bags: list[Numbers]

    @property
    def features(self) -> tuple[int, ...]:
        """The places of the features this term reads."""
        return tuple(axis.feature for axis in self.axes)

    @property
    def cells(self) -> int:
        """How many scores there are."""
        return math.prod(axis.bins for axis in self.axes)

    @property
    def bound(self) -> float:
        """The largest size a contribution, of the card or of a bag, can have."""
        return float(max(np.abs(self.scores).max(), np.abs(self.bags).max()))


class LinearBag(_Strict):
    """One bag's slope and its score of a missing value."""

    slope: Number
    missing: Number


class LinearTerm(_Strict):
    """A score of slope x (value - centre), kept within -limit and limit, rounded to the grid."""

    type: Literal["linear"]
    feature: Count
    slope: Number
    centre: Number
    missing: Number
    limit: Number = Field(gt=0)
    bags: list[LinearBag]

    @property
    def features(self) -> tuple[int, ...]:
        """The place of the feature this term reads."""
        return (self.feature,)

    @property
    def bound(self) -> float:
        """The largest size a contribution, of the card or of a bag, can have."""
        return max(self.limit, abs(self.missing), *(abs(bag.missing) for bag in self.bags))


class Document(_Strict):
    """Format 1, as it stands in the file; docs/scorecard.md describes it."""

    format: Literal[1]
    spec: str
    intercept: Number
    bag_intercepts: Numbers = Field(min_length=2)
    spread: Number = Field(ge=0, description="standard deviations of the bags on either side of their mean")
    features: list[Annotated[NumericFeature | CategoricalFeature, Field(discriminator="kind")]] = Field(
        min_length=1
    )
    terms: list[Annotated[TableTerm | LinearTerm, Field(discriminator="type")]]

    @model_validator(mode="after")
    def _holds_together(self) -> Document:
        columns = [feature.column for feature in self.features]
        if len(set(columns)) < len(columns):
            raise ValueError("features: a column stands twice")
        for feature in self.features:
            if len(feature.counts) != feature.bins:
                raise ValueError(f"{feature.column}: {len(feature.counts)} counts for {feature.bins} bins")
        for place, term in enumerate(self.terms):
            self._check_term(f"terms.{place}", term)
        _check_grid("intercepts", [self.intercept, *self.bag_intercepts])
        start = max(abs(value) for value in (self.intercept, *self.bag_intercepts))
        if start + sum(term.bound for term in self.terms) > BOUND:
            raise ValueError(f"scores may add up to more than {BOUND:g}, where sums stop being exact")
        return self

    def _check_term(self, name: str, term: TableTerm | LinearTerm) -> None:
        if len(term.bags) != len(self.bag_intercepts):
            raise ValueError(f"{name}: {len(term.bags)} bags for {len(self.bag_intercepts)} bag intercepts")
        if any(place >= len(self.features) for place in term.features):
            raise ValueError(f"{name}: there is no such feature")
        if len(set(term.features)) < len(term.features):
            raise ValueError(f"{name}: both axes are of one feature")
        if isinstance(term, LinearTerm):
            if self.features[term.feature].kind != "numeric":
                raise ValueError(f"{name}: a linear term needs a numeric feature")
            _check_grid(name, [term.missing, *(bag.missing for bag in term.bags), term.limit])
            return
        for axis in term.axes:
            feature = self.features[axis.feature]
            if isinstance(feature, CategoricalFeature):
                if axis.levels != feature.levels or axis.edges is not None:
                    raise ValueError(f"{name}: the axis must have the levels of {feature.column}")
            elif axis.edges is None or axis.levels is not None or not set(axis.edges) <= set(feature.edges):
                raise ValueError(f"{name}: the axis must have edges that stand in {feature.column}")
        for scores in (term.scores, *term.bags):
            if len(scores) != term.cells:
                raise ValueError(f"{name}: {len(scores)} scores for {term.cells} cells")
            _check_grid(name, scores)


def _check_grid(name: str, scores: list[float]) -> None:
    steps = np.asarray(scores) * GRID
    if not np.array_equal(steps, np.rint(steps)):
        raise ValueError(f"{name}: a score is no multiple of 2**-44")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def read_document(text: str) -> Document:
    """Read a scorecard file.

    Raises
    ------
    ScorecardError
        Unless the text is JSON of format 1 in every point: sizes, order of edges, grid of scores.
    """
    try:
        plain = json.loads(text, object_pairs_hook=_refuse_twice, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as fault:
        raise _refusal(str(fault)) from fault
    return check_document(plain)


def check_document(plain: Any) -> Document:
    """Check the plain content of a scorecard; ScorecardError names the first thing wrong."""
    try:
        return Document.model_validate(plain)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(map(str, first["loc"])) or "scorecard"
        raise _refusal(f"{where}: {first['msg']} ({fault.error_count()} faults)") from fault


def _refusal(reason: str) -> ScorecardError:
    return ScorecardError(
        f"This is not a scorecard of format 1: {reason}. Take the file as training wrote it, or train again."
    )


def write_document(document: Document) -> str:
    """Write a scorecard file in its one canonical form; reading it back gives equal bits."""
    plain = document.model_dump(mode="python")
    for term in plain["terms"]:
        for axis in term.get("axes", ()):
            del axis["levels" if axis["levels"] is None else "edges"]
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
