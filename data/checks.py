"""The door: which rows of a table a spec accepts, which go to quarantine, and when a load is refused.

Blank is missing and accepted. A row is refused for a cell that cannot mean what the spec
says: no number, no date, no known outcome, no key or a key that stands already. Values
outside a slider's range and levels that the spec does not name are accepted and reported,
since neither is a truth about customers.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from config.dataset import DatasetSpec, Kind
from data import cells
from data.cells import quoted, shown
from data.files import FIRST_ROW, RawTable, no_rows_refused, refused_frame

NO_NUMBER = "is not a number"
NO_DATE = "is not a date; write it as 2026-03-01"
NO_KEY = "is empty, but tells customers apart"
NO_PERIOD = "is empty, but every row needs its month"
NO_OUTCOME = "is not a known outcome"
HAS_NUL = "holds a NUL character, which no text has"

OPPOSITES = {"yes": "no", "y": "n", "true": "false", "t": "f", "1": "0"}
"""Outcomes whose opposite is certain: with one of these any third value is a mistake."""

_NAMED = 5


class LoadRefused(ValueError):
    """A table that is not loaded as a whole; the message says why and how to mend it.

    Attributes
    ----------
    refused
        The quarantine so far: row, column, value, reason.
    report
        What was counted before the refusal; may be empty.
    """

    def __init__(
        self, message: str, *, refused: pd.DataFrame | None = None, report: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.refused = no_rows_refused() if refused is None else refused
        self.report = report or {}


@dataclass(frozen=True)
class Checked:
    """What the door let in.

    Attributes
    ----------
    accepted
        The canonical table: the spec's columns in their order; numeric ones float64 with NaN
        for missing, the others text, the period as first of the month.
    refused
        One line for every fault: row (as in the file, header = 1), column, value, reason.
    report
        Plain values: rows, accepted, refused (rows), reasons, outcome, missing, ranges,
        levels, ignored columns, warnings, and how the file was written.
    """

    accepted: pd.DataFrame
    refused: pd.DataFrame
    report: dict[str, Any]


def check_rows(table: RawTable | pd.DataFrame, spec: DatasetSpec, *, refused_share: float = 0.05) -> Checked:
    """Check a table against a spec.

    Parameters
    ----------
    table
        As read from a file, or a frame whose rows count from 2 (its index, where it is
        named ``row``, gives the row numbers).
    spec
        What the columns mean.
    refused_share
        Share of refused rows, in 0-1, above which nothing is loaded.

    Raises
    ------
    LoadRefused
        When columns are missing, the key is none, too many rows are refused, or only one
        outcome is known.
    """
    raw, refused, rows, manner = _opened(table)
    _need_columns(raw, spec)
    frame, words = _readable(raw, spec)
    _need_key(frame, spec, rows)
    frame, outcomes = _read_outcome(frame, spec)
    refused = pd.concat([refused, _declared_faults(frame, spec, outcomes)], ignore_index=True)
    frame = frame[~frame.index.isin(refused["row"])]
    repeated = _repeated_keys(frame, spec, rows, refused_share)
    refused = pd.concat([refused, repeated], ignore_index=True).sort_values(
        "row", kind="stable", ignore_index=True
    )
    accepted = _canonical(frame[~frame.index.isin(repeated["row"])], spec)
    report = _report(accepted, refused, rows, spec, words, list(raw.columns)) | {"file": manner}
    _refuse_many(refused, report, refused_share)
    _need_both_outcomes(accepted, spec, refused, report)
    return Checked(accepted, refused, report)


def _opened(table: RawTable | pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, int, dict[str, Any]]:
    if isinstance(table, RawTable):
        return table.frame, table.refused, table.rows, table.manner
    frame = table
    if frame.index.name != "row":
        frame = frame.set_axis(pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row"), axis=0)
    return frame, no_rows_refused(), len(frame), {}


def _need_columns(frame: pd.DataFrame, spec: DatasetSpec) -> None:
    there = list(frame.columns)
    absent = [column for column in spec.columns if column not in there]
    if not absent:
        return
    by_fold = {column.casefold(): column for column in there}
    told = []
    for column in absent[:_NAMED]:
        near = difflib.get_close_matches(column.casefold(), by_fold, n=2, cutoff=0.6)
        hint = f" (did you mean {' or '.join(quoted(by_fold[n]) for n in near)}?)" if near else ""
        told.append(f"{quoted(column)}{hint}")
    more = f" and {len(absent) - _NAMED} more" if len(absent) > _NAMED else ""
    listed = ", ".join(shown(column) for column in there[:30]) + (" …" if len(there) > 30 else "")
    raise LoadRefused(
        f"The spec {spec.name} names columns that the table does not have: {', '.join(told)}{more}. "
        f"Rename them in the table or correct the spec. The table has: {listed}."
    )


def _readable(raw: pd.DataFrame, spec: DatasetSpec) -> tuple[pd.DataFrame, dict[str, int]]:
    """Trim text and turn blanks, and words for missing numbers and outcomes, into missing.

    Returns
    -------
    frame, words
        The spec's columns, and how many words for missing each held.
    """
    columns: dict[str, pd.Series[Any]] = {}
    words: dict[str, int] = {}
    for column in spec.columns:
        cell = raw[column]
        numeric = column in spec.numeric_columns
        if not (numeric and cells.is_typed(cell)):
            cell = cells.trimmed(cell)
        if numeric or (column == spec.outcome.column and not _is_word(spec.outcome.positive)):
            word = cells.is_missing_word(cell)
            if word.any():
                words[column] = int(word.sum())
                cell = cell.mask(word)
        columns[column] = cell
    return pd.DataFrame(columns, index=raw.index), words


def _is_word(text: str) -> bool:
    return text.strip().lower() in cells.MISSING_WORDS


def _need_key(frame: pd.DataFrame, spec: DatasetSpec, rows: int) -> None:
    for column in (spec.id, spec.period):
        if column is not None and frame[column].isna().all():
            raise LoadRefused(
                f"Column {quoted(column)} is empty in all {rows:,} rows, but the spec names it as "
                f"{'id' if column == spec.id else 'period'}. Fill it, or name another column in the spec."
            )


def _read_outcome(frame: pd.DataFrame, spec: DatasetSpec) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Write the outcome's values one way (yes, YES -> Yes) and tell which are known."""
    column, positive = spec.outcome.column, _canonical_text(spec.outcome.positive)
    seen = [str(value) for value in frame[column].dropna().unique()]
    opposite = OPPOSITES.get(positive.casefold())
    if opposite is not None and any(value.casefold() == opposite for value in seen):
        opposite = _in_the_style_of(positive, opposite)
        known: tuple[str, ...] = (positive, opposite)
    else:
        known = (positive, *sorted(v for v in seen if v.casefold() != positive.casefold()))
    spelled = {value.casefold(): value for value in reversed(known)}
    respelled = {value: spelled[value.casefold()] for value in seen if value.casefold() in spelled}
    changed = {old: new for old, new in respelled.items() if old != new}
    if changed:
        frame = frame.assign(**{column: frame[column].replace(changed)})
    return frame, known


