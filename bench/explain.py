"""Explanations: one customer in words, and the top three reasons of a million rows at once.

What is timed is compared first with the plain way: reasons sorted out of every contribution.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from bench import rescore
from bench.measure import Measure, shared_data
from config.dataset import DatasetSpec, shipped_specs
from models.compilation import compile_ebm
from models.familiarity import familiarity
from models.reasons import headline, reasons, warning
from models.scorecard import Scorecard
from models.top_reasons import SHOWN, top_reasons

ROWS = 1_000_000
CUSTOMERS = 500
RUNS = 7


def measures() -> list[Measure]:
    """Give the milliseconds of one customer, and the seconds of a million rows, per data set."""
    folder = shared_data()
    return [measure for case in rescore.CASES for measure in _measured(case, folder / case.file)]


def _measured(case: rescore.Case, path: Path) -> list[Measure]:
    spec = shipped_specs()[case.name]
    frame, left = rescore._read(path, spec)
    card = compile_ebm(rescore._fitted(frame, left, spec, case.pairs), frame, spec)
    told = f"({case.name}, {len(card.terms)} terms)"
    rows = np.random.default_rng(0).integers(0, len(frame), ROWS)
    many = frame.iloc[rows].reset_index(drop=True)
    texts = [feature.column for feature in spec.features if feature.column not in spec.numeric_columns]
    leveled = many.astype(dict.fromkeys(texts, "category"))
    codes = card.encode(leveled)
    _check(card, many.iloc[:20_000])
    return [
        *_one(card, frame.iloc[rows[:CUSTOMERS]].to_dict("records"), spec, told),
        _many(f"top {SHOWN} reasons of 1,000,000 rows {told}", lambda: top_reasons(card, leveled), 1),
        _many(
            f"top {SHOWN} reasons of 1,000,000 rows of plain text {told}", lambda: top_reasons(card, many), 1
        ),
        _many(f"top {SHOWN} reasons of 1,000,000 rows in bins {told}", lambda: top_reasons(card, codes)),
    ]


def _check(card: Scorecard, frame: pd.DataFrame) -> None:
    parts = card.contributions(frame)
    order = np.argsort(-np.abs(parts), axis=1, kind="stable")[:, :SHOWN]
    given = np.take_along_axis(parts, order, axis=1)
    found = top_reasons(card, frame)
    if not (
        np.array_equal(found.contributions, given)
        and np.array_equal(found.terms[given != 0], order[given != 0])
    ):
        raise RuntimeError(
            "the top reasons are not the largest contributions; no time of a wrong answer counts"
        )


def _one(card: Scorecard, customers: list[dict], spec: DatasetSpec, told: str) -> list[Measure]:
    """Time one customer: reasons, sentence and warnings; and how familiar the customer is."""

    def explain(row: dict) -> None:
        headline(reasons(card, row, spec))
        for one in card.unusual(row):
            warning(one, spec)

    return [
        Measure(f"{what} {told}", _median(call, customers) * 1000, "ms", "at most", 1)
        for what, call in (
            ("one customer explained in words", explain),
            ("how familiar one customer is", lambda row: familiarity(card, row, spec)),
        )
    ]


def _median(call: Callable[[dict], object], customers: list[dict]) -> float:
    seconds = []
    for row in customers:
        began = time.perf_counter()
        call(row)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def _many(name: str, call: Callable[[], object], bar: float | None = None) -> Measure:
    """Time a million rows, the median of several runs."""
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return Measure(name, statistics.median(seconds), "s", "at most", bar)
