"""Preparation: whatever an installation needs before its first answer, and nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from services import access, contingency, datasets, training
from services.installation import Installation
from services.roles import SYSTEM

Say = Callable[[str], None]

SIGNABLE = ("draft", "challenger", "retired")


def is_prepared(installation: Installation) -> bool:
    """Say quickly whether there are customers and a version was ever trained for their spec.

    A version that does not answer (withdrawn, or waiting for a signature) counts: training brings the same
    one again, so what helps then is a person's decision, which :func:`what_helps` names.
    """
    store = installation.store
    if not store.is_current():
        return False
    name = store.current_spec()
    snapshot = store.current_snapshot(name) if name else None
    if name is None or snapshot is None:
        return False
    spec_hash = installation.warehouse.snapshot(snapshot).spec_hash
    return any(row.spec_hash == spec_hash for row in store.versions(name))


def what_helps(installation: Installation) -> str | None:
    """Say what brings scores where none of the versions trained answers; None where one does."""
    in_use = installation.in_use()
    found = contingency.answering(installation, in_use)
    if found.champion is not None:
        return None
    waiting = [row for row in installation.store.versions(in_use.spec_name) if row.state in SIGNABLE]
    sign = (
        f"Sign version {waiting[0].version[:8]} on the Model page, or with `flask model sign`; or train"
        if waiting
        else "Train"
    )
    return (
        f"No model answers. {found.notice} {sign} another with `flask model train`: on the same data "
        "it needs another seed (--seed) to be another version."
    )


def prepare(installation: Installation, data: Path | None, say: Say) -> None:
    """Bring the store up to date, load the file (or the demo where there is nothing), train if needed.

    Parameters
    ----------
    data : Path, optional
        The user's own file. Without it, the current customers stay; the demo is made only
        when there are none.
    say : callable
        Takes one line for people: what is being done.
    """
    installation.store.migrate()
    if data is not None:
        say(f"Reading {data.name} ...")
        loaded = datasets.load(installation, SYSTEM, data)
        say(f"Loaded {loaded.rows:,} rows, {loaded.refused:,} refused (snapshot {loaded.snapshot}).")
    elif installation.store.current_spec() is None:
        say("No customers yet: making the synthetic demo ...")
        loaded = datasets.load_demo(installation, SYSTEM)
        say(f"Loaded {loaded.rows:,} rows of synthetic customers (snapshot {loaded.snapshot}).")
    if not is_prepared(installation):
        say("Training the churn model; this is done once for this data ...")
        trained = training.train(installation, SYSTEM, spoken(say))
        say(f"Version {trained.version[:8]} is ready: AUC {trained.auc_mean:.3f} +- {trained.auc_sd:.3f}.")
    elif remedy := what_helps(installation):
        say(remedy)


def spoken(say: Say) -> training.Progress:
    """Turn steps into lines for people: each new kind of step, and every fifth of the same kind."""
    last = ""

    def progress(done: int, total: int, what: str) -> None:
        nonlocal last
        if what != last or done % 5 == 0:
            say(f"  {done:>3} of {total}: {what}")
        last = what

    return progress


def first_link(installation: Installation) -> str | None:
    """Make the one-time path for the first administrator; None once an administrator has a password."""
    if installation.store.administrators_with_password():
        return None
    return access.make_link(installation, SYSTEM, access.first_administrator(installation))
