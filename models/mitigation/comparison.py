"""What a mitigation changed: fairness and quality before and after, on the same people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.fairness import MEASURES as FAIRNESS
from models.group_rates import Bools
from models.holdout import drawn_measures, with_interval

Floats = npt.NDArray[np.float64]

OF_SCORES = ("roc_auc", "average_precision", "log_loss", "brier", "calibration_error")
OF_LIST = ("lift_at_10", "accuracy", "precision", "recall", "f1", "leavers_reached", "revenue_kept")
LOWER_IS_BETTER = frozenset({"log_loss", "brier", "calibration_error"})


@dataclass(frozen=True)
class Scored:
    """The people set aside as one model scores them.

    Attributes
    ----------
    chance : array of float of shape (n,)
    ranking : array of float of shape (n,)
        The order in which the list is called, from the highest; the chance itself, but where each group has
        a line of its own.
    line : float
        From this value of the ranking on a customer is on the list.
    """

    chance: Floats
    ranking: Floats
    line: float


def quality_changes(
    left: Bools,
    before: Scored,
    after: Scored,
    *,
    share: float,
    revenue: Floats | None = None,
    seed: int = 0,
) -> dict[str, dict[str, Any]]:
    """Compare every measure of quality on the same people set aside.

    Returns
    -------
    dict
        By measure ``before`` and ``after`` (``value``, ``low``, ``high``), and their ``change``, whose 95 %
        interval is of the same draws for both, so that it is the range of the difference itself.
        ``leavers_reached`` and ``revenue_kept`` (currency a month) are by calling the first ``share``.
    """
    found = {}
    for names, of in ((OF_SCORES, _chance), (OF_LIST, _ranking)):
        then, then_drawn = drawn_measures(left, **of(before), share=share, revenue=revenue, seed=seed)
        now, now_drawn = drawn_measures(left, **of(after), share=share, revenue=revenue, seed=seed)
        for name in names:
            if name in now:
                found[name] = {
                    "before": with_interval(then[name], then_drawn[name]),
                    "after": with_interval(now[name], now_drawn[name]),
                    "change": with_interval(now[name] - then[name], now_drawn[name] - then_drawn[name]),
                }
    return found


def _chance(one: Scored) -> dict[str, Any]:
    return {"ranking": one.chance, "threshold": 0.5}


def _ranking(one: Scored) -> dict[str, Any]:
    return {"ranking": one.ranking, "threshold": one.line}


def fairness_changes(
    before: Mapping[str, Any], after: Mapping[str, Any], column: str
) -> dict[str, dict[str, Any]]:
    """Compare the four differences of a protected column between two audits of the same people.

    Returns
    -------
    dict
        By measure ``before`` and ``after``, each as :func:`models.fairness.audit` gives it, and ``change``;
        None where it was not measured.
    """
    then, now = _attribute(before, column), _attribute(after, column)
    found = {}
    for measure in FAIRNESS:
        a, b = then[measure]["value"], now[measure]["value"]
        change = None if a is None or b is None else b - a
        found[measure] = {"before": then[measure], "after": now[measure], "change": change}
    return found


def _attribute(audited: Mapping[str, Any], column: str) -> Mapping[str, Any]:
    [found] = [one for one in audited["attributes"] if one["columns"] == [column]]
    attribute: Mapping[str, Any] = found
    return attribute


def told_effect(changed: Mapping[str, Any], least: int) -> str:
    """Say in a sentence what became of the difference that was to be made smaller."""
    before, after = changed["before"], changed["after"]
    if changed["change"] is None:
        return f"The difference could not be measured: it takes {least} people in each of two groups."
    moved = f"The difference went from {_points(before['value'])} to {_points(after['value'])}"
    if before["excess"] == 0:
        return f"{moved}; it was no more than chance brings before (up to {_points(before['chance'])})."
    left = "no more than" if after["excess"] == 0 else "still more than"
    return f"{moved}, {left} chance brings (up to {_points(after['chance'])})."


def told_cost(quality: Mapping[str, Mapping[str, Any]], called: int, currency: str) -> str:
    """Say in two sentences what it costs: ranking, leavers reached, and revenue where it is known."""
    ranking, leavers = quality["roc_auc"]["change"], quality["leavers_reached"]["change"]
    words = [
        f"Ranking (ROC AUC) changes by {_signed(ranking['value'] * 100)} points "
        f"({_signed(ranking['low'] * 100)} to {_signed(ranking['high'] * 100)})."
    ]
    reached = f"Calling the first {called:,} reaches {_fewer(leavers['value'])}"
    revenue = quality.get("revenue_kept")
    if revenue is not None and revenue["change"]["value"] is not None:
        worth = revenue["change"]["value"]
        reached += f", worth {currency} {abs(worth):,.0f} a month {'less' if worth < 0 else 'more'}"
    words.append(f"{reached} (range of leavers {_signed(leavers['low'])} to {_signed(leavers['high'])}).")
    return " ".join(words)


def _fewer(change: float) -> str:
    if abs(change) < 0.05:
        return "as many leavers"
    return f"{abs(change):.1f} {'fewer' if change < 0 else 'more'} leavers"


def _signed(value: float) -> str:
    return f"{value:+.1f}" if abs(value) >= 0.05 else "0.0"


def _points(value: float) -> str:
    return f"{value * 100:.1f} points"
