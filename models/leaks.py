"""Columns that give the outcome away, or repeat another column: found by one rule, said in plain words.

A model that is shown such a column looks splendid and is worthless: what it knows is known only after a
customer has left. The rule stands in :func:`find_leaks`; a spec can overrule it (``keep``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.evaluation import auc, stratified_folds, stratified_sample

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]

CERTAIN_AUC = 0.98
SUSPICIOUS_AUC = 0.90
SUSPICIOUS_LEAD = 0.05
CHANCE_FILLED = 1e-6
"""Filled for one outcome only counts when chance would bring it about less often than this."""

ROWS_MEASURED = 20_000
FOLDS = 5
PRIOR_ROWS = 10
"""How many rows of the average each level's rate is mixed with, so that rare levels do not look sure."""

MOST_LEVELS_RECODED = 20
LEAST_ROWS_A_LEVEL = 10
LEAST_ROWS_MULTIPLE = 10
ROUNDING_TO_SPREAD = 0.02
"""Rounding may explain a difference only where it is small against how far the values lie apart."""


class Why(StrEnum):
    """What speaks against a column."""

    ONE_OUTCOME = "filled for one outcome only"
    RECODED = "the outcome recoded"
    CERTAIN = "gives the outcome away"
    SUSPICIOUS = "far better than any other column"
    MULTIPLE = "an exact multiple of another column"


@dataclass(frozen=True)
class Finding:
    """A column better left out, and why.

    Attributes
    ----------
    column, why, reason : str
        ``reason`` is a clause in plain words, without the column's name and without a full stop.
    auc : float or None
        How well the column alone tells who left (0.5 to 1), where that was measured.
    other : str or None
        The column that it is a multiple of.
    """

    column: str
    why: Why
    reason: str
    auc: float | None = None
    other: str | None = None


def find_leaks(frame: pd.DataFrame, outcome: npt.ArrayLike, kinds: Mapping[str, str]) -> list[Finding]:
    """Name the columns that give the outcome away or repeat another, in the order of the table.

    A column is named when it is filled for one outcome only; or is the outcome recoded; or alone has a
    cross-validated AUC of 0.98 or more; or of 0.90 or more and 0.05 above the best column that is not itself
    suspected; or is an exact multiple of a column that stays.

    Parameters
    ----------
    frame : DataFrame of shape (n, columns)
        Rows whose outcome is known: numbers as float64, the rest as text; missing is NaN or None.
    outcome : array of bool of shape (n,)
        True for those who left.
    kinds : mapping of str to str
        By column 'numeric', 'categorical' or 'flag'; columns without a kind are passed over.

    Returns
    -------
    list of Finding
        At most one for each column: the first that holds, in the order above.
    """
    left = np.asarray(outcome, dtype=bool)
    columns = _columns(frame, kinds)
    plain: dict[str, Finding] = {}
    for name, column in columns.items():
        found = _one_outcome(name, column, left) or _recoded(name, column, left)
        if found:
            plain[name] = found
    measured = _aucs({name: column for name, column in columns.items() if name not in plain}, left)
    leaks = {**plain, **{found.column: found for found in _too_good(measured)}}
    repeats = _multiples({n: c.numbers for n, c in columns.items() if c.numeric and n not in leaks})
    found_all = leaks | {found.column: found for found in repeats}
    return [found_all[name] for name in columns if name in found_all]


def suspects(frame: pd.DataFrame, outcome: npt.ArrayLike, kinds: Mapping[str, str]) -> dict[str, str]:
    """Give, by column to leave out, the reason; see :func:`find_leaks`."""
    return {found.column: found.reason for found in find_leaks(frame, outcome, kinds)}


def column_aucs(frame: pd.DataFrame, outcome: npt.ArrayLike, kinds: Mapping[str, str]) -> dict[str, float]:
    """Measure how well each column alone tells who left: cross-validated AUC, 0.5 to 1.

    Levels are scored by their rate of leaving in the other folds, numbers likewise in bins of even size
    (cut without a look at the outcome), and also by their rank. Tables of more than 20,000 rows are
    measured on a sample. Empty where one outcome occurs fewer than two times.
    """
    left = np.asarray(outcome, dtype=bool)
    return _aucs(_columns(frame, kinds), left)


