"""The Model page: one version's report, checks, signature and place among the versions, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.store import HeldRow
from data.warehouse import Filters
from services import holding, lookout, problems, registry, retraining, signing
from services.installation import Installation
from services.problems import ProblemRow
from services.registry import Signature, Version, VersionLine
from services.roles import Actor, permitted, require
from services.serving_days import Served
from services.signing import Review
from services.stamp import Stamp, stamp, standing

__all__ = ["ModelPage", "NoSuchVersion", "gather", "report"]


class NoSuchVersion(LookupError):
    """There is no version to show; show the message."""


@dataclass(frozen=True)
class ModelPage:
    """Everything the page shows of one version.

    Attributes
    ----------
    known : Version
        What is on record of it, its report among that.
    review : Review
        How its checks came out, whether this person may sign it, and what happens if it fails.
    is_serving : bool
        Whether this version answers now.
    scored : int
        Active customers whose scores stand on this version.
    served : tuple of Served
        Who answered when, latest first.
    today : date
        In the time zone of the settings: no plan is made for a day before.
    way_back : VersionLine or None
        The version that a rollback would bring back.
    may_decide : bool
        Whether this person may roll back, withdraw and plan.
    compared : VersionLine or None
        The version it is compared with, whose report is ``compared_report``.
    held : tuple of HeldRow
        Promotions that wait until people have gone home, of any version.
    proposal : str or None
        Why training again is proposed, to who may train.
    problems : tuple of ProblemRow
        What was noted to be wrong with it, open ones first.
    """

    stamp: Stamp
    known: Version
    review: Review
    is_serving: bool
    scored: int
    versions: tuple[VersionLine, ...]
    served: tuple[Served, ...]
    today: date
    way_back: VersionLine | None
    may_decide: bool
    compared: VersionLine | None
    compared_report: Mapping[str, Any]
    held: tuple[HeldRow, ...]
    proposal: str | None
    problems: tuple[ProblemRow, ...] = ()

    @property
    def version(self) -> str:
        """The version shown."""
        return self.known.line.version

    @property
    def state(self) -> str:
        """Its state."""
        return self.known.line.state

    @property
    def report(self) -> Mapping[str, Any]:
        """Its report, sections by name; empty where it has none."""
        return self.known.report

    @property
    def signature(self) -> Signature | None:
        """Who signed it last."""
        return next(iter(self.known.signatures), None)

    @property
    def may_roll_back(self) -> bool:
        """Whether this person may, it answers now, and there is a version to go back to from it."""
        return self.may_decide and self.is_serving and self.way_back is not None

    @property
    def may_withdraw(self) -> bool:
        """Whether this person may, and it is not withdrawn yet."""
        return self.may_decide and self.state != "withdrawn"


def gather(
    installation: Installation, actor: Actor, version: str | None = None, compare: str | None = None
) -> ModelPage:
    """Gather what the page shows of a version: of the one that answers where none is named.

    Parameters
    ----------
    version, compare : str, optional
        A version, or its first eight signs or more.

    Raises
    ------
    NoSuchVersion
        If there is no such version of the current data.
    """
    require(actor, "see-model")
    lookout.when_due(installation)
    on = standing(installation, actor)
    spec_name = on.dataset.spec.name
    lines = registry.versions(installation, actor, spec_name)
    serving = installation.store.serving_version(spec_name)
    chosen = _chosen(lines, serving.version if serving else None, version)
    other = _chosen(lines, None, compare) if compare else None
    former = [row.version for row in installation.store.former_champions(spec_name)][:1]
    return ModelPage(
        stamp=stamp(installation, on),
        known=registry.one(installation, actor, chosen.version),
        review=signing.review(installation, actor, chosen.version),
        is_serving=serving is not None and serving.version == chosen.version,
        scored=_scored(installation, on.dataset.snapshot, chosen.version),
        versions=tuple(lines),
        served=tuple(reversed(registry.history(installation, actor))),
        today=registry.today(installation),
        way_back=next((one for one in lines if one.version in former), None),
        may_decide=permitted(actor, "withdraw-model"),
        compared=other,
        compared_report=report(installation, actor, other.version) if other else {},
        held=tuple(holding.waiting(installation, actor)),
        proposal=retraining.proposal(installation, actor),
        problems=tuple(problems.listing(installation, actor, chosen.version)),
    )


def report(installation: Installation, actor: Actor, version: str) -> Mapping[str, Any]:
    """Give the report of a version, verified by its hash; empty where it has none."""
    require(actor, "see-model")
    row = installation.store.version(version)
    return {} if row is None else registry.report_of(installation, row)[0]


def _chosen(lines: Sequence[VersionLine], serving: str | None, version: str | None) -> VersionLine:
    if version:
        found = [one for one in lines if len(version) >= 8 and one.version.startswith(version)]
        if len(found) == 1:
            return found[0]
        raise NoSuchVersion(
            f"There is no version {version[:16]!r} of this data. Choose one from the list of versions."
        )
    if lines:
        return next((one for one in lines if one.version == serving), lines[0])
    raise NoSuchVersion("No model is trained on these customers yet. Train one with `flask model train`.")


def _scored(installation: Installation, snapshot: str, version: str) -> int:
    if not installation.warehouse.has_scores(snapshot, version):
        return 0
    return int(installation.warehouse.headline(snapshot, Filters(), version).customers)
