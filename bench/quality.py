"""How well customers are ranked: AUC over 3 seeds x 5 folds, beside gradient boosting's."""

from __future__ import annotations

import numpy as np

from bench.measure import Measure
from bench.tables import NAMES, Case, case
from models.candidates import LOGISTIC, Candidate, ebm
from models.challengers import BOOSTING
from models.cross_validation import cross_validate
from models.training import train

BARS = {"telco": 0.848, "churn2020": 0.920, "demo": None}
"""Least AUC asked for."""

MOST_BEHIND = 0.008
"""Furthest that a scorecard may lie below gradient boosting on the same folds."""

SEEDS = (0, 1, 2)


def measures() -> list[Measure]:
    """Train each data set as `flask model train` does, then measure its choice on 3 seeds x 5 folds."""
    return [measure for name in NAMES for measure in _measured(case(name))]


def _measured(one: Case) -> list[Measure]:
    choice = train(one.table, one.spec, earlier=one.earlier).choice
    chosen = ebm(choice["pairs"]) if choice["family"] == "ebm" else LOGISTIC
    boosting = Candidate("Gradient boosting", "batch", path=BOOSTING)
    found = cross_validate(one.table, one.spec, [chosen, boosting], SEEDS)
    ours, theirs = ([fold.auc for fold in found[which]] for which in (chosen, boosting))
    runs = f"{len(SEEDS)} seeds x 5 folds, {choice['pairs']} pairs"
    losses = [(fold.log_loss, fold.brier) for fold in found[chosen]]
    log_loss, brier = np.mean(losses, axis=0)
    return [
        Measure(f"{one.name}: {what}", float(value), unit, direction, bar, runs)
        for what, value, unit, direction, bar in (
            ("AUC, mean", np.mean(ours), "", "at least", BARS[one.name]),
            ("AUC, standard deviation over folds", np.std(ours, ddof=1), "", "at most", None),
            ("AUC below gradient boosting's", np.mean(theirs) - np.mean(ours), "", "at most", MOST_BEHIND),
            ("log loss, mean", log_loss, "nats", "at most", None),
            ("Brier score, mean", brier, "", "at most", None),
        )
    ]
