"""What reading a file gives: a table of text, what was refused of it, or a clear refusal of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

FIRST_ROW = 2
REFUSED_COLUMNS = ["row", "column", "value", "reason"]


class FileError(ValueError):
    """A file that cannot be read as a table; the message says what, why and how to mend it."""


@dataclass(frozen=True)
class Limits:
    """The largest file, cell and width that are read.

    ``file_mb`` in millions of bytes, packed and unpacked alike; ``cell_kb`` in 1,024
    characters of one cell; ``columns`` is a count.
    """

    file_mb: int
    cell_kb: int
    columns: int

    @property
    def cell_characters(self) -> int:
        """The most characters a cell may hold."""
        return self.cell_kb * 1024


def no_rows_refused() -> pd.DataFrame:
    """Give an empty quarantine: row, column, value, reason."""
    return refused_frame([])


def refused_frame(cells: Sequence[tuple[int, str | None, str | None, str]]) -> pd.DataFrame:
    """Make a quarantine of (row, column, value, reason); column and value are None for a whole row."""
    frame = pd.DataFrame(cells, columns=REFUSED_COLUMNS)
    return frame.astype({"row": "int64", "column": "str", "value": "str", "reason": "str"})


@dataclass(frozen=True)
class RawTable:
    """A table as it was read.

    Attributes
    ----------
    frame
        Columns of text (CSV) or of text, numbers and truth values (Parquet). The index is
        the row number in the file, the first customer being row 2.
    format
        ``csv`` or ``parquet``.
    delimiter, encoding
        As detected, in words; None for Parquet.
    compressed
        Whether the file was packed with gzip.
    rows
        Rows of the file, the refused ones included; blank lines are no rows.
    refused
        Rows that are no rows of this table: row, column (missing), value, reason.
    """

    frame: pd.DataFrame
    format: str
    delimiter: str | None
    encoding: str | None
    compressed: bool
    rows: int
    refused: pd.DataFrame = field(default_factory=no_rows_refused)

    @property
    def manner(self) -> dict[str, Any]:
        """How the file was written, as plain values for a report."""
        return {
            "format": self.format,
            "delimiter": self.delimiter,
            "encoding": self.encoding,
            "compressed": self.compressed,
        }
