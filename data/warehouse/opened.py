"""What a process holds open: snapshots, derived tables and answers, each opened when first asked for."""

from __future__ import annotations

import copy
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from config.dataset import DatasetSpec
from data.warehouse.cubes import CubeFolder
from data.warehouse.engine import Engine, unbound
from data.warehouse.filters import Filters, narrowed, physical
from data.warehouse.snapshots import Snapshot, SnapshotFolder

if TYPE_CHECKING:
    import ibis.expr.types as ir

Answer = TypeVar("Answer")

REMEMBERED_ANSWERS = 512
OPEN_TABLES = 64


class Opened:
    """Snapshots and the tables derived from them; any number of threads may ask at once.

    Nothing here changes once written, so what is open stays right, and an answer to the same question
    is the same answer.

    Parameters
    ----------
    folder : Path
        Where it lives. ``snapshots/`` and ``scores/`` are to be kept; ``cubes/`` is made from them again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.engine = Engine()
        self._snapshots = SnapshotFolder(self.folder / "snapshots")
        self._cubes = CubeFolder(self.folder / "cubes", Engine(limit_seconds=3600.0, memory="60%"))
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._tables: OrderedDict[Hashable, Any] = OrderedDict()

    def snapshot(self, id: str) -> Snapshot:
        """Read what is known about a snapshot; LookupError where there is none."""
        return self._opened(("snapshot", id), lambda: self._snapshots.read(id))

    def spec_of(self, id: str) -> DatasetSpec:
        """Read the spec as it was when the snapshot was made; LookupError where there is none."""
        return self._opened(("spec", id), lambda: self._snapshots.spec(id))

    def has_snapshot(self, id: str) -> bool:
        """Say whether a snapshot's rows are still on disk, whatever is still open of it."""
        try:
            return (self._snapshots.place(id) / "rows.parquet").is_file()
        except LookupError:
            return False

    def has_scores(self, id: str, version: str) -> bool:
        """Say whether a version's scores of a snapshot are kept."""
        return self._scores_path(id, version).is_file()

    def _table(self, id: str, name: str) -> pa.Table:
        return self._opened((name, id), lambda: self._cubes_of(id).read(id, name))

    def _cubes_of(self, id: str) -> CubeFolder:
        """Make the derived tables where they are not there: thrown away, or of an older layout."""
        if not self._cubes.place(id).is_dir():
            self._cubes.make(id, self._snapshots.table(id), self._snapshots.spec(id))
        return self._cubes

    def _customers(self, id: str, version: str | None) -> pa.Table:
        """Open the current customers, with scores where a version is given."""
        if version is None:
            return self._table(id, "current")
        if not self.has_scores(id, version):
            raise LookupError(
                f"Version {version[:12]!r} has no scores for snapshot {id!r}: score its customers with "
                "'flask model train'."
            )

        def read() -> pa.Table:
            cubes = self._cubes_of(id)
            if not cubes.has_scored(id, version):
                cubes.make_scored(
                    id, version, pq.read_table(self._scores_path(id, version)), self.spec_of(id)
                )
            return cubes.read_scored(id, version)

        return self._opened(("scored", id, version), read)

    def _scores_path(self, id: str, version: str) -> Path:
        self._snapshots.place(id)
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,80}", version):
            raise LookupError(f"{version!r} is no version: list them with 'flask model list'.")
        return self.folder / "scores" / f"{id}-{version}.parquet"

    def _source(
        self, id: str, table: pa.Table, filters: Filters, columns: Iterable[str | None]
    ) -> tuple[ir.Table, dict[str, pa.Table]]:
        """Name some columns of a table for a question, narrowed by filters; the grain stays.

        Fewer columns make the SQL several times faster to write.
        """
        spec = self.spec_of(id)
        asked = {*columns, *(physical(spec, column) for column in filters.levels)}
        chosen = table.select([name for name in table.column_names if name in asked])
        return narrowed(unbound("asked", chosen.schema), filters, spec), {"asked": chosen}

    def _opened(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        return _kept(self._tables, self._lock, OPEN_TABLES, key, make)

    def _remember(self, key: Hashable, make: Callable[[], Answer]) -> Answer:
        """Answer from memory where the same was asked before; the caller may change its copy."""
        return copy.deepcopy(_kept(self._answers, self._lock, REMEMBERED_ANSWERS, key, make))


def _kept(
    memory: OrderedDict[Hashable, Any],
    lock: threading.Lock,
    most: int,
    key: Hashable,
    make: Callable[[], Answer],
) -> Answer:
    """Keep the answers used last. Two threads may make the same one at once; neither waits for the other."""
    with lock:
        if key in memory:
            memory.move_to_end(key)
            return memory[key]
    made = make()
    with lock:
        memory[key] = made
        while len(memory) > most:
            memory.popitem(last=False)
    return made
