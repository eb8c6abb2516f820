"""Fairness: whether groups of people are listed, reached and judged alike, with how sure that is.

Groups are the levels of the spec's protected columns and of pairs of them. Rates by group are fairlearn's
(``MetricFrame``); ranges and what chance alone would bring are drawn here, all draws at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.scorecard import numbers
from models.values import level

LEAST = 30
"""A rate that stands on fewer people is "too few": it would tell more of chance than of the model."""

DRAWS = 200
BANDS = 4
MOST_NUMBERS = 10
"""A protected column of more different numbers than this (an age) is cut into bands."""

CALIBRATION_BINS = 5
NOT_KNOWN = "not known"
MEASURES = (
    "statistical_parity_difference",
    "equal_opportunity_difference",
    "average_odds_difference",
    "calibration_difference",
)

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]

_RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "calibration_gap", "observed_rate")
_PARTS = {
    "statistical_parity_difference": ("selection_rate",),
    "equal_opportunity_difference": ("true_positive_rate",),
    "average_odds_difference": ("true_positive_rate", "false_positive_rate"),
    "calibration_difference": ("calibration_gap",),
}
_FLAGS = {"0": "no", "1": "yes", "no": "no", "yes": "yes", "false": "no", "true": "yes"}
_SAY = {
    "statistical_parity_difference": "share put on the list",
    "equal_opportunity_difference": "share of leavers who are on the list",
    "average_odds_difference": "share on the list, among leavers and among others,",
    "calibration_difference": "distance of score and outcome",
}
_NEEDS = {
    "statistical_parity_difference": "people",
    "equal_opportunity_difference": "leavers",
    "average_odds_difference": "leavers and as many others",
    "calibration_difference": "people",
}


@dataclass(frozen=True)
class Groups:
    """The groups of one column or of a pair: the group of each row, of shape (n,), and the groups' names."""

    columns: tuple[str, ...]
    label: str
    names: tuple[str, ...]
    codes: Codes


@dataclass(frozen=True)
class _People:
    """The rows audited: who left, who is on the list, and the scores; each of shape (n,)."""

    left: Bools
    chosen: Bools
    probability: Floats


