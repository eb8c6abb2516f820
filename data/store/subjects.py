"""What the store holds about one customer besides the log: the actions that were to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from data.store.engine import Reach
from data.store.tables import action_subjects, actions


@dataclass(frozen=True)
class ActionOfOne:
    """An action and what one customer was in it.

    Attributes
    ----------
    is_held : bool
        Whether the customer was drawn to get nothing, so that the effect can be told.
    steps : str
        Numbers of the steps meant for the customer, such as ``1 and 2``; what they are is in ``plan``.
    chance : float
        The score (0 to 1) it stands on, frozen when it was made.
    """

    id: str
    name: str
    plan: dict[str, Any]
    actor_name: str
    version: str
    starts: date
    ends: date
    created: datetime
    called_off: datetime | None
    is_held: bool
    steps: str
    chance: float


class Subjects(Reach):
    """What is held about one customer."""

    def actions_of_customer(self, spec_name: str, key: str) -> list[ActionOfOne]:
        """Give the actions that a customer is in, the latest first."""
        query = (
            select(
                actions.c.id, actions.c.name, actions.c.plan, actions.c.actor_name, actions.c.version,
                actions.c.starts, actions.c.ends, actions.c.created, actions.c.called_off,
                action_subjects.c.is_held, action_subjects.c.steps, action_subjects.c.chance,
            )
            .join(action_subjects, action_subjects.c.action == actions.c.id)
            .where(actions.c.spec_name == spec_name, action_subjects.c.key == key)
            .order_by(actions.c.number.desc())
        )  # fmt: skip
        with self.reading() as connection:
            return [ActionOfOne(**row._mapping) for row in connection.execute(query)]
