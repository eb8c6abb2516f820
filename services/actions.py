"""Actions: a list that goes out from a scenario, with a part held out by lot, so that its effect can be told.

A person is in one action at a time, and in none while in an A/B comparison: else nobody could say what kept
them. What each was scored is frozen beside them, so that what comes of it can be held against it.
"""

from __future__ import annotations

import hashlib
import secrets
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from data.store import ActionRow, Subject, Transaction
from models.sample_size import detectable
from models.scenario import Engine, Scenario, parse_scenario
from services import action_subjects, kept_scenarios, log, scenario_words, scenarios
from services.action_subjects import Collision
from services.roles import Actor, require
from services.stamp import Standing

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
    "start",
]

LONGEST_DAYS = 365
LEAST_SHARE, MOST_SHARE = 0.01, 0.5
LONGEST_NAME = 120


class NoSuchAction(LookupError):
    """There is no action with this id; the message says where to look."""


class ActionRefused(ValueError):
    """An action that cannot be; the message says why and how to mend it."""


class Colliding(ActionRefused):
    """Some of the same people are in another action or in an A/B: leave them out, or wait."""

    def __init__(self, found: Sequence[Collision]) -> None:
        self.collisions = tuple(found)
        words = "; ".join(one.words for one in found)
        super().__init__(
            f"Some of these customers are taken at that time: {words}. Leave them out (--leave-out), choose "
            "other days, or choose other customers."
        )


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