def audit(
    frame: pd.DataFrame,
    spec: DatasetSpec,
    outcome: npt.ArrayLike,
    probability: npt.ArrayLike,
    threshold: float,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> dict[str, Any]:
    """Compare groups on customers that the model has not learned from.

    Parameters
    ----------
    frame : DataFrame of shape (n, ...)
        Canonical rows with the spec's protected columns.
    spec : DatasetSpec
        Names the protected columns.
    outcome : array of bool of shape (n,)
        True for those who left.
    probability : array of float of shape (n,)
        Scores, shares in 0-1, none missing.
    threshold : float
        A customer at or above it is on the list.
    seed, draws : int
        Of the bootstrap and of the permutations.

    Returns
    -------
    dict
        Plain values. ``attributes``: one for each protected column and pair, with its ``groups`` (rates,
        each ``{"value", "low", "high", "n"}``) and the four differences of ``MEASURES``. Each of these has
        ``value``, ``low`` and ``high`` (95 % of bootstrap draws, of the same two groups; below 0 where it
        may be the other way round), ``n``, the ``highest`` and ``lowest`` group, ``chance`` (what 95 % of
        draws by chance alone stay below), ``excess`` (what is left of the value above that) and ``words``.
        A value is None where it is not measured. ``worst`` holds, per measure, the largest value,
        ``beyond_chance`` the largest excess.

    Raises
    ------
    ValueError
        If the lengths differ, a score is missing, or a protected column is not in the table.

    References
    ----------
    Hardt, Price and Srebro (2016), "Equality of Opportunity in Supervised Learning"; Bellamy and others
    (2019), "AI Fairness 360", for the average odds difference.
    """
    people = _people(frame, outcome, probability, threshold)
    attributes = protected_groups(frame, spec)
    resampled = _resampled(people, attributes, draws, seed)
    by_chance = _by_chance(people, attributes, draws, seed + 1)
    audited = [
        _attribute(people, groups, *drawn, other)
        for groups, drawn, other in zip(attributes, resampled, by_chance, strict=True)
    ]
    return {
        "n": len(people.left),
        "threshold": float(threshold),
        "least": LEAST,
        "draws": draws,
        "state": "measured" if attributes else "no protected column",
        "attributes": audited,
        "worst": {measure: _worst(audited, measure) for measure in MEASURES},
        "beyond_chance": {measure: _most(audited, measure, "excess") for measure in MEASURES},
        "words": _summary(audited),
    }


def protected_groups(frame: pd.DataFrame, spec: DatasetSpec) -> list[Groups]:
    """Cut a table into the groups of each protected column, then of each pair of them."""
    absent = [column for column in spec.protected if column not in frame.columns]
    if absent:
        raise ValueError(
            f"The table lacks {', '.join(absent)}, which the spec {spec.name!r} protects: give rows with "
            "these columns, or take them out of 'protected'."
        )
    single = [groups_of(frame, spec, column) for column in dict.fromkeys(spec.protected)]
    return [*single, *(_pair(a, b) for a, b in combinations(single, 2))]


def groups_of(frame: pd.DataFrame, spec: DatasetSpec, column: str) -> Groups:
    """Cut a table into the groups of one column: its levels, bands of its numbers, and "not known"."""
    label = spec.label(column)
    read = numbers(frame[column])
    distinct = np.unique(read[np.isfinite(read)])
    texts = [level(value) for value in frame[column]]
    written = sum(text is not None for text in texts)
    if len(distinct) > MOST_NUMBERS and np.isfinite(read).sum() == written:
        return _bands((column,), label, read)
    present = sorted({text for text in texts if text is not None})
    named = [_named(spec, column, text, present) for text in present]
    place = {text: code for code, text in enumerate(present)}
    codes = np.array([place.get(text, len(present)) if text else len(present) for text in texts], np.intp)
    names = (*named, NOT_KNOWN) if (codes == len(present)).any() else tuple(named)
    return Groups((column,), label, names, codes)


def _named(spec: DatasetSpec, column: str, text: str, present: list[str]) -> str:
    """Name a level so that it can stand alone: "yes" alone would not say to what."""
    if {one.lower() for one in present} <= _FLAGS.keys():
        return f"{spec.label(column)}: {_FLAGS[text.lower()]}"
    return spec.level_label(column, text)


def _bands(columns: tuple[str, ...], label: str, read: Floats) -> Groups:
    known = read[np.isfinite(read)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BANDS + 1)[1:-1], method="nearest"))
    edges = edges[edges > known.min()]
    names = [f"under {edges[0]:g}"]
    names += [f"{a:g} to under {b:g}" for a, b in pairwise(edges)] + [f"{edges[-1]:g} up"]
    codes = np.searchsorted(edges, read, side="right").astype(np.intp)
    codes[np.isnan(read)] = len(names)
    return Groups(columns, label, (*names, NOT_KNOWN) if np.isnan(read).any() else tuple(names), codes)


def _pair(a: Groups, b: Groups) -> Groups:
    """Cross two columns; combinations that nobody has are no groups."""
    crossed = a.codes * len(b.names) + b.codes
    present, codes = np.unique(crossed, return_inverse=True)
    names = tuple(f"{a.names[one // len(b.names)]}, {b.names[one % len(b.names)]}" for one in present)
    return Groups((*a.columns, *b.columns), f"{a.label} and {b.label}", names, codes.astype(np.intp))


