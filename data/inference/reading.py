"""What the columns of a table are taken for: outcome, key, period, candidates, and why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from config.dataset import Outcome, SpecError
from data import cells, column_names
from data.cells import quoted, shown
from data.files import RawTable
from data.inference.column import Column

MOSTLY = 0.95
"""Share of cells that must agree before a column is taken for what they say."""

POSITIVE = frozenset(
    [
        "yes",
        "1",
        "true",
        "y",
        "t",
        "churn",
        "churned",
        "exited",
        "exit",
        "left",
        "leaver",
        "attrited",
        "cancelled",
        "canceled",
        "lapsed",
        "gone",
        "closed",
        "terminated",
        "lost",
        "defected",
    ]
) | {"attrited customer"}

SURE = POSITIVE - frozenset(["yes", "1", "true", "y", "t"])


class InferenceError(SpecError):
    """No spec can be guessed from a table; the message says what is missing and how to give it."""


class Reading:
    """What a table's columns are taken for."""

    def __init__(self, table: RawTable | pd.DataFrame) -> None:
        frame = table.frame if isinstance(table, RawTable) else table
        if not len(frame):
            raise InferenceError(
                "The table has no rows, so nothing can be told from it. Give one with customers."
            )
        self.columns = {str(name): Column(str(name), frame[name]) for name in frame.columns}
        self.outcome = _find_outcome(self.columns)
        others = {n: c for n, c in self.columns.items() if n != self.outcome.column}
        self.id, self.period = _find_key(others)
        others = {n: c for n, c in others.items() if n not in (self.id, self.period)}
        self.protected = [n for n, c in others.items() if column_names.is_protected(n) and c.distinct > 1]
        rest = {n: c for n, c in others.items() if n not in self.protected}
        self.candidates = {n: c for n, c in rest.items() if c.kind is not None}
        self.left_out = {n: c.reason for n, c in rest.items() if c.kind is None}


def _find_outcome(columns: Mapping[str, Column]) -> Outcome:
    """Choose the column that says who left, by its name and then by its values."""
    named = [(rank, n) for n in columns if (rank := column_names.outcome_rank(n)) is not None]
    by_name = [n for _, n in sorted(named, key=lambda found: found[0])]
    for name in by_name:
        positive = _positive(columns[name], POSITIVE)
        if positive is not None:
            return Outcome(column=name, positive=positive)
    for name, column in columns.items():
        positive = _positive(column, SURE)
        if positive is not None and name not in by_name:
            return Outcome(column=name, positive=positive)
    for name in by_name:
        column = columns[name]
        if column.distinct == 1 and not column.is_date:
            value = column.counts.index[0]
            raise InferenceError(
                f"The outcome {quoted(name)} holds one value only, {quoted(value, 40)}: there is "
                "nothing to learn from. Give a table of customers who left and customers who stayed."
            )
    two = [n for n, c in columns.items() if c.distinct == 2]
    candidates = f"Columns with two values: {names(two)}" if two else "No column has two values"
    seen = "".join(f" {quoted(n)} was looked at, but holds {values_of(columns[n])}." for n in by_name[:2])
    raise InferenceError(
        "No column says who left (such as churn with Yes and No, or exited with 1 and 0)."
        f"{seen} {candidates}. Rename the column that says it to churn with the values Yes and No, "
        "or name it in a spec under outcome."
    )


def _positive(column: Column, words: Collection[str]) -> str | None:
    """Give the value that means having left, where exactly one of the main values does."""
    if not 2 <= column.distinct <= 12:
        return None
    folded = column.counts.groupby(column.counts.index.str.casefold()).sum().sort_values(ascending=False)
    main = [value for value in folded.index if folded[value] > (1 - MOSTLY) * column.filled / 2]
    most = folded.index[:2] if len(main) < 2 else main
    if len(most) > 2 and words is POSITIVE:
        words = SURE if folded.iloc[:2].sum() < MOSTLY * column.filled else words
        most = folded.index[:2] if words is POSITIVE else most
    if len(most) > 5:
        return None
    found = [value for value in most if value in words]
    if len(found) != 1 or len(most) < 2:
        return None
    return next(str(value) for value in column.counts.index if str(value).casefold() == found[0])


def _find_key(columns: Mapping[str, Column]) -> tuple[str, str | None]:
    """Choose the id, and the period where a customer has a row a month."""
    ranked = sorted(((column_names.key_rank(n), n) for n in columns), key=lambda found: -found[0])
    unique = [
        n
        for rank, n in ranked
        if _is_unique(columns[n], MOSTLY if rank > 1 else 1.0) and (rank or _may_be_key(columns[n]))
    ]
    if unique and column_names.key_rank(unique[0]) > 1:
        return unique[0], None
    for rank, name in ranked:
        if rank < 2:
            break
        for period, column in columns.items():
            if column.is_month and _is_unique_pair(columns[name], column):
                return name, period
    if unique:
        return unique[0], None
    named = [n for rank, n in ranked if rank > 0]
    near = (
        f" {quoted(named[0])} is named like one, but {columns[named[0]].distinct:,} values stand in "
        f"{columns[named[0]].filled:,} filled rows."
        if named
        else ""
    )
    raise InferenceError(
        f"No column tells customers apart.{near} Add a column customer_id with another value for every "
        "customer, or, where a customer has a row a month, a column month with dates like 2026-03-01."
    )


def _is_unique(column: Column, share: float) -> bool:
    return column.filled >= share * column.rows and column.distinct >= share * column.filled > 0


def _may_be_key(column: Column) -> bool:
    return not column.is_date and (not column.is_number or column.is_code)


def _is_unique_pair(key: Column, period: Column) -> bool:
    pairs = pd.DataFrame({"key": key.text, "month": cells.months(period.text)})
    return key.filled >= MOSTLY * key.rows and (~pairs.duplicated()).sum() >= MOSTLY * len(pairs)


def names(names: list[str]) -> str:
    """List names, the first twenty of them."""
    return ", ".join(shown(n, 40) for n in names[:20]) + (" …" if len(names) > 20 else "")


def values_of(column: Column) -> str:
    """Show the most frequent values of a column."""
    return ", ".join(shown(v, 20) for v in column.counts.index[:4]) + (" …" if column.distinct > 4 else "")
