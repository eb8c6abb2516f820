"""The Model page: one version's report, checks, signature and place among the versions, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.artifacts import ArtifactError
from data.store import VersionRow
from data.warehouse import Filters
from services import signing
from services.gates import GateResult
from services.installation import Installation
from services.roles import SYSTEM, Actor, permitted, require
from services.stamp import Stamp, stamp, standing

__all__ = ["ModelPage", "NoSuchVersion", "Note", "Served", "Signature", "VersionLine", "gather", "report"]


class NoSuchVersion(LookupError):
    """There is no version to show; show the message."""


@dataclass(frozen=True)
class Signature:
    """Who signed, when, and what they said."""

    name: str
    role: str
    time: datetime
    statement: str


@dataclass(frozen=True)
class VersionLine:
    """A version in the list; ``auc`` is the mean over folds, None where it was not kept."""

    version: str
    state: str
    created: datetime
    trained_by: str | None
    owner: str | None
    auc: float | None
    signed_by: str | None


@dataclass(frozen=True)
class Served:
    """A stretch of time in which one version answered; ``until`` is None while it lasts."""

    version: str | None
    state: str
    since: datetime
    until: datetime | None
    by: str
    reason: str


@dataclass(frozen=True)
class Note:
    """What somebody noted of a version: a review, a problem or a resolution."""

    kind: str
    time: datetime
    by: str
    text: str


@dataclass(frozen=True)
class ModelPage:
    """Everything the page shows of one version.

    Attributes
    ----------
    report : mapping
        Sections by name, as kept with the version; empty where it has none.
    report_sha256 : str or None
        Hash of exactly this report: what a signature is bound to.
    is_serving : bool
        Whether this version answers now.
    may_sign, why_not : bool, str
        Whether this person may sign it now; else why not, in words ("" for who never signs).
    scored : int
        Active customers whose scores stand on this version.
    way_back : VersionLine or None
        The version that a rollback would bring back.
    may_roll_back : bool
        Whether this person may, and there is one.
    compared : VersionLine or None
        The version it is compared with, whose report is ``compared_report``.
    """

    version: str
    state: str
    created: datetime
    stamp: Stamp
    report: Mapping[str, Any]
    report_sha256: str | None
    is_serving: bool
    lines: tuple[GateResult, ...]
    may_sign: bool
    why_not: str
    signature: Signature | None
    scored: int
    versions: tuple[VersionLine, ...]
    served: tuple[Served, ...]
    notes: tuple[Note, ...]
    way_back: VersionLine | None
    may_roll_back: bool
    compared: VersionLine | None
    compared_report: Mapping[str, Any]
    trained_by: str | None
    damage: str | None


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
    on = standing(installation, actor)
    spec_name = on.dataset.spec.name
    rows = installation.store.versions(spec_name)
    serving = installation.store.serving_version(spec_name)
    row = _chosen(rows, serving, version)
    name_of = _names(installation)
    found, damage = _report(installation, row)
    other = _chosen(rows, None, compare) if compare else None
    review = signing.review(installation, actor, row.version)
    lines = {one.version: _version_line(installation, one, name_of) for one in rows}
    former = installation.store.former_champions(spec_name)
    way_back = lines[former[0].version] if former and former[0].version in lines else None
    is_serving = serving is not None and serving.version == row.version
    signed = installation.store.signatures(row.version)
    own_stamp = stamp(installation, on)
    return ModelPage(
        version=row.version,
        state=row.state,
        created=row.created,
        stamp=own_stamp,
        report=found,
        report_sha256=row.report_sha256,
        is_serving=is_serving,
        lines=tuple(review.gates),
        may_sign=review.may_sign,
        why_not=review.why_not or "",
        signature=Signature(signed[0].name, signed[0].role, signed[0].time, signed[0].statement)
        if signed
        else None,
        scored=_scored(installation, on.dataset.snapshot, row.version),
        versions=tuple(lines.values()),
        served=tuple(
            Served(one.version, one.state, one.since, one.until, name_of(one.actor) or one.actor, one.reason)
            for one in reversed(installation.store.serving_history(spec_name))
        ),
        notes=tuple(
            Note(one.kind, one.time, one.name, one.text) for one in installation.store.reviews(row.version)
        ),
        way_back=way_back,
        may_roll_back=way_back is not None and permitted(actor, "withdraw-model"),
        compared=lines[other.version] if other else None,
        compared_report=_report(installation, other)[0] if other else {},
        trained_by=name_of(row.trained_by),
        damage=damage,
    )


def report(installation: Installation, actor: Actor, version: str) -> Mapping[str, Any]:
    """Give the report of a version, verified by its hash; empty where it has none."""
    require(actor, "see-model")
    row = installation.store.version(version)
    return {} if row is None else _report(installation, row)[0]


def _chosen(rows: list[VersionRow], serving: VersionRow | None, version: str | None) -> VersionRow:
    if version:
        found = [row for row in rows if len(version) >= 8 and row.version.startswith(version)]
        if len(found) == 1:
            return found[0]
        raise NoSuchVersion(
            f"There is no version {version[:16]!r} of this data. Choose one from the list of versions."
        )
    if serving is not None:
        return serving
    if rows:
        return rows[0]
    raise NoSuchVersion("No model is trained on these customers yet. Train one with `flask model train`.")


def _report(installation: Installation, row: VersionRow) -> tuple[Mapping[str, Any], str | None]:
    """Read the report kept with a version; where it is damaged say so instead of showing it."""
    if row.report_sha256 is None:
        return {}, None
    try:
        return installation.shelf.report(row.version, row.report_sha256), None
    except ArtifactError as fault:
        return {}, str(fault)


def _names(installation: Installation) -> Callable[[str | None], str | None]:
    people = {SYSTEM.id: SYSTEM.name} | {user.id: user.name for user in installation.store.users()}
    return lambda person: None if person is None else people.get(person, person)


def _version_line(
    installation: Installation, row: VersionRow, name_of: Callable[[str | None], str | None]
) -> VersionLine:
    signed = installation.store.signatures(row.version)
    auc = row.metrics.get("auc")
    mean = auc.get("mean") if isinstance(auc, Mapping) else auc
    return VersionLine(
        version=row.version,
        state=row.state,
        created=row.created,
        trained_by=name_of(row.trained_by),
        owner=name_of(row.owner),
        auc=mean if isinstance(mean, float) else None,
        signed_by=signed[0].name if signed else None,
    )


def _scored(installation: Installation, snapshot: str, version: str) -> int:
    if not installation.warehouse.has_scores(snapshot, version):
        return 0
    return int(installation.warehouse.headline(snapshot, Filters(), version).customers)