def _people(
    frame: pd.DataFrame, outcome: npt.ArrayLike, probability: npt.ArrayLike, threshold: float
) -> _People:
    left, score = np.asarray(outcome, dtype=bool), np.asarray(probability, dtype=np.float64)
    if not len(frame) == len(left) == len(score):
        raise ValueError(
            f"{len(frame)} rows, {len(left)} outcomes and {len(score)} scores do not fit: give one of each "
            "per customer."
        )
    if np.isnan(score).any():
        raise ValueError(f"{int(np.isnan(score).sum())} scores are missing: score every row before auditing.")
    return _People(left, score >= threshold, score)


# --- counting: every rate of every group stands on the counts of (group, left, on the list) ----------


@dataclass(frozen=True)
class _Sums:
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
        return {rate: stands.get(rate, n) for rate in _RATES}


def _sums(people: _People, codes: Codes, size: int, weights: Floats | None = None) -> _Sums:
    cell = codes * 4 + people.left * 2 + people.chosen
    counts = np.bincount(cell, weights=weights, minlength=size * 4).astype(np.float64)
    scores = people.probability if weights is None else people.probability * weights
    by_group = np.bincount(codes, weights=scores, minlength=size).astype(np.float64)
    return _Sums(counts.reshape(size, 2, 2), by_group)


def _stacked(drawn: Sequence[_Sums]) -> _Sums:
    return _Sums(np.stack([one.counts for one in drawn]), np.stack([one.scores for one in drawn]))


def _resampled(people: _People, attributes: list[Groups], draws: int, seed: int) -> list[tuple[_Sums, _Sums]]:
    """Draw people with replacement, the same draws for every attribute: what was seen, and the draws."""
    random, n = np.random.default_rng(seed), len(people.left)
    drawn: list[list[_Sums]] = [[] for _ in attributes]
    for _ in range(draws if attributes and n else 0):
        weights = np.bincount(random.integers(n, size=n), minlength=n).astype(np.float64)
        for groups, sums in zip(attributes, drawn, strict=True):
            sums.append(_sums(people, groups.codes, len(groups.names), weights))
    seen = [_sums(people, groups.codes, len(groups.names)) for groups in attributes]
    return [(one, _stacked(sums or [one])) for one, sums in zip(seen, drawn, strict=True)]


@dataclass(frozen=True)
class _Chance:
    """The same people as chance alone would have them: what each measure is held against.

    Parity: people dealt into the groups at random. Odds: dealt within each outcome, so that chance leaves
    alone how many of each group leave. Calibration: outcomes drawn by the scores, as if each were right.
    """

    parity: _Sums
    odds: _Sums
    calibration: _Sums

    def rates(self, measure: str) -> dict[str, Floats]:
        """Give the rates that a measure is held against, each of shape (draws, groups)."""
        by_measure = {
            "statistical_parity_difference": self.parity,
            "calibration_difference": self.calibration,
        }
        return by_measure.get(measure, self.odds).rates()


def _by_chance(people: _People, attributes: list[Groups], draws: int, seed: int) -> list[_Chance]:
    random, n = np.random.default_rng(seed), len(people.left)
    by_outcome = [np.flatnonzero(people.left == one) for one in (False, True)]
    drawn: list[list[tuple[_Sums, _Sums, _Sums]]] = [[] for _ in attributes]
    for _ in range(max(draws, 1)):
        anyone, alike = random.permutation(n), np.arange(n)
        for rows in by_outcome:
            alike[rows] = random.permutation(rows)
        as_scored = replace(people, left=random.random(n) < people.probability)
        for groups, sums in zip(attributes, drawn, strict=True):
            size = len(groups.names)
            sums.append(
                (
                    _sums(people, groups.codes[anyone], size),
                    _sums(people, groups.codes[alike], size),
                    _sums(as_scored, groups.codes, size),
                )
            )
    return [_Chance(*(_stacked(kind) for kind in zip(*sums, strict=True))) for sums in drawn]


# --- one attribute -----------------------------------------------------------------------------------


