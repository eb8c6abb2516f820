"""What a process holds open: snapshots, derived tables and answers, each opened when first asked for."""

from __future__ import annotations

import copy
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from config.dataset import DatasetSpec
from data.warehouse import left_out
from data.warehouse.cubes import SCORES, CubeFolder, FileState
from data.warehouse.engine import Engine, unbound
from data.warehouse.filters import Filters, narrowed, physical
from data.warehouse.left_out import Asks, LeftOut
from data.warehouse.snapshots import Snapshot, SnapshotFolder

if TYPE_CHECKING:
    import ibis.expr.types as ir

Answer = TypeVar("Answer")

REMEMBERED_ANSWERS = 512
OPEN_TABLES = 64


@dataclass(frozen=True)
class Scored:
    """Whose scores a question is about: by which version, its file as it is now, and who is left out."""

    version: str
    file: FileState
    out: LeftOut

    @property
    def key(self) -> tuple[str, FileState, str]:
        """Tell one from another."""
        return self.version, self.file, self.out.mark


class Opened:
    """Snapshots and the tables derived from them; any number of threads may ask at once.

    Nothing here changes once written, so what is open stays right, and an answer to the same question
    is the same answer.

    Parameters
    ----------
    folder : Path
        Where it lives. ``snapshots/`` and ``scores/`` are to be kept; ``cubes/`` is made from them again.
    asks : callable
        Says who is left out of the customers of a spec; asked at each question. Nobody when absent.
    """

    def __init__(self, folder: Path, asks: Asks = left_out.nobody) -> None:
        self.folder = Path(folder)
        self._asks = asks
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

    def left_out(self, id: str) -> LeftOut:
        """Say who is left out now of whatever is worked out about the customers of a snapshot."""
        return self._asks(self.spec_of(id).name)

    def _asks_anew(self, id: str) -> LeftOut:
        """Ask again who is left out, whatever this answer was made with so far."""
        return self._asks(self.spec_of(id).name, anew=True)

    def count_active(self, id: str, out: LeftOut) -> int:
        """Count the active customers besides those left out."""
        active, gone = np.asarray(self._table(id, "current")["active"]), self._gone(id, out)
        return int((active if gone is None else active & ~gone).sum())

    def count_left_out(self, id: str) -> int:
        """Count the active customers who are left out now."""
        gone = self._gone(id, self.left_out(id))
        return 0 if gone is None else int((gone & np.asarray(self._table(id, "current")["active"])).sum())

    def _gone(self, id: str, out: LeftOut) -> npt.NDArray[np.bool_] | None:
        """Mark the current customers who are left out; None where nobody is."""
        if not out.keys:
            return None
        spec = self.spec_of(id)

        def make() -> npt.NDArray[np.bool_]:
            return left_out.places(self._table(id, "current")[physical(spec, spec.id)], out)

        return self._latest(("gone", id), out.mark, make)

    def _scored(self, id: str, version: str | None) -> Scored | None:
        """Say what a question about scores stands on, asked once for all of it; None for facts only."""
        if version is None:
            return None
        if not self.has_scores(id, version):
            raise LookupError(
                f"Version {version[:12]!r} has no scores for snapshot {id!r}: score its customers with "
                "'flask model train'."
            )

        cubes = self._cubes_of(id)
        if not cubes.has_scored(id, version):
            cubes.make_scored(id, version, pq.read_table(self._scores_path(id, version)), self.spec_of(id))
        return Scored(version, cubes.state_of_scored(id, version), self.left_out(id))

    def _customers(self, id: str, scored: Scored | str | None) -> pa.Table:
        """Open the current customers, with scores where a version is given: none of who is left out."""
        if isinstance(scored, str):
            scored = self._scored(id, scored)
        if scored is None:
            return self._table(id, "current")
        version = scored.version
        whole = self._opened(
            ("scored", id, version, scored.file), lambda: self._cubes_of(id).read_scored(id, version)
        )
        gone = self._gone(id, scored.out)
        if gone is None:
            return whole
        return self._latest(
            ("masked", id, version), scored.key, lambda: left_out.without_scores(whole, SCORES, gone)
        )

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

    def _latest(self, key: Hashable, mark: Hashable, make: Callable[[], Answer]) -> Answer:
        """Keep what was made last under a key: of large things that follow each other one is enough.

        Whoever asks is given what bears their own mark, whatever others ask for meanwhile.
        """
        with self._lock:
            kept = self._tables.get(key)
            if kept is not None and kept[0] == mark:
                self._tables.move_to_end(key)
                return kept[1]
        made = make()
        with self._lock:
            self._tables[key] = (mark, made)
            self._tables.move_to_end(key)
            while len(self._tables) > OPEN_TABLES:
                self._tables.popitem(last=False)
        return made

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
