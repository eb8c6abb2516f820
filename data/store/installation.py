"""What is installed: the current spec, the snapshots, the versions and which of them serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Table, and_, func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, insert_unless_there, take_turn
from data.store.serving import SERVING, note_serving
from data.store.tables import current_snapshots, installation, objections, snapshots, versions

CURRENT_SPEC = "current spec"

# Asked at every request, so it is built once
_IN_USE = (
    select(
        installation.c.value,
        current_snapshots.c.snapshot,
        versions.c.version,
        versions.c.state,
        versions.c.scorecard_sha256,
        versions.c.snapshot.label("trained_on"),
        select(func.coalesce(func.max(objections.c.number), 0)).scalar_subquery().label("objections"),
    )
    .join(current_snapshots, current_snapshots.c.spec_name == installation.c.value)
    .join(
        versions,
        and_(versions.c.spec_name == installation.c.value, versions.c.state.in_(SERVING)),
        isouter=True,
    )
    .where(installation.c.key == CURRENT_SPEC)
    .order_by(versions.c.state == "draft", versions.c.number.desc())
    .limit(1)
)


@dataclass(frozen=True)
class SnapshotRow:
    """A snapshot on record; the rows themselves are in the warehouse."""

    id: str
    spec_name: str
    spec_hash: str
    rows: int
    refused: int
    source: str
    parent: str | None
    created: datetime


@dataclass(frozen=True)
class VersionRow:
    """A model version on record; its files are in ``folder``, its scorecard is checked by its hash.

    Attributes
    ----------
    state : str
        ``draft``, ``challenger``, ``champion``, ``retired`` (signed once, replaced since) or ``withdrawn``.
    owner, trained_by : str or None
        Ids of the person answerable for it (who signed it), and of who trained it.
    report_sha256 : str or None
        SHA-256, hex, of its report; None for a version that was trained without one.
    artifacts : dict
        File name to SHA-256, hex, of what else lies beside the scorecard.
    planned_withdrawal, planned_deletion : date or None
        When it is meant to stop answering, and its files to go.
    review_due : date or None
        By when somebody is to look at it again.
    """

    version: str
    spec_name: str
    spec_hash: str
    snapshot: str
    state: str
    created: datetime
    scorecard_sha256: str
    folder: str
    metrics: dict[str, Any] = field(default_factory=dict)
    owner: str | None = None
    trained_by: str | None = None
    report_sha256: str | None = None
    artifacts: dict[str, str] = field(default_factory=dict)
    planned_withdrawal: date | None = None
    planned_deletion: date | None = None
    review_due: date | None = None


@dataclass(frozen=True)
class InUse:
    """What answers right now: spec, snapshot and version, read together so that they fit each other.

    ``objections`` is the revision of the objections to profiling that it has to keep to.
    """

    spec_name: str
    snapshot: str
    version: str | None
    state: str | None
    scorecard_sha256: str | None
    trained_on: str | None
    objections: int = 0


class SnapshotLike(Protocol):
    """What the store keeps of a snapshot; the warehouse's own ``Snapshot`` is one."""

    @property
    def id(self) -> str:
        """Hash of content and spec."""

    @property
    def spec_name(self) -> str:
        """The spec it was loaded under."""

    @property
    def spec_hash(self) -> str:
        """The spec as it was, by its hash."""

    @property
    def rows(self) -> int:
        """Rows accepted."""

    @property
    def refused(self) -> int:
        """Rows refused."""

    @property
    def source(self) -> str:
        """Where it came from."""

    @property
    def parent(self) -> str | None:
        """The snapshot before it; None for the first."""

    @property
    def created(self) -> datetime:
        """When it was made, aware."""


