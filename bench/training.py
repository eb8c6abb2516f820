"""Training end to end, as `flask model train` does it: every candidate, every section of the report, kept.

A hundred thousand rows are Telco's customers drawn again, each with noise in its numbers; only the time
counts, for near twins on both sides of a split would flatter any quality.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from bench.measure import Measure
from bench.tables import FILES, path_of
from config.settings import Settings
from services import datasets, training
from services.installation import Installation
from services.roles import SYSTEM

MANY = 100_000
SECONDS = {"telco": 60, "churn2020": 60, "demo": 40, "many": 300}
NOISE = 0.05
"""Share of a column's standard deviation that each of its numbers is blurred by."""


def measures() -> list[Measure]:
    """Give the seconds of a training with its report on record: each data set, and 100,000 like Telco's."""
    files = {name: path_of(name) for name in FILES}
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder) / "many.csv"
        enlarged(pd.read_csv(files["telco"], dtype=str), MANY).to_csv(many, index=False)
        loads: dict[str, tuple[str, Callable[[Installation], object]]] = {
            name: (name, partial(datasets.load, actor=SYSTEM, path=path)) for name, path in files.items()
        }
        loads["demo"] = ("demo", partial(datasets.load_demo, actor=SYSTEM))
        loads["many"] = (f"{MANY:,} rows like telco's", partial(datasets.load, actor=SYSTEM, path=many))
        return [
            _measured(told, load, Path(folder) / name, SECONDS[name]) for name, (told, load) in loads.items()
        ]


def enlarged(raw: pd.DataFrame, rows: int, seed: int = 0) -> pd.DataFrame:
    """Draw rows of the raw Telco table with repetition, under new keys, and blur their numbers."""
    random = np.random.default_rng(seed)
    many = raw.iloc[random.integers(0, len(raw), rows)].reset_index(drop=True)
    many["customerID"] = [f"C{number:06d}" for number in range(rows)]
    for column, decimals in (("tenure", 0), ("MonthlyCharges", 2), ("TotalCharges", 2)):
        values = pd.to_numeric(many[column], errors="coerce")
        blurred = values + random.normal(scale=NOISE * values.std(), size=rows)
        many[column] = blurred.clip(values.min(), values.max()).round(decimals)
    return many.astype({"tenure": int})


def _measured(name: str, load: Callable[[Installation], object], var: Path, bar: float) -> Measure:
    """Train in an installation of its own; what else the machine did meanwhile stands in the note."""
    installation = Installation(Settings(var=var, database_url=None))
    installation.store.migrate()
    load(installation)
    begun, stages = time.perf_counter(), _Stages()
    made = training.train(installation, SYSTEM, stages)
    seconds = time.perf_counter() - begun
    print(f"{name}: {stages}", file=sys.stderr)
    note = f"{made.rows:,} rows, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the end"
    return Measure(f"training with every report, {name}", seconds, "s", "at most", bar, note)


class _Stages:
    """Listens to the progress of a training, and adds up the seconds of each stage."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def __call__(self, done: int, total: int, what: str) -> None:
        now = time.perf_counter()
        self._seconds[what] = self._seconds.get(what, 0.0) + now - self._last
        self._last = now

    def __str__(self) -> str:
        return "; ".join(f"{what} {seconds:.0f} s" for what, seconds in self._seconds.items())
