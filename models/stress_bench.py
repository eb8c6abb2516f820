"""The rows put under stress as they were, and what a change of their inputs does to scores and ranks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.coverage import known_outcome
from models.evaluation import auc
from models.scorecard import Codes, Floats, Scorecard, logistic, numbers
from models.scorecard_format import NumericFeature

_Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Bench:
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


def bench_of(
    card: Scorecard, frame: pd.DataFrame, spec: DatasetSpec, seed: int, rows: int, share: float
) -> Bench:
    """Draw at most so many rows to put under stress; ValueError where there is none."""
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
    return Bench(card, spec, inputs, codes, card.log_odds(codes), known, left, share)


def limits(bench: Bench, place: int) -> tuple[float, float]:
    """Give the range a value may lie in: the spec's, else that of training."""
    feature, seen = bench.spec.feature(bench.card.columns[place]), bench.card.features[place]
    assert isinstance(seen, NumericFeature)
    low = feature.minimum if feature.minimum is not None else seen.minimum
    high = feature.maximum if feature.maximum is not None else seen.maximum
    return -np.inf if low is None else low, np.inf if high is None else high


def trial_of(bench: Bench, name: str, what: str, codes: Codes, **more: Any) -> dict[str, Any]:
    """Say what changed inputs do to scores, ranks, the list and the AUC, in plain values and in words."""
    effect = _effect(bench, bench.card.log_odds(codes))
    return {"name": name, **more, **effect, "words": f"{what}: {_moved(effect)}"}


def _moved(effect: dict[str, Any]) -> str:
    change = effect["score_change"]
    return (
        f"half of the scores move by less than {points(change['median'])}, one in twenty by more than "
        f"{points(change['p95'])}; {effect['list_kept']:.0%} of the list stays."
    )


def points(value: float) -> str:
    """Write a difference of chances, a share in 0-1, in points."""
    return f"{value * 100:.1f} points"


def _effect(bench: Bench, log_odds: Floats) -> dict[str, Any]:
    change = np.abs(logistic(log_odds) - logistic(bench.log_odds))
    return {
        "score_change": sizes(change),
        "rank": rank_correlation(bench.log_odds, log_odds),
        "list_kept": list_kept(bench.log_odds, log_odds, bench.share),
        "auc_loss": _auc_loss(bench, log_odds),
    }


def sizes(change: Floats) -> dict[str, float]:
    """Sum up how far scores moved: median, 95th percentile and largest."""
    median, p95 = np.quantile(change, [0.5, 0.95])
    return {"median": float(median), "p95": float(p95), "largest": float(change.max())}


def _auc_loss(bench: Bench, log_odds: Floats) -> float | None:
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
