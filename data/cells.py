"""What a cell means: text trimmed, blank as missing, numbers, months; and how a text is safely shown.

A column comes as text (from CSV) or typed (from Parquet). Every function takes and gives
whole columns, since a table may hold millions of rows.
"""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api.types import is_bool_dtype, is_numeric_dtype

NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
MONTH = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:?[0-9]{2})?)?)?$"
)
MISSING_WORDS = ("na", "n/a", "#n/a", "nan", "null", "none", "\\n")
"""Words that exports write for a missing number, compared without case."""

_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def has_unseen(text: str) -> bool:
    """Tell whether a text holds characters nobody sees: controls, zero-width, direction marks."""
    return not text.isprintable() and any(unicodedata.category(character) in _UNSEEN for character in text)


def shown(value: object, limit: int = 80) -> str:
    r"""Write a value so that it can stand in a message: on one line, cut, unseen characters escaped.

    >>> shown("na\u200bme")
    'na\\u200bme'
    """
    text = str(value)
    cut = text[:limit]
    if not cut.isprintable():
        cut = "".join(
            character.encode("unicode_escape").decode()
            if not character.isprintable() and character != " "
            else character
            for character in cut
        )
    return cut + "…" if len(text) > limit else cut


def quoted(value: object, limit: int = 80) -> str:
    """Write a value as ``shown`` does, in quotes."""
    return f"'{shown(value, limit)}'"


def arrow(column: pd.Series[Any]) -> pa.Array:
    """Hand a column of text to Arrow as one array, missing as null."""
    if column.dtype.kind == "M":
        column = column.dt.strftime("%Y-%m-%d")
    try:
        found = pa.array(column, type=pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        # text mixed with numbers, or categories: a frame made by hand, not by a file
        found = pa.array(
            column.astype(object).map(str, na_action="ignore"), pa.large_string(), from_pandas=True
        )
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def mask(found: pa.Array) -> np.ndarray:
    """Give an Arrow answer as booleans of shape (n,); null counts as no."""
    plain: np.ndarray = pc.fill_null(found, False).to_numpy(zero_copy_only=False)
    return plain


def is_typed(column: pd.Series[Any]) -> bool:
    """Tell whether a column came as numbers or truth values rather than as text."""
    return is_numeric_dtype(column.dtype) or is_bool_dtype(column.dtype)


def trimmed(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give a column as text of shape (n,): trimmed, blank as missing, whole numbers without ``.0``.

    The rule looks at one value at a time, so that the same value means the same in every load.
    """
    if is_typed(column):
        return _as_text(column)
    text = pc.utf8_trim_whitespace(arrow(column))
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.large_string()), text)
    if pc.any(pc.match_substring(text, ".0")).as_py():
        text = pc.replace_substring_regex(text, r"^(-?[0-9]+)\.0+$", r"\1")
    return _series(text, column.index)


def _series(text: pa.Array, index: pd.Index[Any]) -> pd.Series[Any]:
    series = text.to_pandas()
    series.index = index
    return series.astype("str")


def _as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """Write numbers and truth values as text, each different value once."""
    codes, values = pd.factorize(column, use_na_sentinel=True)
    words = pd.array([_word(value) for value in values], dtype="str")
    return pd.Series(words.take(codes, allow_fill=True), index=column.index, dtype="str")


def _word(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "True" if value else "False"
    number = float(value)
    if isinstance(value, int | np.integer):
        return str(int(value))
    return str(int(number)) if number.is_integer() else repr(number)


def is_number(column: pd.Series[Any]) -> np.ndarray:
    """Tell which cells are finite numbers, of shape (n,); missing and missing words count as no.

    Text is a number as ``12``, ``-1.5`` or ``2e3``; a text beyond the largest number (``1e400``),
    an infinity and a decimal comma are none.
    """
    return np.isfinite(numbers(column))


def numbers(column: pd.Series[Any]) -> np.ndarray:
    """Read a column as float64 of shape (n,): NaN where missing or no number, infinite where too large."""
    if is_typed(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan) + 0.0
    text = pc.utf8_trim_whitespace(arrow(column))
    plain = pc.if_else(pc.match_substring_regex(text, NUMBER), text, pa.scalar(None, pa.large_string()))
    read: np.ndarray = pc.cast(plain, pa.float64()).to_numpy(zero_copy_only=False)
    return read + 0.0  # -0.0 and 0.0 are one number, and so one content


def is_missing_word(column: pd.Series[Any]) -> np.ndarray:
    """Tell which cells of text are a word for missing, such as NA or NULL, of shape (n,)."""
    if is_typed(column):
        return np.zeros(len(column), dtype=bool)
    text = pc.utf8_lower(pc.utf8_trim_whitespace(arrow(column)))
    return mask(pc.is_in(text, pa.array(MISSING_WORDS, pa.large_string())))


def is_month(column: pd.Series[Any]) -> np.ndarray:
    """Tell which cells are an ISO date (``2026-03-01``) or month (``2026-03``), of shape (n,)."""
    return mask(pc.match_substring_regex(arrow(column), MONTH))


def months(column: pd.Series[Any]) -> pd.Series[Any]:
    """Give ISO dates as the first of their month, ``2026-03-01``; missing where there is none."""
    text = arrow(column)
    first = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(text, 0, 7), pa.scalar("01", text.type), pa.scalar("-", text.type)
    )
    dated = pc.if_else(pc.match_substring_regex(text, MONTH), first, pa.scalar(None, text.type))
    return _series(dated, column.index)
