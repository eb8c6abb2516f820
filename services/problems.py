"""Problems of versions and what solved them: who noted what when, and who mended it how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.store import ProblemRow
from services import log, registry
from services.roles import Actor, require
from services.version_plans import NotRecorded, checked_words

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["ProblemRow", "earliest_open", "listing", "record", "resolve"]


def listing(installation: Installation, actor: Actor, version: str | None = None) -> list[ProblemRow]:
    """Give the problems of a version, or of all: those still open first, then latest first."""
    require(actor, "see-governance")
    of = None if version is None else [registry.find(installation, version).version]
    return sorted(installation.store.problems(of), key=lambda one: one.resolved is not None)


def record(installation: Installation, actor: Actor, version: str, text: str) -> ProblemRow:
    """Note a problem of a version, with its entry in the log.

    Raises
    ------
    services.version_plans.NotRecorded
        For a text that is none or too long.
    LookupError
        Where there is no such version.
    """
    require(actor, "see-model")
    words = checked_words(text, "what is wrong")
    row = registry.find(installation, version)
    with installation.store.transaction() as together:
        kept = together.record_problem(row.version, person=actor.id, name=actor.name, text=words)
        log.record(
            installation, actor, "problem", subject=row.spec_name, version=row.version,
            snapshot=row.snapshot, payload={"step": "noted", "number": kept.number, "text": words},
            transaction=together,
        )  # fmt: skip
    return kept


def resolve(installation: Installation, actor: Actor, number: int, text: str) -> ProblemRow:
    """Note what solved a problem, with its entry in the log; it is solved once.

    Raises
    ------
    services.version_plans.NotRecorded
        For a text that is none or too long, a number that is no problem's, or one that was solved before.
    """
    require(actor, "see-model")
    words = checked_words(text, "what solved it")
    known = next((one for one in installation.store.problems() if one.number == number), None)
    row = installation.store.version(known.version) if known else None
    if known is None or row is None:
        raise NotRecorded(f"There is no problem {number}: `flask model problem list` names those there are.")
    with installation.store.transaction() as together:
        solved = together.resolve_problem(number, person=actor.id, name=actor.name, text=words)
        if solved is None:
            [latest] = [one for one in together.problems([row.version]) if one.number == number]
            raise NotRecorded(
                f"Problem {number} was solved already, by {latest.resolved_by}: {latest.resolution}"
            )
        log.record(
            installation, actor, "problem", subject=row.spec_name, version=row.version,
            snapshot=row.snapshot, payload={"step": "resolved", "number": number, "text": words},
            transaction=together,
        )  # fmt: skip
    return solved


def earliest_open(installation: Installation, version: str) -> ProblemRow:
    """Give the problem of a version that waits longest; NotRecorded where none does."""
    row = registry.find(installation, version)
    waiting = [one for one in installation.store.problems([row.version]) if one.resolved is None]
    if not waiting:
        raise NotRecorded(
            f"No problem of version {row.version[:8]} is open, so there is none to solve: "
            "note the problem first."
        )
    return waiting[-1]
