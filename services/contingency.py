"""Contingency: what stands where the model does not, in one fixed order.

The version in use; else the version signed before it that verifies; else averages of groups from the
snapshot, labelled as such; else facts alone. A draft is never a way out. The same order, without the version
that was in use then, is what the control room calls fail-safe.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.dataset import DatasetSpec
from data.artifacts import ArtifactError
from data.store import EntryFilter, Header, InUse, VersionRow
from data.warehouse import Filters
from models.scorecard import Scorecard
from services import control_rules, golden, log
from services.control import Passage
from services.installation import Champion, Dataset, Installation
from services.roles import SYSTEM, Actor, require
from services.training import ScoringStopped, score_customers

LEAST_GROUP = 30
"""An average of fewer people says more of them than of their group."""

INSTEAD = "Facts and averages of groups are shown instead of scores."

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
    """Averages by one column, in the order of its levels; empty where no group is large enough.

    Attributes
    ----------
    by, column : str or None
        The column's label and its name.
    why : str
        Why they stand where the model's figures would, in words.
    period : str or None
        The month they were counted in (ISO date of its first day); None where the data has one date.
    """

    by: str | None
    column: str | None
    groups: tuple[GroupAverage, ...]
    everybody: GroupAverage | None
    why: str
    period: str | None = None

    def of(self, group: str | None) -> GroupAverage | None:
        """Give the average of a group by its label; everybody's where the group is small or unknown."""
        return next((one for one in self.groups if one.group == group), self.everybody)


def answering(installation: Installation, in_use: InUse) -> Answering:
    """Find what answers: the version in use, else the version signed before it that verifies.

    A signed version whose files do not verify throws the switch to fail-safe as well: see
    :mod:`services.control_rules`.
    """
    if in_use.version is None:
        return Answering(None, _why_nothing(installation, in_use.spec_name))
    champion = None
    try:
        champion = _verified(installation, in_use)
        if champion is not None:
            dataset = installation.dataset(in_use)
            _has_columns(champion.scorecard, champion.version, dataset)
            _score(installation, dataset, champion)  # customers loaded under a spec that has changed since
        return Answering(champion)
    except ScoringStopped as stopped:
        return Answering(None, f"{stopped} {INSTEAD}")
    except ArtifactError as fault:
        found = _first_sound(installation, in_use, without=frozenset({in_use.version}))
        instead = found.version if found else None
        if champion is None and in_use.state == "champion":
            since = control_rules.damaged(installation, in_use, instead, str(fault))
        else:
            since = _report_once(installation, in_use, found, str(fault))
        return _instead(in_use.version, found, since, str(fault))


def steady(installation: Installation, in_use: InUse, passage: Passage) -> Answering:
    """Find what answers in fail-safe: the last signed version that verifies, but those in use as it began.

    It is loaded and has scores of these customers; where there is none such, none answers. No draft does.
    """
    suspects = passage.suspects or frozenset({in_use.version or ""})
    found = _first_sound(installation, in_use, without=suspects)
    own = passage.holds
    why = own.reason if own.is_automatic else passage.why
    if found is not None and found.version == in_use.version:
        return Answering(
            found, f"Version {found.version[:8]}, signed and verified, answers in fail-safe. {why}"
        )
    suspect = min(suspects) or "a version"
    return _instead(suspect, found, own.since or installation.store.clock(), why)


def _instead(suspect: str, found: Champion | None, since: datetime, why: str) -> Answering:
    if found is None:
        return Answering(None, f"{why} {INSTEAD}")
    return Answering(
        found,
        f"Version {found.version[:8]}, signed before, answers instead of {suspect[:8]} since "
        f"{since:%d %B %Y, %H:%M} UTC. {why}",
    )


def _verified(installation: Installation, in_use: InUse) -> Champion | None:
    champion = installation.champion(in_use)
    golden.check(installation, str(in_use.version), champion.scorecard if champion else None)
    return champion


def fits(installation: Installation, row: VersionRow, dataset: Dataset) -> None:
    """Pass where a version's files verify, it gives its known answers, and the data have its columns.

    Raises
    ------
    ArtifactError
        Saying what is wrong.
    """
    card = installation.load_scorecard(row.version, row.scorecard_sha256)
    golden.check(installation, row.version, card, row.artifacts)
    _has_columns(card, row.version, dataset)


