"""How well customers are ranked: AUC over 3 seeds x 5 folds, and how long a training takes in all."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Measure, Unavailable, shared_data
from config.dataset import shipped_specs
from data.checks import check_rows
from data.files import Limits, read_table
from models.training import train

LIMITS = Limits(file_mb=100, cell_kb=64, columns=100)


@dataclass(frozen=True)
class Case:
    """A data set, its file in the shared data, and the least AUC asked for."""

    name: str
    file: str
    bar: float


CASES = (
    Case("telco", "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv", 0.845),
    Case("churn2020", "churn2020/mlc_churn.csv", 0.920),
)


def measures() -> list[Measure]:
    """Train each data set as `flask model train` does, and give what it measured of itself."""
    folder = shared_data()
    return [measure for case in CASES for measure in _measured(case, folder / case.file)]


def _measured(case: Case, path: Path) -> list[Measure]:
    if not path.is_file():
        raise Unavailable(f"{path} is not here")
    spec = shipped_specs()[case.name]
    table = check_rows(read_table(path, LIMITS), spec).accepted
    begun = time.perf_counter()
    trained = train(table, spec)
    seconds = time.perf_counter() - begun
    metrics, pairs = trained.metrics, trained.choice["pairs"]
    runs = f"{len(metrics['seeds'])} seeds x 5 folds, {pairs} pairs"
    return [
        Measure(f"{case.name}: {what}", value, unit, direction, bar, runs)
        for what, value, unit, direction, bar in (
            ("AUC, mean", metrics["auc"]["mean"], "", "at least", case.bar),
            ("AUC, standard deviation over folds", metrics["auc"]["sd"], "", "at most", None),
            ("log loss, mean", metrics["log_loss"]["mean"], "nats", "at most", None),
            ("Brier score, mean", metrics["brier"]["mean"], "", "at most", None),
            ("training in all (choose, measure, fit, compile)", seconds, "s", "at most", None),
        )
    ]
