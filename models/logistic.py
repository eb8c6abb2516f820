"""Logistic regression: the plain yardstick, and its compilation to a scorecard of straight lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.compilation import student_factor
from models.scorecard import Scorecard, logistic
from models.scorecard_format import check_document, on_grid

Floats = npt.NDArray[np.float64]

PENALTY = 1.0
"""Inverse strength of the ridge penalty, numbers scaled to a standard deviation of 1."""

COUNTED_BINS = 20
"""A line has no bins; this many of even size count where its training rows lie."""

LEAST_LIMIT = 2.0**-20


@dataclass(frozen=True)
class _Line:
    """A numeric column: its mean and scale in training, its range, whether missing values were seen."""

    column: str
    centre: float
    scale: float
    gaps: bool
    minimum: float | None
    maximum: float | None


@dataclass(frozen=True)
class _Levels:
    """A column with levels; ``gaps`` says whether missing values were seen."""

    column: str
    levels: tuple[str, ...]
    gaps: bool


@dataclass(frozen=True)
class Weights:
    """What one fit learned: an intercept, and per column slope and score of missing, or scores of levels."""

    intercept: float
    lines: Mapping[str, tuple[float, float]]
    levels: Mapping[str, tuple[float, ...]]

    def scaled(self, slope: float, intercept: float) -> Weights:
        """Stretch every log-odds by a slope, and move it by an intercept."""
        return Weights(
            self.intercept * slope + intercept,
            {name: (line * slope, gap * slope) for name, (line, gap) in self.lines.items()},
            {name: tuple(one * slope for one in scores) for name, scores in self.levels.items()},
        )


class LogisticScorer:
    """Logistic regression on numbers as they are and levels one by one, with limits and bags.

    Parameters
    ----------
    types : sequence of str
        By column 'continuous' or 'nominal'.
    monotone : sequence of int
        By column 1, -1 or 0: a slope that would go against its limit is left flat.
    bags : int, default=8
        Bootstrap samples fitted besides; the range of a score stands on them. 0 where none is asked for.
    random_state : int, default=0

    Attributes
    ----------
    flat_ : tuple of str
        Columns whose slope went against their limit, so that they have none.
    """

    def __init__(
        self, types: Sequence[str], monotone: Sequence[int], bags: int = 8, random_state: int = 0
    ) -> None:
        self.types = types
        self.monotone = monotone
        self.bags = bags
        self.random_state = random_state

    def fit(
        self, inputs: pd.DataFrame, outcome: npt.NDArray[np.bool_], weights: Floats | None = None
    ) -> LogisticScorer:
        """Learn from columns typed as for the Explainable Boosting Machine; ``weights`` of shape (n,)."""
        self.parts_ = [
            _line(column, inputs[column]) if kind == "continuous" else _levels(column, inputs[column])
            for column, kind in zip(inputs.columns, self.types, strict=True)
        ]
        self.flat_: tuple[str, ...] = ()
        limits = dict(zip(inputs.columns, self.monotone, strict=True))
        while True:
            learned = self._learn(inputs, outcome, weights)
            self.weights_ = self._weights(learned)
            against = [
                column for column, (slope, _) in self.weights_.lines.items() if slope * limits[column] < 0
            ]
            if not against:
                break
            self.flat_ += tuple(against)
        random = np.random.default_rng(self.random_state)
        drawn = [_resample(outcome, random) for _ in range(self.bags)]
        bags = [
            self._learn(inputs.iloc[rows], outcome[rows], None if weights is None else weights[rows])
            for rows in drawn
        ]
        middle = np.mean(bags, axis=0) if bags else learned
        # moved to the fit on all rows, so that the range of a score lies around it
        self.bag_weights_ = [self._weights(learned + bag - middle) for bag in bags]
        return self

    def predict_proba(self, inputs: pd.DataFrame) -> Floats:
        """Give the chance of staying and of leaving, of shape (n, 2)."""
        weights = self.weights_
        total = np.full(len(inputs), weights.intercept)
        for part in self.parts_:
            if isinstance(part, _Line):
                slope, missing = weights.lines[part.column]
                values = _within(part, inputs[part.column])
                total += np.where(np.isnan(values), missing, slope * (values - part.centre))
            else:
                total += np.take(weights.levels[part.column], _places(part, inputs[part.column]))
        chance = logistic(total)
        return np.column_stack([1 - chance, chance])

    def design(self, inputs: pd.DataFrame) -> Floats:
        """Give the matrix that is learned from, of shape (n, columns of the design)."""
        return np.hstack([self._block(part, inputs[part.column]) for part in self.parts_])

    def _learn(
        self, inputs: pd.DataFrame, outcome: npt.NDArray[np.bool_], weights: Floats | None = None
    ) -> Floats:
        """Fit once: the intercept and one weight per column of the design."""
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        design = self.design(inputs)
        with threadpool_limits(1):  # small matrices: threads wait for each other longer than they work
            fitted = LogisticRegression(C=PENALTY, max_iter=2_000, tol=1e-6).fit(
                design, outcome, sample_weight=weights
            )
        return np.concatenate([fitted.intercept_, fitted.coef_[0]])

    def _weights(self, learned: Floats) -> Weights:
        """Name what a fit learned by column, slopes by the unit of the column."""
        rest = list(learned[1:])
        lines, levels = {}, {}
        for part in self.parts_:
            if isinstance(part, _Line):
                slope = float(rest.pop(0)) / part.scale
                missing = float(rest.pop(0)) if part.gaps else 0.0
                lines[part.column] = (0.0 if part.column in self.flat_ else slope, missing)
            else:
                gap = float(rest.pop(0)) if part.gaps else 0.0
                levels[part.column] = (gap, *(float(rest.pop(0)) for _ in part.levels), 0.0)
        return Weights(float(learned[0]), lines, levels)

    def _block(self, part: _Line | _Levels, values: pd.Series) -> Floats:
        """Give the columns of the design that one input becomes."""
        if isinstance(part, _Levels):
            places = _places(part, values)
            first = 0 if part.gaps else 1
            return (places[:, None] == np.arange(first, len(part.levels) + 1)).astype(np.float64)
        numbers = _within(part, values)
        missing = np.isnan(numbers)
        scaled = np.where(missing, 0.0, (numbers - part.centre) / part.scale)
        if part.column in self.flat_:
            scaled = np.zeros_like(scaled)
        return np.column_stack([scaled, missing]) if part.gaps else scaled[:, None]


def compile_logistic(scorer: LogisticScorer, frame: pd.DataFrame, spec: DatasetSpec) -> Scorecard:
    """Compile a fitted logistic regression: a line per number, a table per column with levels.

    Parameters
    ----------
    scorer : LogisticScorer
        Fitted, with two bags or more.
    frame : DataFrame
        The canonical table it was fitted on: counts per bin are taken from it.
    spec : DatasetSpec
        Its hash is written into the card.

    Returns
    -------
    Scorecard
        Its probabilities agree with ``predict_proba`` to 1e-9 on every row within the range of training.
        Beyond it a line goes on no further than the steepest bag went within.
    """
    card_of = [_centred(scorer, weights, frame) for weights in (scorer.weights_, *scorer.bag_weights_)]
    card, bags = card_of[0], card_of[1:]
    features, terms = [], []
    for place, part in enumerate(scorer.parts_):
        if isinstance(part, _Line):
            features.append(_numeric_feature(part, frame[part.column]))
            terms.append(_linear_term(place, part, card, bags))
        else:
            features.append(
                {
                    "column": part.column,
                    "kind": "categorical",
                    "levels": list(part.levels),
                    "counts": [0] * (len(part.levels) + 2),
                }
            )
            terms.append(
                {
                    "type": "table",
                    "axes": [{"feature": place, "levels": list(part.levels)}],
                    "scores": on_grid(card.levels[part.column]).tolist(),
                    "bags": [on_grid(bag.levels[part.column]).tolist() for bag in bags],
                }
            )
    document = check_document(
        {
            "format": 1,
            "spec": spec.hash,
            "intercept": float(on_grid(card.intercept)),
            "bag_intercepts": [float(on_grid(bag.intercept)) for bag in bags],
            "spread": student_factor(len(bags)),
            "features": features,
            "terms": terms,
        }
    )
    bins = Scorecard(document).encode(frame).bins
    counted = [
        feature.model_copy(update={"counts": np.bincount(one, minlength=feature.bins).tolist()})
        for feature, one in zip(document.features, bins, strict=True)
    ]
    return Scorecard(document.model_copy(update={"features": counted}))


def _centred(scorer: LogisticScorer, weights: Weights, frame: pd.DataFrame) -> Weights:
    """Move the mean score of each table into the intercept, so that reasons start from the average."""
    intercept, levels = weights.intercept, {}
    for part in scorer.parts_:
        if isinstance(part, _Levels):
            scores = np.asarray(weights.levels[part.column])
            mean = float(scores[_places(part, frame[part.column])].mean())
            levels[part.column] = tuple((scores - mean).tolist())
            intercept += mean
    return replace(weights, intercept=intercept, levels=levels)


def _linear_term(place: int, part: _Line, card: Weights, bags: Sequence[Weights]) -> dict[str, Any]:
    slope, missing = card.lines[part.column]
    ends = [end for end in (part.minimum, part.maximum) if end is not None]
    far = max((abs(end - part.centre) for end in ends), default=0.0)
    steepest = max(abs(one.lines[part.column][0]) for one in (card, *bags))
    return {
        "type": "linear",
        "feature": place,
        "slope": slope,
        "centre": part.centre,
        "missing": float(on_grid(missing)),
        "limit": float(on_grid(steepest * far + LEAST_LIMIT)),
        "bags": [
            {"slope": bag.lines[part.column][0], "missing": float(on_grid(bag.lines[part.column][1]))}
            for bag in bags
        ],
    }


def _numeric_feature(part: _Line, values: pd.Series) -> dict[str, Any]:
    seen = values.to_numpy(np.float64)
    seen = seen[np.isfinite(seen)]
    cuts = np.arange(1, COUNTED_BINS) / COUNTED_BINS
    edges = (np.unique(np.quantile(seen, cuts)) + 0.0).tolist() if len(seen) else []
    return {
        "column": part.column,
        "kind": "numeric",
        "minimum": part.minimum,
        "maximum": part.maximum,
        "edges": edges,
        "counts": [0] * (len(edges) + 2),
    }


def _line(column: str, values: pd.Series) -> _Line:
    numbers = values.to_numpy(np.float64)
    known = numbers[np.isfinite(numbers)]
    gaps = bool(np.isnan(numbers).any())
    if not len(known):
        return _Line(column, 0.0, 1.0, gaps, None, None)
    scale = float(known.std())
    return _Line(column, float(known.mean()), scale or 1.0, gaps, float(known.min()), float(known.max()))


def _within(part: _Line, values: pd.Series) -> Floats:
    """Read numbers, those beyond the range of training as its ends, so that infinity does no harm."""
    numbers: Floats = pd.to_numeric(values).to_numpy(np.float64)
    return numbers if part.minimum is None else np.clip(numbers, part.minimum, part.maximum)


def _levels(column: str, values: pd.Series) -> _Levels:
    categories = values.cat.categories
    met = set(values.cat.codes.unique().tolist())
    seen = tuple(str(name) for code, name in enumerate(categories) if code in met)
    return _Levels(column, seen, -1 in met)


def _places(part: _Levels, values: pd.Series) -> npt.NDArray[np.intp]:
    """Give a place per row: 0 missing, 1 and on the levels, the last for every other."""
    from models.values import level

    codes, uniques = pd.factorize(values.to_numpy(dtype=object))
    place = {name: code for code, name in enumerate(part.levels, start=1)}
    read = [level(value) for value in uniques]
    of_unique = [0 if text is None else place.get(text, len(part.levels) + 1) for text in read]
    return np.array([*of_unique, 0], dtype=np.intp)[codes]


def _resample(outcome: npt.NDArray[np.bool_], random: np.random.Generator) -> npt.NDArray[np.intp]:
    """Draw as many rows again with repetition, each outcome by itself, so that both always occur."""
    drawn = [random.choice(np.flatnonzero(outcome == one), int((outcome == one).sum())) for one in (0, 1)]
    return np.concatenate(drawn)