@dataclass(frozen=True)
class _Prepared:
    """An action as asked for, checked, and the customers it would be about."""

    on: Standing
    engine: Engine
    scenario: Scenario
    scenario_id: str | None
    starts: date
    ends: date
    due: date
    share: float
    subjects: list[Subject]
    trials: list[str]
    trialled: list[Collision]

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(one.key for one in self.subjects)


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
    asked = _prepared(installation, actor, plain, scenario_id, starts, ends, hold_out_share)
    name = asked.on.dataset.spec.name
    found = action_subjects.collisions(
        installation.store, name, asked.starts, asked.due, asked.keys, asked.trialled
    )
    subjects = _without(asked.subjects, found) if leave_out else asked.subjects
    held = round(asked.share * len(subjects))
    base = _mean_chance(subjects)
    return Planned(
        words=_words(asked),
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
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise ActionRefused(f"Give a name of 1 to {LONGEST_NAME} visible characters; others find it by it.")
    asked = _prepared(installation, actor, plain, scenario_id, starts, ends, hold_out_share)
    with installation.store.transaction() as together:
        subjects, left_out = _taken(together, asked, leave_out=leave_out)
        row = _row(installation, actor, asked, called, subjects, left_out)
        drawn = [
            replace(one, is_held=action_subjects.is_held(row.id, one.key, asked.share)) for one in subjects
        ]
        if all(one.is_held for one in drawn):
            raise ActionRefused("By lot everybody is held out, so nobody gets it: choose more customers.")
        made = together.record_action(row, drawn)
        _record(installation, actor, made, "started", together, {"subjects": _fingerprint(drawn)})
    return made


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
        _record(installation, actor, row, "called off", together, {"reason": said})
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


# --- what both stand on ------------------------------------------------------------------------------


def _prepared(
    installation: Installation,
    actor: Actor,
    plain: Mapping[str, Any] | None,
    scenario_id: str | None,
    starts: date | None,
    ends: date | None,
    hold_out_share: float | None,
) -> _Prepared:
    on, champion = scenarios.allowed(installation, actor)
    if champion.is_draft:
        raise ActionRefused(
            "The model is a draft that nobody has signed: its figures are for analysis, not for action. "
            "Review and sign it on the Model page first."
        )
    row = kept_scenarios.one(installation, actor, scenario_id) if scenario_id is not None else None
    asked = parse_scenario(plain or {} if row is None else row.scenario)
    engine, spec = scenarios.open_engine(installation, on.dataset, champion), on.dataset.spec
    scenarios.checked(asked, engine)
    scenario = action_subjects.levers(asked, spec)
    if not scenario.steps:
        raise ActionRefused(
            "Nothing in this scenario is ours to do, since assumptions are no part of an action: add a step "
            "that moves a lever."
        )
    first, last, due = _days(installation.store.clock().date(), starts, ends, spec.horizon_months)
    share = installation.settings.hold_out_share if hold_out_share is None else hold_out_share
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise ActionRefused(
            f"A share of {share:g} cannot be held out: give one of {LEAST_SHARE:g} to {MOST_SHARE:g}. "
            "Without anybody held out, nobody could tell what the action did."
        )
    subjects = list(action_subjects.changed(engine, scenario))
    if not subjects:
        raise ActionRefused("It changes nobody: they all have what it would give them. Choose others.")
    trials = action_subjects.trials(installation.store, spec.name, first, due)
    trialled = action_subjects.in_trials(installation, on.dataset, trials)
    return _Prepared(
        on, engine, scenario, row.id if row else None, first, last, due, share, subjects,
        [one.id for one in trials], trialled,
    )  # fmt: skip


def _days(
    today: date, starts: date | None, ends: date | None, horizon_months: int
) -> tuple[date, date, date]:
    """Give first day, last day, and until when who leaves counts: at least a horizon."""
    first = starts or today
    last = ends or _months_after(first, 1)
    if first < today:
        raise ActionRefused(
            f"It would begin on {first:%d %B %Y}, which is over: nobody can be held out of what was done. "
            "Begin today or later."
        )
    if last < first:
        raise ActionRefused(f"It would end on {last:%d %B %Y}, before it begins: give a later day.")
    if (last - first).days > LONGEST_DAYS:
        raise ActionRefused(f"It would last {(last - first).days} days: {LONGEST_DAYS} are the most.")
    return first, last, max(last, _months_after(first, horizon_months))


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _taken(
    together: Transaction, asked: _Prepared, *, leave_out: bool
) -> tuple[list[Subject], dict[str, int]]:
    """Give who is free, seen in the transaction that writes, and how many are left out for what."""
    spec_name = asked.on.dataset.spec.name
    serving = together.serving_version(spec_name)
    if serving is None or asked.on.version is None:
        raise ActionRefused("No model answers any more: start again.")
    if serving.version != asked.on.version and serving.state == "champion" and asked.on.notice is None:
        raise ActionRefused("Another version became champion in this moment: start again.")
    trials = action_subjects.trials(together, spec_name, asked.starts, asked.due)
    if [one.id for one in trials] != asked.trials:
        raise ActionRefused("An A/B comparison began or ended in this moment: start again.")
    found = action_subjects.collisions(
        together, spec_name, asked.starts, asked.due, asked.keys, asked.trialled
    )
    if found and not leave_out:
        raise Colliding(found)
    free = _without(asked.subjects, found)
    if not free:
        raise ActionRefused("All of these customers are taken at that time: choose other days or others.")
    return free, {one.id: len(one.keys) for one in found}


def _row(
    installation: Installation,
    actor: Actor,
    asked: _Prepared,
    name: str,
    subjects: Sequence[Subject],
    left_out: Mapping[str, int],
) -> ActionRow:
    base, count = _mean_chance(subjects), len(subjects)
    held = round(asked.share * count)
    plan = {
        "scenario": asked.scenario.plain(),
        "words": list(_words(asked)),
        "columns": sorted({step.column for step in asked.scenario.steps}),
        "currency": asked.on.dataset.spec.currency,
        "fits_horizon": asked.due == _months_after(asked.starts, asked.on.dataset.spec.horizon_months),
        "base": base,
        "detectable": detectable(base, count - held, held),
        "left_out": dict(left_out),
    }
    assert asked.on.version is not None
    return ActionRow(
        id=secrets.token_hex(4),
        spec_name=asked.on.dataset.spec.name,
        name=name,
        plan=plan,
        version=asked.on.version,
        snapshot=asked.on.dataset.snapshot,
        actor=actor.id,
        actor_name=actor.name,
        starts=asked.starts,
        ends=asked.ends,
        due=asked.due,
        hold_out_share=asked.share,
        created=installation.store.clock(),
        scenario_id=asked.scenario_id,
    )


def _record(
    installation: Installation,
    actor: Actor,
    row: ActionRow,
    step: str,
    together: Transaction,
    more: Mapping[str, Any],
) -> None:
    """Put on record what was done with an action (see ``services.action_words``)."""
    log.record(
        installation,
        actor,
        "action",
        subject=row.id,
        version=row.version,
        snapshot=row.snapshot,
        payload={
            "step": step,
            "name": row.name,
            "words": row.plan["words"],
            "scenario": row.plan["scenario"],
            "scenario_id": row.scenario_id,
            "starts": row.starts.isoformat(),
            "ends": row.ends.isoformat(),
            "due": row.due.isoformat(),
            "hold_out_share": row.hold_out_share,
            "contacted": row.contacted.customers,
            "held": row.held.customers,
            "left_out": row.plan["left_out"],
            "detectable": row.plan["detectable"],
            **more,
        },
        transaction=together,
    )


def _words(asked: _Prepared) -> tuple[str, ...]:
    return tuple(scenario_words.step(step, asked.on.dataset.spec) for step in asked.scenario.steps)


def _without(subjects: Sequence[Subject], found: Sequence[Collision]) -> list[Subject]:
    taken = frozenset().union(*(one.keys for one in found))
    return [one for one in subjects if one.key not in taken]


def _mean_chance(subjects: Sequence[Subject]) -> float:
    return sum(one.chance for one in subjects) / len(subjects) if subjects else 0.0


def _fingerprint(subjects: Sequence[Subject]) -> str:
    """Hash keys, arms and scores by key; floats by their exact hexadecimal form."""
    digest = hashlib.sha256()
    for one in sorted(subjects, key=lambda one: one.key):
        digest.update(f"{one.key}\0{one.is_held:d}\0{one.log_odds.hex()}\n".encode())
    return digest.hexdigest()


def _text(row: ActionRow) -> str:
    parts = (row.id, row.name, row.actor_name, row.spec_name, row.version, *row.plan["words"])
    return " ".join(parts).casefold()
