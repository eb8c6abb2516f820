"""Robustness: how far scores and the list move when inputs are noisy, missing, shifted, extreme or picked.

Nothing here asks whether a change makes sense for a customer; it asks what the model makes of it. A
scorecard is a table, so that the worst change of one field is found by looking, not by searching.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.coverage import known_outcome
from models.evaluation import auc
from models.scorecard import Codes, Floats, Scorecard, logistic, numbers
from models.scorecard_format import LinearTerm, NumericFeature

ROWS = 2_000
"""Larger tables are sampled: the figures are medians and shares, which more rows would not sharpen much."""

LISTED = 0.10
NOISE = (0.01, 0.05, 0.10)
MISSING = (0.05, 0.10, 0.20)
SHIFT = 0.5
"""Standard deviations that a number is shifted by, up and down."""

CROWDED = 0.20
"""Share of customers who are moved to a column's commonest level."""

SMALL = 0.05
"""A small change of a number: this share of its range in training, or one step."""

UNSEEN = "a level never seen before"

_Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class _Bench:
    """The rows under stress as they were: inputs by column, bins, log-odds, outcome where it is known."""

    card: Scorecard
    spec: DatasetSpec
    inputs: dict[str, npt.NDArray[Any]]
    codes: Codes
    log_odds: Floats
    known: _Rows
    left: npt.NDArray[np.bool_]
    share: float

    @property
    def places(self) -> range:
        """The places of the features."""
        return range(len(self.card.features))

    def is_numeric(self, place: int) -> bool:
        """Whether a feature is a number."""
        return isinstance(self.card.features[place], NumericFeature)

    def with_column(self, place: int, values: npt.NDArray[Any]) -> Codes:
        """Give the bins with one column replaced."""
        return with_bins(
            self.codes,
            place,
            self.card.encode_column(place, values),
            values if self.is_numeric(place) else None,
        )

    def with_columns(self, changed: dict[int, npt.NDArray[Any]]) -> Codes:
        """Give the bins with several columns replaced."""
        codes = self.codes
        for place, values in changed.items():
            bins = self.card.encode_column(place, values)
            codes = with_bins(codes, place, bins, values if self.is_numeric(place) else None)
        return codes


def with_bins(codes: Codes, place: int, bins: npt.NDArray[Any], values: npt.NDArray[Any] | None) -> Codes:
    """Replace the bins of one feature, and its values where a linear term reads them."""
    new = (*codes.bins[:place], bins, *codes.bins[place + 1 :])
    if place in codes.values and values is not None:
        return replace(codes, bins=new, values=codes.values | {place: values.astype(np.float64)})
    return replace(codes, bins=new)


def stress(
    scorecard: Scorecard,
    frame: pd.DataFrame,
    spec: DatasetSpec,
    *,
    seed: int = 0,
    rows: int = ROWS,
    share: float = LISTED,
) -> dict[str, Any]:
    """Try what can go wrong with inputs, and say how far scores and ranks move.

    Parameters
    ----------
    scorecard : Scorecard
        The model under stress.
    frame : DataFrame
        Canonical rows that the model has not learned from. Where outcomes are known, the loss of AUC is told.
    spec : DatasetSpec
        Labels, limits and steps of the features.
    seed : int, default=0
        Of the sample and of all noise; the same table and seed give the same figures.
    rows : int, default=2000
        Most rows tried.
    share : float, default=0.10
        Share of customers on the list whose turnover is told.

    Returns
    -------
    dict
        Plain values. ``noise``, ``missing``, ``shifted`` and ``extreme`` are lists of trials, each with
        ``name``, ``words`` and its effect: ``score_change`` (``median``, ``p95``, ``largest``: differences of
        shares in 0-1), ``rank`` (Spearman), ``list_kept`` (share of the list that stays on it) and
        ``auc_loss``. ``adversarial`` tells what one field, picked to do most, can do: ``small`` (a number
        moved by little) and ``any`` (to any value seen in training). ``summary`` holds what gates ask for.

    Raises
    ------
    ValueError
        If there is no row to try.
    """
    bench = _bench(scorecard, frame, spec, seed, rows, share)
    random = np.random.default_rng(seed)
    trials = {
        "noise": [_noise(bench, amount, random) for amount in NOISE],
        "missing": [*(_missing(bench, amount, random) for amount in MISSING), *_worst_first(_lost(bench))],
        "shifted": _worst_first(_shifted(bench, random)),
        "extreme": _worst_first(_extremes(bench)),
    }
    adversarial = {"small": _picked(bench, _nearby(bench)), "any": _picked(bench, _anything(bench))}
    return {
        "rows": bench.codes.rows,
        "listed": share,
        "seed": seed,
        **trials,
        "adversarial": adversarial,
        "summary": _summary(trials, adversarial),
    }