def _canonical_text(value: str) -> str:
    return re.sub(r"^(-?[0-9]+)\.0+$", r"\1", value.strip())


def _in_the_style_of(model: str, word: str) -> str:
    if model.isupper():
        return word.upper()
    return word.capitalize() if model[:1].isupper() else word


def _declared_faults(frame: pd.DataFrame, spec: DatasetSpec, outcomes: tuple[str, ...]) -> pd.DataFrame:
    """Let pandera name every cell that is not what the spec declares its column to be."""
    import pandera.pandas as pandera

    def check(holds: Callable[[pd.Series[Any]], np.ndarray], reason: str) -> pandera.Check:
        return pandera.Check(lambda column: pd.Series(holds(column), index=column.index), error=reason)

    def declared(column: str) -> pandera.Column:
        if column in spec.numeric_columns:
            return pandera.Column(checks=[check(cells.is_number, NO_NUMBER)], nullable=True)
        checks = [check(_has_no_nul, HAS_NUL)]
        if column == spec.period:
            checks.append(check(cells.is_month, NO_DATE))
        if column == spec.outcome.column:
            checks.append(check(lambda cell: cell.isin(outcomes).to_numpy(), NO_OUTCOME))
        return pandera.Column(checks=checks, nullable=column not in (spec.id, spec.period))

    schema = pandera.DataFrameSchema({column: declared(column) for column in frame.columns})
    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as faults:
        return _quarantine(faults.failure_cases, spec, outcomes)
    return no_rows_refused()


def _has_no_nul(column: pd.Series[Any]) -> np.ndarray:
    return ~cells.mask(pc.match_substring(cells.arrow(column), "\0"))


