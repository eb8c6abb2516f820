"""Running made-up cases with a known answer against a scorecard: the unit tests of a model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.cases import Answer, Case, Cases, Customer, Direction, Invariance, Quality, Value
from config.dataset import DatasetSpec
from models.coverage import known_outcome
from models.derivation import move
from models.evaluation import auc, brier
from models.scorecard import Floats, Scorecard, numbers
from models.values import level

LEAST_ROWS, LEAST_OF_AN_OUTCOME = 30, 10
"""A slice with fewer rows, or fewer of an outcome, is not measured: chance would decide."""

MOST_VALUES = 10
"""A change to "every level there is" tries at most this many, the commonest first."""


@dataclass(frozen=True)
class CaseResult:
    """What came of one case.

    ``passed`` is None where nothing could be measured. ``value`` is what was found and ``bar`` what it
    is held against: a move or a chance (shares in 0-1), a share of customers, or a measure of quality.
    """

    name: str
    kind: str
    passed: bool | None
    value: float | None
    bar: float
    n: int
    words: str


def run_cases(scorecard: Scorecard, cases: Cases, frame: pd.DataFrame, spec: DatasetSpec) -> list[CaseResult]:
    """Run every case.

    Parameters
    ----------
    scorecard : Scorecard
        The model under test.
    cases : Cases
        See :func:`config.cases.cases_for`.
    frame : DataFrame
        Canonical rows that the model has not learned from.
    spec : DatasetSpec
        Names the outcome, labels and derived columns.

    Returns
    -------
    list of CaseResult
        In the order of the cases; one of ``each`` gives a result for each level.
    """
    return [result for case in cases.cases for result in _run(scorecard, case, cases.base, frame, spec)]


def section(results: list[CaseResult]) -> dict[str, Any]:
    """Sum results up for the report, in plain values; a gate asks that no result has ``passed`` False."""
    failed = [one for one in results if one.passed is False]
    unknown = sum(one.passed is None for one in results)
    return {
        "passed": sum(one.passed is True for one in results),
        "failed": len(failed),
        "not_measured": unknown,
        "results": [asdict(one) for one in results],
        "words": " ".join([*(one.words for one in failed), *_counted(len(results), len(failed), unknown)]),
    }


def _counted(cases: int, failed: int, unknown: int) -> list[str]:
    """Say how many cases pass; those that could not be measured are named, so that they pass for nothing."""
    passing = [] if failed else [f"{cases - unknown} of {cases} cases pass."]
    return [*passing, f"{unknown} could not be measured."] if unknown else passing


def _run(
    card: Scorecard, case: Case, base: Customer, frame: pd.DataFrame, spec: DatasetSpec
) -> Iterator[CaseResult]:
    if isinstance(case, Answer):
        yield _answer(card, case, base)
    elif isinstance(case, Quality):
        yield from _qualities(card, case, base, frame, spec)
    else:
        rows = _made_up([case.customer], base, card) if case.customer is not None else _where(case, frame)
        if isinstance(case, Invariance):
            yield _invariance(card, case, rows, spec)
        else:
            yield _direction(card, case, rows, spec)


def _made_up(customers: list[Customer], base: Customer, card: Scorecard) -> pd.DataFrame:
    """Make a table of made-up customers; a column that nobody names is missing."""
    rows = [{**base, **customer} for customer in customers]
    columns = list(dict.fromkeys([*card.columns, *(column for row in rows for column in row)]))
    return pd.DataFrame(
        {column: pd.Series([row.get(column) for row in rows], dtype=object) for column in columns}
    )


def _where(case: Case, frame: pd.DataFrame) -> pd.DataFrame:
    keep = np.ones(len(frame), dtype=bool)
    for column, levels in case.where.items():
        keep &= frame[column].map(level).isin(levels).to_numpy()
    for column, (low, high) in case.between.items():
        values = numbers(frame[column])
        with np.errstate(invalid="ignore"):
            keep &= (values >= low) & (values <= high)
    return frame[keep]


# --- changes ------------------------------------------------------------------------------------------


def _invariance(card: Scorecard, case: Invariance, rows: pd.DataFrame, spec: DatasetSpec) -> CaseResult:
    if not len(rows):
        return _no_rows(case, case.within)
    before = card.probability(rows)
    moves = [np.abs(card.probability(changed) - before).max() for changed in _changed(case, rows, spec)]
    value = float(max(moves, default=0.0))
    passed = value <= case.within
    most = f"moves a score by up to {_points(value)}"
    words = f"{case.name}: the change {most if value else 'moves no score'}"
    return CaseResult(
        case.name,
        case.kind,
        passed,
        value,
        case.within,
        len(rows),
        f"{words}." if passed else f"{words}, but {_points(case.within)} are allowed.",
    )


def _direction(card: Scorecard, case: Direction, rows: pd.DataFrame, spec: DatasetSpec) -> CaseResult:
    if not len(rows):
        return _no_rows(case, case.share)
    (changed,) = _changed(case, rows, spec)
    moves = card.log_odds(changed) - card.log_odds(rows)  # exact sums: nothing changed is 0 to the bit
    right = moves <= 0 if case.expect == "lower" else moves >= 0
    value = float(right.mean())
    return CaseResult(
        case.name,
        case.kind,
        value >= case.share,
        value,
        case.share,
        len(rows),
        f"{case.name}: holds for {value:.1%} of {len(rows):,} customers, {case.share:.0%} are asked for.",
    )


def _changed(case: Invariance | Direction, rows: pd.DataFrame, spec: DatasetSpec) -> Iterator[pd.DataFrame]:
    """Give the table with the change made, once for each value tried."""
    if case.by is not None:
        yield _moved(rows, case, numbers(rows[case.column]) + case.by, spec)
        return
    for value in case.to or _levels(rows[case.column]):
        yield _moved(rows, case, np.full(len(rows), value, dtype=object), spec)


def _levels(values: pd.Series) -> list[Value]:
    return values.dropna().value_counts().index[:MOST_VALUES].tolist()


def _moved(
    rows: pd.DataFrame, case: Invariance | Direction, values: npt.NDArray[Any], spec: DatasetSpec
) -> pd.DataFrame:
    if not case.follow:
        return rows.assign(**{case.column: values})
    columns: Mapping[str, Any] = {str(name): rows[name].to_numpy() for name in rows.columns}
    derived = {one.column: numbers(rows[one.column]) for one in spec.derived if one.column in rows}
    if not derived:
        return rows.assign(**{case.column: values})
    numeric = {c: numbers(rows[c]) for c in spec.numeric_columns if c in rows}
    after = move({**columns, **numeric}, {case.column: values}, spec)
    return rows.assign(**{case.column: values}, **{column: after[column] for column in derived})


def _no_rows(case: Case, bar: float) -> CaseResult:
    return CaseResult(
        case.name, case.kind, None, None, bar, 0, f"{case.name}: not measured, since no customer fits."
    )


# --- answers and quality -------------------------------------------------------------------------------


def _answer(card: Scorecard, case: Answer, base: Customer) -> CaseResult:
    value = float(card.probability(_made_up([case.customer], base, card))[0])
    passed = case.at_least <= value <= case.at_most
    bar = case.at_least if case.at_least > 0 else case.at_most
    asked = (
        f"between {case.at_least:.0%} and {case.at_most:.0%}"
        if case.at_least > 0 and case.at_most < 1
        else f"at least {case.at_least:.0%}"
        if case.at_least > 0
        else f"at most {case.at_most:.0%}"
    )
    return CaseResult(
        case.name, case.kind, passed, value, bar, 1, f"{case.name}: {value:.1%}, {asked} is asked for."
    )


def _qualities(
    card: Scorecard, case: Quality, base: Customer, frame: pd.DataFrame, spec: DatasetSpec
) -> Iterator[CaseResult]:
    if case.made_up:
        rows = _made_up([one.customer for one in case.made_up], base, card)
        left = np.array([one.left for one in case.made_up])
        yield _quality(card, case, case.name, rows, left, least=(2, 1))
        return
    table = _where(case, frame)
    known, left = known_outcome(table, spec)
    table, least = table.iloc[known], (LEAST_ROWS, LEAST_OF_AN_OUTCOME)
    if case.each is None:
        yield _quality(card, case, case.name, table, left, least=least)
        return
    levels = table[case.each].map(level)
    for one in sorted(levels.dropna().unique()):
        rows = (levels == one).to_numpy()
        name = f"{case.name}: {spec.level_label(case.each, one)}"
        yield _quality(card, case, name, table[rows], left[rows], least=least)


def _quality(
    card: Scorecard,
    case: Quality,
    name: str,
    rows: pd.DataFrame,
    left: npt.NDArray[np.bool_],
    *,
    least: tuple[int, int],
) -> CaseResult:
    bar = case.at_least if case.at_least is not None else case.at_most
    assert bar is not None
    n, fewest = len(left), int(min(left.sum(), (~left).sum()))
    if n < least[0] or fewest < least[1]:
        words = f"{name}: not measured on {n} customers, {int(left.sum())} of whom left; that is too few."
        return CaseResult(name, case.kind, None, None, bar, n, words)
    value = _measure(case.measure, left, card.probability(rows))
    passed = value >= bar if case.at_least is not None else value <= bar
    asked = "at least" if case.at_least is not None else "at most"
    words = f"{name}: {_NAMED[case.measure]} {value:.3f} on {n:,} customers, {asked} {bar:g} is asked for."
    return CaseResult(name, case.kind, bool(passed), value, bar, n, words)


_NAMED = {"roc_auc": "AUC", "brier": "Brier score", "average_score_error": "error of the average score"}


def _measure(measure: str, left: npt.NDArray[np.bool_], probability: Floats) -> float:
    if measure == "roc_auc":
        return auc(left, probability)
    if measure == "brier":
        return brier(left, probability)
    return float(abs(probability.mean() - left.mean()))


def _points(value: float) -> str:
    return f"{value * 100:.2g} points"