def _bench(
    card: Scorecard, frame: pd.DataFrame, spec: DatasetSpec, seed: int, rows: int, share: float
) -> _Bench:
    if not len(frame):
        raise ValueError("There is no row to put under stress: give rows that were held out from training.")
    drawn = np.random.default_rng(seed).permutation(len(frame))[:rows]
    table = frame.iloc[np.sort(drawn)].reset_index(drop=True)
    inputs = {
        feature.column: numbers(table[feature.column])
        if isinstance(feature, NumericFeature)
        else table[feature.column].to_numpy(dtype=object)
        for feature in card.features
    }
    codes = card.encode(table)
    has_outcome = spec.outcome.column in table.columns
    known, left = known_outcome(table, spec) if has_outcome else (np.empty(0, np.intp), np.empty(0, np.bool_))
    return _Bench(card, spec, inputs, codes, card.log_odds(codes), known, left, share)


# --- what a trial did ---------------------------------------------------------------------------------


def _effect(bench: _Bench, log_odds: Floats) -> dict[str, Any]:
    change = np.abs(logistic(log_odds) - logistic(bench.log_odds))
    return {
        "score_change": _sizes(change),
        "rank": rank_correlation(bench.log_odds, log_odds),
        "list_kept": list_kept(bench.log_odds, log_odds, bench.share),
        "auc_loss": _auc_loss(bench, log_odds),
    }


def _sizes(change: Floats) -> dict[str, float]:
    median, p95 = np.quantile(change, [0.5, 0.95])
    return {"median": float(median), "p95": float(p95), "largest": float(change.max())}


def _auc_loss(bench: _Bench, log_odds: Floats) -> float | None:
    if bench.left.all() or not bench.left.any():
        return None
    before, after = (auc(bench.left, one[bench.known]) for one in (bench.log_odds, log_odds))
    return before - after


def rank_correlation(before: npt.ArrayLike, after: npt.ArrayLike) -> float | None:
    """Give Spearman's rank correlation, ties sharing the middle rank; None where all are tied."""
    a, b = (_ranks(np.asarray(one, dtype=np.float64)) for one in (before, after))
    if not a.std() or not b.std():
        return None
    return float(np.corrcoef(a, b)[0, 1])


def _ranks(values: Floats) -> Floats:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def list_kept(before: npt.ArrayLike, after: npt.ArrayLike, share: float) -> float:
    """Give the share of the list (the top ``share`` of rows, one row at least) that stays on the list."""
    first, second = np.asarray(before), np.asarray(after)
    n = max(1, round(len(first) * share))
    was, now = (set(np.argsort(-one, kind="stable")[:n].tolist()) for one in (first, second))
    return len(was & now) / n


def _trial(bench: _Bench, name: str, what: str, codes: Codes, **more: Any) -> dict[str, Any]:
    effect = _effect(bench, bench.card.log_odds(codes))
    return {"name": name, **more, **effect, "words": f"{what}: {_moved(effect)}"}


def _moved(effect: dict[str, Any]) -> str:
    change = effect["score_change"]
    return (
        f"half of the scores move by less than {_points(change['median'])}, one in twenty by more than "
        f"{_points(change['p95'])}; {effect['list_kept']:.0%} of the list stays."
    )


def _points(value: float) -> str:
    return f"{value * 100:.1f} points"


