"""What the index of the guidelines shows: kept rows alone, so that it is there at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config.settings import Settings
from data.store import GuidelineState, GuidelinesWork
from data.store.guidelines import APART
from services.guidelines import rules
from services.guidelines.history import HOLDS
from services.guidelines.rules import IDS, Rule, State
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

NEVER = "It has not been worked out yet."


@dataclass(frozen=True)
class Card:
    """One guideline as it stands.

    Attributes
    ----------
    state, why : str
        As kept; "not measured" where it never was worked out, or longer ago than a day.
    headline : str
        The one live figure.
    time : datetime or None
        When it was worked out; None where it never was.
    since : datetime or None
        Since when it is in this state; None where that is not known.
    """

    rule: Rule
    state: State
    why: str
    headline: str
    owner: str
    time: datetime | None = None
    since: datetime | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Index:
    """All guidelines as they stand.

    Attributes
    ----------
    oldest : datetime or None
        When the oldest of them was worked out; None where one never was.
    seconds : float
        How long all of them took.
    work : GuidelinesWork or None
        Who works them out just now.
    """

    cards: tuple[Card, ...]
    oldest: datetime | None
    seconds: float
    work: GuidelinesWork | None
    may_refresh: bool

    @property
    def counts(self) -> Mapping[State, int]:
        """How many stand how, in the order of the states."""
        return {one: sum(card.state == one for card in self.cards) for one in rules.STATES}


def gather(installation: Installation, actor: Actor) -> Index:
    """Give the index for a person.

    Raises
    ------
    services.guidelines.rules.RulesError
        If the file of guidelines cannot be used.
    """
    require(actor, "see-guidelines")
    kept, now, settings = (
        installation.store.guideline_states(),
        installation.store.clock(),
        installation.settings,
    )
    found = rules.load()
    times = [kept[name].time for name in IDS if name in kept]
    return Index(
        cards=tuple(standing(found[name], kept.get(name), now, settings) for name in IDS),
        oldest=min(times) if len(times) == len(IDS) else None,
        seconds=sum(row.seconds for row in kept.values()),
        work=installation.store.guidelines_work(),
        may_refresh=permitted(actor, "refresh-guidelines"),
    )


def standing(rule: Rule, kept: GuidelineState | None, now: datetime, settings: Settings) -> Card:
    """Say how a guideline stands now; what is kept holds for a day, and is never green after it."""
    owner = rules.owner(rule, settings)
    if kept is None:
        return Card(rule, "not measured", NEVER, "Not measured yet", owner)
    if why := _not_of_now(kept, now):
        return Card(rule, "not measured", why, kept.headline, owner, kept.time, None, kept.seconds)
    state: State = kept.state  # type: ignore[assignment]
    return Card(rule, state, kept.why, kept.headline, owner, kept.time, kept.since, kept.seconds)


def _not_of_now(kept: GuidelineState, now: datetime) -> str:
    """Say why what is kept does not tell how a guideline stands now; "" where it does."""
    if now - kept.time > HOLDS:
        return f"Older than a day: it was {kept.state} when it was worked out last."
    if kept.time - now > APART:
        return "The clock was put back since it was worked out, so nobody knows how old it is."
    if kept.state not in rules.STATES:
        return f"It is kept as {kept.state!r}, which this Keepsight does not know."
    return ""
