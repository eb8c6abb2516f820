"""Actions: what was done, the customers it is about as they were then, and who of them left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, bindparam, case, func, insert, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import action_subjects, actions

BATCH = 10_000

T = TypeVar("T")


@dataclass(frozen=True)
class Subject:
    """A customer of an action, frozen as it stood when the action was made.

    Attributes
    ----------
    is_held : bool
        Whether the customer was drawn to get nothing.
    steps : str
        Numbers of the steps meant for the customer, such as ``1 and 2``.
    log_odds, chance : float
        The score, and the same as a probability.
    cost : float
        Of the steps, in currency.
    worth : float or None
        In currency; None where it is not known.
    """

    key: str
    is_held: bool
    steps: str
    log_odds: float
    chance: float
    cost: float
    worth: float | None = None


@dataclass(frozen=True)
class Tally:
    """One arm of an action, summed up.

    Attributes
    ----------
    customers, known, left : int
        All of them, those whose outcome is known, and those of them who left.
    chance : float
        Sum of the frozen chances of those known.
    cost : float
        Of all of them, in currency.
    valued : int
        Those known whose worth is known as well.
    lost, lost_squares : float
        Sums of their worth, and of its square, over those who left.
    """

    customers: int = 0
    known: int = 0
    left: int = 0
    chance: float = 0.0
    cost: float = 0.0
    valued: int = 0
    lost: float = 0.0
    lost_squares: float = 0.0


@dataclass(frozen=True)
class ActionRow:
    """An action on record.

    Attributes
    ----------
    plan : dict
        What is done: ``scenario`` (lever steps), ``words`` (each step), ``columns`` and what was planned;
        ``kind`` is ``single`` where it is for one customer.
    version, snapshot : str
        What the frozen scores stand on.
    scenario_id : str or None
        The kept scenario it came from.
    starts, ends, due : date
        First and last day of it; the last day on which who leaves counts.
    hold_out_share : float
        Share (0 to 1) drawn to get nothing.
    contacted, held : Tally
        The two arms.
    called_off : datetime or None
        Since when it is no longer carried out; ``called_off_by`` is an id.
    """

    id: str
    spec_name: str
    name: str
    plan: dict[str, Any]
    version: str
    snapshot: str
    actor: str
    actor_name: str
    starts: date
    ends: date
    due: date
    hold_out_share: float
    created: datetime
    scenario_id: str | None = None
    contacted: Tally = field(default_factory=Tally)
    held: Tally = field(default_factory=Tally)
    called_off: datetime | None = None
    called_off_by: str | None = None
    reason: str | None = None

    @property
    def is_single(self) -> bool:
        """Whether it is for one customer: nobody is held out, and no effect is told."""
        return self.plan.get("kind") == "single"


class Actions(Reach):
    """Actions, their subjects and outcomes."""

    def record_action(self, row: ActionRow, subjects: Iterable[Subject]) -> ActionRow:
        """Put an action on record with its subjects; give it with its arms summed up."""
        plain = {one.name: getattr(row, one.name) for one in fields(row)}
        del plain["contacted"], plain["held"]
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            number = next_number(connection, actions)
            connection.execute(insert(actions), {**plain, "number": number, "tally": {}})
            for batch in _batches(subjects):
                connection.execute(
                    insert(action_subjects), [{"action": row.id, **vars(one)} for one in batch]
                )
            return _sum_up(connection, row.id)

    def actions(self, spec_name: str | None = None) -> list[ActionRow]:
        """Give the actions, latest first, of one spec or of all."""
        query = select(actions).order_by(actions.c.number.desc())
        if spec_name is not None:
            query = query.where(actions.c.spec_name == spec_name)
        with self.reading() as connection:
            return [_as_action(row) for row in connection.execute(query)]

    def action(self, action_id: str) -> ActionRow | None:
        """Give an action by its id; None where it is unknown."""
        with self.reading() as connection:
            row = connection.execute(select(actions).where(actions.c.id == action_id)).first()
        return None if row is None else _as_action(row)

    def busy(self, spec_name: str, starts: date, due: date) -> dict[str, frozenset[str]]:
        """Give the keys of the customers of each action whose days meet these, by its id."""
        query = select(actions.c.id).where(
            actions.c.spec_name == spec_name, actions.c.called_off.is_(None),
            actions.c.starts <= due, actions.c.due >= starts,
        )  # fmt: skip
        with self.reading() as connection:
            found = connection.execute(query.order_by(actions.c.number)).scalars().all()
            return {one: frozenset(_keys(connection, one)) for one in found}

    def subjects(self, action_id: str, *, is_held: bool | None = None) -> Iterator[Subject]:
        """Give the subjects of an action by key, those of one arm where it is named, some thousand a read."""
        query = select(action_subjects).where(action_subjects.c.action == action_id)
        if is_held is not None:
            query = query.where(action_subjects.c.is_held.is_(is_held))
        query, last = query.order_by(action_subjects.c.key).limit(BATCH), ""
        while True:
            with self.reading() as connection:
                rows = connection.execute(query.where(action_subjects.c.key > last)).all()
            if not rows:
                return
            yield from (
                Subject(**{one.name: getattr(row, one.name) for one in fields(Subject)}) for row in rows
            )
            last = rows[-1].key

    def action_outcomes(self, action_id: str) -> dict[str, bool | None]:
        """Say of each subject of an action whether they left; None where it is not known."""
        query = select(action_subjects.c.key, action_subjects.c.has_left)
        with self.reading() as connection:
            rows = connection.execute(query.where(action_subjects.c.action == action_id)).all()
        return {row.key: row.has_left for row in rows}

    def record_outcomes(self, action_id: str, left: Mapping[str, tuple[bool, date]]) -> ActionRow:
        """Write down who left, by key, and of which day that is told; give the action summed up anew."""
        change = (
            update(action_subjects)
            .where(action_subjects.c.action == action_id, action_subjects.c.key == bindparam("subject"))
            .values(has_left=bindparam("gone"), told=bindparam("day"))
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            for batch in _batches(left.items()):
                connection.execute(
                    change, [{"subject": key, "gone": gone, "day": day} for key, (gone, day) in batch]
                )
            return _sum_up(connection, action_id)

    def call_off(self, action_id: str, *, actor: str, reason: str) -> bool:
        """Call an action off; False where it was before, which stays as it was."""
        change = (
            update(actions)
            .where(actions.c.id == action_id, actions.c.called_off.is_(None))
            .values(called_off=self.clock(), called_off_by=actor, reason=reason)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _keys(connection: Connection, action_id: str) -> Iterable[str]:
    return connection.execute(
        select(action_subjects.c.key).where(action_subjects.c.action == action_id)
    ).scalars()


def _sum_up(connection: Connection, action_id: str) -> ActionRow:
    """Sum the subjects up by arm and keep that with the action."""
    c = action_subjects.c
    is_known, has_left = c.has_left.is_not(None), c.has_left.is_(True)
    is_valued = is_known & c.worth.is_not(None)
    lost = has_left & c.worth.is_not(None)

    def total(condition: Any, value: Any) -> Any:
        return func.coalesce(func.sum(case((condition, value), else_=0)), 0)

    query = select(
        c.is_held,
        func.count().label("customers"),
        total(is_known, 1).label("known"),
        total(has_left, 1).label("left"),
        total(is_known, c.chance).label("chance"),
        func.sum(c.cost).label("cost"),
        total(is_valued, 1).label("valued"),
        total(lost, c.worth).label("lost"),
        total(lost, c.worth * c.worth).label("lost_squares"),
    )
    rows = connection.execute(query.where(c.action == action_id).group_by(c.is_held)).all()
    tally = {
        "held" if row.is_held else "contacted": {one.name: getattr(row, one.name) for one in fields(Tally)}
        for row in rows
    }
    connection.execute(update(actions).where(actions.c.id == action_id).values(tally=tally))
    return _as_action(connection.execute(select(actions).where(actions.c.id == action_id)).one())


def _as_action(row: Row[Any]) -> ActionRow:
    plain = {
        one.name: getattr(row, one.name) for one in fields(ActionRow) if one.name not in ("contacted", "held")
    }
    arms: dict[str, Any] = {arm: Tally(**sums) for arm, sums in row.tally.items()}
    return ActionRow(**plain, **arms)
