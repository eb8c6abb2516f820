"""Fairness: whether groups of people are listed, reached and judged alike, with how sure that is.

Groups are the levels of the spec's protected columns and of pairs of them. Rates by group are fairlearn's
(``MetricFrame``); ranges and what chance alone would bring are drawn here, all draws at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.group_rates import RATES, Bools, ByChance, People, Sums, deal_by_chance, draw_again, people_of
from models.groups import Groups, protected_groups
from models.scorecard import Floats

LEAST = 30
"""A rate that stands on fewer people is "too few": it would tell more of chance than of the model."""

DRAWS = 200
CALIBRATION_BINS = 5
MEASURES = (
    "statistical_parity_difference",
    "equal_opportunity_difference",
    "average_odds_difference",
    "calibration_difference",
)

_PARTS = {
    "statistical_parity_difference": ("selection_rate",),
    "equal_opportunity_difference": ("true_positive_rate",),
    "average_odds_difference": ("true_positive_rate", "false_positive_rate"),
    "calibration_difference": ("calibration_gap",),
}
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


def audit(
    frame: pd.DataFrame,
    spec: DatasetSpec,
    outcome: npt.ArrayLike,
    probability: npt.ArrayLike,
    threshold: float | npt.NDArray[np.float64],
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
    threshold : float or array of float of shape (n,)
        A customer at or above it is on the list; an array gives each row a line of its own.
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
    people = people_of(frame, outcome, probability, threshold)
    attributes = protected_groups(frame, spec)
    resampled = draw_again(people, attributes, draws, seed)
    by_chance = deal_by_chance(people, attributes, draws, seed + 1)
    audited = [
        _attribute(people, groups, *drawn, other)
        for groups, drawn, other in zip(attributes, resampled, by_chance, strict=True)
    ]
    return {
        "n": len(people.left),
        "threshold": None if isinstance(threshold, np.ndarray) else float(threshold),
        "least": LEAST,
        "draws": draws,
        "state": "measured" if attributes else "no protected column",
        "attributes": audited,
        "worst": {measure: _worst(audited, measure) for measure in MEASURES},
        "beyond_chance": {measure: _most(audited, measure, "excess") for measure in MEASURES},
        "words": _summary(audited),
    }


def _attribute(
    people: People, groups: Groups, seen: Sums, drawn: Sums, by_chance: ByChance
) -> dict[str, Any]:
    rates, bases, draws = _by_group(people, groups, seen), seen.bases(), drawn.rates()
    enough = {rate: bases[rate] >= LEAST for rate in RATES}
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


def _by_group(people: People, groups: Groups, seen: Sums) -> dict[str, Floats]:
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
    people: People,
    groups: Groups,
    place: int,
    rates: dict[str, Floats],
    bases: dict[str, Floats],
    draws: dict[str, Floats],
) -> dict[str, Any]:
    rows = groups.codes == place
    n = int(rows.sum())
    figures = {
        rate: _figure(rates[rate][place], draws[rate][:, place], int(bases[rate][place])) for rate in RATES
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


def _calibration(people: People, rows: Bools) -> list[dict[str, Any]]:
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
