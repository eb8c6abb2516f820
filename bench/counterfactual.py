"""The way back: the cheapest change for one Telco customer, against dice-ml; and a budget shared out.

dice-ml gets the same scorecard as a function, the same customers, the same columns to vary and the same
ranges. Its changes are then judged as ours are: with what follows them (total charges follow the price), and
by the rules of the spec.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from bench import peers, rescore
from bench.measure import Measure, Unavailable, percentile, shared_data
from config.dataset import DatasetSpec, Kind, shipped_specs
from models.budget import allocate
from models.compilation import compile_ebm
from models.counterfactual import Counterfactuals, Found
from models.derivation import broken_rules, move
from models.logistic import LogisticScorer, compile_logistic
from models.reach import ends_of, level_with_data, levels, numbers_with_data, seen_of
from models.scorecard import Scorecard
from models.scorecard_format import NumericFeature

CUSTOMERS = 200
ANSWERS = 3
TARGET = 0.0
"""Log-odds: a chance of 50 %, the only target that dice-ml aims at."""

METHODS = {"random": CUSTOMERS, "genetic": 40}
"""Of how many customers each method of dice-ml is asked: the genetic one needs over eight minutes for 200."""

PAIRS = 5
CENT = 0.01
"""dice-ml changes prices by the cent, so for the comparison we do too."""

_SLACK = 1e-6


def measures() -> list[Measure]:
    """Give the milliseconds of an answer, how ours and dice-ml's compare, and the seconds of a budget."""
    spec = shipped_specs()["telco"]
    case = rescore.CASES[0]
    frame, left = rescore._read(shared_data() / case.file, spec)
    ebm = compile_ebm(rescore._fitted(frame, left, spec, PAIRS), frame, spec)
    cards = {f"additive, {PAIRS} pairs": ebm, "logistic": _logistic(frame, left, spec)}
    found = [one for name, card in cards.items() for one in _speed(name, card, spec, frame)]
    return [*found, *_compared(ebm, spec, frame.dropna().reset_index(drop=True)), _budget()]


def _logistic(frame: pd.DataFrame, left: np.ndarray, spec: DatasetSpec) -> Scorecard:
    texts = [column for column in frame.columns if column not in spec.numeric_columns]
    kinds = ["nominal" if column in texts else "continuous" for column in frame.columns]
    limits = {"increasing": 1, "decreasing": -1, None: 0}
    monotone = [limits[spec.feature(column).monotone] for column in frame.columns]
    scorer = LogisticScorer(kinds, monotone).fit(frame.astype(dict.fromkeys(texts, "category")), left)
    return compile_logistic(scorer, frame, spec)


def _drawn(card: Scorecard, frame: pd.DataFrame) -> np.ndarray:
    """Draw customers whose chance of leaving is above the target."""
    above = np.flatnonzero(card.log_odds(frame) > TARGET)
    return np.random.default_rng(0).choice(above, min(CUSTOMERS, len(above)), replace=False)


def _speed(name: str, card: Scorecard, spec: DatasetSpec, frame: pd.DataFrame) -> list[Measure]:
    finder = Counterfactuals(card, spec)
    rows = frame.iloc[_drawn(card, frame)].to_dict("records")
    found = []
    for answers, words in ((1, "the cheapest change"), (ANSWERS, f"{ANSWERS} diverse changes")):
        seconds = _seconds(lambda row, n=answers: finder.find(row, TARGET, answers=n), rows)
        for share, value in (("median", statistics.median(seconds)), ("p95", percentile(seconds, 0.95))):
            told = f"{words} for one customer, {share} of {len(rows)} (telco, {name})"
            found.append(Measure(told, value * 1000, "ms", "at most", 50))
    return found


def _seconds(call: Callable[[dict], object], rows: Sequence[dict]) -> list[float]:
    seconds = []
    for row in rows:
        began = time.perf_counter()
        call(row)
        seconds.append(time.perf_counter() - began)
    return seconds


@dataclass(frozen=True)
class _Judged:
    """One customer's answers: how many, how many stand, the cost of the cheapest that does, variety."""

    answers: int
    standing: int
    cost: float
    diverse: bool


def _compared(card: Scorecard, spec: DatasetSpec, frame: pd.DataFrame) -> list[Measure]:
    by_cent = spec.model_copy(
        update={
            "features": tuple(
                one.model_copy(update={"step": CENT}) if one.kind is Kind.NUMERIC else one
                for one in spec.features
            )
        }
    )
    finder, drawn = Counterfactuals(card, by_cent), _drawn(card, frame)
    rows = frame.iloc[drawn].to_dict("records")
    founds = [finder.find(row, TARGET, answers=ANSWERS) for row in rows]
    ours = [_ours(card, spec, row, found) for row, found in zip(rows, founds, strict=True)]
    told = f"of {len(rows)} customers (telco)"
    found = [
        _share(f"our answers valid and possible, share {told}", _standing(ours), 1),
        _share(f"our answers differ in the levers used, share {told}", _diverse(ours), 1),
    ]
    try:
        answers = peers.dice(_task(card, spec, frame, drawn))
    except Unavailable as fault:
        print(f"dice-ml: skipped, {fault}")
        return found
    for method in METHODS:
        theirs = [
            _theirs(card, spec, row, one["rows"]) for row, one in zip(rows, answers[method], strict=False)
        ]
        told = f"of {len(theirs)} customers (telco)"
        seconds = statistics.median(one["seconds"] for one in answers[method])
        pairs = [(a, b) for a, b in zip(ours, theirs, strict=False) if b.standing]
        dearer = sum(a.cost > b.cost + _SLACK for a, b in pairs)
        ratio = statistics.median(b.cost / a.cost for a, b in pairs) if pairs else float("nan")
        name = f"dice-ml, {method}"
        found += [
            Measure(f"we are dearer than {name}: customers {told}", dearer, "customers", "at most", 0),
            Measure(f"cost of {name} over ours, median {told}", ratio, "times", "at least"),
            _share(f"{name}: found a valid and possible answer, share {told}", len(pairs) / len(theirs)),
            _share(f"{name}: answers valid and possible, share {told}", _standing(theirs)),
            _share(f"{name}: answers differ in the levers used, share {told}", _diverse(theirs)),
            Measure(f"{name}: {ANSWERS} answers for one, median {told}", seconds * 1000, "ms", "at most"),
        ]
    return found


