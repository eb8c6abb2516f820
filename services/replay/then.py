"""What an entry stood on: the customers and the version of then, verified before they are used."""

from __future__ import annotations

from data.artifacts import ArtifactError
from services.installation import Champion, Dataset, Installation
from services.log import LogEntry


class NotReplayable(LookupError):
    """The entry cannot be worked out again; the message says what is missing."""


def dataset_of(installation: Installation, entry: LogEntry) -> Dataset:
    """Give the customers an entry stood on; NotReplayable where they are gone."""
    if entry.snapshot is None or not installation.warehouse.has_snapshot(entry.snapshot):
        raise NotReplayable(f"The customers it stood on (snapshot {entry.snapshot or 'unknown'}) are gone.")
    return Dataset(installation.warehouse.spec_of(entry.snapshot), entry.snapshot)


def champion_of(installation: Installation, version: str | None) -> Champion:
    """Give a version as it answered then, withdrawn or not; NotReplayable where its file fails."""
    row = installation.store.version(version) if version else None
    if row is None:
        raise NotReplayable(f"Version {(version or 'unknown')[:8]} is not on record any more.")
    try:
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
    except ArtifactError as fault:
        raise NotReplayable(f"Version {row.version[:8]} cannot be read any more: {fault}") from fault
    return Champion(row.version, row.state, card, row.snapshot)