def _attribute(
    people: _People, groups: Groups, seen: _Sums, drawn: _Sums, by_chance: _Chance
) -> dict[str, Any]:
    rates, bases, draws = _by_group(people, groups, seen), seen.bases(), drawn.rates()
    enough = {rate: bases[rate] >= LEAST for rate in _RATES}
    differences = {
        measure: _difference(
            measure, groups, rates, enough, bases["selection_rate"], draws, by_chance.rates(measure)
        )
        for measure in MEASURES
    }
    observed = _gap("observed_rate", rates, enough)
    return {
        "columns": list(groups.columns),
        "label": groups.label,
        "groups": [_group(people, groups, place, rates, bases, draws) for place in range(len(groups.names))],
        "too_few": [name for name, n in zip(groups.names, bases["selection_rate"], strict=True) if n < LEAST],
        "state": _state(len(groups.names), int(enough["selection_rate"].sum())),
        "observed_difference": None if observed is None else observed[0],
        **differences,
    }


def _state(groups: int, measured: int) -> str:
    if groups < 2:
        return "one group only"
    return "measured" if measured > 1 else "too few"


def _by_group(people: _People, groups: Groups, seen: _Sums) -> dict[str, Floats]:
    """Give each rate by group, of shape (groups,): fairlearn's, and NaN where nobody is counted.

    fairlearn says 0 for the rate of nobody; a group without leavers has no share of leavers found.
    """
    from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

    if not len(people.left):
        return seen.rates()
    frame = MetricFrame(
        metrics={
            "selection_rate": selection_rate,
            "true_positive_rate": true_positive_rate,
            "false_positive_rate": false_positive_rate,
        },
        y_true=people.left.astype(int),
        y_pred=people.chosen.astype(int),
        sensitive_features=pd.Series(groups.codes, name="group"),
    )
    places = range(len(groups.names))
    counted = {
        name: np.where(seen.bases()[name] > 0, frame.by_group[name].reindex(places), np.nan)
        for name in frame.by_group.columns
    }
    return seen.rates() | counted


def _group(
    people: _People,
    groups: Groups,
    place: int,
    rates: dict[str, Floats],
    bases: dict[str, Floats],
    draws: dict[str, Floats],
) -> dict[str, Any]:
    rows = groups.codes == place
    n = int(rows.sum())
    figures = {
        rate: _figure(rates[rate][place], draws[rate][:, place], int(bases[rate][place])) for rate in _RATES
    }
    return {
        "name": groups.names[place],
        "n": n,
        "left": int(people.left[rows].sum()),
        "state": "measured" if n >= LEAST else "too few",
        "mean_score": float(people.probability[rows].mean()) if n >= LEAST else None,
        **figures,
        "calibration": _calibration(people, rows),
    }


def _figure(value: float, draws: Floats, n: int) -> dict[str, Any]:
    """Give a rate with its range, all None where it stands on too few people."""
    if n < LEAST:
        return {"value": None, "low": None, "high": None, "n": n, "state": "too few"}
    low, high = _range(draws)
    return {"value": float(value), "low": low, "high": high, "n": n, "state": "measured"}