def _columns(frame: pd.DataFrame, kinds: Mapping[str, str]) -> dict[str, _Column]:
    named = [str(column) for column in frame.columns if column in kinds]
    return {name: _Column(frame[name], kinds[name] == "numeric") for name in named}


class _Column:
    """One column as the rule sees it: which rows are filled, and a whole number per row for its value."""

    def __init__(self, values: pd.Series, numeric: bool) -> None:
        self.numeric = numeric
        self.filled: Bools = values.notna().to_numpy()
        self.numbers: Floats = pd.to_numeric(values).to_numpy(np.float64) if numeric else np.empty(0)
        self.levels: npt.NDArray[Any]
        codes, self.levels = pd.factorize(self.numbers if numeric else values.to_numpy(dtype=object))
        self.codes: Codes = codes.astype(np.intp)  # missing is -1

    def binned(self, rows: Codes) -> Codes:
        """Give a code per row asked, from 0: missing, then levels, or bins of numbers with many values."""
        most = int(np.clip(len(rows) // 25, 4, 64))
        if not self.numeric or len(self.levels) <= most:
            return self.codes[rows] + 1
        values = self.numbers[rows]
        edges = np.unique(np.nanquantile(values, np.linspace(0, 1, most + 1)[1:-1]))
        return np.where(np.isnan(values), 0, np.searchsorted(edges, values, side="right") + 1)


def _aucs(columns: Mapping[str, _Column], left: Bools) -> dict[str, float]:
    rows = stratified_sample(left, ROWS_MEASURED, 0)
    left = left[rows]
    folds = min(FOLDS, int(left.sum()), int((~left).sum()))
    if folds < 2:
        return {}
    fold = stratified_folds(left, folds, 0)
    return {name: _column_auc(column, rows, left, fold, folds) for name, column in columns.items()}


def _column_auc(column: _Column, rows: Codes, left: Bools, fold: Codes, folds: int) -> float:
    if not column.filled[rows].any():
        return 0.5
    codes = column.binned(rows)
    size = int(codes.max()) + 1
    cell = fold * size + codes
    count = np.bincount(cell, minlength=folds * size).reshape(folds, size)
    gone = np.bincount(cell, weights=left, minlength=folds * size).reshape(folds, size)
    other_count, other_gone = count.sum(axis=0) - count, gone.sum(axis=0) - gone
    rate = (other_gone + PRIOR_ROWS * left.mean()) / (other_count + PRIOR_ROWS)
    by_fold = [auc(left[fold == one], rate[one, codes[fold == one]]) for one in range(folds)]
    best = max(0.5, float(np.mean(by_fold)))
    if column.numeric:  # a rank has nothing to learn, so it needs no folds; missing ranks in the middle
        values = column.numbers[rows]
        ranked = auc(left, np.where(np.isnan(values), np.nanmedian(values), values))
        best = max(best, ranked, 1 - ranked)
    return best


def _one_outcome(name: str, column: _Column, left: Bools) -> Finding | None:
    for leavers in (True, False):
        of_these = left == leavers
        filled, elsewhere = int(column.filled[of_these].sum()), int(column.filled[~of_these].sum())
        share = float(of_these.mean())
        if elsewhere == 0 and 0 < share < 1 and filled and share**filled < CHANCE_FILLED:
            who = "left" if leavers else "stayed"
            return Finding(
                name,
                Why.ONE_OUTCOME,
                f"filled only for customers who {who} ({filled:,} of {int(of_these.sum()):,}), "
                "so it is known only after the outcome",
            )
    return None


def _recoded(name: str, column: _Column, left: Bools) -> Finding | None:
    levels = len(column.levels)
    filled = column.codes >= 0
    if not 2 <= levels <= MOST_LEVELS_RECODED or filled.sum() < LEAST_ROWS_A_LEVEL * levels:
        return None
    count = np.bincount(column.codes[filled], minlength=levels)
    gone = np.bincount(column.codes[filled], weights=left[filled], minlength=levels)
    if not ((gone == 0) | (gone == count)).all() or gone.sum() in (0, count.sum()):
        return None
    who_left = [column.levels[i] for i in np.flatnonzero(gone)]
    said = " or ".join(repr(_plain(value)) for value in who_left[:3]) + (" ..." if len(who_left) > 3 else "")
    reason = f"the outcome in other words: {said} is written for exactly those who left"
    return Finding(name, Why.RECODED, reason)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _too_good(aucs: Mapping[str, float]) -> Iterable[Finding]:
    best, next_best = 0.5, ""
    for name, value in sorted(aucs.items(), key=lambda item: item[1]):
        if value >= CERTAIN_AUC:
            yield Finding(
                name,
                Why.CERTAIN,
                f"it gives the outcome away: alone it tells who left with an AUC of {value:.3f} "
                "(1 is certainty), so it is probably known only afterwards",
                auc=value,
            )
        elif value >= SUSPICIOUS_AUC and value - best >= SUSPICIOUS_LEAD:
            yield Finding(
                name,
                Why.SUSPICIOUS,
                f"suspected of giving the outcome away: alone it has an AUC of {value:.3f}; "
                + (
                    f"the next best column, {next_best!r}, has {best:.3f}"
                    if next_best
                    else "no other is near"
                ),
                auc=value,
            )
        else:
            best, next_best = value, name


def _multiples(columns: Mapping[str, Floats]) -> list[Finding]:
    """Find columns that are another one times a constant, up to rounding; the first in the table stays."""
    names = [name for name, values in columns.items() if np.isfinite(values).sum() >= LEAST_ROWS_MULTIPLE]
    found: dict[str, Finding] = {}
    for i, j in _proportional([columns[name] for name in names]):
        first, second = names[i], names[j]
        if first in found or second in found:
            continue
        for kept, dropped in ((first, second), (second, first)):
            factor = _factor(columns[kept], columns[dropped])
            if factor is not None:
                found[dropped] = Finding(
                    dropped,
                    Why.MULTIPLE,
                    f"an exact multiple of {kept!r} ({factor} times, up to rounding), so it says nothing new",
                    other=kept,
                )
                break
    return list(found.values())


def _proportional(columns: list[Floats]) -> list[tuple[int, int]]:
    """Name the pairs of columns that all but lie on one line through zero: the few worth a close look."""
    if len(columns) < 2:
        return []
    rows = len(columns[0])
    few = np.linspace(0, rows - 1, min(2_000, rows)).astype(np.intp)  # from all over the table
    table = np.column_stack([values[few] for values in columns])
    filled = np.isfinite(table)
    scale = np.abs(np.where(filled, table, 0)).max(axis=0)
    values = np.where(filled, table, 0) / np.where(scale > 0, scale, 1)
    inside, squares = values.T @ values, (values**2).T @ filled
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = np.abs(inside) / np.sqrt(squares * squares.T)
    return [(int(i), int(j)) for i, j in np.argwhere(np.triu(cosine > 0.999, 1))]


def _factor(source: Floats, column: Floats) -> str | None:
    """Give the constant that makes one column of another, up to the column's own rounding; else None."""
    rows = np.isfinite(column)
    x, y = source[rows], column[rows]
    if not np.isfinite(x).all() or len(np.unique(y)) < 2:
        return None
    slack = _rounding(y) * (1 + 1e-6) + 1e-9 * np.abs(y)
    zero = x == 0
    if (np.abs(y[zero]) > slack[zero]).any() or (~zero).sum() < LEAST_ROWS_MULTIPLE:
        return None
    # each row allows the constants of an interval; it is a multiple when all have one in common
    ends = np.stack([(y - slack)[~zero] / x[~zero], (y + slack)[~zero] / x[~zero]])
    low, high = float(ends.min(axis=0).max()), float(ends.max(axis=0).min())
    return _shortest(low, high) if low <= high else None


def _rounding(values: Floats) -> float:
    """Give half the last decimal that values are written to; 0 where that would excuse too much."""
    for decimals in range(7):
        if np.allclose(values, np.round(values, decimals), rtol=1e-12, atol=1e-9):
            half = 0.5 * 10.0**-decimals
            return half if half <= ROUNDING_TO_SPREAD * float(values.std()) else 0.0
    return 0.0


def _shortest(low: float, high: float) -> str:
    """Write the number with the fewest digits that lies between the two."""
    middle = (low + high) / 2
    return next((t for d in range(1, 16) if low <= float(t := f"{middle:.{d}g}") <= high), f"{middle:.6g}")
