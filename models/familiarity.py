"""How like the training data a customer is: each input, and the whole row, in words.

A score of somebody unlike anyone the model has learned from stands on no data. Everything here is read
out of the scorecard: ranges and counts of its features. How rare an input is, is the share of training
rows that are as far out as it (numbers: on its side, twice; levels: as rare or rarer). The whole row is
judged by all of these together, by Fisher's method, which takes inputs as independent of each other.

References
----------
Fisher (1932), "Statistical Methods for Research Workers", section 21.1: combining probabilities.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec
from models.reasons import amount, value_in_words, warning
from models.scorecard import Floats, Row, Scorecard, numbers
from models.scorecard_format import NumericFeature
from models.values import number

FAR = 0.5
"""An input further outside its range than this share of the range's width: no firm score."""

RARE_INPUT = 0.001
RARE_ROW = 1e-2
UNLIKE_ROW = 1e-4
"""Rows of which fewer than this share are expected: no firm score. Of the training rows of Telco and
churn 2020 none lies below it, and fewer than 1 in 500 below ``RARE_ROW`` (docs/explanations.md)."""

MOST_UNREAD = 0.5
"""More than this share of inputs missing, unreadable or never seen (beyond what is usual): no firm score."""

Grade = Literal["usual", "unusual", "unlike"]


@dataclass(frozen=True)
class InputFamiliarity:
    """How usual one input is.

    ``share`` of training rows are as far out as it (0-1; None where nothing was counted); ``beyond`` is how
    far it lies outside the training range, in widths of that range; ``words`` say what is unusual, if
    anything.
    """

    column: str
    share: float | None
    beyond: float
    is_read: bool
    words: str | None


@dataclass(frozen=True)
class Familiarity:
    """How usual a row is.

    Attributes
    ----------
    grade : {'usual', 'unusual', 'unlike'}
        ``unlike`` anything seen: there is no firm score.
    share : float or None
        Share of rows (0-1) expected to be as unusual as this one, were inputs independent; None where
        the card holds no counts.
    inputs : tuple of InputFamiliarity
        By feature of the card.
    text : str
        The finding in words, "" where the row is usual.
    """

    grade: Grade
    share: float | None
    inputs: tuple[InputFamiliarity, ...]
    text: str

    @property
    def is_firm(self) -> bool:
        """Whether a score may be shown without "no firm score" beside it."""
        return self.grade != "unlike"


def familiarity(scorecard: Scorecard, row: Row, spec: DatasetSpec) -> Familiarity:
    """Say how like the training data one row of plain values is; a column that is not there is missing."""
    known = _known(scorecard)
    said = {one.column: warning(one, spec) for one in scorecard.unusual(row)}
    inputs = tuple(
        _input(known, place, row.get(column), column, said.get(column), spec)
        for place, column in enumerate(scorecard.columns)
    )
    share = known.row_share([one.share for one in inputs if one.share is not None])
    unread = sum(not one.is_read and (one.share or 0.0) <= RARE_INPUT for one in inputs) / len(inputs)
    far = [one for one in inputs if one.beyond > FAR]
    if far or unread > MOST_UNREAD or (share is not None and share < UNLIKE_ROW):
        return Familiarity("unlike", share, inputs, _unlike(far, unread, inputs, spec))
    unusual = [one for one in inputs if one.words is not None and (one.share or 0.0) <= RARE_INPUT]
    if unusual or (share is not None and share < RARE_ROW):
        return Familiarity("unusual", share, inputs, _unusual(unusual, inputs, spec))
    return Familiarity("usual", share, inputs, "")


def unlike_share(scorecard: Scorecard, frame: pd.DataFrame) -> float:
    """Give the share of rows (0-1) that get no firm score; 0 for no rows."""
    known, codes = _known(scorecard), scorecard.encode(frame)
    far, unread = np.zeros(codes.rows, dtype=bool), np.zeros(codes.rows)
    surprise, degrees = np.zeros(codes.rows), 0
    for place, (feature, bins) in enumerate(zip(scorecard.features, codes.bins, strict=True)):
        shares, lost = known.shares[place].take(bins), bins == 0
        if isinstance(feature, NumericFeature):
            beyond = known.beyond(place, numbers(frame[feature.column]))
            far |= beyond > FAR
            shares = np.where(beyond > 0, known.least(place), shares)
        else:
            lost |= bins == feature.bins - 1
        counted = sum(feature.counts) > 0
        unread += lost & ((shares <= RARE_INPUT) | (not counted))
        if counted:
            surprise -= np.log(shares)
            degrees += 1
    unlike = (
        far | (unread / len(scorecard.features) > MOST_UNREAD) | (_fisher(surprise, degrees) < UNLIKE_ROW)
    )
    return float(unlike.mean()) if codes.rows else 0.0


