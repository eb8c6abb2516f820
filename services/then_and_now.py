"""Then and now: the case of an entry under the model of then, and the same asked today.

The difference is split into what changed in the customer's data and what in the model.
"""

from __future__ import annotations

from models import derivation
from services import customers, log, movement, routing
from services.installation import Installation
from services.movement import Before, Moved
from services.replay.then import NotReplayable, champion_of, dataset_of
from services.roles import Actor
from services.stamp import standing

KINDS = ("prediction", "what-if")


def compare(installation: Installation, actor: Actor, seq: int) -> Moved:
    """Ask the case of an entry again, of today's data and model; it is on record when this returns.

    Raises
    ------
    services.log.NoSuchEntry
        If there is no such entry that this person may read.
    NotReplayable
        If the entry is about no single customer, or what it stood on is gone.
    services.customers.NoSuchCustomer
        If the customer is not among today's.
    """
    entry = log.one(installation, actor, seq)
    if entry.kind not in KINDS or entry.payload is None or entry.subject is None:
        raise NotReplayable(
            "Only an answer about one customer can be asked again of today's model: choose such an entry."
        )
    dataset, champion = dataset_of(installation, entry), champion_of(installation, entry.version)
    then = installation.warehouse.customer(dataset.snapshot, entry.subject)
    if then is None:
        raise NotReplayable(f"Customer {entry.subject!r} is not in the data of then any more.")
    on = standing(installation, actor)
    if on.dataset.spec.name != dataset.spec.name:
        raise NotReplayable(
            f"It was about the customers of {dataset.spec.title!r}, and others are in use now: "
            f"`flask data use {dataset.spec.name}` brings them back."
        )
    now = customers.find(installation, on.dataset, entry.subject)
    on, trial = routing.stand(installation, actor, on, entry.subject, now)
    if changes := entry.payload.get("changes"):
        then = derivation.move(then, changes, dataset.spec)
        now = derivation.move(now, changes, on.dataset.spec)
    if on.champion is None:
        return movement.nothing(installation, on, entry.subject, now, on.withheld or "")
    called = f"entry {entry.seq} of {entry.time:%d %B %Y}"
    before = Before(then, called, champion.scorecard, champion.version)
    return movement.between(
        installation, actor, on, entry.subject, before, now, {"of_entry": entry.seq, **trial}
    )
