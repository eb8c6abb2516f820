"""Guessing a dataset spec from a table that has none, and saying so.

Every guess stands in a commented YAML that a person corrects; nothing here is needed once
a spec exists. Guesses follow names and values, and what is left out says why.
"""

from __future__ import annotations

import difflib
import keyword
import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from config.dataset import DatasetSpec, Derived, Feature, Kind, LeftOut, Outcome, Role, SpecError
from data import cells, column_names
from data.cells import quoted, shown
from data.files import RawTable
from data.spec_yaml import spec_yaml

MOSTLY = 0.95
"""Share of cells that must agree before a column is taken for what they say."""

MANY_LEVELS = 100
NUMBERS_SHARE = 0.98
SEGMENTS = 6
CURRENCY = "USD"

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
FLAGS = (("no", "yes"), ("0", "1"), ("false", "true"), ("n", "y"), ("f", "t"))

_OTHER_DATE = (
    r"^([0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{4}[./][0-9]{1,2}[./][0-9]{1,2})"
    r"([T ][0-9:.]+ ?([AaPp][Mm])?)?$"
)


class InferenceError(SpecError):
    """No spec can be guessed from a table; the message says what is missing and how to give it."""


@dataclass(frozen=True)
class Inferred:
    """A guessed spec, the YAML that says it with comments, and what was guessed in sentences."""

    spec: DatasetSpec
    yaml: str
    notes: list[str]


@dataclass(frozen=True)
class Plausible:
    """The table as a model would see it, before a spec exists.

    Attributes
    ----------
    frame
        Columns that may be features, rows whose outcome is known (one a customer, at the
        last known month, where a customer has a row a month): numeric ones float64, the others text.
    outcome
        Booleans of shape (n,): who left.
    kinds
        Column -> kind.
    """

    frame: pd.DataFrame
    outcome: np.ndarray
    kinds: dict[str, Kind]


def plausible_frame(table: RawTable | pd.DataFrame) -> Plausible:
    """Guess what a table's columns are, for those who look for columns that give the outcome away.

    Raises
    ------
    InferenceError
        When no outcome or no id can be told.
    """
    reading = _Reading(table)
    outcome = reading.outcome
    text = reading.columns[outcome.column].text
    rows = text.notna().to_numpy()
    if reading.period is not None:
        month = cells.months(reading.columns[reading.period].text)
        rows = rows & (month == month[rows].max()).to_numpy()
    frame = pd.DataFrame(
        {
            name: column.values if column.kind is Kind.NUMERIC else column.text.array
            for name, column in reading.candidates.items()
        }
    )
    left = text.str.casefold().eq(outcome.positive.casefold()).to_numpy(dtype=bool)
    return Plausible(
        frame[rows].reset_index(drop=True),
        left[rows],
        {n: c.kind for n, c in reading.candidates.items() if c.kind},
    )


def infer_spec(
    table: RawTable | pd.DataFrame,
    name: str,
    *,
    suspects: Mapping[str, str] | None = None,
    keep: Collection[str] = (),
) -> Inferred:
    """Guess the spec of a table.

    Parameters
    ----------
    table
        As read from a file.
    name
        The spec's name: small letters, digits and dashes.
    suspects
        Column -> reason, for columns that give the outcome away or repeat another.
    keep
        Columns used although suspected.

    Raises
    ------
    InferenceError
        When no outcome, no id or no feature can be told, or ``keep`` names no column.
    """
    reading = _Reading(table)
    _need_known(keep, reading)
    suspects = {c: r for c, r in (suspects or {}).items() if c in reading.candidates and c not in keep}
    chosen = {c: facts for c, facts in reading.candidates.items() if c not in suspects}
    if not chosen:
        raise InferenceError(
            "No column is left to learn from: " + _listed(reading.left_out | suspects) + ". "
            "Add columns that were known before a customer left, or keep one with --keep."
        )
    measures = _Measures.of(reading)
    features = tuple(_feature(facts, measures) for facts in chosen.values())
    spec = DatasetSpec(
        name=name,
        title=column_names.label(name.replace("-", " ")),
        id=reading.id,
        grain="customer" if reading.period is None else "customer-month",
        period=reading.period,
        outcome=reading.outcome,
        revenue=measures.revenue,
        value=measures.value,
        tenure=measures.tenure,
        region=measures.region,
        segments=_segments(chosen, measures),
        protected=tuple(reading.protected),
        currency=CURRENCY,
        features=features,
        derived=_derived(chosen, measures),
        left_out=tuple(LeftOut(column=c, reason=r) for c, r in (reading.left_out | suspects).items()),
        keep=tuple(c for c in keep if c in chosen),
    )
    notes = _notes(spec, reading, suspects, keep)
    remarks = {c: facts.remark for c, facts in chosen.items()}
    heading = "Guessed from the table; nothing was asked. Correct what is wrong:\n" + "\n".join(
        f"- {n}" for n in notes
    )
    return Inferred(spec, spec_yaml(spec, heading=heading, remarks=remarks), notes)


