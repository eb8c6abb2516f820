"""Retraining: proposed where customers were loaded since the version learned. It never promotes anything."""

from __future__ import annotations

from services.installation import Installation
from services.roles import Actor, permitted


def proposal(installation: Installation, actor: Actor) -> str | None:
    """Say to who may train that the version in use has not seen the customers loaded since.

    None where it learned from them, where no version answers, and where another version that did learn
    from them waits already.
    """
    in_use = installation.in_use()
    if in_use.version is None or in_use.trained_on in (None, in_use.snapshot):
        return None
    learned = [row for row in installation.store.versions(in_use.spec_name) if row.state != "withdrawn"]
    if not permitted(actor, "train-model") or any(row.snapshot == in_use.snapshot for row in learned):
        return None
    serving = next(row for row in learned if row.version == in_use.version)
    loaded = installation.warehouse.snapshot(in_use.snapshot).created
    return (
        f"Customers were loaded on {loaded:%d %B %Y}; version {in_use.version[:8]}, trained on "
        f"{serving.created:%d %B %Y}, has not learned from them. Train again? `flask model train` makes a "
        "version to compare; nothing changes until somebody signs it."
    )
