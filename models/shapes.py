"""The shape of each effect of a scorecard: what every bin, level or cell does, with range and count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from config.dataset import DatasetSpec, Feature, Role
from models.reasons import amount, reasons, value_in_words
from models.scorecard import Codes, Scorecard, linear_score, logistic
from models.scorecard_format import LinearTerm, NumericFeature, TableTerm

OTHER = "any other value"
UNKNOWN = "not known"


def shapes(scorecard: Scorecard, spec: DatasetSpec, codes: Codes | None = None) -> list[dict[str, Any]]:
    """Describe the effect of each term, in the order of the card.

    Parameters
    ----------
    codes : Codes, optional
        Of the training rows; with them the cells of pairs are counted too.

    Returns
    -------
    list of dict
        ``columns``, ``label``, ``role``, ``kind`` ("numeric", "categorical", "linear" or "pair"), ``words``
        (a sentence), and, by kind:

        - ``bins`` of a single column: ``words``, ``effect`` (log-odds), ``low`` and ``high`` (model spread,
          as in a score's range), ``chance`` (share in 0-1 at this effect alone) and ``count`` of training
          rows; for numbers also ``start`` and ``end``, None where open.
        - ``line`` of a linear term: the same at the ends of the training range and between, with ``value``;
          its ``bins`` hold what is not known.
        - ``axes`` of a pair: per axis ``column``, ``label`` and ``bins`` (words, count); and ``cells``, a
          list of rows of ``effect``, ``low``, ``high`` and ``count`` (None without codes).
    """
    labels = term_labels(scorecard, spec)
    return [
        {
            "columns": list(columns),
            "label": label,
            "role": min((spec.feature(column).role for column in columns), key=list(Role).index).value,
            **_shape(scorecard, place, spec, codes),
        }
        for place, (columns, label) in enumerate(zip(scorecard.term_columns, labels, strict=True))
    ]


def term_labels(scorecard: Scorecard, spec: DatasetSpec) -> list[str]:
    """Name each term as its reasons do, in the order of the card."""
    of_columns = {reason.columns: reason.label for reason in reasons(scorecard, {}, spec)}
    return [of_columns[columns] for columns in scorecard.term_columns]


def _shape(scorecard: Scorecard, place: int, spec: DatasetSpec, codes: Codes | None) -> dict[str, Any]:
    term = scorecard.terms[place]
    features = [spec.feature(column) for column in scorecard.term_columns[place]]
    if isinstance(term, LinearTerm):
        return _linear(scorecard, term, features[0])
    axes = [_axis_bins(scorecard, place, nth, spec) for nth in range(len(term.axes))]
    effects = _effects(scorecard, term.scores, term.bags)
    if len(axes) == 1:
        bins = [one | effect for one, effect in zip(axes[0], effects, strict=True)]
        numeric = term.axes[0].edges is not None
        return {
            "kind": "numeric" if numeric else "categorical",
            "bins": bins,
            "words": _told(bins),
        }
    return _pair(scorecard, place, term, features, axes, effects, codes)


def _effects(scorecard: Scorecard, scores: Sequence[float], bags: Sequence[Any]) -> list[dict[str, Any]]:
    """Give effect, its range by the bags, and the chance of somebody of whom nothing else counts."""
    bags_of = np.asarray(bags, dtype=np.float64)
    mean, reach = bags_of.mean(axis=0), scorecard.document.spread * bags_of.std(axis=0, ddof=1)
    chance = logistic(scorecard.intercept + np.asarray(scores))
    return [
        {"effect": float(score), "low": float(low), "high": float(high), "chance": float(one)}
        for score, low, high, one in zip(scores, mean - reach, mean + reach, chance, strict=True)
    ]


def _axis_bins(scorecard: Scorecard, place: int, nth: int, spec: DatasetSpec) -> list[dict[str, Any]]:
    """Describe the bins of one axis of a table, with the training rows in each."""
    term = scorecard.terms[place]
    assert isinstance(term, TableTerm)
    axis, source = term.axes[nth], scorecard.features[term.features[nth]]
    cells = scorecard.axis_maps(place)[nth]
    stride = int(cells.max()) // (axis.bins - 1)
    counts = np.bincount(cells // stride, weights=source.counts, minlength=axis.bins).astype(int).tolist()
    if not isinstance(source, NumericFeature):
        levels = [value_in_words(spec, source.column, text) for text in source.levels]
        words = [UNKNOWN, *levels, OTHER]
        return [{"words": one, "count": count} for one, count in zip(words, counts, strict=True)]
    bounds = [(None, None), *pairwise([None, *(axis.edges or []), None])]
    words = [UNKNOWN, *_ranges(axis.edges or [], source, spec.feature(source.column).unit)]
    return [
        {"words": one, "start": start, "end": end, "count": count}
        for one, (start, end), count in zip(words, bounds, counts, strict=True)
    ]


def _ranges(edges: list[float], source: NumericFeature, unit: str | None) -> list[str]:
    """Write the bins between edges, whole numbers as people count them: "3 to 5 months"."""
    if not edges:
        return ["any value"]
    if _is_whole(edges, source):
        first, last = math.ceil(edges[0]) - 1, math.ceil(edges[-1])
        between = [(math.ceil(start), math.ceil(end) - 1) for start, end in pairwise(edges)]
        return [
            f"{amount(first, unit)} or less",
            *(amount(a, unit) if a == b else f"{amount(a)} to {amount(b, unit)}" for a, b in between),
            f"{amount(last, unit)} or more",
        ]
    written = _written(edges, unit)
    steps = [f"{start} to under {end}" for start, end in pairwise(written)]
    return [f"under {written[0]}", *steps, f"{written[-1]} or more"]


def _is_whole(edges: list[float], source: NumericFeature) -> bool:
    """Guess whether a column holds whole numbers: its edges lie half way between such, its ends on them."""
    ends = [end for end in (source.minimum, source.maximum) if end is not None]
    halves = all((2 * edge).is_integer() for edge in edges) and not all(edge.is_integer() for edge in edges)
    return len(edges) > 1 and len(ends) == 2 and halves and all(end.is_integer() for end in ends)


def _written(edges: list[float], unit: str | None) -> list[str]:
    """Write edges with as few decimals as keep different ones different."""
    texts = [amount(edge, unit) for edge in edges]
    for decimals in range(3, 18):
        if len(set(texts)) == len(texts):
            break
        texts = [f"{edge:,.{decimals}f}" + (f" {unit}" if unit else "") for edge in edges]
    return texts


def _linear(scorecard: Scorecard, term: LinearTerm, feature: Feature) -> dict[str, Any]:
    source = scorecard.features[term.feature]
    assert isinstance(source, NumericFeature)
    low, high = source.minimum, source.maximum
    values = [term.centre] if low is None or high is None else np.linspace(low, high, 5).tolist()
    scores = linear_score(values, term.slope, term.missing, term).tolist()
    bags = [linear_score(values, bag.slope, bag.missing, term) for bag in term.bags]
    line = [
        {"value": value, "words": amount(value, feature.unit), **effect}
        for value, effect in zip(values, _effects(scorecard, scores, bags), strict=True)
    ]
    missing = _effects(scorecard, [term.missing], [[bag.missing] for bag in term.bags])[0]
    return {
        "kind": "linear",
        "line": line,
        "bins": [{"words": UNKNOWN, "count": source.counts[0], **missing}],
        "words": _told(line),
    }


def _pair(
    scorecard: Scorecard,
    place: int,
    term: TableTerm,
    features: list[Feature],
    axes: list[list[dict[str, Any]]],
    effects: list[dict[str, Any]],
    codes: Codes | None,
) -> dict[str, Any]:
    counts: list[int | None] = [None] * term.cells
    if codes is not None:
        counts = np.bincount(scorecard.cell(place, codes.bins), minlength=term.cells).tolist()
    width = len(axes[1])
    flat = [
        {"effect": one["effect"], "low": one["low"], "high": one["high"], "count": count}
        for one, count in zip(effects, counts, strict=True)
    ]
    known = [
        cell | {"words": f"{axes[0][i // width]['words']} with {axes[1][i % width]['words']}"}
        for i, cell in enumerate(flat)
        if not {axes[0][i // width]["words"], axes[1][i % width]["words"]} & {UNKNOWN, OTHER}
    ]
    return {
        "kind": "pair",
        "axes": [
            {"column": feature.column, "label": feature.label, "bins": bins}
            for feature, bins in zip(features, axes, strict=True)
        ],
        "cells": [flat[start : start + width] for start in range(0, len(flat), width)],
        "words": _pair_told(known),
    }


def _ends(bins: list[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Find where an effect is highest and lowest among what training rows hold; None where it is flat."""
    met = [one for one in bins if one["words"] not in (UNKNOWN, OTHER) and one.get("count") != 0]
    if len({one["effect"] for one in met}) < 2:
        return None
    return max(met, key=lambda one: one["effect"]), min(met, key=lambda one: one["effect"])


def _told(bins: list[dict[str, Any]]) -> str:
    ends = _ends(bins)
    if ends is None:
        return "Makes no difference to the chance of leaving."
    top, bottom = ends
    return (
        f"The chance of leaving is highest at {top['words']} ({top['chance']:.0%} where nothing else counts) "
        f"and lowest at {bottom['words']} ({bottom['chance']:.0%})."
    )


def _pair_told(cells: list[dict[str, Any]]) -> str:
    ends = _ends(cells)
    if ends is None:
        return "Makes no difference to the chance of leaving."
    return (
        "On top of what the two do by themselves, the chance of leaving is raised most at "
        f"{ends[0]['words']} and lowered most at {ends[1]['words']}."
    )