def _quarantine(failures: pd.DataFrame, spec: DatasetSpec, outcomes: tuple[str, ...]) -> pd.DataFrame:
    """Word the failure cases, each different one once, since a wrong column fails in every row."""
    known = f"{NO_OUTCOME}; it is one of {', '.join(map(shown, outcomes[:_NAMED]))}, or blank"
    empty = {spec.id: NO_KEY, spec.period: NO_PERIOD}

    def worded(case: tuple[str, object, str]) -> tuple[str | None, str]:
        column, value, check = case
        if check == "not_nullable":
            return None, empty[column]
        return shown(value), known if check == NO_OUTCOME else _number_reason(value, check)

    columns, checks = (failures[name].to_numpy(dtype=object) for name in ("column", "check"))
    values = failures["failure_case"].astype("str").to_numpy(dtype=object)
    cases = list(zip(columns, values, checks, strict=True))
    wordings = {case: worded(case) for case in set(cases)}
    return pd.DataFrame(
        {
            "row": failures["index"].to_numpy(dtype=np.int64),
            "column": pd.array(columns, dtype="str"),
            "value": pd.array([wordings[case][0] for case in cases], dtype="str"),
            "reason": pd.array([wordings[case][1] for case in cases], dtype="str"),
        }
    )


def _number_reason(value: object, reason: str) -> str:
    """Say more where a number is nearly one."""
    if reason != NO_NUMBER:
        return reason
    text = str(value)
    if re.match(r"^[+-]?[0-9.]+,[0-9]+$", text):
        return f"{NO_NUMBER}: it has a comma; write 1234.5"
    if re.match(cells.NUMBER, text) or text.lower().strip("+-") in ("inf", "infinity"):
        return f"{NO_NUMBER}: it is infinite or too large to be kept"
    return NO_NUMBER


def _repeated_keys(frame: pd.DataFrame, spec: DatasetSpec, rows: int, refused_share: float) -> pd.DataFrame:
    """Refuse every row whose key stands in an earlier row, which is named.

    Raises
    ------
    LoadRefused
        When so many keys repeat that the column is no key.
    """
    keys = pd.DataFrame({spec.id: frame[spec.id]})
    if spec.period is not None:
        keys[spec.period] = cells.months(frame[spec.period])
    count = int(keys.duplicated(keep="first").sum())
    again = keys[keys.duplicated(keep=False)]
    if count > refused_share * rows:  # one example says it; wording half a million rows takes minutes
        again = again[(again == again.iloc[0]).all(axis=1)].head(2)
    row = pd.Series(again.index, index=again.index)
    first = row.groupby([again[column] for column in again], sort=False).transform("first")
    others = frame.loc[again.index, [column for column in frame if column not in keys]]
    same = pd.concat([others, first.rename(0)], axis=1).duplicated(keep="first")
    later = first != row
    refused = refused_frame(
        [
            (number, spec.id, shown(" / ".join(key)), _repeat_reason(earlier, alike))
            for number, key, earlier, alike in zip(
                row[later], again[later].itertuples(index=False), first[later], same[later], strict=True
            )
        ]
    )
    if count > refused_share * rows:
        raise LoadRefused(_false_key(count, rows, refused.iloc[0], spec), refused=refused)
    return refused


def _repeat_reason(first: int, same: bool) -> str:
    return f"is the same as row {first}" if same else f"stands already in row {first}, with other values"


def _false_key(count: int, rows: int, example: pd.Series[Any], spec: DatasetSpec) -> str:
    what = quoted(spec.id) + (f" with {quoted(spec.period)}" if spec.period else "")
    remedy = (
        "Name the column that tells customers apart as id"
        if spec.period
        else "Name the column that tells customers apart as id, or, where a customer has a row a month, "
        "say grain: customer-month and name the period"
    )
    return (
        f"{what} is no key: {count:,} of {rows:,} rows repeat one "
        f"({quoted(example['value'])} in row {example['row']} {example['reason']}). {remedy}."
    )


def _canonical(frame: pd.DataFrame, spec: DatasetSpec) -> pd.DataFrame:
    columns = {}
    for column in spec.columns:
        if column in spec.numeric_columns:
            columns[column] = pd.Series(cells.numbers(frame[column]), index=frame.index)
        elif column == spec.period:
            columns[column] = cells.months(frame[column])
        else:
            columns[column] = frame[column]
    return pd.DataFrame(columns).reset_index(drop=True)


def _report(
    accepted: pd.DataFrame,
    refused: pd.DataFrame,
    rows: int,
    spec: DatasetSpec,
    words: dict[str, int],
    there: list[str],
) -> dict[str, Any]:
    outcome = accepted[spec.outcome.column]
    positive = int((outcome == _canonical_text(spec.outcome.positive)).sum())
    numeric = [column for column in spec.columns if column in spec.numeric_columns]
    ranges = {
        column: [float(accepted[column].min()), float(accepted[column].max())]
        for column in numeric
        if accepted[column].notna().any()
    }
    levels = {
        f.column: {str(k): int(n) for k, n in accepted[f.column].value_counts().head(50).items()}
        for f in spec.features
        if f.kind is not Kind.NUMERIC
    }
    known = int(outcome.notna().sum())
    return {
        "rows": rows,
        "accepted": len(accepted),
        "refused": int(refused["row"].nunique()),
        "reasons": _reasons(refused),
        "outcome": {"positive": positive, "negative": known - positive, "unknown": len(outcome) - known},
        "missing": {c: int(n) for c, n in accepted.isna().sum().items() if n},
        "ranges": ranges,
        "levels": levels,
        "ignored": [column for column in there if column not in spec.columns],
        "warnings": _warnings(accepted, spec, words),
    }


