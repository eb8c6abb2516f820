"""Snapshots on disk: a folder each, named by content, written once and never changed.

``rows.parquet`` holds the accepted rows, ``snapshot.json`` what is known about them, ``spec.json`` the
spec as it was, ``quarantine.csv`` the refused rows. All of it opens with other tools.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from config.dataset import DatasetSpec
from data.spreadsheet import as_text
from data.warehouse.content import ContentError, canonical_table, content_hash, snapshot_id
from data.warehouse.durable import write_folder

if TYPE_CHECKING:
    import pandas as pd

ROW_GROUP = 122_880
QUARANTINE = ("row", "column", "value", "reason")


@dataclass(frozen=True)
class Snapshot:
    """What is known about one immutable load.

    ``rows`` and ``refused`` count rows; ``customers`` counts different keys. ``last_period`` is the data
    date (ISO date of a month's first day), None where the spec has no period. ``content`` is the
    SHA-256 of the rows, of which ``id`` is a short form together with the spec's hash.
    """

    id: str
    spec_name: str
    spec_hash: str
    rows: int
    refused: int
    created: datetime
    source: str
    parent: str | None
    report: dict[str, Any]
    customers: int
    last_period: str | None
    content: str


class SnapshotFolder:
    """The snapshots of an installation, each in a folder named by its id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(
        self,
        frame: pd.DataFrame,
        spec: DatasetSpec,
        *,
        source: str,
        refused: pd.DataFrame,
        report: dict[str, Any],
        parent: str | None,
        created: datetime,
    ) -> Snapshot:
        """Keep accepted rows; the same rows with the same spec give the snapshot that is there already."""
        if created.tzinfo is None:
            raise ValueError(f"created is {created}, which has no time zone: give a time in UTC.")
        table = canonical_table(frame, spec)
        _check_keys(table, spec)
        content = content_hash(table)
        made = Snapshot(
            id=snapshot_id(content, spec.hash),
            spec_name=spec.name,
            spec_hash=spec.hash,
            rows=table.num_rows,
            refused=len(refused),
            created=created.astimezone(UTC),
            source=source,
            parent=parent,
            report=report,
            customers=pc.count_distinct(table[spec.id]).as_py(),
            last_period=pc.max(table[spec.period]).as_py() if spec.period else None,
            content=content,
        )

        def fill(folder: Path) -> None:
            pq.write_table(table, folder / "rows.parquet", compression="zstd", row_group_size=ROW_GROUP)
            (folder / "spec.json").write_text(spec.model_dump_json(indent=1), encoding="utf-8")
            (folder / "snapshot.json").write_text(_to_json(made), encoding="utf-8")
            write_quarantine(folder / "quarantine.csv", refused)

        place = self.folder / made.id
        if not place.is_dir():
            write_folder(place, fill)
        return self.read(made.id)

    def read(self, id: str) -> Snapshot:
        """Read what is known about a snapshot; LookupError where there is none."""
        text = (self.place(id) / "snapshot.json").read_text(encoding="utf-8")
        plain = json.loads(text)
        return Snapshot(**{**plain, "created": datetime.fromisoformat(plain["created"])})

    def spec(self, id: str) -> DatasetSpec:
        """Read the spec as it was when the snapshot was made; LookupError where there is none."""
        return DatasetSpec.model_validate_json((self.place(id) / "spec.json").read_text(encoding="utf-8"))

    def place(self, id: str) -> Path:
        """Find the folder of a snapshot; an id that is none never becomes a path."""
        if not re.fullmatch(r"[0-9a-f]{12}", id) or not (self.folder / id).is_dir():
            raise LookupError(
                f"There is no snapshot {id!r} in this installation: list those there are with "
                "'flask data list', or load the file again with 'flask data load FILE'."
            )
        return self.folder / id

    def table(
        self, id: str, columns: list[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """Read rows in their order, as they were entered."""
        return pq.read_table(self.place(id) / "rows.parquet", columns=columns, filters=where)

    def verify(self, id: str) -> bool:
        """Say whether the rows on disk are still those that the id was made from."""
        known = self.read(id)
        try:
            content = content_hash(self.table(id))
        except (OSError, pa.ArrowException):
            return False
        return content == known.content and snapshot_id(content, known.spec_hash) == id


def _check_keys(table: pa.Table, spec: DatasetSpec) -> None:
    """Refuse rows without a key and a key twice: every join and count below stands on this."""
    keys = [spec.id] if spec.period is None else [spec.id, spec.period]
    for column in keys:
        if table[column].null_count:
            raise ContentError(
                f"{table[column].null_count} rows have no {column!r}: every row needs one; "
                "run the checks, which set such rows aside."
            )
    repeated = table.num_rows - _count_different(table, keys)
    if repeated:
        raise ContentError(
            f"{repeated} rows repeat a {' and '.join(map(repr, keys))}: each may stand once; "
            "run the checks, which set repeats aside."
        )
    if spec.period is not None:
        dates = pc.match_substring_regex(table[spec.period], r"^\d{4}-(0[1-9]|1[0-2])-01$")
        if not pc.all(dates).as_py():
            raise ContentError(
                f"Column {spec.period!r} holds periods that are no first of a month, such as 2026-03-01: "
                "run the checks, which bring dates to this form."
            )


def _count_different(table: pa.Table, keys: list[str]) -> int:
    """Count the different keys: text is numbered first, which is ten times faster."""
    codes = np.zeros(table.num_rows, dtype=np.int64)
    for column in keys:
        text = table[column].combine_chunks().dictionary_encode()
        codes = codes * len(text.dictionary) + text.indices.to_numpy()
    return pc.count_distinct(pa.array(codes)).as_py()


def _to_json(snapshot: Snapshot) -> str:
    plain = {**snapshot.__dict__, "created": snapshot.created.isoformat()}
    return json.dumps(plain, indent=1, ensure_ascii=False, sort_keys=True)


def write_quarantine(path: Path, refused: pd.DataFrame) -> None:
    """Write refused rows (row, column, value, reason) as CSV that a spreadsheet reads as text only."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(QUARANTINE)
        if len(refused):
            writer.writerows(
                [as_text(value) for value in row]
                for row in refused[list(QUARANTINE)].itertuples(index=False, name=None)
            )