def _worst_first(trials: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(trials, key=lambda trial: -trial["score_change"]["p95"])


# --- noise, missing, shifted, extreme -------------------------------------------------------------------


def _noise(bench: _Bench, amount: float, random: np.random.Generator) -> dict[str, Any]:
    """Blur every number by a share of its standard deviation, and swap that share of levels."""
    changed = {
        place: _blurred(bench, place, amount, random)
        if bench.is_numeric(place)
        else _swapped(bench.inputs[bench.card.columns[place]], amount, random)
        for place in bench.places
    }
    what = (
        f"Every number blurred by {amount:.0%} of its standard deviation and {amount:.0%} of the levels wrong"
    )
    return _trial(bench, f"noise of {amount:.0%}", what, bench.with_columns(changed), amount=amount)


def _blurred(bench: _Bench, place: int, amount: float, random: np.random.Generator) -> Floats:
    values = bench.inputs[bench.card.columns[place]]
    finite = values[np.isfinite(values)]
    if len(finite) < 2:
        return values
    noisy = values + random.normal(size=len(values)) * (amount * finite.std())
    if (finite == np.round(finite)).all():
        noisy = np.round(noisy)
    return np.clip(noisy, *_limits(bench, place))


def _limits(bench: _Bench, place: int) -> tuple[float, float]:
    """Give the range a value may lie in: the spec's, else that of training."""
    feature, seen = bench.spec.feature(bench.card.columns[place]), bench.card.features[place]
    assert isinstance(seen, NumericFeature)
    low = feature.minimum if feature.minimum is not None else seen.minimum
    high = feature.maximum if feature.maximum is not None else seen.maximum
    return -np.inf if low is None else low, np.inf if high is None else high


def _swapped(values: npt.NDArray[Any], amount: float, random: np.random.Generator) -> npt.NDArray[Any]:
    """Give a share of rows the value of another row, drawn at random."""
    hit = random.random(len(values)) < amount
    return np.where(hit, values[random.permutation(len(values))], values)


def _blank(values: npt.NDArray[Any], hit: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    blanked = values.copy()
    blanked[hit] = np.nan if values.dtype.kind == "f" else None
    return blanked


def _missing(bench: _Bench, amount: float, random: np.random.Generator) -> dict[str, Any]:
    changed = {
        place: _blank(bench.inputs[column], random.random(bench.codes.rows) < amount)
        for place, column in enumerate(bench.card.columns)
    }
    what = f"{amount:.0%} of all fields lost at random"
    return _trial(bench, f"{amount:.0%} missing", what, bench.with_columns(changed), amount=amount)


def _lost(bench: _Bench) -> Iterator[dict[str, Any]]:
    """Lose each column in turn, as when a source fails."""
    everyone = np.ones(bench.codes.rows, dtype=bool)
    for place, column in enumerate(bench.card.columns):
        label = bench.spec.label(column)
        codes = bench.with_column(place, _blank(bench.inputs[column], everyone))
        yield _trial(bench, f"{label} missing", f"{label} missing for everybody", codes, column=column)


def _shifted(bench: _Bench, random: np.random.Generator) -> Iterator[dict[str, Any]]:
    for place, column in enumerate(bench.card.columns):
        label, values = bench.spec.label(column), bench.inputs[column]
        if not bench.is_numeric(place):
            if (common := _commonest(values)) is not None:
                moved = np.where(random.random(len(values)) < CROWDED, common, values)
                what = (
                    f"{label}: {CROWDED:.0%} of customers moved to {bench.spec.level_label(column, common)}"
                )
                yield _trial(bench, what, what, bench.with_column(place, moved), column=column)
            continue
        finite = values[np.isfinite(values)]
        for direction, word in ((1, "up"), (-1, "down")) if len(finite) and finite.std() else ():
            what = f"{label} shifted {word} by {SHIFT:g} standard deviations"
            moved = np.clip(values + direction * SHIFT * finite.std(), *_limits(bench, place))
            yield _trial(bench, what, what, bench.with_column(place, moved), column=column)


def _commonest(values: npt.NDArray[Any]) -> str | None:
    codes, uniques = pd.factorize(values)
    known = codes[codes >= 0]
    return str(uniques[np.bincount(known).argmax()]) if len(known) else None


def _extremes(bench: _Bench) -> Iterator[dict[str, Any]]:
    """Give everybody one absurd value, column by column, then nothing known at all."""
    for place, column in enumerate(bench.card.columns):
        label = bench.spec.label(column)
        for word, value in _absurd(bench, place):
            values = np.full(bench.codes.rows, value, dtype=np.float64 if bench.is_numeric(place) else object)
            yield _held(bench, f"{label} {word}", bench.with_column(place, values), column)
    for word, numeric, text in (("Nothing known", np.nan, None), ("Everything unseen", np.inf, UNSEEN)):
        changed = {
            place: np.full(bench.codes.rows, numeric)
            if bench.is_numeric(place)
            else np.full(bench.codes.rows, text, dtype=object)
            for place in bench.places
        }
        yield _held(bench, word, bench.with_columns(changed), None)


def _absurd(bench: _Bench, place: int) -> list[tuple[str, Any]]:
    feature = bench.card.features[place]
    if not isinstance(feature, NumericFeature):
        return [("never seen before", UNSEEN)]
    low, high = feature.minimum or 0.0, feature.maximum or 0.0
    reach = 10 * max(high - low, 1.0)
    return [
        ("far below what was seen", low - reach),
        ("far above what was seen", high + reach),
        ("infinite", np.inf),
        ("minus infinite", -np.inf),
    ]


def _held(bench: _Bench, name: str, codes: Codes, column: str | None) -> dict[str, Any]:
    """Try an extreme, and say whether every answer is a chance in 0-1 inside a range in 0-1."""
    score, (low, high) = bench.card.probability(codes), bench.card.interval(codes)
    answers = np.stack([score, low, high])
    holds = bool(np.isfinite(answers).all() and (answers >= 0).all() and (answers <= 1).all())
    return _trial(bench, name, name, codes, column=column, holds=holds and bool((low <= high).all()))


# --- adversarial: one field, picked to do most --------------------------------------------------------

_Candidate = tuple[int, npt.NDArray[Any], npt.NDArray[Any] | None]
"""The place of a feature, its new bin in every row, and its new value where that is a number."""


def _nearby(bench: _Bench) -> Iterator[_Candidate]:
    """Move each number by little, up and down."""
    for place, column in enumerate(bench.card.columns):
        feature = bench.card.features[place]
        if not isinstance(feature, NumericFeature) or feature.minimum is None or feature.maximum is None:
            continue
        step = bench.spec.feature(column).step or 0.0
        reach = max(SMALL * (feature.maximum - feature.minimum), step)
        parts = (-1.0, 1.0) if reach == step else (-1.0, -0.5, -0.25, 0.25, 0.5, 1.0)
        for part in parts:
            moved = np.clip(bench.inputs[column] + part * reach, *_limits(bench, place))
            yield place, bench.card.encode_column(place, moved), moved


def _anything(bench: _Bench) -> Iterator[_Candidate]:
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


def _picked(bench: _Bench, candidates: Iterable[_Candidate]) -> dict[str, Any]:
    """Find per row the one change that moves the score most, and what it comes to."""
    start = logistic(bench.log_odds)
    most = np.zeros(bench.codes.rows)
    by_column = {place: np.zeros(bench.codes.rows) for place in bench.places}
    rest: tuple[int, list[int], Floats] | None = None
    for place, bins, values in candidates:
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
        | _sizes(change)
        for place, change in by_column.items()
        if change.any()
    ]
    return {"score_change": _sizes(most), "columns": sorted(columns, key=lambda one: -one["p95"])}


def _features(term: Any) -> tuple[int, ...]:
    return (term.feature,) if isinstance(term, LinearTerm) else term.features


# --- what gates ask for -------------------------------------------------------------------------------


def _summary(trials: dict[str, list[dict[str, Any]]], adversarial: dict[str, Any]) -> dict[str, Any]:
    noise = next(trial for trial in trials["noise"] if trial["amount"] == 0.05)
    missing = next(trial for trial in trials["missing"] if trial.get("amount") == 0.10)
    shifted = trials["shifted"][0] if trials["shifted"] else None
    small = adversarial["small"]["score_change"]
    return {
        "noise_score_change": noise["score_change"]["p95"],
        "noise_list_kept": noise["list_kept"],
        "noise_auc_loss": noise["auc_loss"],
        "missing_score_change": missing["score_change"]["p95"],
        "missing_list_kept": missing["list_kept"],
        "missing_auc_loss": missing["auc_loss"],
        "shift_score_change": shifted["score_change"]["p95"] if shifted else 0.0,
        "small_change_score_change": small["p95"],
        "answers_hold": all(trial["holds"] for trial in trials["extreme"]),
        "words": (
            f"{noise['words']} {missing['words']} One number moved by {SMALL:.0%} of its range, picked to do "
            f"most, moves one score in twenty by more than {_points(small['p95'])}."
        ),
    }
