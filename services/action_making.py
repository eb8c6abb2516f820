"""Making an action: what was asked for is checked, who is free is seen, and what is made is on record."""

from __future__ import annotations

import hashlib
import secrets
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from data.store import ActionRow, Subject, Transaction
from models.sample_size import detectable
from models.scenario import Engine, Scenario, parse_scenario
from services import action_subjects, kept_scenarios, log, scenario_words, scenarios
from services.action_subjects import Collision
from services.roles import Actor
from services.stamp import Standing

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST_DAYS = 365
LEAST_SHARE, MOST_SHARE = 0.01, 0.5
LONGEST_NAME = 120

SINGLE = "single"
"""The kind of an action for one customer: of one, nobody can be held out, so no effect is ever told."""


class ActionRefused(ValueError):
    """An action that cannot be; the message says why and how to mend it."""


class Colliding(ActionRefused):
    """Some of the same people are in another action or in an A/B: leave them out, or wait.

    ``key`` names the customer of an action for one, who cannot be left out.
    """

    def __init__(self, found: Sequence[Collision], key: str | None = None) -> None:
        self.collisions = tuple(found)
        words = "; ".join(one.words for one in found)
        super().__init__(
            f"Some of these customers are taken at that time: {words}. Leave them out (--leave-out), choose "
            "other days, or choose other customers."
            if key is None
            else f"Customer {key} is {' and '.join(one.place for one in found)} at that time: nobody could "
            "tell what did what. Wait until that is over, or have it called off."
        )


@dataclass(frozen=True)
class Prepared:
    """An action as asked for, checked, and the customers it would be about; a share of 0 is for one only."""

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
        """Ids of the customers it would be about."""
        return frozenset(one.key for one in self.subjects)


def share_held_out(installation: Installation, asked: float | None) -> float:
    """Give the share (0 to 1) to hold out, the setting's where none is asked for."""
    share = installation.settings.hold_out_share if asked is None else asked
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise ActionRefused(
            f"A share of {share:g} cannot be held out: give one of {LEAST_SHARE:g} to {MOST_SHARE:g}. "
            "Without anybody held out, nobody could tell what the action did."
        )
    return share


def checked_name(name: str) -> str:
    """Give a name in one line; ActionRefused where it is none."""
    called = " ".join(name.split())
    if not called or len(called) > LONGEST_NAME or not called.isprintable():
        raise ActionRefused(f"Give a name of 1 to {LONGEST_NAME} visible characters; others find it by it.")
    return called


def prepare(
    installation: Installation,
    actor: Actor,
    plain: Mapping[str, Any] | None,
    scenario_id: str | None,
    starts: date | None,
    ends: date | None,
    share: float,
) -> Prepared:
    """Check what is asked for; ActionRefused, or what scenarios raise, where it cannot be."""
    on, champion = scenarios.allowed(installation, actor)
    if champion.is_draft:
        raise ActionRefused(
            "The model is a draft that nobody has signed: its figures are for analysis, not for action. "
            "Review and sign it on the Model page first."
        )
    row = kept_scenarios.one(installation, actor, scenario_id) if scenario_id is not None else None
    asked = parse_scenario(plain or {} if row is None else row.scenario)
    scenarios.check_nobody_objects(installation, on.dataset, asked)
    engine, spec = scenarios.open_engine(installation, on.dataset, champion), on.dataset.spec
    scenarios.checked(asked, engine)
    scenario = action_subjects.levers(asked, spec)
    if not scenario.steps:
        raise ActionRefused(
            "Nothing in this scenario is ours to do, since assumptions are no part of an action: add a step "
            "that moves a lever."
        )
    first, last, due = _days(installation.store.clock().date(), starts, ends, spec.horizon_months)
    subjects = list(action_subjects.changed(engine, scenario))
    if not subjects:
        raise ActionRefused(
            "It changes nobody: they all have what it would give them. Choose others."
            if share
            else "It changes nothing for this customer. Choose another offer."
        )
    trials = action_subjects.trials(installation.store, spec.name, first, due)
    trialled = action_subjects.in_trials(installation, on.dataset, trials)
    return Prepared(
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


def free_subjects(
    together: Transaction, asked: Prepared, *, leave_out: bool
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
    objecting = together.objectors(spec_name)  # who objected since the engine was asked
    free = [one for one in without(asked.subjects, found) if one.key not in objecting]
    if not free and objecting & asked.keys:
        raise ActionRefused("All of these customers objected to profiling: choose others.")
    if not free:
        raise ActionRefused("All of these customers are taken at that time: choose other days or others.")
    return free, {one.id: len(one.keys) for one in found}


def new_row(
    installation: Installation,
    actor: Actor,
    asked: Prepared,
    name: str,
    subjects: Sequence[Subject],
    left_out: Mapping[str, int],
) -> ActionRow:
    """Make the row of an action, with an id that nobody guesses."""
    base, count = mean_chance(subjects), len(subjects)
    held = round(asked.share * count)
    plan = {
        "scenario": asked.scenario.plain(),
        "words": list(step_words(asked)),
        "columns": sorted({step.column for step in asked.scenario.steps}),
        "currency": asked.on.dataset.spec.currency,
        "fits_horizon": asked.due == _months_after(asked.starts, asked.on.dataset.spec.horizon_months),
        "base": base,
        "detectable": detectable(base, count - held, held),
        "left_out": dict(left_out),
    }
    if not asked.share:
        plan["kind"] = SINGLE
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


def put_on_record(
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
            "kind": row.plan.get("kind"),
            "contacted": row.contacted.customers,
            "held": row.held.customers,
            "left_out": row.plan["left_out"],
            "detectable": row.plan["detectable"],
            **more,
        },
        transaction=together,
    )


def step_words(asked: Prepared) -> tuple[str, ...]:
    """Say what is done, a line a step."""
    return tuple(scenario_words.step(step, asked.on.dataset.spec) for step in asked.scenario.steps)


def without(subjects: Sequence[Subject], found: Sequence[Collision]) -> list[Subject]:
    """Leave out who is taken."""
    taken = frozenset().union(*(one.keys for one in found))
    return [one for one in subjects if one.key not in taken]


def mean_chance(subjects: Sequence[Subject]) -> float:
    """Give the share (0 to 1) expected to leave."""
    return sum(one.chance for one in subjects) / len(subjects) if subjects else 0.0


def fingerprint(subjects: Sequence[Subject]) -> str:
    """Hash keys, arms and scores by key; floats by their exact hexadecimal form."""
    digest = hashlib.sha256()
    for one in sorted(subjects, key=lambda one: one.key):
        digest.update(f"{one.key}\0{one.is_held:d}\0{one.log_odds.hex()}\n".encode())
    return digest.hexdigest()
