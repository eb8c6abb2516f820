"""No drastic change: promotions that would move too much at once wait until people have gone home."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from data.artifacts import ArtifactError
from data.store import HeldRow, Store, Transaction
from services import log, shift
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation


class HeldBack(ValueError):
    """A promotion that has to wait: nothing was changed, the attempt is on record. Show the message."""


class Overtaken(ValueError):
    """Another version became champion while the effect was worked out: look again, then repeat."""


@dataclass(frozen=True)
class Signature:
    """What a person signed, kept while the promotion waits: role, hash of the report, statement."""

    role: str
    report_sha256: str
    statement: str


@dataclass(frozen=True)
class Effect:
    """What a promotion would change for the active customers of the current data.

    Attributes
    ----------
    champion : str or None
        The champion when this was worked out.
    customers : int
        Active customers whose scores were compared; 0 where nothing signed and sound answers yet, and so
        nothing is changed.
    moved_points : float
        95th percentile of the moves of their scores, in percentage points.
    replaced_share : float
        Share (0 to 1) of the at-risk list that others would take the place of.
    guards : tuple of str
        The guards of trials that it would cross (``services.shift``), in words: what they would end as a
        trial is no small change either.
    move_limit_points, replaced_limit_share : float
        The limits of the settings.
    until : datetime or None
        When working hours are over: now, outside them; None where they never are.
    in_hours : bool
        Whether it is working hours now.
    override : str or None
        The reason given by who stands by the change, whatever moves.
    """

    spec_name: str
    version: str
    champion: str | None
    customers: int
    moved_points: float
    replaced_share: float
    move_limit_points: float
    replaced_limit_share: float
    until: datetime | None
    in_hours: bool
    override: str | None = None
    guards: tuple[str, ...] = ()

    @property
    def is_drastic(self) -> bool:
        """Whether it exceeds a limit."""
        return (
            self.moved_points > self.move_limit_points
            or self.replaced_share > self.replaced_limit_share
            or bool(self.guards)
        )

    @property
    def must_wait(self) -> bool:
        """Whether it is held back now, unless somebody overrides that."""
        return self.is_drastic and self.in_hours

    @property
    def words(self) -> str:
        """What would change, in a sentence."""
        if not self.customers:
            return "No scores of a signed version stand yet, so none change."
        beyond = "; ".join(self.guards)
        return (
            f"Of {self.customers:,} active customers one in twenty would move by {self.moved_points:.1f} "
            f"points or more (limit {self.move_limit_points:g}), and {self.replaced_share:.0%} of the "
            f"at-risk list would be replaced (limit {self.replaced_limit_share:.0%})."
            + (f" It would cross a guard: {beyond}." if beyond else "")
        )

    def plain(self) -> dict[str, object]:
        """Say it as plain JSON, for the log and the record."""
        return {
            "customers": self.customers,
            "moved_points": self.moved_points,
            "replaced_share": self.replaced_share,
            "move_limit_points": self.move_limit_points,
            "replaced_limit_share": self.replaced_limit_share,
            "guards": list(self.guards),
        }


def check(installation: Installation, candidate_version: str) -> Effect:
    """Work out what making a version champion would change, now; change nothing.

    Raises
    ------
    LookupError
        If there is no such version.
    data.artifacts.ArtifactError
        If its files do not verify.
    """
    row = installation.store.version(candidate_version)
    if row is None:
        raise LookupError(
            f"There is no version {candidate_version!r}: 'flask model list' names those there are."
        )
    settings, now = installation.settings, installation.store.clock()
    nothing = Effect(
        spec_name=row.spec_name,
        version=row.version,
        champion=_champion(installation.store, row.spec_name),
        customers=0,
        moved_points=0.0,
        replaced_share=0.0,
        move_limit_points=settings.move_limit_points,
        replaced_limit_share=settings.replaced_limit_share,
        until=settings.hours.over_at(now),
        in_hours=settings.hours.hold(now),
    )
    snapshot = installation.store.current_snapshot(row.spec_name)
    if nothing.champion in (None, row.version) or snapshot is None:
        return nothing
    former = installation.store.version(nothing.champion)
    after = installation.load_scorecard(row.version, row.scorecard_sha256)
    try:
        before = installation.load_scorecard(former.version, former.scorecard_sha256) if former else None
    except ArtifactError:
        before = None  # whatever answers is a makeshift: putting it right never waits
    active = shift.active_customers(installation, snapshot)
    if before is None or active.empty:
        return nothing
    then = np.asarray(before.probability(active), dtype=float)
    share = settings.at_risk_share
    found = shift.between(then, np.asarray(after.probability(active)), shift.line(then, share), share)
    return replace(
        nothing,
        customers=found.customers,
        moved_points=found.moved_points or 0.0,
        replaced_share=found.replaced_share or 0.0,
        guards=tuple(shift.crossed(settings, found)),
    )


def enforce(
    installation: Installation,
    actor: Actor,
    candidate_version: str,
    *,
    override: str | None = None,
    signature: Signature | None = None,
) -> Effect:
    """Let a promotion pass, or hold it back; call before the transaction that promotes.

    Give what it answers to :func:`settle` in that transaction. A rollback asks neither.

    Parameters
    ----------
    override : str, optional
        Why it may not wait, by somebody who may ``override-hold``.
    signature : Signature, optional
        What waits with the promotion, so that ``services.held`` can make it after working hours.

    Raises
    ------
    HeldBack
        If it exceeds the limits within working hours without a reason to override that. Put on record.
    NotPermitted
        If the actor may not override.
    """
    effect = check(installation, candidate_version)
    if (reason := (override or "").strip()) and effect.customers:
        require(actor, "override-hold")
        return replace(effect, override=reason)
    if not effect.must_wait:
        return effect
    with installation.store.transaction() as together:
        held = together.record_held(
            spec_name=effect.spec_name,
            version=effect.version,
            against=str(effect.champion),
            actor=actor.id,
            name=actor.name,
            effect=effect.plain(),
            until=effect.until,
            **(vars(signature) if signature else {}),
        )
        told = {"step": "held", "number": held.number, "until": _iso(effect.until)}
        _record(installation, actor, "held", effect, told, together)
    raise HeldBack(
        f"Version {effect.version[:8]} is held back. {effect.words} So drastic a change waits until people "
        f"have gone home: {_what_next(effect, held)}"
    )


def settle(installation: Installation, actor: Actor, effect: Effect, transaction: Transaction) -> None:
    """Close, in the transaction that promotes, what waited for it; put an override in the log.

    A drastic change that passes is on record as held back and let go, even where it never waited: the
    guards of the champion know by that it was wanted (:func:`was_wanted`).

    Raises
    ------
    Overtaken
        If the champion is not the one the effect was worked out against. Nothing is promoted then.
    """
    if _champion(transaction, effect.spec_name) != effect.champion:
        raise Overtaken(
            "Another version became champion in this moment, so the effect worked out is not the real one. "
            "Open the Model page again, then repeat."
        )
    how = "passed" if effect.override is None else "overridden"
    waiting = transaction.held(effect.spec_name, waiting=True)
    waited = [row for row in waiting if row.version == effect.version]
    if not waited and (effect.is_drastic or effect.override is not None):
        transaction.record_held(
            spec_name=effect.spec_name,
            version=effect.version,
            against=str(effect.champion),
            actor=actor.id,
            name=actor.name,
            effect=effect.plain(),
            until=effect.until,
        )
    transaction.settle_held(effect.version, actor=actor.id, how=how, reason=effect.override)
    if effect.override is not None:
        _record(installation, actor, "override", effect, {"reason": effect.override}, transaction)
    elif waited:
        first = waited[-1]
        told = {"step": "passed", "number": first.number, "signed": first.time.isoformat()}
        _record(installation, actor, "held", effect, told, transaction)


def was_wanted(store: Store, spec_name: str, version: str, former: str) -> bool:
    """Say whether somebody stood by all that moves when a version took a former one's place.

    So it is where the change was held back and waited for, passed outside working hours, or was overridden.
    """
    return any(
        (row.version, row.against) == (version, former) and row.how in ("passed", "overridden")
        for row in store.held(spec_name)
    )


def waiting(installation: Installation, actor: Actor) -> list[HeldRow]:
    """Give the promotions of the current data that were held back and not made since."""
    require(actor, "see-model")
    spec_name = installation.in_use().spec_name
    champion = _champion(installation.store, spec_name)
    return [row for row in installation.store.held(spec_name, waiting=True) if row.against == champion]


def _champion(store: Store | Transaction, spec_name: str) -> str | None:
    serving = store.serving_version(spec_name)
    return serving.version if serving is not None and serving.state == "champion" else None


def _record(
    installation: Installation,
    actor: Actor,
    kind: str,
    effect: Effect,
    told: dict[str, object],
    transaction: Transaction,
) -> None:
    log.record(
        installation,
        actor,
        kind,
        subject=effect.spec_name,
        version=effect.version,
        payload=effect.plain() | told,
        transaction=transaction,
    )


def _what_next(effect: Effect, held: HeldRow) -> str:
    if effect.until is None or held.statement is None:
        return f"sign again {_when(effect)}, or give a reason why it may not wait."
    return (
        f"the signature of {held.name} is kept, and it becomes champion by itself {_when(effect)}, unless "
        "champion, report or gates change until then. Or give a reason why it may not wait."
    )


def _when(effect: Effect) -> str:
    if effect.until is None:
        return "once settings name an end of working hours"
    return f"after {effect.until:%H:%M} on {effect.until.day} {effect.until:%B} ({effect.until.tzname()})"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
