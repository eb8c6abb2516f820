"""Rates by group: counted once, drawn again for their ranges, and dealt out as chance alone would.

Every rate of every group stands on the counts of (group, left, on the list), so that a draw costs one count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.groups import Codes, Groups
from models.scorecard import Floats

RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "calibration_gap", "observed_rate")

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """The rows audited: who left, who is on the list, and the scores; each of shape (n,)."""

    left: Bools
    chosen: Bools
    probability: Floats


def people_of(
    frame: pd.DataFrame, outcome: npt.ArrayLike, probability: npt.ArrayLike, threshold: float | Floats
) -> People:
    """Put the rows together; ValueError where lengths differ or a score is missing."""
    left, score = np.asarray(outcome, dtype=bool), np.asarray(probability, dtype=np.float64)
    if not len(frame) == len(left) == len(score):
        raise ValueError(
            f"{len(frame)} rows, {len(left)} outcomes and {len(score)} scores do not fit: give one of each "
            "per customer."
        )
    if np.isnan(score).any():
        raise ValueError(f"{int(np.isnan(score).sum())} scores are missing: score every row before auditing.")
    return People(left, score >= threshold, score)


@dataclass(frozen=True)
class Sums:
    """Sums over people by group, for one table or for many drawn ones (then with a leading axis).

    ``counts`` is of shape (..., groups, 2, 2): by outcome and by being on the list; ``scores`` of
    shape (..., groups) is the sum of scores.
    """

    counts: Floats
    scores: Floats

    def rates(self) -> dict[str, Floats]:
        """Give each rate, of shape (..., groups); NaN where nobody is counted."""
        counts = self.counts
        n, by_outcome = counts.sum(axis=(-1, -2)), counts.sum(axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return {
                "selection_rate": counts[..., 1].sum(axis=-1) / n,
                "true_positive_rate": counts[..., 1, 1] / by_outcome[..., 1],
                "false_positive_rate": counts[..., 0, 1] / by_outcome[..., 0],
                "calibration_gap": (by_outcome[..., 1] - self.scores) / n,
                "observed_rate": by_outcome[..., 1] / n,
            }

    def bases(self) -> dict[str, Floats]:
        """Give the number of people each rate stands on."""
        n, by_outcome = self.counts.sum(axis=(-1, -2)), self.counts.sum(axis=-1)
        stands = {"true_positive_rate": by_outcome[..., 1], "false_positive_rate": by_outcome[..., 0]}
        return {rate: stands.get(rate, n) for rate in RATES}


def sums_of(people: People, codes: Codes, size: int, weights: Floats | None = None) -> Sums:
    """Count the people of each group, each as often as its weight says."""
    cell = codes * 4 + people.left * 2 + people.chosen
    counts = np.bincount(cell, weights=weights, minlength=size * 4).astype(np.float64)
    scores = people.probability if weights is None else people.probability * weights
    by_group = np.bincount(codes, weights=scores, minlength=size).astype(np.float64)
    return Sums(counts.reshape(size, 2, 2), by_group)


def _stacked(drawn: Sequence[Sums]) -> Sums:
    return Sums(np.stack([one.counts for one in drawn]), np.stack([one.scores for one in drawn]))


def draw_again(people: People, attributes: list[Groups], draws: int, seed: int) -> list[tuple[Sums, Sums]]:
    """Draw people with replacement, the same draws for every attribute: what was seen, and the draws."""
    random, n = np.random.default_rng(seed), len(people.left)
    drawn: list[list[Sums]] = [[] for _ in attributes]
    for _ in range(draws if attributes and n else 0):
        weights = np.bincount(random.integers(n, size=n), minlength=n).astype(np.float64)
        for groups, sums in zip(attributes, drawn, strict=True):
            sums.append(sums_of(people, groups.codes, len(groups.names), weights))
    seen = [sums_of(people, groups.codes, len(groups.names)) for groups in attributes]
    return [(one, _stacked(sums or [one])) for one, sums in zip(seen, drawn, strict=True)]


@dataclass(frozen=True)
class ByChance:
    """The same people as chance alone would have them: what each measure is held against.

    Parity: people dealt into the groups at random. Odds: dealt within each outcome, so that chance leaves
    alone how many of each group leave. Calibration: outcomes drawn by the scores, as if each were right.
    """

    parity: Sums
    odds: Sums
    calibration: Sums

    def rates(self, measure: str) -> dict[str, Floats]:
        """Give the rates that a measure is held against, each of shape (draws, groups)."""
        by_measure = {
            "statistical_parity_difference": self.parity,
            "calibration_difference": self.calibration,
        }
        return by_measure.get(measure, self.odds).rates()


def deal_by_chance(people: People, attributes: list[Groups], draws: int, seed: int) -> list[ByChance]:
    """Deal the same people out as chance alone would, as often as asked."""
    random, n = np.random.default_rng(seed), len(people.left)
    by_outcome = [np.flatnonzero(people.left == one) for one in (False, True)]
    drawn: list[list[tuple[Sums, Sums, Sums]]] = [[] for _ in attributes]
    for _ in range(max(draws, 1) if attributes else 0):
        anyone, alike = random.permutation(n), np.arange(n)
        for rows in by_outcome:
            alike[rows] = random.permutation(rows)
        as_scored = replace(people, left=random.random(n) < people.probability)
        for groups, sums in zip(attributes, drawn, strict=True):
            size = len(groups.names)
            sums.append(
                (
                    sums_of(people, groups.codes[anyone], size),
                    sums_of(people, groups.codes[alike], size),
                    sums_of(as_scored, groups.codes, size),
                )
            )
    return [ByChance(*(_stacked(kind) for kind in zip(*sums, strict=True))) for sums in drawn]