class InstallationRows(Reach):
    """The current spec, snapshots and versions."""

    def current_spec(self) -> str | None:
        """Name the spec in use; None before the first load."""
        with self.reading() as connection:
            return connection.execute(
                select(installation.c.value).where(installation.c.key == CURRENT_SPEC)
            ).scalar()

    def in_use(self) -> InUse | None:
        """Give what answers right now, in one read; None before the first load.

        The version is the latest champion of the spec, before there is one the latest draft.
        """
        with self.reading() as connection:
            row = connection.execute(_IN_USE).first()
        return None if row is None else InUse(*row)

    def set_current_spec(self, name: str, actor: str = "system") -> None:
        """Make a spec the one in use; ``actor`` is the id of whoever did it."""
        row = {"key": CURRENT_SPEC, "value": name, "actor": actor, "changed": self.clock()}
        with self.writing() as connection:
            _put(connection, installation, "key", row)

    def record_snapshot(self, snapshot: SnapshotLike) -> SnapshotRow:
        """Put a snapshot on record and make it its spec's current one.

        One that is on record already stays as it was, and becomes current.
        """
        row = _as_snapshot(snapshot)
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            known = _snapshot(connection, row.id)
            if known is None:
                number = next_number(connection, snapshots)
                connection.execute(insert(snapshots), {**vars(row), "number": number})
            pointer = {"spec_name": row.spec_name, "snapshot": row.id}
            _put(connection, current_snapshots, "spec_name", pointer)
        return known or row

    def snapshots(self, spec_name: str | None = None) -> list[SnapshotRow]:
        """Give the snapshots, latest first, of one spec or of all."""
        query = select(snapshots).order_by(snapshots.c.number.desc())
        if spec_name is not None:
            query = query.where(snapshots.c.spec_name == spec_name)
        with self.reading() as connection:
            return [_as_snapshot(row) for row in connection.execute(query)]

    def current_snapshot(self, spec_name: str) -> str | None:
        """Name a spec's current snapshot by its id; None where nothing was loaded for it."""
        query = select(current_snapshots.c.snapshot).where(current_snapshots.c.spec_name == spec_name)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def snapshot(self, snapshot_id: str) -> SnapshotRow | None:
        """Give a snapshot by its id; None where it is unknown."""
        with self.reading() as connection:
            return _snapshot(connection, snapshot_id)

    def record_version(
        self,
        *,
        version: str,
        spec_name: str,
        spec_hash: str,
        snapshot: str,
        state: str,
        scorecard_sha256: str,
        metrics: Mapping[str, Any],
        created: datetime | None = None,
        folder: str = "",
        trained_by: str | None = None,
        report_sha256: str | None = None,
        artifacts: Mapping[str, str] | None = None,
    ) -> VersionRow:
        """Put a model version on record, ``created`` now unless said; one on record stays as it was.

        A draft or a champion answers from now on, which the history of serving says.
        """
        row = VersionRow(
            version,
            spec_name,
            spec_hash,
            snapshot,
            state,
            created or self.clock(),
            scorecard_sha256,
            folder,
            dict(metrics),
            trained_by=trained_by,
            report_sha256=report_sha256,
            artifacts=dict(artifacts or {}),
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            known = _version(connection, versions.c.version == version)
            if known is not None:
                return known
            connection.execute(insert(versions), {**vars(row), "number": next_number(connection, versions)})
            note_serving(connection, spec_name, self.clock(), actor=trained_by or "system", began="trained")
        return row

    def set_state(
        self, version: str, state: str, *, actor: str = "system", began: str = "state", reason: str = ""
    ) -> None:
        """Move a version to another state; LookupError where it is unknown.

        Where that changes what answers, the history of serving says by whom, how and why.
        """
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            known = _version(connection, versions.c.version == version)
            if known is None:
                raise LookupError(
                    f"There is no version {version!r}: 'flask model list' names those there are."
                )
            connection.execute(update(versions).where(versions.c.version == version).values(state=state))
            note_serving(connection, known.spec_name, self.clock(), actor=actor, began=began, reason=reason)

    def version(self, version: str) -> VersionRow | None:
        """Give a version by its hash; None where it is unknown."""
        with self.reading() as connection:
            return _version(connection, versions.c.version == version)

    def versions(self, spec_name: str | None = None) -> list[VersionRow]:
        """Give the versions, latest first, of one spec or of all."""
        query = select(versions).order_by(versions.c.number.desc())
        if spec_name is not None:
            query = query.where(versions.c.spec_name == spec_name)
        with self.reading() as connection:
            return [as_version(row) for row in connection.execute(query)]

    def serving_version(self, spec_name: str) -> VersionRow | None:
        """Give the version that answers: the latest champion, before there is one the latest draft."""
        with self.reading() as connection:
            for state in SERVING:
                found = _version(connection, versions.c.spec_name == spec_name, versions.c.state == state)
                if found is not None:
                    return found
        return None


def _put(connection: Connection, table: Table, key: str, row: Mapping[str, Any]) -> None:
    """Insert a row, or replace the one with its key."""
    if not insert_unless_there(connection, table, row):
        connection.execute(update(table).where(table.c[key] == row[key]).values(**row))


def next_number(connection: Connection, table: Table) -> int:
    """Give the next number; the caller holds the turn, so nobody else gets the same."""
    return int(connection.execute(select(func.coalesce(func.max(table.c.number), 0))).scalar_one()) + 1


def _snapshot(connection: Connection, snapshot_id: str) -> SnapshotRow | None:
    row = connection.execute(select(snapshots).where(snapshots.c.id == snapshot_id)).first()
    return None if row is None else _as_snapshot(row)


def _version(connection: Connection, *conditions: Any) -> VersionRow | None:
    query = select(versions).where(*conditions).order_by(versions.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else as_version(row)


def _as_snapshot(row: SnapshotLike | Row[Any]) -> SnapshotRow:
    return SnapshotRow(
        row.id, row.spec_name, row.spec_hash, row.rows, row.refused, row.source, row.parent, row.created
    )


def as_version(row: Row[Any]) -> VersionRow:
    """Make a version of its row in the table."""
    return VersionRow(
        row.version,
        row.spec_name,
        row.spec_hash,
        row.snapshot,
        row.state,
        row.created,
        row.scorecard_sha256,
        row.folder,
        row.metrics,
        row.owner,
        row.trained_by,
        row.report_sha256,
        row.artifacts or {},
        row.planned_withdrawal,
        row.planned_deletion,
        row.review_due,
    )
