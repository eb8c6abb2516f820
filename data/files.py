"""Reading a table from a file: what it is, how it is written, and a clear refusal when it is none.

Everything in a CSV is kept as the text it is; what a cell means is decided later, by a
spec. Row numbers are those a spreadsheet shows: the header is row 1, the first customer
row 2, a cell with a line break inside does not start a row.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import stat
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.cells import has_unseen, quoted, shown

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
FIRST_ROW = 2
REFUSED_COLUMNS = ["row", "column", "value", "reason"]

_HEAD_BYTES = 1 << 18
_CHUNK_BYTES = 1 << 20
_RECORD_CHARACTERS = 1 << 24
_BATCH_ROWS = 1000
_NAME_CHARACTERS = 200
_BOMB_BYTES = 64 << 20
_BOMB_RATIO = 200
_MANY_ROWS = 10_000

_KINDS_OF_FILE = (
    (b"%PDF", "a PDF document", "export the table itself as CSV"),
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive", "save the sheet as CSV (UTF-8), or unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "save the sheet as CSV (UTF-8)"),
    (b"\x89PNG", "a picture", "give the table as CSV or Parquet"),
    (b"\xff\xd8\xff", "a picture", "give the table as CSV or Parquet"),
    (b"GIF8", "a picture", "give the table as CSV or Parquet"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV or Parquet"),
    (b"{\\rtf", "an RTF document", "export the table itself as CSV"),
    (b"BZh", "packed with bzip2", "unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "packed with xz", "unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd", "unpack it, or pack it with gzip"),
    (b"7z\xbc\xaf", "a 7-Zip archive", "unpack it"),
    (b"\x1f\x8b", "packed with gzip twice", "unpack it once"),
    (b"\xff\xfe\x00\x00", "written in UTF-32", "save it as UTF-8"),
    (b"\x00\x00\xfe\xff", "written in UTF-32", "save it as UTF-8"),
)


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


def read_table(path: Path, limits: Limits) -> RawTable:
    """Read a CSV (also gzip-packed) or Parquet file.

    Raises
    ------
    FileError
        When the file is missing, unreadable, no table or beyond a limit.
    """
    path = Path(path)
    with _open(path, limits) as file:
        start = file.read(4)
        file.seek(0)
        if start == b"PAR1":
            return _read_parquet(file, path, limits)
        return _read_text(file, path, limits, packed=start.startswith(b"\x1f\x8b"))


def _open(path: Path, limits: Limits) -> IO[bytes]:
    """Open a regular file of allowed size, never waiting on a pipe or a device."""
    name = shown(path, 200)
    try:
        kind = os.stat(path).st_mode
        file = path.open("rb") if stat.S_ISREG(kind) else None
    except FileNotFoundError as fault:
        raise FileError(f"There is no file {name}. Check the path; it is read from {Path.cwd()}.") from fault
    except PermissionError as fault:
        raise FileError(
            f"{name} may not be read by this user. Change its permissions (chmod u+r)."
        ) from fault
    except (OSError, ValueError) as fault:
        raise FileError(f"{name} cannot be opened: {shown(fault, 200)}. Give the path of a file.") from fault
    if file is None:
        what = "a folder" if stat.S_ISDIR(kind) else "a device or a pipe"
        raise FileError(f"{name} is {what}, not a file. Give the path of one CSV or Parquet file.")
    size = os.fstat(file.fileno()).st_size
    fault_text = None
    if size == 0:
        fault_text = f"{name} is empty. Export the table again; it needs a header and rows."
    elif size > limits.file_mb * 1_000_000:
        fault_text = (
            f"{name} has {size / 1e6:,.0f} MB, the limit is {limits.file_mb:,} MB. "
            "Split it, give Parquet, or raise KEEPSIGHT_FILE_LIMIT_MB."
        )
    if fault_text:
        file.close()
        raise FileError(fault_text)
    return file


# CSV


def _read_text(file: IO[bytes], path: Path, limits: Limits, *, packed: bool) -> RawTable:
    name = shown(path.name)
    size = os.fstat(file.fileno()).st_size

    def stream() -> IO[bytes]:
        file.seek(0)
        return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file

    try:
        head = stream().read(_HEAD_BYTES)
        _refuse_other_kinds(head, name, packed)
        codec, encoding = _encoding(stream(), head, name, limits, packed_size=size if packed else None)
        text = io.TextIOWrapper(cast(Any, stream()), encoding=codec, newline="")
        try:
            return _read_csv(text, head, codec, encoding, name, limits, packed)
        finally:
            text.detach()
    except (gzip.BadGzipFile, EOFError, zlib.error) as fault:
        raise FileError(
            f"{name} is damaged: it cannot be unpacked ({fault}). Pack or copy it again."
        ) from fault
    except UnicodeDecodeError as fault:
        raise FileError(
            f"{name} is not written in {encoding} throughout: {fault.reason}. Save it as UTF-8."
        ) from fault


def _refuse_other_kinds(head: bytes, name: str, packed: bool) -> None:
    """Name what a file is when it is no table."""
    for magic, what, remedy in _KINDS_OF_FILE:
        if head.startswith(magic):
            raise FileError(f"{name} is {what}, not a table that can be read: {remedy}.")
    if head.startswith(b"PAR1"):
        raise FileError(f"{name} is Parquet packed with gzip: unpack it; Parquet is packed already.")
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        what = "only zero bytes or blanks"
        raise FileError(f"{name} holds {what}, no table. Export the table again.")
    start = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"<"):
        raise FileError(
            f"{name} is HTML or XML (a web page?), not a table. Download or export the CSV itself."
        )
    if re.match(rb'\{\s*["}]|\[\s*[\[{"\d\]-]', start):
        raise FileError(f"{name} is JSON, not a table. Export it as CSV with a header, or as Parquet.")


def _encoding(
    stream: IO[bytes], head: bytes, name: str, limits: Limits, *, packed_size: int | None
) -> tuple[str, str]:
    """Detect the encoding from the whole file, and measure its unpacked size on the way.

    Returns
    -------
    codec, words
        Python's name of the encoding, and how it is called on screen.
    """
    codec, words = _encoding_of_head(head, name)
    decoder = codecs.getincrementaldecoder("utf-8")() if codec == "utf-8" else None
    total = beyond_ascii = 0
    while chunk := stream.read(_CHUNK_BYTES):
        total += len(chunk)
        _refuse_bomb(total, packed_size, name, limits)
        if decoder is None or (chunk.isascii() and not decoder.getstate()[0]):
            continue
        try:
            beyond_ascii += (
                sum(character > "\x7f" for character in decoder.decode(chunk)) if not chunk.isascii() else 0
            )
        except UnicodeDecodeError as fault:
            beyond_ascii += _beyond_ascii_before(fault)
            if beyond_ascii > 2:
                where = total - len(chunk) + fault.start
                raise FileError(
                    f"{name} is UTF-8 but damaged near byte {where:,}: a character is cut or mixed from "
                    "another encoding. Export it again as UTF-8."
                ) from fault
            return "cp1252", "cp1252"
    if decoder is not None and decoder.getstate()[0]:
        return "cp1252", "cp1252"
    return codec, words


def _beyond_ascii_before(fault: UnicodeDecodeError) -> int:
    return sum(character > "\x7f" for character in fault.object[: fault.start].decode("utf-8", "ignore"))


def _encoding_of_head(head: bytes, name: str) -> tuple[str, str]:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", "UTF-8 with BOM"
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16", "UTF-16 LE"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16", "UTF-16 BE"
    places = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2) == 0
    even, odd = places.mean(axis=0) if len(places) else (0.0, 0.0)
    if odd > 0.4 and even < 0.05:
        return "utf-16-le", "UTF-16 LE"
    if even > 0.4 and odd < 0.05:
        return "utf-16-be", "UTF-16 BE"
    codes = np.frombuffer(head, dtype=np.uint8)
    controls = (codes < 9) | ((codes > 13) & (codes < 32) & (codes != 26) & (codes != 27))
    if controls.sum() > max(3, 0.03 * len(codes)):
        raise FileError(f"{name} is binary, not a table. Give a CSV (UTF-8) or Parquet file.")
    return "utf-8", "UTF-8"


def _refuse_bomb(total: int, packed_size: int | None, name: str, limits: Limits) -> None:
    if total > limits.file_mb * 1_000_000:
        raise FileError(
            f"{name} unpacks to more than the limit of {limits.file_mb:,} MB. "
            "Split it, or raise KEEPSIGHT_FILE_LIMIT_MB."
        )
    if packed_size is not None and total > max(_BOMB_BYTES, _BOMB_RATIO * packed_size):
        raise FileError(
            f"{name} unpacks to more than {_BOMB_RATIO} times its size, which no real table does. "
            "If it is one, unpack it first."
        )


class _Lines(Iterator[str]):
    """The lines of a text, remembering those of the record now being read, so that they can be read again."""

    def __init__(self, text: IO[str], name: str) -> None:
        self._read: Callable[[int], str] = text.readline
        self._name = name
        self._again: list[str] = []
        self.record: list[str] = []
        self.size = 0

    def __next__(self) -> str:
        line = self._again.pop() if self._again else self._read(_RECORD_CHARACTERS)
        if not line:
            raise StopIteration
        self.record.append(line)
        self.size += len(line)
        if self.size >= _RECORD_CHARACTERS:
            raise FileError(
                f"{self._name} has a row or a cell of more than {_RECORD_CHARACTERS // 1_000_000} million "
                "characters. Check that it has line ends and that every opening quote is closed."
            )
        return line

    def start_record(self) -> None:
        self.record, self.size = [], 0

    def read_again_but_first(self) -> None:
        """Give back all lines of the record but its first, which is at fault."""
        self._again.extend(reversed(self.record[1:]))


def _read_csv(
    text: IO[str], head: bytes, codec: str, encoding: str, name: str, limits: Limits, packed: bool
) -> RawTable:
    sample = codecs.getincrementaldecoder(codec)(errors="replace").decode(head)
    lines = _Lines(text, name)
    stated = re.match(r"^sep=(.)\r?\n", sample)
    if stated:
        next(lines)
        lines.start_record()
    delimiter = stated.group(1) if stated else _delimiter(sample, name)
    # The csv module's limit is one for the process: it is raised, never lowered.
    csv.field_size_limit(max(csv.field_size_limit(), limits.cell_characters))
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    first_row = 1 + bool(stated)
    try:
        header = next(reader, [])
        while not any(cell.strip() for cell in header) and lines.record:
            lines.start_record()
            header = next(reader, [])
            first_row += 1
    except csv.Error as fault:
        raise FileError(f"The header of {name} cannot be read: {fault}. Check its quotes.") from fault
    header = _checked_header(header, name, limits)
    lines.start_record()
    body = _Body(header, lines, reader, name, limits, first_row + 1)
    frame = body.read()
    if body.rows == 0:
        raise FileError(f"{name} has a header and no rows. Export the table with its rows.")
    refused = refused_frame(body.refused)
    if len(refused) > body.rows / 2:
        raise FileError(_mostly_ragged(body, name, delimiter))
    return RawTable(
        frame=frame,
        format="csv",
        delimiter=DELIMITERS.get(delimiter, shown(delimiter)),
        encoding=encoding,
        compressed=packed,
        rows=body.rows,
        refused=refused,
    )


def _delimiter(sample: str, name: str) -> str:
    """Choose the delimiter under which most of the first rows are as wide as the header."""
    lines = sample.splitlines(keepends=True)
    lines = (
        lines[:-1] if len(lines) > 1 and not sample.endswith(("\n", "\r")) and len(sample) > 60_000 else lines
    )
    best, best_fit = None, (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            # a cell beyond the module's limit, reported with its place when the row is read
            widths = (
                [len(next(csv.reader(lines[:1], delimiter=delimiter), []))] if len(lines[0]) < 131_072 else []
            )
        if not widths:
            widths = [lines[0].count(delimiter) + 1]
        if widths[0] < 2:
            continue
        fit = (Counter(widths)[widths[0]] / len(widths), widths[0])
        if fit > best_fit:
            best, best_fit = delimiter, fit
    if best is None:
        first = shown(lines[0].strip(), 60)
        raise FileError(
            f"{name} has one column only: {quoted(first)}. A customer table has more; columns are told apart "
            "by comma, semicolon, tab or bar (|). Export it again with one of these."
        )
    return best


def _checked_header(header: list[str], name: str, limits: Limits) -> list[str]:
    """Refuse column names that cannot be told apart, seen or kept."""
    if len(header) > limits.columns:
        raise FileError(
            f"{name} has {len(header):,} columns, the limit is {limits.columns:,}. Leave columns out, "
            "or raise KEEPSIGHT_COLUMN_LIMIT."
        )
    names = [cell.strip() for cell in header]
    if len(names) == 1:
        raise FileError(
            f"{name} has one column only: {quoted(names[0], 60)}. A customer table has more; "
            "check the delimiter and the quotes of the first line."
        )
    for place, column in enumerate(names, start=1):
        if not column:
            raise FileError(
                f"Column {place} of {name} has no name. Name it in the first line, or leave it out "
                "(pandas: index=False; R: row.names = FALSE)."
            )
        if has_unseen(column):
            raise FileError(
                f"The name of column {place} of {name} holds characters that nobody sees: "
                f"{quoted(column)}. Type the name again in the first line."
            )
        if len(column) > _NAME_CHARACTERS:
            raise FileError(
                f"The name of column {place} of {name} has {len(column):,} characters: "
                f"{quoted(column, 40)}. Give a name of at most {_NAME_CHARACTERS}; is there a header?"
            )
    twice = [column for column, count in Counter(names).items() if count > 1]
    if twice:
        places = [str(place) for place, column in enumerate(names, start=1) if column == twice[0]]
        raise FileError(
            f"{name} names column {quoted(twice[0])} {len(places)} times (columns {', '.join(places)}). "
            "Rename or remove one; if the first line holds a customer, add a header."
        )
    return names


class _Body:
    """The rows below the header: those that fit it as columns of text, the others as a quarantine."""

    def __init__(
        self,
        header: list[str],
        lines: _Lines,
        reader: Iterator[list[str]],
        name: str,
        limits: Limits,
        row: int,
    ) -> None:
        self.header, self.name = header, name
        self.rows = 0
        self.refused: list[tuple[int, str | None, str | None, str]] = []
        self._lines, self._reader, self._cell = lines, reader, limits.cell_characters
        self._row = row
        self._chunks: list[list[pa.Array]] = []
        self._numbers: list[np.ndarray] = []

    def read(self) -> pd.DataFrame:
        batch: list[list[str]] = []
        numbers: list[int] = []
        for row in self._records():
            batch.append(row)
            numbers.append(self._row)
            if len(batch) == _BATCH_ROWS:
                self._keep(batch, numbers)
                batch, numbers = [], []
        if batch:
            self._keep(batch, numbers)
        return self._frame()

    def _records(self) -> Iterator[list[str]]:
        """Give the rows that fit; ``_row`` is the number of the row given."""
        width, header, lines = len(self.header), self.header, self._lines
        self._row -= 1
        while True:
            lines.start_record()
            self._row += 1
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as fault:
                self._refuse_broken(fault)
                continue
            if not row or ((not row[0] or row[0].isspace()) and not any(cell.strip() for cell in row)):
                continue
            self.rows += 1
            if len(row) != width:
                self._refuse_ragged(row)
            elif "\0" in lines.record[0] or (
                len(lines.record) > 1 and any("\0" in ln for ln in lines.record)
            ):
                self._refuse_row(row, "holds a NUL character, which no text has; remove it")
            elif row[0].strip() == header[0] and [cell.strip() for cell in row] == header:
                self._refuse_row(row, "is the header again; remove it (were two files joined?)")
            else:
                if lines.size > self._cell:
                    self._refuse_large_cell(row)
                yield row

    def _refuse_row(self, row: list[str], reason: str) -> None:
        self.refused.append((self._row, None, shown(",".join(row)), reason))
        if len(self.refused) >= _MANY_ROWS and len(self.refused) > self.rows / 2:
            raise FileError(_mostly_ragged(self, self.name, ","))

    def _refuse_ragged(self, row: list[str]) -> None:
        spans = len(self._lines.record) > 1
        self._refuse_row(
            row,
            f"has {len(row)} cells where the header has {len(self.header)}"
            + ("; a quote may be left open" if spans else ""),
        )
        if spans:
            self._lines.read_again_but_first()

    def _refuse_broken(self, fault: csv.Error) -> None:
        """Refuse the line a record starts with, and read the lines it swallowed on their own."""
        first = self._lines.record[0]
        if len(first) > self._cell and "field larger" in str(fault):
            raise FileError(self._too_large(None, len(first)))
        self.rows += 1
        open_quote = "field larger" in str(fault) or "unexpected end" in str(fault)
        reason = "opens a quote that is not closed" if open_quote else "has text after a closing quote"
        self._refuse_row([first.strip()], f"{reason}; close it, or double a quote that belongs to the text")
        self._lines.read_again_but_first()

    def _refuse_large_cell(self, row: list[str]) -> None:
        size, place = max((len(cell), place) for place, cell in enumerate(row))
        if size > self._cell:
            raise FileError(self._too_large(self.header[place], size))

    def _too_large(self, column: str | None, size: int) -> str:
        where = f", column {quoted(column)}," if column else ""
        return (
            f"Row {self._row:,}{where} of {self.name} has a cell of {size:,} characters; the limit is "
            f"{self._cell:,}. Shorten it, leave the column out, or raise KEEPSIGHT_CELL_LIMIT_KB."
        )

    def _keep(self, batch: list[list[str]], numbers: list[int]) -> None:
        self._chunks.append([pa.array(cells, pa.large_string()) for cells in zip(*batch, strict=True)])
        self._numbers.append(np.array(numbers, dtype=np.int64))

    def _frame(self) -> pd.DataFrame:
        columns = {}
        for place, column in enumerate(self.header):
            chunks = [chunk[place] for chunk in self._chunks]
            columns[column] = pa.chunked_array(chunks, pa.large_string()).combine_chunks()
        frame = pa.table(columns).to_pandas().astype("str")
        rows = np.concatenate(self._numbers) if self._numbers else np.empty(0, dtype=np.int64)
        frame.index = pd.Index(rows, name="row")
        return frame


def _mostly_ragged(body: _Body, name: str, delimiter: str) -> str:
    row, _, value, reason = body.refused[0]
    return (
        f"{len(body.refused):,} of {body.rows:,} rows of {name} do not fit its header of "
        f"{len(body.header)} columns; row {row} {reason}: {quoted(value)}. "
        "Check the delimiter and the quotes, and export it again."
    )


# Parquet


def _read_parquet(file: IO[bytes], path: Path, limits: Limits) -> RawTable:
    name = shown(path.name)
    try:
        parquet = pq.ParquetFile(file)
        _refuse_large_parquet(parquet.metadata, name, limits)
        names = _checked_header(list(parquet.schema_arrow.names), name, limits)
        _refuse_nested(parquet.schema_arrow, name)
        table = parquet.read()
        table.validate(full=True)
        columns = [_plain_column(column) for column in table.columns]
    except (pa.ArrowException, OSError) as fault:
        raise FileError(
            f"{name} is a damaged Parquet file ({shown(fault, 160)}). Write or copy it again."
        ) from fault
    if table.num_rows == 0:
        raise FileError(f"{name} has columns and no rows. Export the table with its rows.")
    for column, cells in zip(names, columns, strict=True):
        _refuse_large_parquet_cell(cells, column, name, limits)
    frame = pd.DataFrame({n: _pandas_column(c) for n, c in zip(names, columns, strict=True)})
    frame.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(frame), name="row")
    return RawTable(frame, "parquet", None, None, compressed=False, rows=len(frame))


def _refuse_large_parquet(metadata: pq.FileMetaData, name: str, limits: Limits) -> None:
    """Refuse by the file's own account, before anything is unpacked.

    Runs and dictionaries make a small file hold any number of rows, so cells are counted
    too: as many as a CSV of the largest size could hold.
    """
    limit = limits.file_mb * 1_000_000
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    cells = metadata.num_rows * max(metadata.num_columns, 1)
    if size > limit or cells > limit:
        raise FileError(
            f"{name} unpacks to {size / 1e6:,.0f} MB and {cells:,} cells, the limit is {limits.file_mb:,} MB "
            "or as many million cells. Split it, or raise KEEPSIGHT_FILE_LIMIT_MB."
        )


def _refuse_nested(schema: pa.Schema, name: str) -> None:
    for column in schema:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if not (
            _is_text(kind)
            or _is_number(kind)
            or pa.types.is_boolean(kind)
            or _is_date(kind)
            or kind == pa.null()
        ):
            raise FileError(
                f"Column {quoted(column.name)} of {name} holds {shown(kind, 60)}, which is no text, number, "
                "truth value or date. Leave it out, or write it as one of these."
            )


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _is_date(kind: pa.DataType) -> bool:
    return bool(pa.types.is_date(kind) or pa.types.is_timestamp(kind))


def _plain_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Reduce a column to text, truth values, integers or floats; dates become ISO text."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    kind = column.type
    if _is_text(kind) or kind == pa.null():
        return pc.cast(column, pa.large_string())
    if _is_date(kind):
        dated = pc.cast(column, pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False)
        midnight = pc.all(pc.equal(dated, pc.floor_temporal(dated, unit="day"))).as_py() is not False
        written = pc.strftime(dated, format="%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S")
        if not midnight:
            written = pc.replace_substring_regex(written, r"\.[0-9]+$", "")
        return pc.cast(written, pa.large_string())
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind) or pa.types.is_float32(kind):
        return pc.cast(column, pa.float64())
    if pa.types.is_integer(kind) and not pa.types.is_uint64(kind):
        return pc.cast(column, pa.int64())
    return column


def _pandas_column(column: pa.ChunkedArray) -> pd.Series[Any]:
    if column.null_count and (pa.types.is_integer(column.type) or pa.types.is_boolean(column.type)):
        kinds = {pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype(), pa.bool_(): pd.BooleanDtype()}
        return column.to_pandas(types_mapper=kinds.get)
    series = column.to_pandas()
    return series.astype("str") if pa.types.is_large_string(column.type) else series


def _refuse_large_parquet_cell(cells: pa.ChunkedArray, column: str, name: str, limits: Limits) -> None:
    if not pa.types.is_large_string(cells.type):
        return
    longest = pc.max(pc.utf8_length(cells)).as_py() or 0
    if longest > limits.cell_characters:
        raise FileError(
            f"Column {quoted(column)} of {name} has a cell of {longest:,} characters; the limit is "
            f"{limits.cell_characters:,}. Shorten it, leave the column out, or raise KEEPSIGHT_CELL_LIMIT_KB."
        )