def _share(name: str, value: float, bar: float | None = None) -> Measure:
    return Measure(name, value, "share", "at least", bar)


def _task(card: Scorecard, spec: DatasetSpec, frame: pd.DataFrame, drawn: np.ndarray) -> dict[str, Any]:
    """Give the peer what we have: model, table, customers, and what each lever may become."""
    levers = sorted(Counterfactuals(card, spec).levers)
    customers = []
    for row in drawn:
        permitted = {column: _permitted(card, spec, column, frame.at[row, column]) for column in levers}
        customers.append({"row": int(row), "permitted": permitted})
    return {
        "card": card.to_json(),
        "table": {column: frame[column].tolist() for column in frame.columns},
        "numeric": [column for column in frame.columns if column in spec.numeric_columns],
        "methods": METHODS,
        "answers": ANSWERS,
        "customers": customers,
    }


def _permitted(card: Scorecard, spec: DatasetSpec, column: str, present: Any) -> list[Any]:
    """Give the range of a number from what was seen, in the direction that it may go; or the levels."""
    feature, seen = spec.feature(column), seen_of(card, column)
    if feature.kind is not Kind.NUMERIC:
        return [one for one in levels(card, feature, present) if level_with_data(seen, one)]
    low, high = ends_of(card, feature, present) or (present, present)
    if isinstance(seen, NumericFeature) and seen.minimum is not None and seen.maximum is not None:
        low, high = max(low, seen.minimum), min(high, seen.maximum)
    return [present if feature.monotone == "decreasing" else low,
            present if feature.monotone == "increasing" else high]  # fmt: skip


def _ours(card: Scorecard, spec: DatasetSpec, row: dict, found: Found) -> _Judged:
    return _judged(card, spec, row, [answer.changes for answer in found.answers])


def _theirs(card: Scorecard, spec: DatasetSpec, row: dict, answers: Sequence[dict]) -> _Judged:
    """Take the levers of the peer's rows; it rounds numbers that it leaves alone, which we overlook."""
    levers = Counterfactuals(card, spec).levers
    changes = []
    for answer in answers:
        moved = {column: answer[column] for column in levers if answer[column] != row[column]}
        for column in [c for c in moved if c in spec.numeric_columns]:
            moved[column] = round(moved[column], 2)
            if abs(moved[column] - row[column]) <= 0.05 + _SLACK:
                del moved[column]
        changes.append(moved)
    return _judged(card, spec, row, changes)


def _judged(
    card: Scorecard, spec: DatasetSpec, row: Mapping[str, Any], answers: Sequence[dict[str, Any]]
) -> _Judged:
    standing = [changes for changes in answers if _stands(card, spec, row, changes)]
    costs = [_cost(spec, row, changes) for changes in standing]
    used = [frozenset(changes) for changes in answers]
    diverse = all(one != other for one, other in combinations(used, 2))
    return _Judged(len(answers), len(standing), min(costs, default=float("inf")), diverse)


def _stands(card: Scorecard, spec: DatasetSpec, row: Mapping[str, Any], changes: dict[str, Any]) -> bool:
    """Say whether changes reach the target with all that follows, break no rule and stay where data is."""
    moved = move(row, changes, spec)
    recorded = broken_rules(row, spec)
    if card.score(moved).log_odds > TARGET or any(r not in recorded for r in broken_rules(moved, spec)):
        return False
    numbers = {column: seen_of(card, column) for column in moved if column in spec.numeric_columns}
    return all(bool(numbers_with_data(seen, moved[c])) or moved[c] == row[c] for c, seen in numbers.items())


def _cost(spec: DatasetSpec, row: Mapping[str, Any], changes: dict[str, Any]) -> float:
    total = 0.0
    for column, value in changes.items():
        feature = spec.feature(column)
        moved = abs(value - row[column]) if feature.kind is Kind.NUMERIC else 1.0
        total += moved * (feature.cost or 0.0)
    return total


def _standing(judged: Sequence[_Judged]) -> float:
    return sum(one.standing for one in judged) / max(1, sum(one.answers for one in judged))


def _diverse(judged: Sequence[_Judged]) -> float:
    return sum(one.diverse and one.answers > 0 for one in judged) / len(judged)


def _budget() -> Measure:
    random, customers = np.random.default_rng(0), 1_000_000
    drop, worth = random.normal(0.05, 0.05, (customers, 6)), random.exponential(300, customers)
    cost = np.array([2.0, 5.0, 12.5, 20.0, 33.3, 60.0])
    seconds = _seconds(lambda budget: allocate(drop, cost, worth, budget), [1e6] * 3)  # type: ignore[list-item]
    return Measure(
        "a budget shared out, 1,000,000 customers and 6 offers", statistics.median(seconds), "s", "at most"
    )
