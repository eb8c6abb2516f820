"""Guards: what is measured of a version on trial, and the way back that needs nobody."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from config.settings import Settings
from data.artifacts import ArtifactError
from data.store import EntryFilter, ExperimentRow, VersionRow
from services import arms, experiments, log, outcomes, shift, training
from services.control_rules import LEAST_ANSWERS
from services.roles import SYSTEM
from services.shift import Shift

if TYPE_CHECKING:
    from services.installation import Installation

_log = logging.getLogger("keepsight")


@dataclass(frozen=True)
class Measured(Shift):
    """What was found of an experiment on the current customers: those in the arm of the version tried.

    Of a shadow these are all that are affected.

    Attributes
    ----------
    answers, errors : int
        What the version tried was asked, and what of it failed.
    sha256 : str
        Of keys and log-odds of these customers, so that the measurement can be repeated.
    """

    answers: int
    errors: int
    sha256: str

    @property
    def error_share(self) -> float | None:
        """Share (0 to 1) of answers that failed; None under 20 answers."""
        return self.errors / self.answers if self.answers >= LEAST_ANSWERS else None

    @property
    def words(self) -> str:
        """What was found, in a sentence."""
        if self.psi is None or self.moved_points is None:
            return f"Only {self.customers} customers are affected, too few to say how the scores lie."
        asked = f", {self.errors} of {self.answers} answers failed" if self.answers else ""
        return (
            f"Of {self.customers:,} customers one in twenty moved by {self.moved_points:.1f} points or more; "
            f"the scores drifted by an index of {self.psi:.2f}, and {self.over_after:.1%} are over the "
            f"at-risk line instead of {self.over_before:.1%}{asked}."
        )


def measure(installation: Installation, row: ExperimentRow) -> Measured:
    """Compare the version tried with the champion it is tried against, on the current active customers.

    Raises
    ------
    data.artifacts.ArtifactError
        If files of one of them do not verify.
    """
    dataset = installation.dataset()
    active = shift.active_customers(installation, dataset.snapshot)
    before, after = (shift.chances(installation, version, active) for version in (row.against, row.version))
    mine = arms.tried(row, active, dataset.spec.id)
    at_risk_share = installation.settings.at_risk_share
    found = shift.between(before[mine], after[mine], shift.line(before, at_risk_share), at_risk_share)
    fresh = installation.store.experiment(row.id) or row
    return Measured(
        **vars(found),
        answers=fresh.answers,
        errors=fresh.errors,
        sha256=_fingerprint(active[dataset.spec.id].astype(str)[mine], after[mine]),
    )


def crossed(installation: Installation, found: Measured) -> list[str]:
    """Name the guards that a measurement crosses, in words; none where it stays within all."""
    settings = installation.settings
    failing = error_words(settings, found.answers, found.errors)
    return [*([failing] if failing else []), *shift.crossed(settings, found)]


def error_words(settings: Settings, answers: int, errors: int) -> str:
    """Say that too many answers failed; nothing where the share is within its limit, or under 20 answers."""
    if answers < LEAST_ANSWERS or errors / answers <= settings.guard_error_share:
        return ""
    return f"{errors} of {answers} answers failed (limit {settings.guard_error_share:.1%})"


def watch(installation: Installation) -> list[ExperimentRow]:
    """Look after every experiment of the current data; give those that were ended by it.

    A canary or A/B that crosses a guard is rolled back: from the next request on the champion answers for
    all its customers. A shadow is shown to nobody, so it is measured and logged, once a snapshot, and goes
    on. What lost its champion or its version ends, and an A/B once its outcomes are known.
    """
    in_use = installation.in_use()
    ended = []
    for row in installation.store.experiments(in_use.spec_name, running=True):
        how, why = _reason_to_end(installation, row, in_use.version)
        if why and experiments.end(installation, SYSTEM, row, how, why):
            ended.append(installation.store.experiment(row.id) or row)
    return ended


def watch_after(installation: Installation) -> None:
    """Look after the trials when the champion changed: that stands, so a failure here is only told."""
    try:
        watch(installation)
    except Exception:
        _log.exception("the trials could not be looked after; 'flask experiment watch' does it again")


def _reason_to_end(installation: Installation, row: ExperimentRow, serving: str | None) -> tuple[str, str]:
    """Say how and why an experiment ends now; an empty why where it goes on."""
    over = installation.store.clock() >= row.planned_end
    if row.kind == "ab" and over:  # nobody is answered by it any more; who left is waited for
        counted = outcomes.of(installation, row)
        return ("finished", counted.words) if counted.snapshot else ("", "")
    tried = installation.store.version(row.version)
    if serving != row.against:
        return "stopped", "The champion it was tried against is champion no more."
    if tried is None or tried.state != "challenger":
        return "stopped", f"The version tried is {tried.state if tried else 'gone'} now."
    try:
        _score_new_customers(installation, tried)
        found = measure(installation, row)
    except ArtifactError as fault:
        return "rolled back", f"A guard was crossed: {fault}"
    except training.ScoringStopped:
        return "", ""  # by the control room, which says nothing against the version
    if row.kind == "shadow":
        _log_shadow(installation, row, found)
    elif words := crossed(installation, found):
        return "rolled back", f"A guard was crossed: {'; '.join(words)}."
    if over:
        return "finished", f"Its time ran out. {found.words}"
    return "", ""


def _score_new_customers(installation: Installation, tried: VersionRow) -> None:
    dataset = installation.dataset()
    if not installation.warehouse.has_scores(dataset.snapshot, tried.version):
        card = installation.load_scorecard(tried.version, tried.scorecard_sha256)
        training.score_customers(installation, dataset.spec, dataset.snapshot, tried.version, card)


def _log_shadow(installation: Installation, row: ExperimentRow, found: Measured) -> None:
    """Put the scores of a shadow in the log as figures and a hash, once a snapshot."""
    snapshot = installation.dataset().snapshot
    known = installation.store.entries(EntryFilter(kinds=("shadow",), version=row.version), None, 100)
    if any((one.subject, one.header.snapshot) == (row.id, snapshot) for one in known):
        return
    log.record(
        installation,
        SYSTEM,
        "shadow",
        subject=row.id,
        version=row.version,
        snapshot=snapshot,
        payload={"against": row.against, **asdict(found)},
    )


def _fingerprint(keys: pd.Series, scores: np.ndarray) -> str:
    text = "\n".join(f"{key},{score.hex()}" for key, score in zip(keys, scores.tolist(), strict=True))
    return hashlib.sha256(text.encode()).hexdigest()
