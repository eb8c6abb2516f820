"""Who answers for a version, and by when somebody is to look at it again: set by hand, on record."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from services import access, log, registry
from services.roles import Actor, permission_table, require
from services.version_plans import NotRecorded, told_day

if TYPE_CHECKING:
    from services.installation import Installation


def candidates(installation: Installation) -> list[str]:
    """Name the people who may own a version: those with an open account whose role sees models."""
    roles = permission_table()["see-model"]
    return sorted(
        one.name for one in installation.store.users() if one.disabled is None and one.role in roles
    )


def set_owner(installation: Installation, actor: Actor, version: str, name: str) -> None:
    """Make a person, by name, answerable for a version.

    Raises
    ------
    services.version_plans.NotRecorded
        For a person whose account is closed, or whose role sees no models.
    LookupError
        Where there is no such version or person.
    """
    require(actor, "govern-models")
    row, user = registry.find(installation, version), access.user_named(installation, name)
    if user.name not in candidates(installation):
        raise NotRecorded(
            f"{user.name} cannot own a version: that is for open accounts of analysts, managers and "
            "administrators. Choose another person, or have the role changed."
        )
    if row.owner == user.id:
        return
    with installation.store.transaction() as together:
        together.set_owner(row.version, user.id)
        log.record(
            installation, actor, "ownership", subject=row.spec_name, version=row.version,
            snapshot=row.snapshot,
            payload={"owner": user.id, "owner_name": user.name, "former": row.owner},
            transaction=together,
        )  # fmt: skip


def set_review(installation: Installation, actor: Actor, version: str, day: date | None) -> None:
    """Set the day by which a version is to be reviewed; None leaves it open.

    Raises
    ------
    services.version_plans.NotRecorded
        For a day that is past.
    LookupError
        Where there is no such version.
    """
    require(actor, "govern-models")
    row = registry.find(installation, version)
    if day == row.review_due:
        return
    if day is not None and day < registry.today(installation):
        raise NotRecorded(f"{told_day(day)} is past: set the review for today or a day to come.")
    with installation.store.transaction() as together:
        together.set_review_due(row.version, day)
        log.record(
            installation, actor, "ownership", subject=row.spec_name, version=row.version,
            snapshot=row.snapshot,
            payload={
                "review_due": day.isoformat() if day else None,
                "former": row.review_due.isoformat() if row.review_due else None,
            },
            transaction=together,
        )  # fmt: skip
