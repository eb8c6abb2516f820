"""Held promotions: signatures that wait until people have gone home, made then, dropped or called off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.store import HeldRow
from services import holding, log, signing
from services.holding import HeldBack, Overtaken
from services.roles import SYSTEM, Actor, NotPermitted, require
from services.signing import SignOffRefused

if TYPE_CHECKING:
    from services.installation import Installation


class NoSuchHeld(LookupError):
    """No promotion with this number waits; the message says where to look."""


class Obsolete(ValueError):
    """A promotion that waits and can never be made; the message says why."""


def settle_due(installation: Installation) -> list[HeldRow]:
    """Make the promotions that have waited long enough, each by its signature; give what was settled.

    Gates are judged anew, and report and champion must be those of the signature. What does not fit any
    more is dropped, with the reason in the log. Before the end of working hours only that is done.
    """
    spec_name = installation.in_use().spec_name
    numbers = set()
    for row in reversed(installation.store.held(spec_name, waiting=True)):  # who signed first comes first
        try:
            signer = _signer(installation, row)
            if row.statement is not None and not _in_hours(installation):
                signing.sign(installation, signer, row.version, row.report_sha256 or "", row.statement)
                numbers.add(row.number)
        except (HeldBack, Overtaken):
            continue  # working hours have begun, or another was made in this moment: next time
        except (Obsolete, SignOffRefused, NotPermitted, LookupError) as fault:
            if _close(installation, SYSTEM, row, "dropped", str(fault)):
                numbers.add(row.number)
    return [row for row in installation.store.held(spec_name) if row.number in numbers]


def is_due(installation: Installation) -> bool:
    """Say whether a promotion waits and working hours are over."""
    spec_name = installation.in_use().spec_name
    return bool(installation.store.held(spec_name, waiting=True)) and not _in_hours(installation)


def cancel(installation: Installation, actor: Actor, number: int, reason: str) -> HeldRow:
    """Call off a promotion that waits; the reason stands in the log.

    Raises
    ------
    NoSuchHeld
        If none with this number waits.
    ValueError
        If no reason is given.
    """
    require(actor, "sign-model")
    spec_name = installation.in_use().spec_name
    waiting = installation.store.held(spec_name, waiting=True)
    row = next((row for row in waiting if row.number == number), None)
    if not reason.strip():
        raise ValueError("Write a sentence: why it is called off.")
    if row is None or not _close(installation, actor, row, "cancelled", reason.strip()):
        raise NoSuchHeld(
            f"No promotion with the number {number} waits: 'flask model held list' names those that do."
        )
    return next(row for row in installation.store.held(spec_name) if row.number == number)


def _signer(installation: Installation, row: HeldRow) -> Actor:
    """Give who signed, as they are today; Obsolete where the signature cannot hold any more."""
    serving = installation.store.serving_version(row.spec_name)
    if serving is None or (serving.version, serving.state) != (row.against, "champion"):
        raise Obsolete("Another version is champion now than the one it was to replace.")
    person = installation.store.user(row.actor)
    if person is None or person.disabled is not None:
        raise Obsolete(f"{row.name}, who signed it, has no account any more.")
    version = installation.store.version(row.version)
    if row.report_sha256 is not None and (version is None or version.report_sha256 != row.report_sha256):
        raise Obsolete("Its report is not the one that was signed: read the new one, then sign again.")
    return Actor(person.id, person.name, person.role)


def _in_hours(installation: Installation) -> bool:
    return installation.settings.hours.hold(installation.store.clock())


def _close(installation: Installation, actor: Actor, row: HeldRow, how: str, reason: str) -> bool:
    with installation.store.transaction() as together:
        if not together.close_held(row.number, actor=actor.id, how=how, reason=reason):
            return False
        log.record(
            installation,
            actor,
            "held",
            subject=row.spec_name,
            version=row.version,
            payload={"step": how, "number": row.number, "by": row.name, "reason": reason},
            transaction=together,
        )
    return True


def listing(installation: Installation, actor: Actor) -> list[HeldRow]:
    """Give the promotions that wait against the champion of now, latest first."""
    return holding.waiting(installation, actor)
