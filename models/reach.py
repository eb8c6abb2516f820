"""How far a feature can be moved: its ends, its step, its levels, and the stretches where no data is."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from config.dataset import Feature, Kind
from models.scorecard import Scorecard
from models.scorecard_format import CategoricalFeature, NumericFeature
from models.values import level, number

STEPS_OF_A_SLIDER = 100

Seen = NumericFeature | CategoricalFeature | None


def seen_of(card: Scorecard, column: str) -> Seen:
    """Find what the card knows of a column; None where it does not read it."""
    return card.features[card.columns.index(column)] if column in card.columns else None


def levels(card: Scorecard, feature: Feature, present: Any) -> list[str]:
    """List the levels of the spec, then those that training saw, then the present one; none of a number."""
    if feature.kind is Kind.NUMERIC:
        return []
    seen = seen_of(card, feature.column)
    learned = seen.levels if isinstance(seen, CategoricalFeature) else []
    return list(dict.fromkeys([*feature.levels, *learned, *filter(None, [level(present)])]))


def ends_of(card: Scorecard, feature: Feature, present: Any) -> tuple[float, float] | None:
    """Give the range of a number: the spec's, else what training saw; the present value lies inside."""
    seen = seen_of(card, feature.column)
    low, high = feature.minimum, feature.maximum
    if isinstance(seen, NumericFeature):
        low = seen.minimum if low is None else low
        high = seen.maximum if high is None else high
    if low is None or high is None:
        return None
    value = number(present)
    if math.isfinite(value):
        low, high = min(low, value), max(high, value)
    return (low, high) if low < high else None


def without_data(seen: Seen, low: float, high: float) -> tuple[tuple[float, float], ...]:
    """Find the stretches of a range beyond what training saw, and the bins in it that hold nobody."""
    if not isinstance(seen, NumericFeature) or seen.minimum is None or seen.maximum is None:
        return ()
    borders = [seen.minimum, *(e for e in seen.edges if seen.minimum < e < seen.maximum), seen.maximum]
    stretches = [(low, seen.minimum), (seen.maximum, high)]
    for start, end in pairwise(borders):
        # the bin of a stretch is the one its start falls into; bin 0 is of missing values
        if seen.counts[sum(edge <= start for edge in seen.edges) + 1] == 0:
            stretches.append((start, end))
    return _joined([(max(a, low), min(b, high)) for a, b in stretches])


def step_of(feature: Feature, low: float, high: float) -> float:
    """Give the step of a slider from ``low`` to ``high``: the spec's, else a round one of about 100."""
    return feature.step or _round_step((high - low) / STEPS_OF_A_SLIDER)


def numbers_with_data(seen: Seen, values: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Say at which numbers, of any shape, the model has seen somebody; at all where it reads no numbers."""
    values = np.asarray(values, dtype=np.float64)
    if not isinstance(seen, NumericFeature):
        return np.ones(np.shape(values), dtype=bool)
    if seen.minimum is None or seen.maximum is None:
        return np.zeros(np.shape(values), dtype=bool)
    counts = np.asarray(seen.counts)[1:]
    met = counts.take(np.searchsorted(seen.edges, values, side="right")) > 0
    return met & (values >= seen.minimum) & (values <= seen.maximum)


def level_with_data(seen: Seen, text: str) -> bool:
    """Say whether the model has seen somebody at a level; of a column that it does not read, yes."""
    if not isinstance(seen, CategoricalFeature):
        return True
    return text in seen.levels and seen.counts[seen.levels.index(text) + 1] > 0


def _joined(stretches: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(one for one in stretches if one[0] < one[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _round_step(size: float) -> float:
    """Round a step to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(float(f"{factor * power:.12g}") for factor in (1, 2, 5, 10) if factor * power >= size * 0.999)