def _range(draws: Floats) -> tuple[float | None, float | None]:
    """Give the middle 95 % of draws; a draw that met nobody is left out."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return None, None
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _calibration(people: _People, rows: Bools) -> list[dict[str, Any]]:
    """Compare score and outcome in bins of a group's own scores, none of fewer people than are enough."""
    order = np.flatnonzero(rows)
    order = order[np.argsort(people.probability[order], kind="stable")]
    bins = min(CALIBRATION_BINS, len(order) // LEAST)
    return [
        {
            "n": len(part),
            "mean_score": float(people.probability[part].mean()),
            "observed": float(people.left[part].mean()),
        }
        for part in (np.array_split(order, bins) if bins else ())
    ]


def _gap(rate: str, rates: dict[str, Floats], enough: dict[str, Bools]) -> tuple[float, int, int] | None:
    """Give the largest difference of a rate between groups of enough people, and the two groups."""
    places = np.flatnonzero(enough[rate])
    if len(places) < 2:
        return None
    highest, lowest = places[np.argmax(rates[rate][places])], places[np.argmin(rates[rate][places])]
    return float(rates[rate][highest] - rates[rate][lowest]), int(highest), int(lowest)


def _difference(
    measure: str,
    groups: Groups,
    rates: dict[str, Floats],
    enough: dict[str, Bools],
    people: Floats,
    draws: dict[str, Floats],
    by_chance: dict[str, Floats],
) -> dict[str, Any]:
    """Give one measure of an attribute: the mean of the gaps of the rates it is made of."""
    gaps = {rate: _gap(rate, rates, enough) for rate in _PARTS[measure]}
    found = {rate: gap for rate, gap in gaps.items() if gap is not None}
    if len(found) < len(gaps):
        return dict.fromkeys(("value", "low", "high", "chance", "excess", "highest", "lowest")) | {
            "n": 0,
            "words": _not_measured(groups, measure),
        }
    value = float(np.mean([gap for gap, _, _ in found.values()]))
    low, high = _range(
        np.mean([draws[r][:, hi] - draws[r][:, lo] for r, (_, hi, lo) in found.items()], axis=0)
    )
    chance = _chance(np.mean([np.ptp(by_chance[r][:, enough[r]], axis=1) for r in found], axis=0))
    _, highest, lowest = found[_PARTS[measure][0]]
    told = {
        "value": value,
        "low": low,
        "high": high,
        "chance": chance,
        "excess": max(0.0, value - chance),
        "highest": groups.names[highest],
        "lowest": groups.names[lowest],
        "n": int(sum(people[place] for place in np.flatnonzero(enough[_PARTS[measure][0]]))),
    }
    return told | {"words": _words(groups, measure, told)}


def _chance(draws: Floats) -> float:
    known = draws[~np.isnan(draws)]
    return float(np.quantile(known, 0.95)) if len(known) else 0.0


# --- words -------------------------------------------------------------------------------------------


def _points(value: float) -> str:
    return f"{value * 100:.1f} points"


def _words(groups: Groups, measure: str, told: dict[str, Any]) -> str:
    between = f"between {told['highest']} and {told['lowest']}"
    verdict = (
        f"more than chance brings (up to {_points(told['chance'])})"
        if told["excess"] > 0
        else f"no more than chance brings (up to {_points(told['chance'])})"
    )
    return f"{groups.label}: the {_SAY[measure]} differs by {_points(told['value'])} {between}, {verdict}."


def _not_measured(groups: Groups, measure: str) -> str:
    if len(groups.names) < 2:
        return f"{groups.label}: not measured, since there is one group only."
    return (
        f"{groups.label}: the {_SAY[measure].rstrip(',')} is not compared, for too few people; "
        f"it takes {LEAST} {_NEEDS[measure]} in each of two groups."
    )


def _worst(audited: list[dict[str, Any]], measure: str) -> dict[str, Any] | None:
    known = [one for one in audited if one[measure]["value"] is not None]
    if not known:
        return None
    worst = max(known, key=lambda one: one[measure]["value"])
    return {"columns": worst["columns"], "label": worst["label"], **worst[measure]}


def _most(audited: list[dict[str, Any]], measure: str, what: str) -> float | None:
    return max((one[measure][what] for one in audited if one[measure][what] is not None), default=None)


def _summary(audited: list[dict[str, Any]]) -> str:
    if not audited:
        return "Not measured: the spec names no protected column."
    measured = [one for one in audited if one["state"] == "measured"]
    if not measured:
        return f"Not measured: no two groups of {LEAST} people or more."
    beyond = [
        one[measure]["words"]
        for measure in MEASURES[1:]
        for one in measured
        if (one[measure]["excess"] or 0) > 0
    ]
    if not beyond:
        return (
            "Among customers who leave, and among those who stay, no group is served differently by more "
            "than chance brings."
        )
    return " ".join(beyond[:3])
