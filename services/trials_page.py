"""The Trials page as plain values: the champion's guards, what waits, the register, one trial in detail."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.settings import Settings
from data.artifacts import ArtifactError
from data.store import ExperimentRow, HeldRow, VersionRow
from services import champion_guards, contingency, experiments, guards, holding, lookout, outcomes, shift
from services.experiments import ExperimentRefused
from services.installation import Dataset, Installation
from services.outcomes import Outcomes
from services.roles import SYSTEM, Actor, permitted, require
from services.shift import Shift
from services.stamp import Stamp, stamp, standing

CHALLENGERS_OFFERED = 8


@dataclass(frozen=True)
class Guard:
    """One guard: what is measured against its limit, both shares or indices; ``value`` None where too few."""

    name: str
    value: float | None
    limit: float
    note: str

    @property
    def is_crossed(self) -> bool:
        """Whether it is over its limit."""
        return self.value is not None and self.value > self.limit


@dataclass(frozen=True)
class ChampionLine:
    """The champion and how it is watched.

    Attributes
    ----------
    until : datetime or None
        Until when its scores are watched against those of the version it replaced; None where they are not.
    proposal : str
        Why training again is proposed, in words; "" where it is not.
    """

    version: str
    since: datetime
    until: datetime | None
    is_wanted: bool
    guards: tuple[Guard, ...]
    proposal: str


@dataclass(frozen=True)
class Compared:
    """Two versions side by side: their reports ({} where there is none), how far their scores lie apart."""

    champion: str
    challenger: str
    champion_report: Mapping[str, Any]
    challenger_report: Mapping[str, Any]
    shift: Shift | None


@dataclass(frozen=True)
class Detail:
    """One trial: its entry, its guards while it runs, its outcomes if it is an A/B that had its time."""

    row: ExperimentRow
    guards: tuple[Guard, ...]
    customers: int | None
    outcomes: Outcomes | None
    trouble: str


@dataclass(frozen=True)
class Segment:
    """A column by which people are chosen; ``levels`` are pairs of value and label."""

    column: str
    label: str
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TrialsPage:
    """Everything the page shows.

    Attributes
    ----------
    rows : tuple of ExperimentRow
        The register, running ones first, then latest first.
    challengers : tuple of VersionRow
        Versions that can be tried, latest first.
    why_not : str
        Why nothing can be started, in words; "" where it can.
    """

    stamp: Stamp
    champion: ChampionLine | None
    held: tuple[HeldRow, ...]
    rows: tuple[ExperimentRow, ...]
    detail: Detail | None
    compared: Compared | None
    challengers: tuple[VersionRow, ...]
    segments: tuple[Segment, ...]
    may_run: bool
    may_sign: bool
    why_not: str


def gather(installation: Installation, actor: Actor, trial: str | None = None) -> TrialsPage:
    """Gather what the page shows; ``trial`` is the id of the one in detail, by default the first listed.

    Raises
    ------
    services.experiments.NoSuchExperiment
        If there is none with this id.
    """
    require(actor, "see-experiments")
    lookout.when_due(installation)
    on = standing(installation, actor)
    rows = register(installation, actor)
    chosen = experiments.one(installation, actor, trial) if trial else next(iter(rows), None)
    versions = installation.store.versions(on.dataset.spec.name)
    challengers = [one for one in versions if one.state == "challenger"][:CHALLENGERS_OFFERED]
    champion = next((one.version for one in versions if one.state == "champion"), None)
    pair = (chosen.against, chosen.version) if chosen else None
    if pair is None and champion and challengers:
        pair = (champion, challengers[0].version)
    return TrialsPage(
        stamp=stamp(installation, on),
        champion=_champion(installation, on.dataset),
        held=tuple(holding.waiting(installation, actor)),
        rows=tuple(rows),
        detail=_detail(installation, chosen) if chosen else None,
        compared=_compared(installation, on.dataset, *pair) if pair else None,
        challengers=tuple(challengers),
        segments=tuple(_segments(installation, on.dataset)),
        may_run=permitted(actor, "run-experiments"),
        may_sign=permitted(actor, "sign-model"),
        why_not=_why_not(champion, challengers),
    )


def register(installation: Installation, actor: Actor, search: str = "") -> list[ExperimentRow]:
    """Give the trials in which every word of ``search`` occurs: running ones first, then latest first."""
    return sorted(experiments.listing(installation, actor, search), key=lambda row: row.ended is not None)


def _why_not(champion: str | None, challengers: list[VersionRow]) -> str:
    if champion is None:
        return "Nothing is signed yet, so there is no champion to try a version against."
    if not challengers:
        return "There is no challenger to try: train one with `flask model train`."
    return ""


def _champion(installation: Installation, dataset: Dataset) -> ChampionLine | None:
    found = champion_guards.measure(installation)
    if found is None:
        return None
    settings = installation.settings
    compared = _shift_guards(settings, found.shift) if found.shift else ()
    return ChampionLine(
        version=found.version,
        since=found.since,
        until=found.until if found.shift else None,
        is_wanted=found.is_wanted,
        guards=(_errors(settings, found.answers, found.errors), *compared),
        proposal=champion_guards.proposal(installation, found.version, dataset.snapshot),
    )


def _detail(installation: Installation, row: ExperimentRow) -> Detail:
    settings = installation.settings
    answered = (_errors(settings, row.answers, row.errors),) if row.kind != "shadow" else ()
    counted = None
    with suppress(ExperimentRefused):  # it ended before its time; what came of it says so
        counted = outcomes.result(installation, SYSTEM, row.id) if row.kind == "ab" else None
    if row.ended is not None or row.spec_name != installation.in_use().spec_name:
        return Detail(row, answered, None, counted, "")
    try:
        found = guards.measure(installation, row)
    except ArtifactError as fault:
        return Detail(row, answered, None, counted, str(fault))
    return Detail(row, (*answered, *_shift_guards(settings, found)), found.customers, counted, "")


def _errors(settings: Settings, answers: int, errors: int) -> Guard:
    enough = answers >= guards.LEAST_ANSWERS
    note = f"{errors:,} of {answers:,} answers failed" + ("" if enough else ", too few to judge")
    return Guard("Failing answers", errors / answers if enough else None, settings.guard_error_share, note)


def _shift_guards(settings: Settings, found: Shift) -> tuple[Guard, Guard]:
    few = f"{found.customers:,} customers are too few to judge"
    over = f"{found.over_before or 0:.1%} of the customers by the champion, {found.over_after or 0:.1%} by it"
    scores = f"stability index, {found.customers:,} customers"
    return (
        Guard("Scores", found.psi, settings.guard_psi, scores if found.psi is not None else few),
        Guard(
            "Share over the at-risk line",
            found.list_move,
            settings.guard_list_move,
            over if found.list_move is not None else few,
        ),
    )


def _compared(installation: Installation, dataset: Dataset, champion: str, challenger: str) -> Compared:
    rows = [installation.store.version(one) for one in (champion, challenger)]
    return Compared(
        champion,
        challenger,
        *(_report(installation, row) for row in rows),
        _apart(installation, dataset, rows),
    )


def _apart(installation: Installation, dataset: Dataset, rows: list[VersionRow | None]) -> Shift | None:
    """Compare two versions on all active customers; None where one of them cannot score these."""
    try:
        for row in rows:
            if row is None:
                return None
            contingency.fits(installation, row, dataset)
    except ArtifactError:
        return None
    active = shift.active_customers(installation, dataset.snapshot)
    before, after = (shift.chances(installation, row.version, active) for row in rows if row)
    share = installation.settings.at_risk_share
    return shift.between(before, after, shift.line(before, share), share)


def _report(installation: Installation, row: VersionRow | None) -> Mapping[str, Any]:
    if row is None or row.report_sha256 is None:
        return {}
    try:
        return installation.shelf.report(row.version, row.report_sha256)
    except ArtifactError:
        return {}


def _segments(installation: Installation, dataset: Dataset) -> list[Segment]:
    spec = dataset.spec
    return [
        Segment(
            column,
            spec.label(column),
            tuple((level, spec.level_label(column, level)) for level in levels),
        )
        for column in spec.segments
        if (levels := installation.warehouse.levels(dataset.snapshot, column))
    ]
