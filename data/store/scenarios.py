"""Scenarios that people kept: a row a revision, so that nothing is ever overwritten."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.people import ALPHABET
from data.store.tables import scenarios

ID_LENGTH = 6

# what is heard or typed for a sign that ids do not have
_HEARD = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


@dataclass(frozen=True)
class ScenarioRow:
    """One revision of a kept scenario; the latest one is the scenario as it stands.

    Attributes
    ----------
    id : str
        Six signs that can be read aloud, the same for all revisions.
    revision : int
        From 1, without gaps.
    author, author_name : str
        Id and name of who kept it first; ``changed_by`` of who made this revision.
    parent : str or None
        Id of the scenario that this one is a branch of.
    archived : datetime or None
        Since when it is out of the way.
    scenario : dict
        Plain JSON, see :class:`models.scenario.Scenario`.
    version, snapshot : str
        What the figures stand on: it is pinned to them.
    kept : datetime
        When the figures were worked out.
    figures : dict
        The answer, as the log holds it.
    basis : dict
        What is needed to tell the figures when version and snapshot are gone.
    """

    id: str
    revision: int
    spec_name: str
    name: str
    note: str
    author: str
    author_name: str
    created: datetime
    changed: datetime
    changed_by: str
    changed_by_name: str
    scenario: dict[str, Any]
    version: str
    snapshot: str
    kept: datetime
    figures: dict[str, Any]
    basis: dict[str, Any]
    parent: str | None = None
    archived: datetime | None = None


class Scenarios(Reach):
    """Kept scenarios and their revisions."""

    def new_scenario_id(self) -> str:
        """Make an id that no scenario has; on a transaction nobody else gets the same."""
        with self.reading() as connection:
            while True:
                made = "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
                if connection.execute(select(scenarios.c.id).where(scenarios.c.id == made)).first() is None:
                    return made

    def record_scenario(self, row: ScenarioRow) -> bool:
        """Add a revision; False where there is one of that number, or more, already: nothing changes then."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            latest = select(func.coalesce(func.max(scenarios.c.revision), 0)).where(scenarios.c.id == row.id)
            if connection.execute(latest).scalar_one() >= row.revision:
                return False
            connection.execute(insert(scenarios), {**vars(row), "number": next_number(connection, scenarios)})
        return True

    def scenario(self, scenario_id: str, revision: int | None = None) -> ScenarioRow | None:
        """Give a kept scenario as it stands, or an earlier revision; None where there is none."""
        query = select(scenarios).where(scenarios.c.id == heard(scenario_id))
        if revision is not None:
            query = query.where(scenarios.c.revision == revision)
        with self.reading() as connection:
            row = connection.execute(query.order_by(scenarios.c.revision.desc()).limit(1)).first()
        return None if row is None else _as_scenario(row)

    def scenarios(self, spec_name: str | None = None) -> list[ScenarioRow]:
        """Give the kept scenarios as they stand, latest change first, of one spec or of all."""
        latest = (
            select(func.max(scenarios.c.number).label("number")).group_by(scenarios.c.id).subquery("latest")
        )
        query = (
            select(scenarios)
            .join(latest, latest.c.number == scenarios.c.number)
            .order_by(scenarios.c.number.desc())
        )
        if spec_name is not None:
            query = query.where(scenarios.c.spec_name == spec_name)
        with self.reading() as connection:
            return [_as_scenario(row) for row in connection.execute(query)]


def heard(scenario_id: str) -> str:
    """Read an id as people say and type it: capitals, blanks and dashes do not count, o means 0."""
    return scenario_id.lower().translate(_HEARD)


def _as_scenario(row: Row[Any]) -> ScenarioRow:
    return ScenarioRow(**{one.name: getattr(row, one.name) for one in fields(ScenarioRow)})
