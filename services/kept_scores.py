"""Scores from before a pause: those kept beside the snapshot, else a customer's last answer in the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import EntryFilter
from models.scorecard import Scorecard
from services.installation import Dataset

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class Kept:
    """The version whose scores are kept, and of when they are.

    ``card`` says how unlike a customer is to what was learned from; it scores nobody. None where its file
    is damaged.
    """

    version: str
    state: str
    made: datetime
    card: Scorecard | None = None

    @property
    def is_draft(self) -> bool:
        """Whether nobody had signed it."""
        return self.state not in ("champion", "retired")


def kept(installation: Installation, dataset: Dataset, version: str | None) -> Kept | None:
    """Find the scores of these customers by a version; None where none were made, or it is withdrawn."""
    row = installation.store.version(version) if version else None
    if row is None or row.state == "withdrawn":
        return None
    if not installation.warehouse.has_scores(dataset.snapshot, row.version):
        return None
    made = max(row.created, installation.warehouse.snapshot(dataset.snapshot).created)
    return Kept(row.version, row.state, made, _card(installation, row.version, row.scorecard_sha256))


def last_answer(installation: Installation, key: str) -> tuple[Kept, Mapping[str, Any]] | None:
    """Find the last prediction of a customer in the log: by whom it was, and its details.

    None where there is none, its details were removed, or its version is gone or withdrawn.
    """
    found = installation.store.entries(EntryFilter(kinds=("prediction",), subject=key), None, 1)
    payload = found[0].payload if found else None
    row = installation.store.version(found[0].header.version or "") if found else None
    if payload is None or row is None or row.state == "withdrawn":
        return None
    return Kept(row.version, row.state, found[0].header.time), payload


def _card(installation: Installation, version: str, sha256: str) -> Scorecard | None:
    try:
        return installation.load_scorecard(version, sha256)
    except ArtifactError:
        return None
