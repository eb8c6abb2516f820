"""Scores beside a snapshot: written for who has none yet, read for all but those who are left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.warehouse import scores
from data.warehouse.cubes import SCORES
from data.warehouse.durable import write_file
from data.warehouse.figures import Row
from data.warehouse.filters import physical, sayable
from data.warehouse.left_out import NOBODY, places
from data.warehouse.opened import Scored
from data.warehouse.overview import Measured

if TYPE_CHECKING:
    import pandas as pd


class WithScores(Measured):
    """The scores of the current customers by a version. What was given once never changes."""

    def is_scored(self, id: str, version: str) -> bool:
        """Say whether every active customer who is not left out has a score by a version."""
        if not self.has_scores(id, version):
            return False
        scored = self._scored(id, version)
        assert scored is not None
        return self._remember(("is scored", id, scored.key), lambda: not self._lacking(id, scored).any())

    def unscored_table(self, id: str, version: str) -> pd.DataFrame:
        """Give the customers who have no score by a version yet, as :meth:`current_table` does.

        Where none are kept that is everybody, those who left too.
        """
        gone = self._gone(id, self.left_out(id))
        if not self.has_scores(id, version):
            return self._current(id, None, gone)
        scored = self._scored(id, version)
        assert scored is not None
        return self._current(id, None, ~self._lacking(id, scored))

    def _lacking(self, id: str, scored: Scored) -> npt.NDArray[np.bool_]:
        """Mark the active customers without a score who are not left out."""
        table = self._customers(id, Scored(scored.version, scored.file, NOBODY))
        lacking = np.asarray(table["active"]) & np.asarray(pc.is_null(table["probability"]))
        gone = self._gone(id, scored.out)
        return lacking if gone is None else lacking & ~gone

    def _current(
        self, id: str, columns: Sequence[str] | None, without: npt.NDArray[np.bool_] | None
    ) -> pd.DataFrame:
        spec, table = self.spec_of(id), self._table(id, "current")
        names = list(spec.columns if columns is None else columns)
        chosen = table.select([*(physical(spec, name) for name in names), "active"])
        if without is not None:
            chosen = chosen.filter(pa.array(~without))
        return as_frame(chosen.rename_columns([*names, "_active"]))

    def write_scores(self, id: str, version: str, frame: pd.DataFrame) -> None:
        """Keep the scores of customers by a version; written whole or not at all.

        Who is left out by now is not among them, even if they were not when this was worked out: when this
        returns, nothing that was written holds anybody who objected before.

        Raises
        ------
        ContentError
            If they are not one score for each active customer (:func:`data.warehouse.scores.check_fit`), or
            other scores are kept for one of them already: like a snapshot, they never change.
        """
        spec, current, path = self.spec_of(id), self._table(id, "current"), self._scores_path(id, version)
        kept = pq.read_table(path) if path.is_file() else None
        given, written = scores.scores_table(frame), kept.num_rows if kept is not None else None
        while True:
            out = self._asks_anew(id)
            given = given.filter(pa.array(~places(given["key"], out))) if out.keys else given
            table = given if kept is None else scores.joined(kept, given, f"{id} by version {version[:12]}")
            scores.check_fit(table, current[physical(spec, spec.id)], current["active"], self._gone(id, out))
            if table.num_rows != written:
                write_file(path, partial(pq.write_table, table, compression="zstd"))
                written = table.num_rows
            if self._asks_anew(id).mark == out.mark:
                break  # else somebody objected while it was written
        self._cubes.make_scored(id, version, table, spec)

    def score(self, id: str, version: str, key: str) -> Row | None:
        """Give the kept scores of a current customer by a version.

        None for a stranger, one not scored, or one who is left out.
        """
        spec, table = self.spec_of(id), self._customers(id, self._scored(id, version))
        place = find(table[physical(spec, spec.id)], key)
        row = table.select(SCORES).slice(place, 1).to_pylist()[0] if place is not None else None
        return None if row is None or row["probability"] is None else row

    def threshold(self, id: str, version: str, share: float) -> float | None:
        """Give the least chance of leaving among the highest ``share`` (0 to 1) of active customers.

        None where there is no active customer with a score.
        """
        scored = self._scored(id, version)

        def make() -> float | None:
            table = self._customers(id, scored)
            chances = table["probability"].filter(table["active"]).drop_null()
            place = max(1, round(share * len(chances))) - 1
            best = pc.sort_indices(chances, sort_keys=[("", "descending")])
            return chances[best[place].as_py()].as_py() if len(chances) else None

        return self._remember(("threshold", id, scored and scored.key, share), make)


def as_frame(table: pa.Table) -> pd.DataFrame:
    """Give a table as pandas does it: numbers as float64 with NaN, text as str."""
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(field.type.value_type))
    return table.to_pandas()


def is_key(key: object) -> bool:
    """Say whether something can be the key of a customer at all."""
    return isinstance(key, str) and sayable(key)


def find(keys: pa.ChunkedArray, key: str) -> int | None:
    """Find the row of a key, None where there is none."""
    if not is_key(key):
        return None
    place = pc.index(keys, pa.scalar(key, type=keys.type)).as_py()
    return None if place < 0 else place
