"""One column moved for a million customers: the engine of scenarios against the library's predict_proba.

The library gets its fastest form, columns of category type with the change already made;
both answers are compared before any time is taken.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.measure import Measure, Unavailable, interleaved, shared_data
from config.dataset import DatasetSpec, shipped_specs
from models.compilation import compile_ebm
from models.scenario import Engine, Scenario, build_base, parse_scenario

ROWS = 1_000_000
RUNS = 11
AGREEMENT = 1e-9


@dataclass(frozen=True)
class Case:
    """A data set, how many pairs its model has, and the two columns that are moved."""

    name: str
    file: str
    pairs: int
    numeric: str
    categorical: str
    levels: dict[str, str]
    bars: tuple[float | None, float | None]


CASES = (
    Case(
        "telco",
        "telco/WA_Fn-UseC_-Telco-Customer-Churn.csv",
        0,
        "MonthlyCharges",
        "Contract",
        {"Month-to-month": "One year"},
        (10, 25),
    ),
    Case(
        "churn2020",
        "churn2020/mlc_churn.csv",
        10,
        "total_day_minutes",
        "international_plan",
        {"yes": "no"},
        (None, None),
    ),
)


def measures() -> list[Measure]:
    """Give the factors over predict_proba, and the milliseconds of a move."""
    folder = shared_data()
    return [measure for case in CASES for measure in _measured(case, folder)]


def _measured(case: Case, folder: Path) -> list[Measure]:
    spec = shipped_specs().get(case.name)
    if spec is None:
        raise Unavailable(f"no spec of {case.name} ships in config/specs")
    frame, left = _read(folder / case.file, spec)
    ebm = _fitted(frame, left, spec, case.pairs)
    rows = np.random.default_rng(0).integers(0, len(frame), ROWS)
    many = frame.iloc[rows].reset_index(drop=True)
    texts = [feature.column for feature in spec.features if feature.column not in spec.numeric_columns]
    many = many.astype(dict.fromkeys(texts, "category"))
    many[spec.id] = [f"C{number:07d}" for number in range(ROWS)]
    # alone: what follows a column by a formula is measured in bench/scenarios.py
    alone = spec.model_copy(
        update={"derived": (), "segments": (), "protected": (), "revenue": None, "region": None}
    )
    engine = Engine(build_base(compile_ebm(ebm, frame, spec), alone, many), None)
    [(old, new)] = case.levels.items()
    dearer = {"column": case.numeric, "operation": "multiply", "value": 1.05}
    switched = {"column": case.categorical, "operation": "move", "level": old, "value": new}
    told = f"{case.name}, {case.pairs} pairs" if case.pairs else f"{case.name}, no pairs"
    found = []
    for kind, step, bar in (("numeric", dearer, case.bars[0]), ("categorical", switched, case.bars[1])):
        scenario = parse_scenario({"steps": [step]})
        first, ours, ratio = _compared(engine, ebm, scenario, _after(many, step, spec)[list(frame.columns)])
        name = f"a {kind} column moved for 1,000,000 rows ({told})"
        found.append(Measure(f"{name}, against predict_proba", ratio, "times", "at least", bar))
        found.append(Measure(name, ours * 1000, "ms", "at most"))
        found.append(Measure(f"{name}, the first time", first * 1000, "ms", "at most"))
    return found


def _after(many: pd.DataFrame, step: dict[str, Any], spec: DatasetSpec) -> pd.DataFrame:
    """Make the table that the library is given: the column moved, within the range that the spec allows."""
    column = step["column"]
    if step["operation"] == "move":
        moved = many[column].astype(object).replace({step["level"]: step["value"]}).astype("category")
        return many.assign(**{column: moved})
    values, most = many[column].to_numpy(), spec.feature(column).maximum
    moved = values * step["value"]
    return many.assign(**{column: moved if most is None else np.minimum(moved, np.maximum(values, most))})


def _compared(
    engine: Engine, ebm: Any, scenario: Scenario, after: pd.DataFrame
) -> tuple[float, float, float]:
    """Give the seconds of the first move, the median of the next, the ratio of predict_proba to these."""
    chances = np.zeros(engine.base.rows)
    began = time.perf_counter()
    engine.probability(scenario, out=chances)
    first = time.perf_counter() - began
    apart = float(np.abs(chances - ebm.predict_proba(after)[:, 1]).max())
    if apart > AGREEMENT:
        raise RuntimeError(f"The answers are {apart:g} apart; no time of a wrong answer counts.")
    ours, _, ratio = interleaved(
        lambda: engine.probability(scenario, out=chances), lambda: ebm.predict_proba(after), RUNS
    )
    return first, ours, ratio


def _read(path: Path, spec: DatasetSpec) -> tuple[pd.DataFrame, np.ndarray]:
    """Read features and outcome by the spec: numbers as float64, the rest as text."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    raw = raw.apply(lambda column: column.str.strip()).replace("", None)
    left = (raw[spec.outcome.column] == spec.outcome.positive).to_numpy()
    frame = raw[[feature.column for feature in spec.features]].copy()
    for column in spec.numeric_columns & set(frame.columns):
        frame[column] = pd.to_numeric(frame[column]).astype(np.float64)
    return frame, left


def _fitted(frame: pd.DataFrame, left: np.ndarray, spec: DatasetSpec, pairs: int) -> Any:
    from interpret.glassbox import ExplainableBoostingClassifier

    kinds = ["continuous" if column in spec.numeric_columns else "nominal" for column in frame.columns]
    ebm = ExplainableBoostingClassifier(
        feature_types=kinds,
        interactions=pairs,
        max_interaction_bins=16,
        outer_bags=8,
        n_jobs=-1,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Missing values detected")
        return ebm.fit(frame, left)
