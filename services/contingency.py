"""Contingency: what stands where the model does not, in one fixed order.

The version in use; else the version signed before it that verifies; else averages of groups from the
snapshot, labelled as such; else facts alone. A draft is never a way out.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from data.artifacts import ArtifactError
from data.store import EntryFilter, InUse, VersionRow
from data.warehouse import Filters
from services import golden, log
from services.installation import Champion, Dataset, Installation
from services.roles import SYSTEM, Actor, require
from services.training import score_customers

LEAST_GROUP = 30
"""An average of fewer people says more of them than of their group."""

LABEL = "Average of the group, not a prediction"


@dataclass(frozen=True)
class Answering:
    """What can answer now: a champion, or none; ``notice`` says in words what is not as it should be."""

    champion: Champion | None
    notice: str | None = None


@dataclass(frozen=True)
class GroupAverage:
    """The share (0 to 1) of a group who left, of those ``customers`` whose outcome is known.

    It is a fact of the past, the same for everybody in the group.
    """

    group: str
    customers: int
    churn_share: float
    label: str = LABEL


@dataclass(frozen=True)
class Averages:
    """Averages by one column, in the order of its levels; empty where no group is large enough."""

    by: str | None
    groups: tuple[GroupAverage, ...]
    everybody: GroupAverage | None
    why: str


def answering(installation: Installation, in_use: InUse) -> Answering:
    """Find what answers: the version in use, else the version signed before it that verifies."""
    if in_use.version is None:
        return Answering(None, _why_nothing(installation, in_use.spec_name))
    try:
        champion = installation.champion(in_use)
        golden.check(installation, in_use.version, champion.scorecard if champion else None)
        return Answering(champion)
    except ArtifactError as fault:
        found = _former(installation, in_use)
        _report_once(installation, in_use, found, str(fault))
        if found is None:
            return Answering(None, f"Only facts are shown. {fault}")
        return Answering(
            found,
            f"{fault} Version {found.version[:8]}, signed before it, answers instead.",
        )


def fits(installation: Installation, row: VersionRow, dataset: Dataset) -> None:
    """Pass where a version's files verify, it gives its known answers, and the data have its columns.

    Raises
    ------
    ArtifactError
        Saying what is wrong.
    """
    card = installation.load_scorecard(row.version, row.scorecard_sha256)
    golden.check(installation, row.version, card, row.artifacts)
    known = {feature.column for feature in dataset.spec.features}
    if missing := [column for column in card.columns if column not in known]:
        raise ArtifactError(
            f"Version {row.version[:8]} reads {', '.join(missing)}, which the current data "
            "do not have: train again with `flask model train`."
        )


def averages(installation: Installation, actor: Actor) -> Averages:
    """Give the observed shares of leavers by the first segment: what stands where no model answers."""
    require(actor, "see-facts")
    in_use = installation.in_use()
    dataset = installation.dataset(in_use)
    by = next(iter(dataset.spec.segments), None)
    rows = installation.warehouse.breakdown(dataset.snapshot, by, Filters(), None) if by else []
    groups = tuple(
        GroupAverage(
            dataset.spec.level_label(by, row["level"] or "unknown"), row["known"], row["churn_share"]
        )
        for row in rows
        if by and row["churn_share"] is not None and row["known"] >= LEAST_GROUP
    )
    why = answering(installation, in_use).notice or "A model answers; these averages are for comparison."
    return Averages(dataset.spec.label(by) if by else None, groups, _everybody(installation, dataset), why)


def average_for(installation: Installation, actor: Actor, row: dict[str, Any]) -> GroupAverage | None:
    """Give the average of a customer's group; of everybody where the group is small; None without outcomes.

    ``row`` is the customer's row of the current table.
    """
    found = averages(installation, actor)
    dataset = installation.dataset()
    by = next(iter(dataset.spec.segments), None)
    own = dataset.spec.level_label(by, row.get(by) or "unknown") if by else None
    return next((one for one in found.groups if one.group == own), found.everybody)


def _everybody(installation: Installation, dataset: Dataset) -> GroupAverage | None:
    found = installation.warehouse.headline(dataset.snapshot, Filters(), None)
    if found.churn_share is None or found.customers < LEAST_GROUP:
        return None
    return GroupAverage("everybody", int(found.customers), found.churn_share)


def _former(installation: Installation, in_use: InUse) -> Champion | None:
    """Load the version signed before the one in use; the next before it where that does not verify."""
    dataset = installation.dataset(in_use)
    for row in installation.store.former_champions(in_use.spec_name):
        try:
            fits(installation, row, dataset)
        except ArtifactError:
            continue
        card = installation.load_scorecard(row.version, row.scorecard_sha256)
        if not installation.warehouse.has_scores(dataset.snapshot, row.version):
            score_customers(installation, dataset.spec, dataset.snapshot, row.version, card)
        return Champion(row.version, row.state, card, row.snapshot)
    return None


def _why_nothing(installation: Installation, spec_name: str) -> str:
    stretches = installation.store.serving_history(spec_name)
    if stretches and stretches[-1].began == "withdrawal":
        return (
            f"The churn model was withdrawn on {stretches[-1].since:%d %B %Y}, so facts and "
            "averages of groups are shown instead of scores."
        )
    return "No model is trained on these customers yet, so only facts are shown."


_told: set[tuple[str, str, str | None]] = set()
_telling = threading.Lock()


def _report_once(installation: Installation, in_use: InUse, found: Champion | None, fault: str) -> None:
    """Put a version that cannot answer on record, as a problem and in the log: once, not at each request."""
    instead = found.version if found else None
    told = (str(installation.settings.var), in_use.version or "", instead)
    with _telling:
        if told in _told:
            return
        version = in_use.version or ""
        latest = installation.store.entries(EntryFilter(kinds=("contingency",), version=version), None, 1)
        if not latest or (latest[0].payload or {}).get("instead") != instead:
            with installation.store.transaction() as together:
                together.record_review(version, actor=SYSTEM.id, name=SYSTEM.name, kind="problem", text=fault)
                log.record(
                    installation,
                    SYSTEM,
                    "contingency",
                    subject=in_use.spec_name,
                    version=version,
                    snapshot=in_use.snapshot,
                    payload={"instead": instead, "reason": fault},
                    transaction=together,
                )
        _told.add(told)
