"""Reading Parquet, within the same limits and with the same refusals as text."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.cells import quoted, shown
from data.files.header import checked_header
from data.files.table import FIRST_ROW, FileError, Limits, RawTable


def read_parquet(file: IO[bytes], path: Path, limits: Limits) -> RawTable:
    """Read a Parquet file; FileError where it is damaged, nested or beyond a limit."""
    name = shown(path.name)
    try:
        parquet = pq.ParquetFile(file)
        _refuse_large_parquet(parquet.metadata, name, limits)
        names = checked_header(list(parquet.schema_arrow.names), name, limits)
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
        zone = "" if dated.type.tz is None else "%z"
        written = pc.strftime(dated, format="%Y-%m-%d" if midnight else f"%Y-%m-%dT%H:%M:%S{zone}")
        if not midnight:
            written = pc.replace_substring_regex(written, r"\.[0-9]+([+-][0-9]{4})?$", r"\1")
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
