"""The Feedback page as plain values: figures, one's own items, managers' work, the board, patterns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config.feedback_places import GUIDELINES
from data.store import FeedbackFilter, FeedbackItem
from services import feedback, feedback_asks, feedback_changes, feedback_figures, feedback_work
from services.feedback import Told
from services.feedback_changes import Change
from services.feedback_figures import Counted, Patterns
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

SHOWN = 20
MOST = 500
MOST_WORK = 100
STATES = {"open": True, "answered": False}


@dataclass(frozen=True)
class FeedbackPage:
    """What the page shows.

    Attributes
    ----------
    work : tuple of FeedbackItem or None
        What waits for an answer, overdue first, a hundred at most; None for who may not answer.
    board, of_board : tuple of FeedbackItem, int
        What everybody sent, without names, as narrowed; and how many there are of those.
    led_to : dict
        What changed because of an item, by its number.
    """

    now: datetime
    counted: Counted
    by_guideline: dict[str, Counted]
    mine: tuple[FeedbackItem, ...]
    work: tuple[FeedbackItem, ...] | None
    board: tuple[FeedbackItem, ...]
    of_board: int
    led_to: dict[int, list[Change]]
    patterns: Patterns
    is_asked: bool
    guideline: str | None
    state: str | None


@dataclass(frozen=True)
class ItemPage:
    """One item as a person sees it; ``people`` and ``offered`` are for who may work on it."""

    now: datetime
    told: Told
    led_to: list[Change]
    people: tuple[tuple[str, str], ...] = ()
    offered: tuple[Change, ...] = ()


def gather(
    installation: Installation,
    actor: Actor,
    *,
    guideline: str | None = None,
    state: str | None = None,
    shown: int = SHOWN,
) -> FeedbackPage:
    """Put the page together; a guideline or state that is none does not narrow."""
    require(actor, "see-feedback")
    guideline = guideline if guideline in GUIDELINES else None
    state = state if state in STATES else None
    wanted = FeedbackFilter(guideline=guideline, is_open=STATES[state] if state else None)
    board = feedback.board(installation, actor, wanted, limit=min(max(shown, SHOWN), MOST))
    mine = feedback.mine(installation, actor)
    work = (
        tuple(feedback_work.work(installation, actor, MOST_WORK))
        if permitted(actor, "answer-feedback")
        else None
    )
    listed = {one.number: one for one in (*board, *mine, *(work or ())) if one.led_to}
    found = feedback_changes.found(installation, (pair for one in listed.values() for pair in one.led_to))
    return FeedbackPage(
        now=installation.store.clock(),
        counted=feedback_figures.overall(installation),
        by_guideline=feedback_figures.by_guideline(installation),
        mine=tuple(mine),
        work=work,
        board=tuple(board),
        of_board=installation.store.count_feedback(wanted),
        led_to={
            number: [found[pair] for pair in one.led_to if pair in found] for number, one in listed.items()
        },
        patterns=feedback_figures.patterns(installation),
        is_asked=feedback_asks.wants(installation, actor),
        guideline=guideline,
        state=state,
    )


def revision(installation: Installation, number: int) -> int:
    """Give the revision of an item as it stands now; 0 where there is none."""
    item = installation.store.feedback_item(number)
    return item.revision if item else 0


def gather_item(installation: Installation, actor: Actor, number: int) -> ItemPage:
    """Put one item's page together, and note that it was seen by who may answer.

    Raises
    ------
    services.feedback.NoSuchFeedback
        If there is none of this number.
    """
    feedback_work.look(installation, actor, number)
    told = feedback.one(installation, actor, number)
    led_to = feedback_work.changes_of(installation, told.item)
    now = installation.store.clock()
    if not told.may_answer:
        return ItemPage(now, told, led_to)
    return ItemPage(
        now,
        told,
        led_to,
        tuple(feedback_work.people(installation, actor)),
        tuple(feedback_work.offered(installation, actor, number)),
    )
