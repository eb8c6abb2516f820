"""Actions: a list that goes out from a scenario, with a part held out by lot, so that its effect can be told.

A person is in one action at a time, and in none while in an A/B comparison: else nobody could say what kept
them. What each was scored is frozen beside them, so that what comes of it can be held against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from data.store import ActionRow
from models.sample_size import detectable
from services import action_subjects
from services.action_making import (
    ActionRefused,
    Colliding,
    Prepared,
    checked_name,
    fingerprint,
    free_subjects,
    mean_chance,
    new_row,
    prepare,
    put_on_record,
    share_held_out,
    step_words,
    without,
)
from services.action_subjects import Collision
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "ActionRefused",
    "ActionRow",
    "Colliding",
    "NoSuchAction",
    "Planned",
    "call_off",
    "listing",
    "one",
    "planned",
    "planned_for_one",
    "start",
    "start_for_one",
]


NOBODY = 0.0
"""The share held out of an action for one customer."""


class NoSuchAction(LookupError):
    """There is no action with this id; the message says where to look."""


@dataclass(frozen=True)
class Planned:
    """An action before it is made.

    Attributes
    ----------
    words : tuple of str
        What is done, a line a step; assumptions are left out.
    contacted, held : int
        Customers expected in each arm.
    cost : float
        Of those contacted, in currency.
    due : date
        Last day on which who leaves counts.
    base : float
        Share (0 to 1) of them expected to leave.
    detectable : float or None
        The least fall of it that is likely to be found; None where the arms are too small for any.
    collisions : tuple of Collision
        Who of them is in something else at that time; they are counted above unless left out.
    """

    words: tuple[str, ...]
    contacted: int
    held: int
    cost: float
    currency: str
    starts: date
    ends: date
    due: date
    hold_out_share: float
    base: float
    detectable: float | None
    collisions: tuple[Collision, ...]


def planned(
    installation: Installation,
    actor: Actor,
    plain: Mapping[str, Any] | None = None,
    *,
    scenario_id: str | None = None,
    starts: date | None = None,
    ends: date | None = None,
    hold_out_share: float | None = None,
    leave_out: bool = False,
) -> Planned:
    """Say what an action would be, and what effect it could find; nothing is written. As :func:`start`."""
    require(actor, "see-actions")
    share = share_held_out(installation, hold_out_share)
    asked = prepare(installation, actor, plain, scenario_id, starts, ends, share)
    return _planned(installation, asked, leave_out=leave_out)


def planned_for_one(
    installation: Installation, actor: Actor, key: str, steps: Sequence[Mapping[str, Any]]
) -> Planned:
    """Say what an action for one customer would be; nothing is written. As :func:`start_for_one`."""
    require(actor, "see-actions")
    return _planned(installation, _for_one(installation, actor, key, steps), leave_out=False)


def _planned(installation: Installation, asked: Prepared, *, leave_out: bool) -> Planned:
    name = asked.on.dataset.spec.name
    found = action_subjects.collisions(
        installation.store, name, asked.starts, asked.due, asked.keys, asked.trialled
    )
    subjects = without(asked.subjects, found) if leave_out else asked.subjects
    held = round(asked.share * len(subjects))
    base = mean_chance(subjects)
    return Planned(
        words=step_words(asked),
        contacted=len(subjects) - held,
        held=held,
        cost=sum(one.cost for one in subjects) * (1 - asked.share),
        currency=asked.on.dataset.spec.currency,
        starts=asked.starts,
        ends=asked.ends,
        due=asked.due,
        hold_out_share=asked.share,
        base=base,
        detectable=detectable(base, len(subjects) - held, held),
        collisions=tuple(found),
    )


def start(
    installation: Installation,
    actor: Actor,
    plain: Mapping[str, Any] | None = None,
    *,
    name: str,
    scenario_id: str | None = None,
    starts: date | None = None,
    ends: date | None = None,
    hold_out_share: float | None = None,
    leave_out: bool = False,
) -> ActionRow:
    """Make an action out of a scenario; it is on record, its customers drawn and scores frozen.

    Parameters
    ----------
    plain : mapping, optional
        ``steps`` of a scenario; or ``scenario_id`` of a kept one. Only its levers are taken.
    starts, ends : date, optional
        First and last day; today, and a month later, by default.
    hold_out_share : float, optional
        Share (0.01 to 0.5) drawn to get nothing; the setting of the installation by default.
    leave_out : bool
        Whether those who are in another action or A/B at that time are left out.

    Raises
    ------
    ActionRefused
        For a draft, no levers, nobody to change, days or a share that cannot be.
    Colliding
        If some are in something else at that time.
    services.scenarios.ScenarioError, services.scenarios.NoModel, services.kept_scenarios.NoSuchScenario
        If the scenario cannot be answered.
    """
    require(actor, "start-actions")
    called, share = checked_name(name), share_held_out(installation, hold_out_share)
    asked = prepare(installation, actor, plain, scenario_id, starts, ends, share)
    with installation.store.transaction() as together:
        subjects, left_out = free_subjects(together, asked, leave_out=leave_out)
        row = new_row(installation, actor, asked, called, subjects, left_out)
        drawn = [
            replace(one, is_held=action_subjects.is_held(row.id, one.key, asked.share)) for one in subjects
        ]
        if all(one.is_held for one in drawn):
            raise ActionRefused("By lot everybody is held out, so nobody gets it: choose more customers.")
        made = together.record_action(row, drawn)
        put_on_record(installation, actor, made, "started", together, {"subjects": fingerprint(drawn)})
    return made


def start_for_one(
    installation: Installation, actor: Actor, key: str, steps: Sequence[Mapping[str, Any]], *, name: str
) -> ActionRow:
    """Make an action for one customer, from today for a month; it is on record, and the score frozen.

    Nobody is held out, so it never tells an effect: whether one customer stays says nothing of what was
    done. The customer is taken until who leaves is counted, as in any action.

    Parameters
    ----------
    steps : sequence of mapping
        Of a scenario, without whom they are for.

    Raises
    ------
    ActionRefused
        For a draft, steps that move no lever or nothing of this customer.
    Colliding
        If the customer is in something else at that time.
    services.scenarios.ScenarioError, services.scenarios.NoModel
        If the steps cannot be answered.
    """
    require(actor, "start-actions")
    called = checked_name(name)
    asked = _for_one(installation, actor, key, steps)
    with installation.store.transaction() as together:
        try:
            subjects, _ = free_subjects(together, asked, leave_out=False)
        except Colliding as found:
            raise Colliding(found.collisions, key) from None
        made = together.record_action(new_row(installation, actor, asked, called, subjects, {}), subjects)
        put_on_record(installation, actor, made, "started", together, {"subjects": fingerprint(subjects)})
    return made


def _for_one(
    installation: Installation, actor: Actor, key: str, steps: Sequence[Mapping[str, Any]]
) -> Prepared:
    own = [{**step, "who": {"key": key}} for step in steps]
    return prepare(installation, actor, {"steps": own}, None, None, None, NOBODY)


def call_off(installation: Installation, actor: Actor, action_id: str, reason: str) -> ActionRow:
    """Call an action off, with a reason: its customers are free again, and its effect is never told.

    Raises
    ------
    NoSuchAction, ActionRefused
        If there is none, no reason is given, it is over, or it was called off before.
    """
    require(actor, "start-actions")
    row = one(installation, actor, action_id)
    said = reason.strip()
    if not said:
        raise ActionRefused("No reason is given: say in a sentence why it is called off.")
    if installation.store.clock().date() > row.due:
        raise ActionRefused(f"Action {row.id} was over on {row.due:%d %B %Y}: it stays as it is.")
    with installation.store.transaction() as together:
        if not together.call_off(row.id, actor=actor.id, reason=said):
            raise ActionRefused(f"Action {row.id} was called off before.")
        put_on_record(installation, actor, row, "called off", together, {"reason": said})
    return one(installation, actor, row.id)


def one(installation: Installation, actor: Actor, action_id: str) -> ActionRow:
    """Give an action; NoSuchAction where there is none."""
    require(actor, "see-actions")
    row = installation.store.action(action_id.strip())
    if row is None:
        raise NoSuchAction(f"There is no action {action_id!r}: 'flask action list' names those there are.")
    return row


def listing(installation: Installation, actor: Actor, search: str = "") -> list[ActionRow]:
    """Give actions of every spec, latest first: those in which each word of ``search`` occurs."""
    require(actor, "see-actions")
    words = search.casefold().split()
    return [row for row in installation.store.actions() if all(word in _text(row) for word in words)]


def _text(row: ActionRow) -> str:
    parts = (row.id, row.name, row.actor_name, row.spec_name, row.version, *row.plan["words"])
    return " ".join(parts).casefold()
