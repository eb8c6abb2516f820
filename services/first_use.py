"""The note of the first use: what Keepsight is and does not do, read once by everybody, and again at will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services import log
from services.roles import SYSTEM, Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

EDITION = 1
"""Raised whenever the note says something new, so that everybody sees it again."""


@dataclass(frozen=True)
class Counted:
    """Of the people who can sign in, how many have seen the note."""

    seen: int
    people: int

    @property
    def share(self) -> float | None:
        """The same as a share (0 to 1); None while nobody can sign in."""
        return self.seen / self.people if self.people else None


def seen(installation: Installation, actor: Actor) -> datetime | None:
    """Say when a person saw the note; None where it is still to be shown."""
    require(actor, "see-facts")
    return None if actor == SYSTEM else installation.store.first_use(actor.id, EDITION)


def is_due(installation: Installation, actor: Actor) -> bool:
    """Say whether the note is to be shown to a person unasked: until they say that they have read it."""
    return actor != SYSTEM and seen(installation, actor) is None


def saw(installation: Installation, actor: Actor) -> bool:
    """Put on record that a person has read the note; False where that is known already."""
    require(actor, "see-facts")
    with installation.store.transaction() as together:
        is_new = together.record_first_use(actor.id, EDITION)
        if is_new:
            log.record(installation, actor, "first-use", payload={"edition": EDITION}, transaction=together)
    return is_new


def counted(installation: Installation) -> Counted:
    """Count who has seen it."""
    return Counted(*installation.store.first_use_counts(EDITION))