# What the columns are


class _Column:
    """What is in one column: its text, its numbers, its kind and what speaks against using it."""

    def __init__(self, name: str, raw: pd.Series[Any]) -> None:
        self.name, self._raw = name, raw
        self.rows = len(raw)
        self.filled = int(self.text.notna().sum())

    @cached_property
    def text(self) -> pd.Series[Any]:
        return cells.trimmed(self._raw)

    @cached_property
    def values(self) -> np.ndarray:
        """The column as float64 of shape (n,): NaN where missing or no finite number."""
        read = cells.numbers(self._raw)
        return np.where(np.isfinite(read), read, np.nan)

    @cached_property
    def counts(self) -> pd.Series[Any]:
        """How often each text stands, most frequent first."""
        return self.text.value_counts()

    @property
    def distinct(self) -> int:
        return len(self.counts)

    @cached_property
    def _texts(self) -> pd.Series[Any]:
        return pd.Series(self.counts.index, dtype="str")

    def _holding(self, holds: np.ndarray) -> int:
        """Count the rows whose text is among the different texts marked, booleans of shape (distinct,)."""
        return int(self.counts.to_numpy()[holds].sum())

    def _matching(self, pattern: str) -> int:
        return self._holding(cells.mask(pc.match_substring_regex(cells.arrow(self._texts), pattern)))

    @cached_property
    def is_number(self) -> bool:
        words = self._holding(cells.is_missing_word(self._texts))
        found = self._holding(cells.is_number(self._texts))
        return found > 0 and found >= NUMBERS_SHARE * (self.filled - words)

    @cached_property
    def is_date(self) -> bool:
        return not self.is_number and self._mostly(self._matching(cells.MONTH) + self._matching(_OTHER_DATE))

    @cached_property
    def is_month(self) -> bool:
        return self._mostly(self._matching(cells.MONTH))

    def _mostly(self, found: int) -> bool:
        return self.filled > 0 and found >= NUMBERS_SHARE * self.filled

    @cached_property
    def is_whole(self) -> bool:
        values = self.values[np.isfinite(self.values)]
        return bool(len(values)) and bool(
            (np.abs(values) < 2.0**53).all() and (values == np.floor(values)).all()
        )

    @cached_property
    def is_code(self) -> bool:
        """Whether the digits are names rather than amounts: zip codes, 007."""
        if not (self.is_number and self.is_whole):
            return False
        return self._matching("^0[0-9]+$") > 0 or bool(
            column_names.CODE_WORDS & set(column_names.words(self.name))
        )

    @cached_property
    def _verdict(self) -> tuple[Kind | None, str]:
        if not self.filled:
            return None, "empty in every row"
        if self.distinct == 1 and (self.filled == self.rows or self.is_number):
            return None, f"holds one value only: {shown(self.counts.index[0], 40)}"
        if {str(level).casefold() for level in self.counts.index} in [set(pair) for pair in FLAGS]:
            return Kind.FLAG, ""
        if self.is_number and not self.is_code:
            if self.distinct == self.filled and self.is_whole and column_names.key_rank(self.name):
                return None, "numbers the rows: every customer has another value"
            return Kind.NUMERIC, ""
        if self.is_date:
            return None, "dates: a model cannot use a point in time; turn it into months since then"
        if self.distinct > MANY_LEVELS or (self.distinct > 2 and self.distinct > self.filled / 2):
            if self._matching(r"^-?[0-9.]*[0-9],[0-9]+$") > self.filled / 2:
                return None, "looks like numbers with a decimal comma; write 1234.5 to use it"
            return None, f"{self.distinct:,} different texts: names or notes rather than levels"
        return Kind.CATEGORICAL, ""

    @property
    def kind(self) -> Kind | None:
        """What a feature from this column would be; None where it can be none."""
        return self._verdict[0]

    @property
    def reason(self) -> str:
        """Why it can be no feature."""
        return self._verdict[1]

    @property
    def remark(self) -> str:
        blank = self.rows - self.filled
        missing = f", {blank:,} blank" if blank else ""
        if self.kind is not Kind.NUMERIC:
            return f"seen: {self.distinct} levels{missing}"
        words = self.filled - int(np.isfinite(self.values).sum())
        odd = f", {words:,} no numbers" if words else ""
        return f"seen: {np.nanmin(self.values):g} to {np.nanmax(self.values):g}{missing}{odd}"


