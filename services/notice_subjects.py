"""What there is to take a list out of, for the walk for the notice: the latest action, scenario and plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.store import EntryFilter
from services.installation import NothingLoaded

if TYPE_CHECKING:
    from services.installation import Installation

MOST_CUSTOMERS = 200_000
"""A plan is shared out anew for its list, which takes too long for a look where there are more."""


@dataclass(frozen=True)
class Latest:
    """The latest of each on the current data; None where there is none that can be taken out."""

    action: str | None = None
    scenario: str | None = None
    plan: int | None = None


def latest(installation: Installation) -> Latest:
    """Find the latest of each."""
    try:
        in_use = installation.in_use()
    except NothingLoaded:
        return Latest()
    actions = [row for row in installation.store.actions(in_use.spec_name) if row.called_off is None]
    kept = installation.store.scenarios(in_use.spec_name)
    return Latest(
        action=actions[0].id if actions else None,
        scenario=next((row.id for row in kept if not row.archived), None),
        plan=_plan(installation, in_use.version, in_use.snapshot),
    )


def made_up_customer(installation: Installation) -> str | None:
    """Give a customer of synthetic data, who is no person; None where customers are real."""
    try:
        dataset = installation.dataset()
    except NothingLoaded:
        return None
    if not dataset.spec.synthetic:
        return None
    rows = installation.warehouse.customers_page(dataset.snapshot, None, stop=1).rows
    return str(rows[0][dataset.spec.id]) if rows else None


def _plan(installation: Installation, version: str | None, snapshot: str) -> int | None:
    if version is None or installation.warehouse.snapshot(snapshot).customers > MOST_CUSTOMERS:
        return None
    wanted = EntryFilter(kinds=("goal",), version=version, snapshot=snapshot)
    found = installation.store.entries(wanted, None, 1)
    return found[0].header.seq if found else None
