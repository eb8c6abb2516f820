"""What is in one column of a table that has no spec: its text, its numbers, its kind."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from config.dataset import Kind
from data import cells, column_names
from data.cells import shown

MANY_LEVELS = 100

NUMBERS_SHARE = 0.98

FLAGS = (("no", "yes"), ("0", "1"), ("false", "true"), ("n", "y"), ("f", "t"))

_OTHER_DATE = (
    r"^([0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}|[0-9]{4}[./][0-9]{1,2}[./][0-9]{1,2})"
    r"([T ][0-9:.]+ ?([AaPp][Mm])?)?$"
)


class Column:
    """What is in one column: its text, its numbers, its kind and what speaks against using it."""

    def __init__(self, name: str, raw: pd.Series[Any]) -> None:
        self.name, self._raw = name, raw
        self.rows = len(raw)
        self.filled = int(self.text.notna().sum())

    @cached_property
    def text(self) -> pd.Series[Any]:
        """The cells as trimmed text; missing where blank."""
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
        """How many different texts stand in it."""
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
        """Whether nearly all that is filled reads as a number."""
        words = self._holding(cells.is_missing_word(self._texts))
        found = self._holding(cells.is_number(self._texts))
        return found > 0 and found >= NUMBERS_SHARE * (self.filled - words)

    @cached_property
    def is_date(self) -> bool:
        """Whether nearly all that is filled is a date of any common style."""
        return not self.is_number and self._mostly(self._matching(cells.MONTH) + self._matching(_OTHER_DATE))

    @cached_property
    def is_month(self) -> bool:
        """Whether nearly all that is filled is an ISO date or month, which can be a period."""
        return self._mostly(self._matching(cells.MONTH))

    def _mostly(self, found: int) -> bool:
        return self.filled > 0 and found >= NUMBERS_SHARE * self.filled

    @cached_property
    def is_whole(self) -> bool:
        """Whether every number is a whole one that float64 holds exactly."""
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
        """Say what was seen, for the comment beside the feature."""
        blank = self.rows - self.filled
        missing = f", {blank:,} blank" if blank else ""
        if self.kind is not Kind.NUMERIC:
            return f"seen: {self.distinct} levels{missing}"
        words = self.filled - int(np.isfinite(self.values).sum())
        odd = f", {words:,} no numbers" if words else ""
        return f"seen: {np.nanmin(self.values):g} to {np.nanmax(self.values):g}{missing}{odd}"
