"""The shelf of model versions: files beside each other, named by hash, written whole or not at all.

A version's folder holds the scorecard, rows with known answers, the fitted estimator (for audit) and the
reports made of it. Nothing here opens a joblib file: reading one runs what is in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCORECARD = "scorecard.json"
ESTIMATOR = "estimator.joblib"
GOLDEN = "golden.json"


class ArtifactError(ValueError):
    """A version's files are missing or are not those recorded; the caller keeps to another version."""


def canonical(plain: Mapping[str, Any]) -> bytes:
    """Write plain values in the one form that is hashed: sorted keys, compact, UTF-8.

    Raises
    ------
    ValueError
        For NaN, infinity and what JSON has no word for.
    """
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


@dataclass(frozen=True)
class Shelf:
    """The folder that holds one sub-folder a version."""

    folder: Path

    def put(
        self,
        version: str,
        scorecard: str,
        estimator: Any,
        report: Mapping[str, Any] | None = None,
        golden: Mapping[str, Any] | None = None,
        others: Mapping[str, Any] | None = None,
    ) -> Path:
        """Write a version's scorecard (JSON text) and fitted estimator (for audit, never to serve).

        The version is visible only once all of it is on disk; putting it again changes nothing, but a
        new report is kept beside the others, and a scorecard that is not this one any more is replaced.

        Parameters
        ----------
        report : dict, optional
            Plain values: what was found out about the version.
        golden : dict, optional
            Rows and the log-odds the scorecard gives them, to be compared before the version serves.
        others : dict, optional
            Estimators of challengers by name, kept as ``<name>.joblib`` for scoring by batch.
        """
        place = self.folder / version
        if place.exists() and not self._holds(version, scorecard):
            # what a crash of the disk or somebody else left under this name was never recorded as it is
            shutil.rmtree(place)
        if not place.exists():
            self._put_whole(place, scorecard, {ESTIMATOR: estimator, **_named(others or {})}, golden)
        elif golden is not None and not (place / GOLDEN).exists():
            _write(place / GOLDEN, canonical(golden))
        if report is not None:
            self.put_report(version, report)
        return place

    def put_report(self, version: str, report: Mapping[str, Any]) -> str:
        """Keep a report of a version under its own hash; give the SHA-256, hex. Others stay."""
        content = canonical(report)
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / version / _report_name(sha256)
        if not path.exists() or path.read_bytes() != content:
            _write(path, content)
        return sha256

    def hashes(self, version: str) -> dict[str, str]:
        """Give the SHA-256, hex, of each file of a version but its reports, by file name."""
        return {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted((self.folder / version).iterdir())
            if not path.name.startswith(("report-", "."))
        }

    def scorecard(self, version: str, sha256: str) -> str:
        """Read a version's scorecard, after its SHA-256 (hex) was compared with the one recorded.

        Raises
        ------
        ArtifactError
            If the file is gone or its content is not what was recorded.
        """
        return self._verified(version, SCORECARD, sha256, "scorecard", "so it cannot serve").decode("utf-8")

    def report(self, version: str, sha256: str) -> dict[str, Any]:
        """Read a report of a version by its SHA-256 (hex); ArtifactError as :meth:`scorecard`."""
        content = self._verified(version, _report_name(sha256), sha256, "report", "so it cannot be signed")
        report: dict[str, Any] = json.loads(content)
        return report

    def golden(self, version: str, sha256: str) -> dict[str, Any]:
        """Read the rows with known answers; ArtifactError as :meth:`scorecard`."""
        content = self._verified(version, GOLDEN, sha256, "file of known answers", "so it cannot serve")
        golden: dict[str, Any] = json.loads(content)
        return golden

    def verify(self, version: str, artifacts: Mapping[str, str]) -> None:
        """Compare files of a version, by name, with the SHA-256 recorded of each; open none of them.

        Raises
        ------
        ArtifactError
            Naming the first that is missing or another.
        """
        for name, sha256 in sorted(artifacts.items()):
            self._verified(version, name, sha256, f"file {name}", "so it is not used")

    def _verified(self, version: str, name: str, sha256: str, what: str, consequence: str) -> bytes:
        path = self.folder / version / name
        remedy = "Restore it from a backup or train again with `flask model train`."
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise ArtifactError(
                f"The {what} of version {version[:8]} is not on disk, {consequence}. {remedy}"
            ) from fault
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ArtifactError(
                f"The {what} of version {version[:8]} is not the one recorded (its SHA-256 differs), "
                f"so it is not used. {remedy}"
            )
        return content

    def _holds(self, version: str, scorecard: str) -> bool:
        try:
            return (self.folder / version / SCORECARD).read_bytes() == scorecard.encode("utf-8")
        except OSError:
            return False

    def _put_whole(
        self, place: Path, scorecard: str, estimators: Mapping[str, Any], golden: Mapping[str, Any] | None
    ) -> None:
        import joblib

        self.folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=self.folder))
        try:
            (draft / SCORECARD).write_text(scorecard, encoding="utf-8")
            if golden is not None:
                (draft / GOLDEN).write_bytes(canonical(golden))
            for name, estimator in estimators.items():
                joblib.dump(estimator, draft / name)
            for path in draft.iterdir():
                _sync(path)
            _sync(draft)
            os.replace(draft, place)
            _sync(self.folder)
        except OSError:
            if not place.exists():  # else another process put the same version first, which is as good
                raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _report_name(sha256: str) -> str:
    return f"report-{sha256[:16]}.json"


def _named(estimators: Mapping[str, Any]) -> dict[str, Any]:
    """Make a file name of each estimator's name: "Gradient boosting" gives "gradient-boosting.joblib"."""
    return {
        "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-") + ".joblib": estimator
        for name, estimator in estimators.items()
    }


def _write(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all, and make it survive a crash."""
    handle, name = tempfile.mkstemp(prefix=".draft-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
        _sync(path.parent)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _sync(path: Path) -> None:
    """Make a file, or a folder's entries, survive a crash of the machine."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
