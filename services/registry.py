"""The registry of versions as people use it: what is known of each, who served when, notes, planned days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.artifacts import ArtifactError
from data.store import ReviewRow, VersionRow
from services import log
from services.installation import Installation
from services.roles import SYSTEM, Actor, require
from services.serving_days import Day, Served, on_day
from services.version_plans import NotRecorded, check_plan, checked_words, due, told_day

__all__ = ["NotRecorded", "champion_on", "find", "history", "note", "one", "plan", "versions"]

KINDS = ("review", "problem", "resolution")


@dataclass(frozen=True)
class VersionLine:
    """A version in the list.

    Attributes
    ----------
    auc : float or None
        The mean over folds; None where it was not kept.
    due : tuple of str
        What was planned for a day that has come, in words: somebody has to decide.
    """

    version: str
    spec_name: str
    state: str
    created: datetime
    trained_by: str | None
    owner: str | None
    auc: float | None
    signed_by: str | None
    due: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signature:
    """Who signed, when, what they said, and of which report (SHA-256, hex)."""

    name: str
    role: str
    time: datetime
    statement: str
    report_sha256: str


@dataclass(frozen=True)
class Note:
    """What somebody noted of a version: a review, a problem, a resolution, or a step of its travel."""

    kind: str
    time: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Version:
    """All that is on record of one version.

    Attributes
    ----------
    line : VersionLine
        What the list says of it.
    report, report_sha256 : mapping, str or None
        Sections by name, empty where it has none or ``damage`` says what is wrong with it; and its SHA-256,
        hex, which a signature is bound to.
    artifacts : mapping
        SHA-256, hex, of each other file by name.
    data : mapping
        Id, source, rows and time of the snapshot that it learned from.
    settings, environment : mapping
        With which settings, libraries and Python it was trained; empty where its report cannot be read.
    code : str or None
        The revision of Keepsight that trained it; None where that was not kept.
    signatures, notes : tuple
        Latest first.
    open_problems : int
        Problems that no resolution has answered yet.
    """

    line: VersionLine
    report: Mapping[str, Any]
    report_sha256: str | None
    damage: str | None
    artifacts: Mapping[str, str]
    data: Mapping[str, Any]
    settings: Mapping[str, Any]
    environment: Mapping[str, Any]
    code: str | None
    signatures: tuple[Signature, ...]
    notes: tuple[Note, ...]
    open_problems: int
    planned_withdrawal: date | None
    planned_deletion: date | None
    review_due: date | None = None


# --- reading -----------------------------------------------------------------------------------------


def versions(installation: Installation, actor: Actor, spec_name: str | None = None) -> list[VersionLine]:
    """List the versions, latest first, of one spec or of all."""
    require(actor, "see-model")
    name_of, on = _names(installation), today(installation)
    return [_line(installation, row, name_of, on) for row in installation.store.versions(spec_name)]


def one(installation: Installation, actor: Actor, name: str) -> Version:
    """Give all that is on record of a version; LookupError where ``name`` (8 signs or more) is none."""
    require(actor, "see-model")
    row = find(installation, name)
    store = installation.store
    report, damage = report_of(installation, row)
    environment = dict(report.get("environment") or {})
    parameters = environment.pop("parameters", None) or {}
    notes = store.reviews(row.version)
    return Version(
        line=_line(installation, row, _names(installation), today(installation)),
        report=report,
        report_sha256=row.report_sha256,
        damage=damage,
        artifacts={"scorecard.json": row.scorecard_sha256, **row.artifacts},
        data=_data(installation, row),
        settings={**parameters, **({"seed": environment.pop("seed")} if "seed" in environment else {})},
        code=environment.pop("code", None),
        environment=environment,
        signatures=tuple(
            Signature(one.name, one.role, one.time, one.statement, one.report_sha256)
            for one in store.signatures(row.version)
        ),
        notes=tuple(Note(one.kind, one.time, one.name, one.text) for one in notes),
        open_problems=_open_problems(notes),
        planned_withdrawal=row.planned_withdrawal,
        planned_deletion=row.planned_deletion,
        review_due=row.review_due,
    )


def find(installation: Installation, name: str) -> VersionRow:
    """Find a version by its hash, or the first eight signs of it or more; LookupError where there is none."""
    exact = installation.store.version(name)
    if exact is not None:
        return exact
    found = [row for row in installation.store.versions() if row.version.startswith(name)]
    if len(name) < 8 or len(found) != 1:
        raise LookupError(f"There is no version {name!r}: 'flask model list' names those there are.")
    return found[0]


def report_of(installation: Installation, row: VersionRow) -> tuple[Mapping[str, Any], str | None]:
    """Read the report kept with a version, empty where there is none, and what is wrong with it."""
    if row.report_sha256 is None:
        return {}, None
    try:
        return installation.shelf.report(row.version, row.report_sha256), None
    except ArtifactError as fault:
        return {}, str(fault)


def history(installation: Installation, actor: Actor) -> list[Served]:
    """Say which version of the current spec answered when, earliest first."""
    require(actor, "see-model")
    name_of = _names(installation)
    return [
        Served(
            one.version, one.state, one.since, one.until, one.began, name_of(one.actor) or one.actor,
            one.reason,
        )
        for one in installation.store.serving_history(installation.in_use().spec_name)
    ]  # fmt: skip


def champion_on(installation: Installation, actor: Actor, day: date) -> Day:
    """Answer "what was champion on 3 March?", a day being one of the time zone in the settings.

    Raises
    ------
    ValueError
        If the day is still to come.
    """
    require(actor, "see-model")
    if day > today(installation):
        raise ValueError(f"{told_day(day)} is still to come: ask for today or a day before.")
    return on_day(history(installation, actor), day, installation.settings.hours.zone)


# --- writing -----------------------------------------------------------------------------------------


def note(installation: Installation, actor: Actor, version: str, kind: str, text: str) -> Note:
    """Keep a review, a problem or a resolution of a version, with its entry in the log.

    A resolution kept so answers the problem that waits longest; ``services.problems`` answers any.

    Raises
    ------
    NotRecorded
        For another kind, a text that is none or too long, or a resolution where no problem is open.
    LookupError
        Where there is no such version.
    """
    from services import problems  # late: they look versions up here

    require(actor, "see-model")
    if kind not in KINDS:
        raise NotRecorded(f"{kind!r} is no kind of note: give {', '.join(KINDS[:-1])} or {KINDS[-1]}.")
    words = checked_words(text, "what you found or did")
    if kind == "problem":
        problem = problems.record(installation, actor, version, words)
        return Note(kind, problem.time, problem.name, problem.text)
    if kind == "resolution":
        waiting = problems.earliest_open(installation, version)
        problems.resolve(installation, actor, waiting.number, words)
        return Note(kind, installation.store.clock(), actor.name, words)
    row = find(installation, version)
    with installation.store.transaction() as together:
        kept = together.record_review(row.version, actor=actor.id, name=actor.name, kind=kind, text=words)
        _log(installation, actor, "review", row, together, {"kind": kind, "text": words})
    return Note(kept.kind, kept.time, kept.name, kept.text)


def plan(
    installation: Installation, actor: Actor, version: str, withdrawal: date | None, deletion: date | None
) -> Version:
    """Plan the days on which a version is withdrawn and its files deleted; None leaves one open.

    Nothing happens by itself on these days: the version is shown as due until somebody decides.

    Raises
    ------
    NotRecorded
        For a new day in the past, a deletion before the withdrawal, or one without the other.
    LookupError
        Where there is no such version.
    """
    require(actor, "withdraw-model")
    row = find(installation, version)
    with installation.store.transaction() as together:
        now = together.version(row.version) or row
        if (withdrawal, deletion) != (now.planned_withdrawal, now.planned_deletion):
            check_plan(now, withdrawal, deletion, today(installation))
            together.plan(row.version, withdrawal=withdrawal, deletion=deletion)
            days = {"withdrawal": withdrawal, "deletion": deletion}
            payload = {name: day.isoformat() if day else None for name, day in days.items()}
            _log(installation, actor, "plan", row, together, payload)
    return one(installation, actor, row.version)


# --- what both stand on ------------------------------------------------------------------------------


def _line(
    installation: Installation, row: VersionRow, name_of: Callable[[str | None], str | None], today: date
) -> VersionLine:
    signed = installation.store.signatures(row.version)
    auc = row.metrics.get("auc")
    mean = auc.get("mean") if isinstance(auc, Mapping) else auc
    return VersionLine(
        version=row.version,
        spec_name=row.spec_name,
        state=row.state,
        created=row.created,
        trained_by=name_of(row.trained_by),
        owner=name_of(row.owner),
        auc=mean if isinstance(mean, float) else None,
        signed_by=signed[0].name if signed else None,
        due=due(row, today, kept=(installation.shelf.folder / row.version).exists()),
    )


def _data(installation: Installation, row: VersionRow) -> dict[str, Any]:
    known = installation.store.snapshot(row.snapshot)
    found = {"source": known.source, "rows": known.rows, "created": known.created} if known else {}
    return {"snapshot": row.snapshot, "spec": row.spec_name, "spec_hash": row.spec_hash, **found}


def _open_problems(notes: Sequence[ReviewRow]) -> int:
    """Count problems that are not solved: each resolution answers one, and none is kept without one open."""
    kinds = [one.kind for one in notes]
    return kinds.count("problem") - kinds.count("resolution")


def _names(installation: Installation) -> Callable[[str | None], str | None]:
    people = {SYSTEM.id: SYSTEM.name} | {user.id: user.name for user in installation.store.users()}
    return lambda person: None if person is None else people.get(person, person)


def today(installation: Installation) -> date:
    """Give the day it is, in the time zone of the settings."""
    return installation.store.clock().astimezone(installation.settings.hours.zone).date()


def _log(
    installation: Installation, actor: Actor, kind: str, row: VersionRow, together: Any, payload: Any
) -> None:
    log.record(
        installation, actor, kind, subject=row.spec_name, version=row.version, snapshot=row.snapshot,
        payload=payload, transaction=together,
    )  # fmt: skip
