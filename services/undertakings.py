"""Actions and trials in one register: who is affected, what about them, where, how long, what collides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from config import labels
from data.store import ActionRow, ExperimentRow
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

TRIALS = {"shadow": "shadow", "canary": "canary", "ab": "A/B comparison"}
WHERE = "outside Keepsight: a list that went out"


@dataclass(frozen=True)
class Undertaking:
    """An action on customers, or a trial of a version on them.

    Attributes
    ----------
    kind : str
        ``action``, or the kind of trial.
    name, who, what, where : str
        What it is called, and whom it affects, what about them, and where, in words.
    by : str
        Who began it.
    begins, ends : date
        Of a trial that has ended, the day on which it did.
    state : str
        ``to come``, ``running``, ``over`` or ``called off``; how it ended, of a trial.
    collisions : str
        What else touches the same people, and what was done about it.
    outcome : str
        What came of it, where somebody said so.
    path : str
        The page where it stands in full.
    """

    id: str
    kind: str
    name: str
    who: str
    what: str
    where: str
    by: str
    begins: date
    ends: date
    state: str
    collisions: str
    outcome: str
    path: str

    @property
    def is_current(self) -> bool:
        """Whether it runs now, or is to come."""
        return self.state in ("to come", "running")


def listing(installation: Installation, actor: Actor, search: str = "") -> tuple[Undertaking, ...]:
    """Give those in which each word of ``search`` occurs: current ones first, then latest first."""
    require(actor, "see-governance")
    today = installation.store.clock().date()
    trials = installation.store.experiments()
    found = [_action(row, today) for row in installation.store.actions()]
    found += [_trial(row, trials) for row in trials]
    words = search.casefold().split()
    kept = [one for one in found if all(word in _text(one) for word in words)]
    kept.sort(key=lambda one: one.begins, reverse=True)
    return tuple(sorted(kept, key=lambda one: not one.is_current))


def _action(row: ActionRow, today: date) -> Undertaking:
    reached, held = row.contacted.customers, row.held.customers
    out = f", {held:,} held out by lot to compare with" if held else ""
    left_out = row.plan.get("left_out") or {}
    collisions = "; ".join(
        f"{_customers(count)} left out, being in {other}" for other, count in left_out.items()
    )
    return Undertaking(
        id=row.id,
        kind="action",
        name=row.name,
        who=f"{_customers(reached)} contacted{out}",
        what="; ".join(row.plan.get("words") or ()),
        where=WHERE,
        by=row.actor_name,
        begins=row.starts,
        ends=row.ends,
        state=_stands(row, today),
        collisions=collisions or "none",
        outcome="",
        path=f"/actions?action={row.id}",
    )


def _stands(row: ActionRow, today: date) -> str:
    if row.called_off is not None:
        return "called off"
    return "to come" if row.starts > today else "running" if row.ends >= today else "over"


def _trial(row: ExperimentRow, others: Sequence[ExperimentRow]) -> Undertaking:
    chosen = "; ".join(
        f"{labels.label(column)}: {' or '.join(map(str, row.who[column]))}" for column in row.who
    )
    share = "" if row.kind == "shadow" else f", {row.share:.0%} of them by the version tried"
    beside = [one.id for one in others if one.id != row.id and _meet(row, one)]
    return Undertaking(
        id=row.id,
        kind=TRIALS.get(row.kind, row.kind),
        name=f"version {row.version[:8]} against {row.against[:8]}",
        who=f"{chosen or 'everybody'}{share}",
        what=row.what,
        where=row.place,
        by=row.name,
        begins=row.started.date(),
        ends=(row.ended or row.planned_end).date(),
        state="running" if row.ended is None else row.how or "over",
        collisions=f"same people as trial {', '.join(beside)}; one of each pair was shown to nobody"
        if beside
        else "none",
        outcome=row.outcome or "",
        path=f"/trials?trial={row.id}",
    )


def _meet(one: ExperimentRow, other: ExperimentRow) -> bool:
    """Say whether two trials touched the same people at the same time."""
    if one.spec_name != other.spec_name:
        return False
    ends = [row.ended or row.planned_end for row in (one, other)]
    if one.started >= ends[1] or other.started >= ends[0]:
        return False
    return all(set(one.who[column]) & set(other.who[column]) for column in one.who if column in other.who)


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"


def _text(one: Undertaking) -> str:
    parts = (one.id, one.kind, one.name, one.who, one.what, one.where, one.by, one.state, one.outcome)
    return " ".join((*parts, one.begins.isoformat(), one.collisions)).casefold()
