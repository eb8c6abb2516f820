"""Who loaded which customers, as the decision log has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.store import EntryFilter

if TYPE_CHECKING:
    from services.installation import Installation


def loaded_by(installation: Installation, snapshot: str) -> str | None:
    """Name who loaded a snapshot last; None where that is not on record any more."""
    found = installation.store.entries(EntryFilter(kinds=("load",), snapshot=snapshot), None, 1)
    return next((one.actor_name or None for one in found), None)
