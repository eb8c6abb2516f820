"""Reading delimited text (CSV): delimiter, header, and every row or the reason why not."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import os
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa

from data.cells import quoted, shown
from data.files.encoding import detect_encoding, refuse_other_kinds
from data.files.header import checked_header
from data.files.table import FileError, Limits, RawTable, refused_frame

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_HEAD_BYTES = 1 << 18
_RECORD_CHARACTERS = 1 << 24
_BATCH_ROWS = 1000
_MANY_ROWS = 10_000


def read_text(file: IO[bytes], path: Path, limits: Limits, *, packed: bool) -> RawTable:
    """Read delimited text, ``packed`` with gzip or not; FileError where it is no table."""
    name = shown(path.name)
    size = os.fstat(file.fileno()).st_size

    def stream() -> IO[bytes]:
        file.seek(0)
        return cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file

    try:
        head = stream().read(_HEAD_BYTES)
        refuse_other_kinds(head, name, packed)
        codec, encoding = detect_encoding(stream(), head, name, limits, packed_size=size if packed else None)
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
    header = checked_header(header, name, limits)
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