class _Known:
    """What a card knows of its training rows: per feature, how far out each bin is."""

    def __init__(self, scorecard: Scorecard) -> None:
        self.scorecard = scorecard
        self.shares = [
            _numeric_shares(np.array(feature.counts, dtype=np.float64))
            if isinstance(feature, NumericFeature)
            else _level_shares(np.array(feature.counts, dtype=np.float64))
            for feature in scorecard.features
        ]

    def share(self, place: int, value: Any) -> float | None:
        """Give the share of training rows as far out as a value; None where none were counted."""
        if not sum(self.scorecard.features[place].counts):
            return None
        if self.beyond(place, np.array([number(value)]))[0] > 0:
            return self.least(place)
        return float(self.shares[place][self.scorecard.bin_of(place, value)])

    def least(self, place: int) -> float:
        """Give the share of what no training row comes near: less than one row."""
        return 1 / (1 + sum(self.scorecard.features[place].counts))

    def beyond(self, place: int, values: Floats) -> Floats:
        """Give how far numbers lie outside the training range, in widths of it; 0 for levels and NaN."""
        feature = self.scorecard.features[place]
        if not isinstance(feature, NumericFeature) or feature.minimum is None or feature.maximum is None:
            return np.zeros(len(values))
        width = (feature.maximum - feature.minimum) or max(1.0, abs(feature.maximum))
        with np.errstate(over="ignore"):
            out = np.maximum(feature.minimum - values, values - feature.maximum) / width
        return np.where(np.isnan(out), 0.0, np.maximum(out, 0.0))

    @staticmethod
    def row_share(shares: list[float]) -> float | None:
        """Combine the shares of the inputs to that of the row, by Fisher's method."""
        if not shares:
            return None
        return float(_fisher(np.array([-sum(map(math.log, shares))]), len(shares))[0])


def _fisher(surprise: Floats, degrees: int) -> Floats:
    """Give the chance that the sum of so many unit exponentials is larger: the tail of Erlang's law."""
    term, total = np.ones_like(surprise), np.ones_like(surprise)
    for step in range(1, degrees):
        term = term * surprise / step
        total = total + term
    return np.minimum(1.0, np.exp(-surprise) * total)


@lru_cache(maxsize=8)
def _known(scorecard: Scorecard) -> _Known:
    return _Known(scorecard)


def _numeric_shares(counts: Floats) -> Floats:
    """Give, per bin, twice the share of rows at it or on its nearer side; missing: its own share.

    By sides and not by bins, since some bins are slivers that only a pair of features needs.
    """
    rows = counts.sum()
    seen = counts[1:]
    total = max(seen.sum(), 1.0)
    up, down = np.cumsum(seen) / total, np.cumsum(seen[::-1])[::-1] / total
    shares = np.concatenate([[counts[0] / max(rows, 1.0)], 2 * np.minimum(up, down)])
    return np.clip(shares, 1 / (1 + rows), 1.0)


def _level_shares(counts: Floats) -> Floats:
    """Give, per level, the share of rows that hold it or a rarer one."""
    rows = counts.sum()
    shares = np.array([counts[counts <= own].sum() for own in counts]) / max(rows, 1.0)
    shares = np.where(counts == 0, 0.0, shares)
    return np.clip(shares, 1 / (1 + rows), 1.0)


def _input(
    known: _Known, place: int, value: Any, column: str, said: str | None, spec: DatasetSpec
) -> InputFamiliarity:
    share = known.share(place, value)
    feature = known.scorecard.features[place]
    bin = known.scorecard.bin_of(place, value)
    is_read = bin != 0 and (isinstance(feature, NumericFeature) or bin != feature.bins - 1)
    beyond = float(known.beyond(place, np.array([number(value)]))[0])
    if said is None and share is not None and share <= RARE_INPUT:
        label, words = spec.label(column), value_in_words(spec, column, value)
        said = f"{label} is {words}; {_one_in(share)} that the model has learned from are as far out."
    return InputFamiliarity(column, share, beyond, is_read, said)


def _one_in(share: float) -> str:
    return f"fewer than 1 in {amount(max(1, math.floor(1 / share) - 1))} customers"


def _unlike(
    far: list[InputFamiliarity], unread: float, inputs: tuple[InputFamiliarity, ...], spec: DatasetSpec
) -> str:
    if far:
        why = f"far outside what the model has seen in {_labels(far, spec)}"
    elif unread > MOST_UNREAD:
        why = f"{unread:.0%} of what the model reads is not known here or was never seen"
    else:
        why = f"too much is unusual at once, above all {_rarest(inputs, spec)}"
    return f"No firm score: {why}."


def _unusual(unusual: list[InputFamiliarity], inputs: tuple[InputFamiliarity, ...], spec: DatasetSpec) -> str:
    if unusual:
        return f"Unusual, so take the score with care: {_labels(unusual, spec)}."
    return f"Unusual as a whole, so take the score with care; above all {_rarest(inputs, spec)}."


def _rarest(inputs: tuple[InputFamiliarity, ...], spec: DatasetSpec) -> str:
    counted = [one for one in inputs if one.share is not None]
    return _labels(sorted(counted, key=lambda one: one.share or 0.0)[:3], spec)


def _labels(inputs: list[InputFamiliarity], spec: DatasetSpec) -> str:
    labels = [spec.label(one.column) for one in inputs]
    return " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))
