"""The embedded engine: DuckDB with no way out, asked through Ibis, over Arrow tables on disk.

The tables are memory-mapped, so that workers share them, and are handed to DuckDB as Arrow. DuckDB
itself opens no file: its access to files, network and extensions is closed for good on opening (S32).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    import duckdb
    import ibis.expr.types as ir

THREADS = 2
MEMORY = "1GB"
LIMIT_SECONDS = 20.0


class QueryTooSlow(TimeoutError):
    """A question took longer than its limit and was stopped; ask for less, or again later."""


class Engine:
    """Runs Ibis expressions on Arrow tables; one DuckDB for the process, a cursor for each question.

    Parameters
    ----------
    limit_seconds : float
        Longest time for one question.
    memory : str
        Most memory for all questions together, such as "1GB" or "50%" of the machine's.
    """

    def __init__(self, limit_seconds: float = LIMIT_SECONDS, memory: str = MEMORY) -> None:
        self.limit_seconds = limit_seconds
        self.memory = memory
        self._lock = threading.Lock()
        self._owner: int | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._abandoned: list[duckdb.DuckDBPyConnection] = []

    def rows(self, expression: ir.Table, tables: dict[str, pa.Table]) -> list[dict[str, Any]]:
        """Execute, and give the rows as plain Python values."""
        return self.table(expression, tables).to_pylist()

    def table(self, expression: ir.Table, tables: dict[str, pa.Table]) -> pa.Table:
        """Execute, and give the answer as an Arrow table.

        Parameters
        ----------
        tables : dict
            The Arrow tables that the expression names.

        Raises
        ------
        QueryTooSlow
            After ``limit_seconds``.
        """
        import duckdb
        import ibis

        sql = ibis.to_sql(expression, dialect="duckdb")
        with self._cursor(tables) as cursor:
            timer = threading.Timer(self.limit_seconds, cursor.interrupt)
            timer.daemon = True
            timer.start()
            try:
                return _plain(cursor.sql(sql).to_arrow_table())
            except duckdb.InterruptException as fault:
                raise QueryTooSlow(
                    f"The answer took more than {self.limit_seconds:g} seconds and was stopped: "
                    "narrow the filters, or try again when less is going on."
                ) from fault
            finally:
                timer.cancel()

    @contextmanager
    def _cursor(self, tables: dict[str, pa.Table]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a cursor that sees these tables, and only it does: so threads never meet."""
        cursor = self.connection().cursor()
        try:
            for name, table in tables.items():
                cursor.register(name, table)
            yield cursor
        finally:
            cursor.close()

    def connection(self) -> duckdb.DuckDBPyConnection:
        """Open this process's DuckDB, locked down; a forked process opens its own."""
        with self._lock:
            if self._connection is None or self._owner != os.getpid():
                if self._connection is not None:
                    # Closing a parent's connection in a forked child waits for threads the child has not got.
                    self._abandoned.append(self._connection)
                self._connection, self._owner = _locked_connection(self.memory), os.getpid()
            return self._connection


def _locked_connection(memory: str) -> duckdb.DuckDBPyConnection:
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": THREADS,
            "memory_limit": memory,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _plain(table: pa.Table) -> pa.Table:
    """Bring DuckDB's sums of whole numbers (128 bits, decimals to Arrow) to whole numbers of 64 bits."""
    for place, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.int64()))
    return table


def unbound(name: str, schema: pa.Schema) -> ir.Table:
    """Name an Arrow table for use in expressions; nothing is read."""
    import ibis

    kinds = {field.name: _kind(field.type) for field in schema}
    return ibis.table(kinds, name=name)


def _kind(type: pa.DataType) -> str:
    if pa.types.is_dictionary(type):
        return _kind(type.value_type)
    if pa.types.is_floating(type):
        return "float64"
    if pa.types.is_boolean(type):
        return "boolean"
    if pa.types.is_integer(type):
        return "int64"
    if pa.types.is_string(type) or pa.types.is_large_string(type):
        return "string"
    raise TypeError(f"A table for the engine holds {type}: bring it to text, numbers or booleans first.")


def write_arrow(table: pa.Table, path: Path) -> None:
    """File a table so that it is read by mapping it into memory, with no decoding."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=122_880)


def read_arrow(path: Path) -> pa.Table:
    """Map a filed table into memory."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