class _Reading:
    """What a table's columns are taken for."""

    def __init__(self, table: RawTable | pd.DataFrame) -> None:
        frame = table.frame if isinstance(table, RawTable) else table
        if not len(frame):
            raise InferenceError(
                "The table has no rows, so nothing can be told from it. Give one with customers."
            )
        self.columns = {str(name): _Column(str(name), frame[name]) for name in frame.columns}
        self.outcome = _find_outcome(self.columns)
        others = {n: c for n, c in self.columns.items() if n != self.outcome.column}
        self.id, self.period = _find_key(others)
        others = {n: c for n, c in others.items() if n not in (self.id, self.period)}
        self.protected = [n for n, c in others.items() if column_names.is_protected(n) and c.distinct > 1]
        rest = {n: c for n, c in others.items() if n not in self.protected}
        self.candidates = {n: c for n, c in rest.items() if c.kind is not None}
        self.left_out = {n: c.reason for n, c in rest.items() if c.kind is None}


def _find_outcome(columns: Mapping[str, _Column]) -> Outcome:
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
    candidates = f"Columns with two values: {_names(two)}" if two else "No column has two values"
    seen = "".join(f" {quoted(n)} was looked at, but holds {_values(columns[n])}." for n in by_name[:2])
    raise InferenceError(
        "No column says who left (such as churn with Yes and No, or exited with 1 and 0)."
        f"{seen} {candidates}. Rename the column that says it to churn with the values Yes and No, "
        "or name it in a spec under outcome."
    )


def _positive(column: _Column, words: Collection[str]) -> str | None:
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


def _find_key(columns: Mapping[str, _Column]) -> tuple[str, str | None]:
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


def _is_unique(column: _Column, share: float) -> bool:
    return column.filled >= share * column.rows and column.distinct >= share * column.filled > 0


def _may_be_key(column: _Column) -> bool:
    return not column.is_date and (not column.is_number or column.is_code)


def _is_unique_pair(key: _Column, period: _Column) -> bool:
    pairs = pd.DataFrame({"key": key.text, "month": cells.months(period.text)})
    return key.filled >= MOSTLY * key.rows and (~pairs.duplicated()).sum() >= MOSTLY * len(pairs)


# What is made of them


@dataclass(frozen=True)
class _Measures:
    """The columns that the figures on screen stand on."""

    revenue: str | None
    value: str | None
    tenure: str | None
    region: str | None

    @classmethod
    def of(cls, reading: _Reading) -> _Measures:
        numeric = [n for n, c in reading.candidates.items() if c.kind is Kind.NUMERIC]
        levels = [n for n, c in reading.candidates.items() if c.kind is Kind.CATEGORICAL]
        regions = (n for word in column_names.REGIONS for n in levels if word in column_names.words(n))
        return cls(
            revenue=next((n for n in numeric if column_names.is_revenue(n)), None),
            value=next((n for n in numeric if column_names.is_value(n)), None),
            tenure=next((n for n in numeric if column_names.is_tenure(n)), None),
            region=next(regions, None),
        )


