"""The content of a snapshot: the canonical table, and the hash that names it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import pandas as pd

    from config.dataset import DatasetSpec

NAN = np.array([np.nan])

RESERVED = "_active"
"""The column that the current table adds: whether a customer is active."""


class ContentError(ValueError):
    """Rows that are not what the spec says; the message names the column and how to mend it."""


def canonical_table(frame: pd.DataFrame, spec: DatasetSpec) -> pa.Table:
    """Bring accepted rows to the one form in which they are kept.

    The columns of the spec, in its order: numbers as float64, the rest as text, missing as null.
    Minus zero becomes zero, so that equal content has one hash.

    Raises
    ------
    ContentError
        If a column is not there or holds values of another kind, or if there is no row.
    """
    absent = [column for column in spec.columns if column not in frame.columns]
    if absent:
        raise ContentError(
            f"The rows have no column {', '.join(map(repr, absent))}, which the spec {spec.name!r} names: "
            "add the column to the file or take it out of the spec."
        )
    if RESERVED in spec.columns:
        raise ContentError(
            f"The spec {spec.name!r} names a column {RESERVED!r}, which is ours: rename it in file and spec."
        )
    if not len(frame):
        raise ContentError("There is no row to keep: load a file with at least one accepted row.")
    return pa.table({column: _array(frame[column], column, spec) for column in spec.columns})


def _array(values: pd.Series, column: str, spec: DatasetSpec) -> pa.ChunkedArray:
    numeric = column in spec.numeric_columns
    try:
        if numeric:
            array = pa.array(np.asarray(values, dtype=np.float64) + 0.0, from_pandas=True)
        else:
            array = pa.array(values, type=pa.large_string(), from_pandas=True)
    except (ValueError, TypeError, pa.ArrowException) as fault:
        kind = "numbers" if numeric else "text"
        raise ContentError(
            f"Column {column!r} holds values that are not {kind}, but the spec {spec.name!r} says it does: "
            f"run the checks on the file first, or correct the kind in the spec ({fault})."
        ) from fault
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def content_hash(table: pa.Table) -> str:
    """Hash names, kinds and values in order: SHA-256 hex, the same however the table is chunked or filed."""
    columns = [[name, str(table[name].type)] for name in table.column_names]
    digest = hashlib.sha256(json.dumps([table.num_rows, columns], ensure_ascii=False).encode())
    for column in table.columns:
        hashed = _hash_numbers(column) if pa.types.is_floating(column.type) else _hash_text(column)
        digest.update(hashed)
    return digest.hexdigest()


def _hash_numbers(column: pa.ChunkedArray) -> bytes:
    digest = hashlib.sha256()
    for chunk in column.chunks:
        values = chunk.to_numpy(zero_copy_only=False)
        digest.update(np.where(np.isnan(values), NAN, values).astype("<f8").tobytes())
    return digest.digest()


def _hash_text(column: pa.ChunkedArray) -> bytes:
    """Hash lengths (-1 for missing) apart from bytes, so that ("ab", "c") is not ("a", "bc")."""
    lengths, text = hashlib.sha256(), hashlib.sha256()
    for chunk in column.chunks:
        chunk = chunk.cast(pa.large_string())
        long = pc.fill_null(pc.binary_length(chunk), -1).to_numpy(zero_copy_only=False)
        lengths.update(long.astype("<i8").tobytes())
        filled = pc.fill_null(chunk, "")
        _, offsets, data = filled.buffers()
        if data is None or not len(filled):
            continue
        ends = np.frombuffer(offsets, dtype="<i8")[filled.offset : filled.offset + len(filled) + 1]
        text.update(memoryview(data)[ends[0] : ends[-1]])
    return lengths.digest() + text.digest()


def snapshot_id(content: str, spec_hash: str) -> str:
    """Name a snapshot: the first 12 hex digits of SHA-256 over its content and its spec."""
    return hashlib.sha256(f"{content}:{spec_hash}".encode()).hexdigest()[:12]
