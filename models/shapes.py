"""What a scorecard says as a whole: the shape of each effect, how much each weighs, and who differs why.

Everything is read out of the card itself and is plain values (None where a number would be infinite or
unknown), ready for the report that is signed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec, Feature, Role
from models.attribution import explained
from models.familiarity import unlike_share
from models.reasons import amount, reasons, value_in_words
from models.scorecard import Codes, Floats, Scorecard, linear_score, logistic
from models.scorecard_format import LinearTerm, NumericFeature, TableTerm
from models.values import level

if TYPE_CHECKING:
    from models.challengers import Challenger

FEWEST = 30
"""Smaller segments are named, but nothing is said of them."""

SEGMENT_REASONS = 3
OTHER = "any other value"
UNKNOWN = "not known"


def explanation(
    scorecard: Scorecard,
    frame: pd.DataFrame,
    spec: DatasetSpec,
    *,
    challengers: Sequence[Challenger] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Write the section "explanation" of a report.

    Parameters
    ----------
    frame : DataFrame
        The rows that importance and segments are taken over: canonical, with known outcomes or not.
    challengers : sequence of Challenger
        Explained approximately beside it (:func:`models.attribution.explained`).

    Returns
    -------
    dict
        ``exact`` (True), ``start`` (chance at the intercept alone), ``shapes``, ``importance``,
        ``segments``, ``unlike_share`` of the rows (0-1) that would get no firm score, ``challengers``.
    """
    codes = scorecard.encode(frame)
    return {
        "exact": True,
        "start": scorecard.start,
        "shapes": shapes(scorecard, spec, codes),
        "importance": importance(scorecard, codes, spec),
        "segments": segment_reasons(scorecard, frame, spec, codes=codes),
        "unlike_share": unlike_share(scorecard, frame),
        "challengers": explained(challengers, spec, seed=seed),
    }


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


def importance(
    scorecard: Scorecard, rows: pd.DataFrame | Codes, spec: DatasetSpec | None = None
) -> list[dict[str, Any]]:
    """Weigh each term over many rows, the weightiest first.

    Returns
    -------
    list of dict
        ``columns``, ``label``, ``mean`` (mean size of the contribution, in log-odds) and ``share`` of all
        terms' means (in 0-1; None where no term contributes anything).
    """
    codes = rows if isinstance(rows, Codes) else scorecard.encode(rows)
    labels = [", ".join(c) for c in scorecard.term_columns] if spec is None else term_labels(scorecard, spec)
    sizes = [
        float(np.abs(scorecard.contribution(place, codes)).mean()) if codes.rows else 0.0
        for place in range(len(scorecard.terms))
    ]
    total = math.fsum(sizes)
    found = [
        {"columns": list(columns), "label": label, "mean": size, "share": size / total if total else None}
        for columns, label, size in zip(scorecard.term_columns, labels, sizes, strict=True)
    ]
    return sorted(found, key=lambda one: -one["mean"])


def segment_reasons(
    scorecard: Scorecard, frame: pd.DataFrame, spec: DatasetSpec, *, codes: Codes | None = None
) -> list[dict[str, Any]]:
    """Say of each level of each segment column why its customers differ from all of them.

    Returns
    -------
    list of dict
        Per column ``column``, ``label`` and ``levels``, a row per level, largest first: ``level``,
        ``label``, ``n``, ``mean_chance``, ``difference`` (of mean log-odds from all rows), ``reasons``
        (every term: ``label``, ``columns``, ``difference``; they add up to it, up to rounding of 1e-9;
        weightiest first) and ``words``. A level with fewer than 30 rows has ``too_few`` True and no figures.
    """
    codes = codes or scorecard.encode(frame)
    rows = _Explained(
        scorecard.contributions(codes),
        logistic(scorecard.log_odds(codes)),
        scorecard.term_columns,
        term_labels(scorecard, spec),
    )
    found = []
    for column in dict.fromkeys(spec.segments):
        if column not in frame.columns:
            continue
        texts = frame[column].map(level)
        names = texts.dropna().value_counts().index
        levels = [
            {"level": name, "label": spec.level_label(column, name), **rows.segment(texts == name)}
            for name in names
        ]
        found.append({"column": column, "label": spec.label(column), "levels": levels})
    return found


@dataclass(frozen=True)
class _Explained:
    """Rows with what each term gives to them, to be cut into segments."""

    parts: Floats
    chances: Floats
    columns: tuple[tuple[str, ...], ...]
    labels: list[str]

    def segment(self, chosen: Any) -> dict[str, Any]:
        """Say how the mean of some rows differs from that of all of them, and by which terms."""
        rows = np.flatnonzero(chosen)
        if len(rows) < FEWEST:
            return {"n": len(rows), "too_few": True}
        differences = self.parts[rows].mean(axis=0) - self.parts.mean(axis=0)
        found = [
            {
                "label": self.labels[place],
                "columns": list(self.columns[place]),
                "difference": float(differences[place]),
            }
            for place in np.argsort(-np.abs(differences), kind="stable")
        ]
        average, of_all = float(self.chances[rows].mean()), float(self.chances.mean())
        total = math.fsum(differences.tolist())
        return {
            "n": len(rows),
            "too_few": False,
            "mean_chance": average,
            "difference": total,
            "reasons": found,
            "words": _segment_words(average, of_all, total, found),
        }


def _segment_words(average: float, of_all: float, total: float, found: list[dict[str, Any]]) -> str:
    same = f"{average:.1%}" == f"{of_all:.1%}"
    side = (
        "as all customers"
        if same
        else f"{'above' if average > of_all else 'below'} the {of_all:.1%} of all customers"
    )
    weighing = [one["label"] for one in found if one["difference"] * total > 0][:SEGMENT_REASONS]
    if same or not weighing:
        return f"{average:.1%} on average, {side}."
    return f"{average:.1%} on average, {side}, mostly because of: {', '.join(weighing)}."