def _feature(column: _Column, measures: _Measures) -> Feature:
    role = Role(column_names.role(column.name))
    said = {
        "column": column.name,
        "label": column_names.label(column.name),
        "kind": column.kind,
        "role": role,
    }
    if column.kind is Kind.NUMERIC:
        minimum, maximum, step = slider(column.values)
        return Feature(**said, unit=_unit(column.name, measures), minimum=minimum, maximum=maximum, step=step)
    levels = tuple(sorted(map(str, column.counts.index), key=_natural))
    return Feature(**said, levels=levels, level_labels=_level_labels(column.name, levels))


def _unit(name: str, measures: _Measures) -> str | None:
    found = set(column_names.words(name))
    if name == measures.tenure:
        return "months"
    if name == measures.revenue:
        return f"{CURRENCY} per month"
    if found & (column_names.PRICE_WORDS - {"rate"}):
        return CURRENCY
    return next((word for word in ("minutes", "days", "hours") if word in found), None)


def slider(values: np.ndarray) -> tuple[float | None, float | None, float | None]:
    """Choose a slider's ends and step for values of shape (n,); None where no range can be told.

    About a hundred steps of 1, 2 or 5 times a power of ten; the ends enclose all values,
    but for lone ones far away; zero is an end where the least value is near it.
    """
    values = values[np.isfinite(values)]
    if not len(values):
        return None, None, None
    low, high = float(values.min()), float(values.max())
    whole = bool((values == np.floor(values)).all())
    with np.errstate(all="ignore"):
        near_low, near_high = (float(edge) for edge in np.quantile(values, [0.001, 0.999]))
    if math.isfinite(near_high - near_low) and near_high > near_low:
        reach = 3 * (near_high - near_low)
        low = low if near_low - low <= reach else near_low
        high = high if high - near_high <= reach else near_high
    span = high - low
    if not math.isfinite(span) or span <= 0 or not math.isfinite(span * 2) or span < 1e-200:
        return None, None, None
    step = _nice(span / 100)
    step = max(step, 1.0) if whole else step
    if 0 <= low <= high / 10:
        low = 0.0
    digits = max(0, -math.floor(math.log10(step)))
    minimum: float
    maximum: float
    if step == 1.0 and whole:
        minimum, maximum = float(math.floor(low)), float(math.ceil(high))
    else:
        minimum, maximum = (
            round(math.floor(low / step) * step, digits),
            round(math.ceil(high / step) * step, digits),
        )
    return (float(minimum), float(maximum), step) if minimum < maximum else (None, None, None)


def _nice(size: float) -> float:
    """Give the largest of 1, 2, 5 times a power of ten that is not above a size."""
    power = math.floor(math.log10(size))
    leading = next((n for n in (5, 2) if n * 10.0**power <= size), 1)
    return float(f"{leading}e{power}")


def _natural(text: str) -> tuple[Any, ...]:
    """Sort no before yes, 2 before 10, and text without case."""
    for pair in FLAGS:
        if text.casefold() in pair:
            return (0, pair.index(text.casefold()), text)
    return (
        1,
        [
            (0, int(p), "") if p.isascii() and p.isdigit() else (1, 0, p)
            for p in re.split(r"([0-9]+)", text.casefold())
        ],
        text,
    )


def _level_labels(name: str, levels: Iterable[str]) -> dict[str, str]:
    """Say levels as people do where the table has codes: 0 is no, area_code_415 is 415."""
    levels = list(levels)
    if set(levels) == {"0", "1"}:
        return {"0": "no", "1": "yes"}
    prefix = f"{name}_"
    if all(level.startswith(prefix) and len(level) > len(prefix) for level in levels):
        return {level: level.removeprefix(prefix) for level in levels}
    return {
        level: level.replace("_", " ") for level in levels if re.fullmatch(r"[A-Za-z]+(_[A-Za-z]+)+", level)
    }


