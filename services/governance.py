"""The Governance page as plain values: models and who answers for them, actions and trials, problems."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from services import contingency_plan, ethics, ownership, problems, registry, undertakings
from services.problems import ProblemRow
from services.roles import SYSTEM, Actor, permitted, require
from services.undertakings import Undertaking
from services.version_plans import due, review_is_overdue

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["GovernancePage", "ModelLine", "gather", "models"]


@dataclass(frozen=True)
class ModelLine:
    """A version in the register.

    Attributes
    ----------
    owner : str or None
        Who answers for it, by name.
    signed_by, signed : str, datetime or None
        Who signed it last, and when.
    review_due : date or None
        By when somebody is to look at it again.
    is_overdue : bool
        Whether that day is past; of a withdrawn version it never is.
    answered, questions : int
        Of the ethics review: questions answered for it, and how many there are.
    open_problems : int
        Problems noted and not solved.
    due : tuple of str
        What was planned for a day that has come, in words.
    """

    version: str
    spec_name: str
    state: str
    created: datetime
    owner: str | None
    signed_by: str | None
    signed: datetime | None
    review_due: date | None
    is_overdue: bool
    withdrawal: date | None
    deletion: date | None
    answered: int
    questions: int
    open_problems: int
    due: tuple[str, ...]

    @property
    def needs_review(self) -> bool:
        """Whether it answers and nobody planned to look at it again."""
        return self.state == "champion" and self.review_due is None


@dataclass(frozen=True)
class GovernancePage:
    """Everything the page shows.

    Attributes
    ----------
    models : tuple of ModelLine
        Those that answer first, then latest first.
    plan : tuple of str
        What happens when the version in use fails, and how long that takes.
    problems : tuple of ProblemRow
        Open ones first.
    owners : tuple of str
        Who may own a version, by name.
    """

    models: tuple[ModelLine, ...]
    plan: tuple[str, ...]
    problems: tuple[ProblemRow, ...]
    undertakings: tuple[Undertaking, ...]
    owners: tuple[str, ...]
    today: date
    may_answer: bool
    may_govern: bool
    may_note: bool
    may_see_models: bool

    @property
    def overdue(self) -> tuple[ModelLine, ...]:
        """Versions whose review is overdue."""
        return tuple(one for one in self.models if one.is_overdue)


def gather(installation: Installation, actor: Actor) -> GovernancePage:
    """Put the page together."""
    require(actor, "see-governance")
    may_govern = permitted(actor, "govern-models")
    return GovernancePage(
        models=models(installation, actor),
        plan=contingency_plan.of_champion(installation),
        problems=tuple(problems.listing(installation, actor)),
        undertakings=undertakings.listing(installation, actor),
        owners=tuple(ownership.candidates(installation)) if may_govern else (),
        today=registry.today(installation),
        may_answer=permitted(actor, "answer-ethics"),
        may_govern=may_govern,
        may_note=permitted(actor, "see-model"),
        may_see_models=permitted(actor, "see-model"),
    )


def models(installation: Installation, actor: Actor) -> tuple[ModelLine, ...]:
    """Give the register of models of every spec: the champions first, then latest first."""
    require(actor, "see-governance")
    store, today = installation.store, registry.today(installation)
    names = {SYSTEM.id: SYSTEM.name} | {user.id: user.name for user in store.users()}
    waiting = Counter(one.version for one in store.problems() if one.resolved is None)
    signed = {one.version: one for one in reversed(store.signatures())}
    reviews = store.all_ethics()
    lines = [
        ModelLine(
            version=row.version,
            spec_name=row.spec_name,
            state=row.state,
            created=row.created,
            owner=names.get(row.owner, row.owner) if row.owner else None,
            signed_by=signed[row.version].name if row.version in signed else None,
            signed=signed[row.version].time if row.version in signed else None,
            review_due=row.review_due,
            is_overdue=review_is_overdue(row, today),
            withdrawal=row.planned_withdrawal,
            deletion=row.planned_deletion,
            answered=ethics.answered(row, reviews.get(row.version, {})),
            questions=ethics.QUESTIONS,
            open_problems=waiting[row.version],
            due=due(row, today, kept=(installation.shelf.folder / row.version).exists()),
        )
        for row in store.versions()
    ]
    return tuple(sorted(lines, key=lambda one: one.state != "champion"))
