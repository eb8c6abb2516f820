"""Whom an action is about: the customers that lever steps reach and change, and who of them is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from config.dataset import DatasetSpec, Role
from data.store import ExperimentRow, Store, Subject, Transaction
from models.scenario import Engine, Scenario
from models.scenario.given import given
from models.scenario.moving import Moving
from models.scorecard import logistic
from services import arms
from services.installation import Dataset

if TYPE_CHECKING:
    from services.installation import Installation

CHUNK = 1 << 14


@dataclass(frozen=True)
class Collision:
    """Another action, or an A/B, that some of the same customers are in; ``kind`` is ``action`` or ``ab``."""

    kind: str
    id: str
    keys: frozenset[str]

    @property
    def words(self) -> str:
        """The same in words: how many, with what."""
        count = len(self.keys)
        those = "1 customer is" if count == 1 else f"{count:,} customers are"
        return f"{those} {self.place}"

    @property
    def place(self) -> str:
        """What they are in, in words."""
        return f"in the {'action' if self.kind == 'action' else 'A/B comparison'} {self.id}"


def levers(scenario: Scenario, spec: DatasetSpec) -> Scenario:
    """Keep the steps that we can take; assumptions are what others do."""
    steps = [step for step in scenario.steps if spec.feature(step.column).role is Role.LEVER]
    return Scenario(steps=tuple(steps))


def changed(engine: Engine, scenario: Scenario) -> Iterator[Subject]:
    """Give the customers whom a scenario changes, as they stand now; nobody is held out yet."""
    base = engine.base
    moving = Moving(base, scenario, base.value_months)
    moving.choose()
    for start in range(0, base.rows, CHUNK):
        rows = slice(start, min(start + CHUNK, base.rows))
        steps = given(moving, rows)
        for place in np.flatnonzero(np.any([step.changed for step in steps], axis=0)):
            own = [bool(step.changed[place]) for step in steps]
            log_odds, worth = (float(base.arrays[name][start + place]) for name in ("log_odds", "worth"))
            yield Subject(
                key=base.key(start + int(place)),
                is_held=False,
                steps=" and ".join(str(number) for number, gets in enumerate(own, start=1) if gets),
                log_odds=log_odds,
                chance=float(logistic(log_odds)),
                cost=float(sum(step.costs[place] for step in steps)),
                worth=None if worth != worth else worth,
            )


def is_held(action_id: str, key: str, share: float) -> bool:
    """Draw whether a customer is held out of an action: by a hash, always the same on every machine."""
    return arms.place(action_id, key) < share


def trials(store: Store | Transaction, spec_name: str, starts: date, due: date) -> list[ExperimentRow]:
    """Give the A/B comparisons that run in some of these days."""
    return [
        row
        for row in store.experiments(spec_name, running=True)
        if row.kind == "ab" and row.started.date() <= due and row.planned_end.date() >= starts
    ]


def in_trials(installation: Installation, dataset: Dataset, rows: Sequence[ExperimentRow]) -> list[Collision]:
    """Give the customers who are in A/B comparisons."""
    if not rows:
        return []
    table = installation.warehouse.current_table(dataset.snapshot)
    keys = table[dataset.spec.id].astype(str).to_numpy()
    return [Collision("ab", row.id, frozenset(keys[arms.affected(row, table)])) for row in rows]


def collisions(
    store: Store | Transaction,
    spec_name: str,
    starts: date,
    due: date,
    keys: frozenset[str],
    trialled: Sequence[Collision],
) -> list[Collision]:
    """Say who of some customers is in another action or A/B comparison on some of these days."""
    busy = [Collision("action", name, taken) for name, taken in store.busy(spec_name, starts, due).items()]
    found = (Collision(one.kind, one.id, one.keys & keys) for one in (*busy, *trialled))
    return [one for one in found if one.keys]