def _segments(chosen: Mapping[str, _Column], measures: _Measures) -> tuple[str, ...]:
    """Choose a few columns of few levels to filter by, those that speak of products first."""
    few = [
        n
        for n, c in chosen.items()
        if c.kind is not Kind.NUMERIC and 2 <= c.distinct <= 12 and n != measures.region
    ]
    first = [n for n in few if column_names.SEGMENT_WORDS & set(column_names.words(n))]
    return tuple(dict.fromkeys(first + few))[:SEGMENTS]


def _derived(chosen: Mapping[str, _Column], measures: _Measures) -> tuple[Derived, ...]:
    """Find a total that is about months times monthly revenue, within a tenth for half the rows."""
    if (
        measures.tenure is None
        or measures.revenue is None
        or not {measures.tenure, measures.revenue} <= set(chosen)
    ):
        return ()
    tenure, revenue = _in_formula(measures.tenure), _in_formula(measures.revenue)
    if tenure is None or revenue is None:
        return ()
    with np.errstate(all="ignore"):
        product = chosen[measures.tenure].values * chosen[measures.revenue].values
        for name, column in chosen.items():
            if column.kind is not Kind.NUMERIC or name in (measures.tenure, measures.revenue):
                continue
            off = np.abs(column.values - product) / np.abs(product)
            off = off[np.isfinite(off)]
            if len(off) > 10 and np.median(off) < 0.1:
                return (Derived(column=name, formula=f"{tenure} * {revenue}"),)
    return ()


def _in_formula(name: str | None) -> str | None:
    if name is None or "`" in name:
        return None
    plain = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    return name if plain else f"`{name}`"


# What is said about it


def _need_known(keep: Collection[str], reading: _Reading) -> None:
    for column in keep:
        if column not in reading.columns:
            near = difflib.get_close_matches(column, reading.columns, n=1)
            hint = f" Did you mean {quoted(near[0])}?" if near else ""
            raise InferenceError(
                f"There is no column {quoted(column)} to keep.{hint} {_names(list(reading.columns))}."
            )


def _notes(
    spec: DatasetSpec, reading: _Reading, suspects: Mapping[str, str], keep: Collection[str]
) -> list[str]:
    rows = "a customer" if spec.period is None else f"a customer in a month ({shown(spec.period)})"
    notes = [
        f"One row is {rows}; {shown(spec.id)} tells customers apart.",
        f"{shown(spec.outcome.column)} = {shown(spec.outcome.positive)} means that a customer left.",
    ]
    notes += [
        f"{shown(c)} is left out: {shown(r, 300)}." for c, r in (reading.left_out | dict(suspects)).items()
    ]
    notes += [f"{shown(c)} is kept although suspected." for c in spec.keep]
    notes += [f"{shown(c)} cannot be kept: {reading.left_out[c]}." for c in keep if c in reading.left_out]
    if spec.protected:
        notes.append(
            f"{', '.join(map(shown, spec.protected))}: protected, watched for fairness, not learned from."
        )
    if spec.revenue is None:
        notes.append("No column was taken for revenue per month; name it under revenue to see money at risk.")
    levers = [f.label for f in spec.features if f.role is Role.LEVER]
    notes.append(
        f"Levers guessed: {', '.join(map(shown, levers)) or 'none'}. Say role: lever where you can move it."
    )
    return notes


def _listed(reasons: Mapping[str, str]) -> str:
    return (
        "; ".join(f"{shown(c)} ({shown(r)})" for c, r in list(reasons.items())[:5])
        or "the table has no others"
    )


def _names(names: list[str]) -> str:
    return ", ".join(shown(n, 40) for n in names[:20]) + (" …" if len(names) > 20 else "")


def _values(column: _Column) -> str:
    return ", ".join(shown(v, 20) for v in column.counts.index[:4]) + (" …" if column.distinct > 4 else "")