def _has_columns(card: Scorecard, version: str, dataset: Dataset) -> None:
    known = {feature.column for feature in dataset.spec.features}
    if missing := [column for column in card.columns if column not in known]:
        raise ArtifactError(
            f"Version {version[:8]} reads {', '.join(missing)}, which the current data "
            "do not have: train again with `flask model train`."
        )


def averages(installation: Installation, actor: Actor, why: str | None = None) -> Averages:
    """Give the observed shares of leavers by the first segment: what stands where no model answers.

    ``why`` says so in words, where the caller knows it.
    """
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
    all_of_them = installation.warehouse.headline(dataset.snapshot, Filters(), None)
    enough = all_of_them.churn_share is not None and all_of_them.churn_customers >= LEAST_GROUP
    return Averages(
        by=dataset.spec.label(by) if by else None,
        column=by,
        groups=groups,
        everybody=GroupAverage("everybody", all_of_them.churn_customers, all_of_them.churn_share or 0.0)
        if enough
        else None,
        why=why
        or answering(installation, in_use).notice
        or "A model answers; these averages are for comparison.",
        period=all_of_them.churn_period,
    )


def group_of(spec: DatasetSpec, column: str | None, row: Mapping[str, Any]) -> str | None:
    """Name the group of a row by its label; None where there are no groups."""
    return spec.level_label(column, row.get(column) or "unknown") if column else None


def _first_sound(installation: Installation, in_use: InUse, *, without: frozenset[str]) -> Champion | None:
    """Load the first that verifies and has scores: the champion, the one signed before it, and so on."""
    store, dataset = installation.store, installation.dataset(in_use)
    champion = store.version(in_use.version) if in_use.version and in_use.state == "champion" else None
    for row in (*([champion] if champion else []), *store.former_champions(in_use.spec_name)):
        if row.version in without:
            continue
        try:
            fits(installation, row, dataset)
            card = installation.load_scorecard(row.version, row.scorecard_sha256)
            found = Champion(row.version, row.state, card, row.snapshot)
            _score(installation, dataset, found)
        except (ArtifactError, ScoringStopped):
            continue
        return found
    return None


def _score(installation: Installation, dataset: Dataset, champion: Champion) -> None:
    if not installation.warehouse.is_scored(dataset.snapshot, champion.version):
        score_customers(installation, dataset.spec, dataset.snapshot, champion.version, champion.scorecard)


def _why_nothing(installation: Installation, spec_name: str) -> str:
    stretches = installation.store.serving_history(spec_name)
    if stretches and stretches[-1].began == "withdrawal":
        return (
            f"The churn model was withdrawn on {stretches[-1].since:%d %B %Y}. {INSTEAD} "
            "To have scores again, train with `flask model train` and sign the version on the Model page."
        )
    return f"No model is trained on these customers yet. {INSTEAD}"


_told: dict[tuple[str, str, str | None], datetime] = {}
_telling = threading.Lock()


def _report_once(installation: Installation, in_use: InUse, found: Champion | None, fault: str) -> datetime:
    """Put a version that cannot answer on record, as a problem and in the log: once, not at each request.

    Gives since when it is on record.
    """
    instead, version = found.version if found else None, in_use.version or ""
    told = (str(installation.settings.var), version, instead)
    with _telling:
        if told not in _told:
            latest = installation.store.entries(EntryFilter(kinds=("contingency",), version=version), None, 1)
            known = bool(latest) and (latest[0].payload or {}).get("instead") == instead
            header = latest[0].header if known else _report(installation, in_use, instead, fault)
            _told[told] = header.time
        return _told[told]


def _report(installation: Installation, in_use: InUse, instead: str | None, fault: str) -> Header:
    version = in_use.version or ""
    with installation.store.transaction() as together:
        together.record_review(version, actor=SYSTEM.id, name=SYSTEM.name, kind="problem", text=fault)
        return log.record(
            installation,
            SYSTEM,
            "contingency",
            subject=in_use.spec_name,
            version=version,
            snapshot=in_use.snapshot,
            payload={"instead": instead, "reason": fault},
            transaction=together,
        )
