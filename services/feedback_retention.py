"""Words and names of feedback that are past their time, removed on record; what is counted stays."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services import log
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation


def forget(installation: Installation, actor: Actor, days: int) -> int:
    """Remove words and names of items answered longer ago than so many days; say of how many."""
    require(actor, "purge-log")
    before = installation.store.clock() - timedelta(days=days)
    with installation.store.transaction() as together:
        found = together.forget_feedback(before)
        if found:
            step = {"step": "forgotten", "items": found}
            log.record(installation, actor, "feedback", payload=step, transaction=together)
    return found
