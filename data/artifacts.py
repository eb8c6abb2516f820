"""The shelf of model versions: files beside each other, named by hash, written whole or not at all.

A version's folder holds the scorecard, rows with known answers, the fitted estimator (for audit) and the
reports made of it. Nothing here opens a joblib file: reading one runs what is in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.warehouse.durable import write_file, write_folder

SCORECARD = "scorecard.json"
ESTIMATOR = "estimator.joblib"
GOLDEN = "golden.json"


class ArtifactError(ValueError):
    """A version's files are missing or are not those recorded; the caller keeps to another version."""


class NotKept(OSError):
    """A version's files could not be written; none of it is on record. The message says how to mend it."""


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
        *,
        card: str | None = None,
        recorded: Mapping[str, str] | None = None,
    ) -> dict[str, str]:
        """Write a version's scorecard (JSON text) and fitted estimator (for audit, never to serve).

        The version is visible only once all of it is on disk. Putting it again keeps its reports and what
        is as recorded; whatever else lies under the names of its files is replaced, never trusted.

        Parameters
        ----------
        report : dict, optional
            Plain values: what was found out about the version.
        golden : dict, optional
            Rows and the log-odds the scorecard gives them, to be compared before the version serves.
        others : dict, optional
            Estimators of challengers by name, kept as ``<name>.joblib`` for scoring by batch.
        card : str, optional
            The report in plain language, as one HTML page; kept beside its report.
        recorded : dict, optional
            File name to SHA-256, hex, of a version that is on record.

        Returns
        -------
        dict
            File name to SHA-256, hex, of each file but the reports: as it should be, not as the disk has it.

        Raises
        ------
        NotKept
            Where the disk does not take it all. A version that was not there before is not there then.
        """
        files = {SCORECARD: scorecard.encode("utf-8"), ESTIMATOR: _dumped(estimator)}
        files |= {_joblib_name(name): _dumped(other) for name, other in (others or {}).items()}
        if golden is not None:
            files[GOLDEN] = canonical(golden)

        def fill(aside: Path) -> None:
            for name, content in files.items():
                (aside / name).write_bytes(content)

        place = self.folder / version
        try:
            if not place.is_dir():
                write_folder(place, fill)
            hashes = {
                name: _keep(place / name, content, (recorded or {}).get(name))
                for name, content in files.items()
            }
            if report is not None:
                name = card_name(self.put_report(version, report))
                if card is not None:
                    hashes[name] = _keep(place / name, card.encode("utf-8"), (recorded or {}).get(name))
        except OSError as fault:
            raise NotKept(
                f"Version {version[:8]} could not be kept ({fault.strerror or fault}), and none was put on "
                f"record. Make room or rights in {self.folder}, then train again with `flask model train`."
            ) from fault
        return hashes

    def put_report(self, version: str, report: Mapping[str, Any]) -> str:
        """Keep a report of a version under its own hash; give the SHA-256, hex. Others stay."""
        content = canonical(report)
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.folder / version / _report_name(sha256)
        if not path.exists() or path.read_bytes() != content:
            _write(path, content)
        return sha256

    def drop(self, version: str) -> None:
        """Throw a version's files away; who asks knows that it is on no record."""
        shutil.rmtree(self.folder / version, ignore_errors=True)

    def versions(self) -> list[str]:
        """Name the folders that lie here as versions do, on record or not."""
        if not self.folder.is_dir():
            return []
        return sorted(path.name for path in self.folder.iterdir() if not path.name.startswith("."))

    def scorecard(self, version: str, sha256: str) -> str:
        """Read a version's scorecard, after its SHA-256 (hex) was compared with the one recorded.

        Raises
        ------
        ArtifactError
            If the file is gone or its content is not what was recorded.
        """
        return self._verified(version, SCORECARD, sha256, "scorecard", "so it cannot serve").decode("utf-8")

    def state_of_scorecard(self, version: str) -> tuple[int, int, int] | None:
        """Tell whether a scorecard's file was touched, unread: its place, size and time; None if gone."""
        try:
            found = (self.folder / version / SCORECARD).stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

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

    def card(self, version: str, name: str, sha256: str) -> str:
        """Read a card kept with a version, by its file name; ArtifactError as :meth:`scorecard`."""
        return self._verified(version, name, sha256, "card", "so it is not shown").decode("utf-8")

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


def card_name(report_sha256: str) -> str:
    """Name the file of the card that was made of a report."""
    return f"card-{report_sha256[:16]}.html"


def _report_name(sha256: str) -> str:
    return f"report-{sha256[:16]}.json"


def _joblib_name(name: str) -> str:
    """Make a file name of an estimator's name: "Gradient boosting" gives "gradient-boosting.joblib"."""
    return "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-") + ".joblib"


def _dumped(estimator: Any) -> bytes:
    import joblib

    content = io.BytesIO()
    joblib.dump(estimator, content)
    return content.getvalue()


def _keep(path: Path, content: bytes, recorded: str | None) -> str:
    """Leave a file that is as recorded; see to it that every other holds this content. Give its SHA-256."""
    try:
        present = hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        present = None
    if present is not None and present == recorded:
        return present
    own = hashlib.sha256(content).hexdigest()
    if present != own:
        _write(path, content)
    return own


def _write(path: Path, content: bytes) -> None:
    """Write a file wholly or not at all."""

    def fill(aside: Path) -> None:
        aside.write_bytes(content)

    write_file(path, fill)
