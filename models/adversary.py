"""The one field, picked per customer, whose change moves the score most.

A scorecard is a table, so that the worst change is found by looking at every value, not by searching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from models.scorecard import Floats, logistic
from models.scorecard_format import LinearTerm, NumericFeature
from models.stress_bench import Bench, limits, sizes, with_bins

SMALL = 0.05
"""A small change of a number: this share of its range in training, or one step."""

Change = tuple[int, npt.NDArray[Any], npt.NDArray[Any] | None]
"""The place of a feature, its new bin in every row, and its new value where that is a number."""


def nearby(bench: Bench) -> Iterator[Change]:
    """Move each number by little, up and down."""
    for place, column in enumerate(bench.card.columns):
        feature = bench.card.features[place]
        if not isinstance(feature, NumericFeature) or feature.minimum is None or feature.maximum is None:
            continue
        step = bench.spec.feature(column).step or 0.0
        reach = max(SMALL * (feature.maximum - feature.minimum), step)
        parts = (-1.0, 1.0) if reach == step else (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)
        for part in parts:
            moved = np.clip(bench.inputs[column] + part * reach, *limits(bench, place))
            yield place, bench.card.encode_column(place, moved), moved


def anything(bench: Bench) -> Iterator[Change]:
    """Set each field to every value seen in training: every bin that somebody was in."""
    for place, feature in enumerate(bench.card.features):
        bins = np.flatnonzero(np.asarray(feature.counts[1:])) + 1
        if not isinstance(feature, NumericFeature):
            for one in bins[bins < feature.bins - 1]:
                yield place, np.full(bench.codes.rows, one), None
            continue
        for one in bins:
            value = _inside(feature, int(one))
            yield place, np.full(bench.codes.rows, one), np.full(bench.codes.rows, value)


def _inside(feature: NumericFeature, one: int) -> float:
    """Give a value inside a bin, as far out as training went: linear terms reach furthest there."""
    edges = [feature.minimum or 0.0, *feature.edges, feature.maximum or 0.0]
    return edges[0] if one == 1 else edges[-1] if one == len(edges) - 1 else edges[one - 1]


def picked(bench: Bench, changes: Iterable[Change]) -> dict[str, Any]:
    """Find per row the one change that moves the score most, and what it comes to."""
    start = logistic(bench.log_odds)
    most = np.zeros(bench.codes.rows)
    by_column = {place: np.zeros(bench.codes.rows) for place in bench.places}
    rest: tuple[int, list[int], Floats] | None = None
    for place, bins, values in changes:
        if rest is None or rest[0] != place:
            touched = [t for t, term in enumerate(bench.card.terms) if place in _features(term)]
            kept = bench.log_odds - sum(bench.card.contribution(t, bench.codes) for t in touched)
            rest = (place, touched, kept)
        codes = with_bins(bench.codes, place, bins, values)
        moved = rest[2] + sum(bench.card.contribution(t, codes) for t in rest[1])
        change = np.abs(logistic(moved) - start)
        by_column[place] = np.maximum(by_column[place], change)
        most = np.maximum(most, change)
    columns = [
        {"column": bench.card.columns[place], "label": bench.spec.label(bench.card.columns[place])}
        | sizes(change)
        for place, change in by_column.items()
        if change.any()
    ]
    return {"score_change": sizes(most), "columns": sorted(columns, key=lambda one: -one["p95"])}


def _features(term: Any) -> tuple[int, ...]:
    return (term.feature,) if isinstance(term, LinearTerm) else term.features
