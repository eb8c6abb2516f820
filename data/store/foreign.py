"""Snapshots of other installations: on record because a version that came from there learned from them."""

from __future__ import annotations

from sqlalchemy import insert, select

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import SnapshotLike, next_number
from data.store.tables import snapshots


def record_foreign_snapshot(reach: Reach, snapshot: SnapshotLike) -> None:
    """Put a snapshot on record that is not here; it never becomes current. One on record stays as it was.

    Parameters
    ----------
    reach : Store or Transaction
        Where to write.
    """
    fields = ("id", "spec_name", "spec_hash", "rows", "refused", "source", "parent", "created")
    with reach.writing() as connection:
        take_turn(connection, LOG_LOCK)
        if connection.execute(select(snapshots.c.id).where(snapshots.c.id == snapshot.id)).first() is None:
            row = {field: getattr(snapshot, field) for field in fields}
            connection.execute(insert(snapshots), {**row, "number": next_number(connection, snapshots)})
