"""The register of experiments, and promotions that were held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data.store.engine import LOG_LOCK, Reach, take_turn
from data.store.installation import next_number
from data.store.tables import experiments, held_changes


@dataclass(frozen=True)
class ExperimentRow:
    """An experiment on record.

    Attributes
    ----------
    kind : str
        ``shadow``, ``canary`` or ``ab``.
    version, against : str
        The version tried, and the champion it is tried against.
    snapshot : str
        The customers it began with.
    who : dict
        Column to its levels: who is affected; empty means everybody.
    what, place : str
        What about them, and where.
    share : float
        Share (0 to 1) of those who get the version tried.
    plan : dict
        What was planned: sizes of the arms and what they are to find.
    actor, name : str
        Id and name of who started it.
    answers, errors : int
        What the version tried was asked, and what of it failed.
    ended, ended_by, how, outcome
        None while it runs; ``ended_by`` is an id, ``how`` one of ``stopped``, ``finished``, ``rolled back``.
    """

    id: str
    spec_name: str
    kind: str
    version: str
    against: str
    snapshot: str
    who: dict[str, Any]
    what: str
    place: str
    share: float
    started: datetime
    planned_end: datetime
    actor: str
    name: str
    plan: dict[str, Any] = field(default_factory=dict)
    answers: int = 0
    errors: int = 0
    ended: datetime | None = None
    ended_by: str | None = None
    how: str | None = None
    outcome: str | None = None


@dataclass(frozen=True)
class HeldRow:
    """A promotion that was held back because it would change too much at once.

    ``until`` is when it may be made, None where only an override helps. ``settled`` is None while it waits;
    then ``how`` says ``passed``, ``overridden``, ``dropped`` or ``cancelled``, and ``reason`` why. ``role``,
    ``report_sha256`` and ``statement`` are the signature that waits with it.
    """

    number: int
    spec_name: str
    version: str
    against: str
    time: datetime
    actor: str
    name: str
    effect: dict[str, Any]
    until: datetime | None
    settled: datetime | None = None
    settled_by: str | None = None
    how: str | None = None
    reason: str | None = None
    role: str | None = None
    report_sha256: str | None = None
    statement: str | None = None


class Experiments(Reach):
    """Experiments and held changes."""

    def record_experiment(self, row: ExperimentRow) -> None:
        """Put an experiment in the register."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            connection.execute(
                insert(experiments), {**vars(row), "number": next_number(connection, experiments)}
            )

    def experiments(self, spec_name: str | None = None, *, running: bool = False) -> list[ExperimentRow]:
        """Give the experiments, latest first, of one spec or of all; only those not ended if ``running``."""
        query = select(experiments).order_by(experiments.c.number.desc())
        if spec_name is not None:
            query = query.where(experiments.c.spec_name == spec_name)
        if running:
            query = query.where(experiments.c.ended.is_(None))
        with self.reading() as connection:
            return [_as_experiment(row) for row in connection.execute(query)]

    def experiment(self, experiment_id: str) -> ExperimentRow | None:
        """Give an experiment by its id; None where it is unknown."""
        query = select(experiments).where(experiments.c.id == experiment_id)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _as_experiment(row)

    def end_experiment(self, experiment_id: str, *, actor: str, how: str, outcome: str) -> bool:
        """End an experiment with what came of it; False where it had ended before, which stays as it was."""
        change = (
            update(experiments)
            .where(experiments.c.id == experiment_id, experiments.c.ended.is_(None))
            .values(ended=self.clock(), ended_by=actor, how=how, outcome=outcome)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return _changed(connection, change)

    def count_answers(self, experiment_id: str, *, answers: int = 1, errors: int = 0) -> int:
        """Add to what the version tried was asked, and to what of it failed; give how often it was asked.

        No two callers are given the same number for one answer each. 0 where there is no such experiment.
        """
        change = (
            update(experiments)
            .where(experiments.c.id == experiment_id)
            .values(answers=experiments.c.answers + answers, errors=experiments.c.errors + errors)
            .returning(experiments.c.answers)
        )
        with self.writing() as connection:
            return int(connection.execute(change).scalar() or 0)

    def record_held(
        self,
        *,
        spec_name: str,
        version: str,
        against: str,
        actor: str,
        name: str,
        effect: Mapping[str, Any],
        until: datetime | None,
        role: str | None = None,
        report_sha256: str | None = None,
        statement: str | None = None,
    ) -> HeldRow:
        """Keep that a promotion was held back; one that waits already for the same change stays as it was."""
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            for waiting in _held(connection, spec_name, waiting=True):
                if (waiting.version, waiting.against) == (version, against):
                    return waiting
            row = HeldRow(
                next_number(connection, held_changes),
                spec_name,
                version,
                against,
                self.clock(),
                actor,
                name,
                dict(effect),
                until,
                role=role,
                report_sha256=report_sha256,
                statement=statement,
            )
            connection.execute(insert(held_changes), vars(row))
        return row

    def held(self, spec_name: str, *, waiting: bool = False) -> list[HeldRow]:
        """Give the promotions held back for a spec, latest first; only those that wait if ``waiting``."""
        with self.reading() as connection:
            return _held(connection, spec_name, waiting=waiting)

    def settle_held(self, version: str, *, actor: str, how: str, reason: str | None = None) -> int:
        """Settle what waited for a version to be promoted; give how many did."""
        change = (
            update(held_changes)
            .where(held_changes.c.version == version, held_changes.c.settled.is_(None))
            .values(settled=self.clock(), settled_by=actor, how=how, reason=reason)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount

    def close_held(self, number: int, *, actor: str, how: str, reason: str) -> bool:
        """Settle one promotion that waits, by its number; False where it waits no more."""
        change = (
            update(held_changes)
            .where(held_changes.c.number == number, held_changes.c.settled.is_(None))
            .values(settled=self.clock(), settled_by=actor, how=how, reason=reason)
        )
        with self.writing() as connection:
            take_turn(connection, LOG_LOCK)
            return _changed(connection, change)


def _held(connection: Connection, spec_name: str, *, waiting: bool) -> list[HeldRow]:
    query = (
        select(held_changes)
        .where(held_changes.c.spec_name == spec_name)
        .order_by(held_changes.c.number.desc())
    )
    if waiting:
        query = query.where(held_changes.c.settled.is_(None))
    return [
        HeldRow(**{one.name: getattr(row, one.name) for one in fields(HeldRow)})
        for row in connection.execute(query)
    ]


def _changed(connection: Connection, change: Any) -> bool:
    return connection.execute(change, execution_options={"preserve_rowcount": True}).rowcount == 1


def _as_experiment(row: Row[Any]) -> ExperimentRow:
    return ExperimentRow(**{one.name: getattr(row, one.name) for one in fields(ExperimentRow)})
