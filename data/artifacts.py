"""The shelf of model versions: files beside each other, named by hash, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCORECARD = "scorecard.json"
ESTIMATOR = "estimator.joblib"


class ArtifactError(ValueError):
    """A version's files are missing or are not those recorded; the caller keeps to another version."""


@dataclass(frozen=True)
class Shelf:
    """The folder that holds one sub-folder a version."""

    folder: Path

    def put(self, version: str, scorecard: str, estimator: Any) -> Path:
        """Write a version's scorecard (JSON text) and fitted estimator (for audit, never to serve).

        The version is visible only once all of it is on disk; putting it again changes nothing.
        """
        import joblib

        place = self.folder / version
        if place.exists():
            return place
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.folder))
        try:
            (draft / SCORECARD).write_text(scorecard, encoding="utf-8")
            joblib.dump(estimator, draft / ESTIMATOR)
            for name in (SCORECARD, ESTIMATOR):
                _sync(draft / name)
            os.replace(draft, place)
            _sync(self.folder)
        except OSError:
            if not place.exists():  # else another process put the same version first, which is as good
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return place

    def scorecard(self, version: str, sha256: str) -> str:
        """Read a version's scorecard, after its SHA-256 (hex) was compared with the one recorded.

        Raises
        ------
        ArtifactError
            If the file is gone or its content is not what was recorded.
        """
        path = self.folder / version / SCORECARD
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise ArtifactError(
                f"The scorecard of version {version[:8]} is not on disk, so it cannot serve. "
                "Restore it from a backup or train again with `flask model train`."
            ) from fault
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArtifactError(
                f"The scorecard of version {version[:8]} is not the one recorded (its SHA-256 differs), "
                "so it is not used. Restore it from a backup or train again with `flask model train`."
            )
        return content.decode("utf-8")


def _sync(path: Path) -> None:
    """Make a file, or a folder's entries, survive a crash of the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
