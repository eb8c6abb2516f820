"""The contingency plan a signature agrees to: what happens when the model fails, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.store import VersionRow

if TYPE_CHECKING:
    from services.installation import Installation


def plan(installation: Installation, before: VersionRow | None) -> tuple[str, ...]:
    """Say what happens when a version fails; ``before`` is the one signed before it, if any."""
    instead = (
        f"version {before.version[:8]}, signed before it, stands" if before else "averages of groups stand"
    )
    hours = installation.settings.repair_hours
    return (
        f"If its file is damaged, {instead} instead at the next request: no downtime.",
        "A rollback takes one step and works at the next request of every worker.",
        f"Mending a model that failed is expected to take {hours} hours; until then facts are shown.",
    )


def of_champion(installation: Installation) -> tuple[str, ...]:
    """Say it of the version in use; of none where nothing was loaded."""
    spec_name = installation.store.current_spec()
    if spec_name is None:
        return ()
    return plan(installation, next(iter(installation.store.former_champions(spec_name)), None))
