"""Reading a table from a file: what it is, how it is written, and a clear refusal when it is none.

Everything in a CSV is kept as the text it is; what a cell means is decided later, by a
spec. Row numbers are those a spreadsheet shows: the header is row 1, the first customer
row 2, a cell with a line break inside does not start a row.
"""

from __future__ import annotations

from pathlib import Path

from data.files.delimited import read_text
from data.files.opening import open_file
from data.files.parquet import read_parquet
from data.files.table import FIRST_ROW, FileError, Limits, RawTable, no_rows_refused, refused_frame

__all__ = ["FIRST_ROW", "FileError", "Limits", "RawTable", "no_rows_refused", "read_table", "refused_frame"]


def read_table(path: Path, limits: Limits) -> RawTable:
    """Read a CSV (also gzip-packed) or Parquet file.

    Raises
    ------
    FileError
        When the file is missing, unreadable, no table or beyond a limit.
    """
    path = Path(path)
    with open_file(path, limits) as file:
        start = file.read(4)
        file.seek(0)
        if start == b"PAR1":
            return read_parquet(file, path, limits)
        return read_text(file, path, limits, packed=start.startswith(b"\x1f\x8b"))