def _reasons(refused: pd.DataFrame) -> list[dict[str, Any]]:
    if refused.empty:
        return []
    reason = refused["reason"].str.replace(r"row [0-9]+", "an earlier row", regex=True)
    by_reason = refused.assign(reason=reason).groupby(["column", "reason"], dropna=False, sort=False)
    counted = by_reason["row"].nunique().reset_index().sort_values("row", ascending=False, kind="stable")
    return [
        {"column": None if pd.isna(column) else str(column), "reason": str(reason), "rows": int(count)}
        for column, reason, count in counted.head(50).itertuples(index=False)
    ]


def _warnings(accepted: pd.DataFrame, spec: DatasetSpec, words: dict[str, int]) -> list[str]:
    told = [
        f"{shown(column)}: {count:,} cells hold a word for missing (NA, NULL ...); they count as blank."
        for column, count in words.items()
    ]
    for feature in spec.features:
        column, name = accepted[feature.column], shown(feature.column)
        if column.isna().all():
            told.append(f"{name}: empty in every row; leave it out of the spec, or fill it.")
        elif feature.kind is Kind.NUMERIC:
            told += _outside_range(column, feature.minimum, feature.maximum, name)
        elif feature.levels:
            other = column[column.notna() & ~column.isin(feature.levels)]
            if len(other):
                named = ", ".join(shown(level, 40) for level in other.unique()[:_NAMED])
                told.append(f"{name}: {len(other):,} rows hold levels that the spec does not name: {named}.")
    return told


def _outside_range(column: pd.Series[Any], low: float | None, high: float | None, name: str) -> list[str]:
    below = column < low if low is not None else pd.Series(False, index=column.index)
    above = column > high if high is not None else pd.Series(False, index=column.index)
    count = int((below | above).sum())
    if not count:
        return []
    spans = f"{'-' if low is None else format(low, 'g')} to {'-' if high is None else format(high, 'g')}"
    seen = f"{column.min():g} to {column.max():g}"
    return [f"{name}: {count:,} rows lie outside the spec's range {spans} (seen: {seen}); they are accepted."]


def _refuse_many(refused: pd.DataFrame, report: dict[str, Any], refused_share: float) -> None:
    rows, count = report["rows"], report["refused"]
    if count <= refused_share * rows and report["accepted"]:
        return
    first = refused.iloc[0]
    where = f"row {first['row']}" + (
        "" if pd.isna(first["column"]) else f", column {quoted(first['column'])}"
    )
    value = "" if pd.isna(first["value"]) else f" {quoted(first['value'])}"
    common = report["reasons"][0]
    column = "" if common["column"] is None else f"{quoted(common['column'])} "
    raise LoadRefused(
        f"{count:,} of {rows:,} rows are refused, more than {refused_share:.0%}. Most often "
        f"({common['rows']:,} rows): {column}{common['reason']}. First: {where}:{value} {first['reason']}. "
        "Correct the table or the spec, and load again; nothing was changed.",
        refused=refused,
        report=report,
    )


def _need_both_outcomes(
    accepted: pd.DataFrame, spec: DatasetSpec, refused: pd.DataFrame, report: dict[str, Any]
) -> None:
    counts = report["outcome"]
    if counts["positive"] and counts["negative"]:
        return
    seen = ", ".join(shown(v, 40) for v in accepted[spec.outcome.column].dropna().unique()[:_NAMED])
    if not seen:
        fault, remedy = "is empty in every row", "Fill in who left"
    elif not counts["positive"]:
        fault = (
            f"never holds {quoted(spec.outcome.positive)}, the outcome of those who left (it holds: {seen})"
        )
        remedy = "Add customers who left, or correct outcome.positive in the spec"
    else:
        fault = f"holds {quoted(spec.outcome.positive)} in every row where it is known"
        remedy = "Add customers who stayed, or correct outcome.positive in the spec"
    raise LoadRefused(
        f"Column {quoted(spec.outcome.column)} {fault}, so there is nothing to learn from: both those who "
        f"left and those who stayed are needed. {remedy}; nothing was changed.",
        refused=refused,
        report=report,
    )
