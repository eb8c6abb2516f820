"""What lies on the shelf against what is on record: damaged versions, and folders that nobody recorded."""

from __future__ import annotations

from dataclasses import dataclass

from data.artifacts import ArtifactError
from data.store import VersionRow
from services import golden
from services.installation import Installation
from services.roles import Actor, require


@dataclass(frozen=True)
class Found:
    """What a check of the shelf brought.

    Attributes
    ----------
    checked : int
        Versions on record that are not withdrawn.
    damaged : dict
        Version to what is wrong with its files, in words.
    unrecorded : tuple of str
        Folders of no version on record, as a training leaves that was killed before its last step. They are
        never used; the same training again takes them over, and they may be deleted.
    """

    checked: int
    damaged: dict[str, str]
    unrecorded: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether every file is as recorded; folders that nobody recorded harm nobody."""
        return not self.damaged


def check(installation: Installation, actor: Actor) -> Found:
    """Compare every version's files with the record, without opening an estimator; change nothing."""
    require(actor, "see-model")
    # the shelf first: a training that ends meanwhile is on record before its folder is looked for
    folders = installation.shelf.versions()
    rows = installation.store.versions()
    standing = [row for row in rows if row.state != "withdrawn"]
    damaged = {row.version: fault for row in standing if (fault := _fault(installation, row)) is not None}
    known = {row.version for row in rows}
    return Found(len(standing), damaged, tuple(name for name in folders if name not in known))


def _fault(installation: Installation, row: VersionRow) -> str | None:
    try:
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
        installation.shelf.scorecard(row.version, row.scorecard_sha256)  # the file, not what is remembered
        installation.shelf.verify(row.version, row.artifacts)
        golden.check(installation, row.version, card, row.artifacts)
        if row.report_sha256 is not None:
            installation.shelf.report(row.version, row.report_sha256)
    except ArtifactError as fault:
        return str(fault)
    return None
