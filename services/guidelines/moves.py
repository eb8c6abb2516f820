"""How far scores and the list moved: between versions, between loads, and by settings; from what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from config.managed import MANAGED
from config.settings import Settings
from data.store import EntryFilter, InUse, ServingRow
from data.warehouse import moved
from models import drift
from services.managers_settings_words import said
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

Cause = Literal["version", "setting", "load"]

DAYS = 30
"""How far back changes are looked at: so long a drastic one stays in sight."""

MOST = 5
"""Changes of a kind that are measured, the latest first: each reads the scores of all customers twice."""

MOST_SETTINGS = 200

BACK = ("rollback", "withdrawal")
"""How a version begins to answer that did so before: that never waits."""


@dataclass(frozen=True)
class Move:
    """One change and how far it moved the scores of active customers, and the at-risk list.

    Attributes
    ----------
    what, who : str
        In words: "version 4f1f8f33 for 9a88b1c2", and by whom.
    customers : int
        Whose scores were compared.
    largest_points, moved_points : float or None
        The largest move of a score, and the 95th percentile of all, in percentage points; a setting moves no
        score.
    replaced_share : float
        Share (0 to 1) of the list that changed.
    in_hours : bool
        Whether it was made within the working hours of now.
    reason : str or None
        Why it did not wait, where somebody overrode that.
    is_exempt : bool
        Whether it went back to a version or setting of before, which never waits.
    """

    cause: Cause
    time: datetime
    what: str
    who: str
    customers: int
    largest_points: float | None
    moved_points: float | None
    replaced_share: float
    in_hours: bool
    reason: str | None = None
    is_exempt: bool = False

    def is_beyond(self, settings: Settings) -> bool:
        """Say whether it exceeds a limit of now."""
        return (self.moved_points or 0.0) > settings.move_limit_points or (
            self.replaced_share > settings.replaced_limit_share
        )

    def is_drastic(self, settings: Settings) -> bool:
        """Say whether it was so in working hours, and nothing that never waits."""
        return self.in_hours and not self.is_exempt and self.is_beyond(settings)


@dataclass(frozen=True)
class Recent:
    """The changes of the last days, latest first, and versions whose scores are not kept any more."""

    moves: tuple[Move, ...]
    unknown: tuple[str, ...]


def recent(installation: Installation) -> Recent:
    """Measure the changes of the last 30 days on the scores that are kept."""
    since = installation.store.clock() - timedelta(days=DAYS)
    found = [*_versions(installation, since), *_loads(installation, since), *_settings(installation, since)]
    moves = sorted((one for one in found if isinstance(one, Move)), key=lambda one: one.time, reverse=True)
    return Recent(tuple(moves), tuple(one for one in found if isinstance(one, str)))


# --- versions ----------------------------------------------------------------------------------------


def _versions(installation: Installation, since: datetime) -> Iterator[Move | str]:
    """Measure each change from one signed version to another, on the customers of then."""
    in_use = installation.in_use()
    stretches = installation.store.serving_history(in_use.spec_name)
    pairs = [
        (former, later)
        for former, later in pairwise(stretches)
        if later.since >= since and (former.state, later.state) == ("champion", "champion")
    ]
    names = {one.id: one.name for one in installation.store.users()} | {SYSTEM.id: SYSTEM.name}
    for former, later in pairs[-MOST:]:
        snapshot = _snapshot_at(installation, in_use, later.since)
        what = f"Version {str(later.version)[:8]} for {str(former.version)[:8]} ({later.began})"
        found = _between(installation, (snapshot, str(former.version)), (snapshot, str(later.version)))
        if found is None:
            yield what
            continue
        yield Move(
            "version",
            later.since,
            what,
            names.get(later.actor, later.actor),
            *found,
            in_hours=installation.settings.hours.hold(later.since),
            reason=_override(installation, in_use.spec_name, former, later),
            is_exempt=later.began in BACK,
        )


def _snapshot_at(installation: Installation, in_use: InUse, time: datetime) -> str:
    """Give the customers that were the newest at a moment."""
    rows = [one for one in installation.store.snapshots() if one.spec_name == in_use.spec_name]
    earlier = [one for one in rows if one.created <= time and installation.warehouse.has_snapshot(one.id)]
    return max(earlier, key=lambda one: one.created).id if earlier else in_use.snapshot


def _override(
    installation: Installation, spec_name: str, former: ServingRow, later: ServingRow
) -> str | None:
    rows = installation.store.held(spec_name)
    return next(
        (
            row.reason
            for row in rows
            if (row.version, row.against, row.how) == (later.version, former.version, "overridden")
        ),
        None,
    )


# --- loads -------------------------------------------------------------------------------------------


def _loads(installation: Installation, since: datetime) -> Iterator[Move]:
    """Measure what the last loads changed, by the version that answered then."""
    in_use = installation.in_use()
    snapshot = installation.warehouse.snapshot(in_use.snapshot)
    for _ in range(MOST):
        if snapshot.parent is None or snapshot.created < since:
            return
        if not installation.warehouse.has_snapshot(snapshot.parent):
            return
        served = installation.store.served_at(in_use.spec_name, snapshot.created)
        if served is not None and served.version is not None and served.state == "champion":
            places = ((snapshot.parent, served.version), (snapshot.id, served.version))
            found = _between(installation, *places)
            if found is not None:
                yield Move(
                    "load",
                    snapshot.created,
                    f"Load of {snapshot.rows:,} rows from {snapshot.source}",
                    _loader(installation, snapshot.id),
                    *found,
                    in_hours=installation.settings.hours.hold(snapshot.created),
                )
        snapshot = installation.warehouse.snapshot(snapshot.parent)


def _loader(installation: Installation, snapshot: str) -> str:
    entries = installation.store.entries(EntryFilter(kinds=("load",), snapshot=snapshot), None, 1)
    return entries[0].actor_name or entries[0].header.actor if entries else "not known"


# --- settings ----------------------------------------------------------------------------------------


def _settings(installation: Installation, since: datetime) -> Iterator[Move]:
    """Read from the log what changes of the list's length changed of the list."""
    wanted = EntryFilter(kinds=("setting",), since=since)
    for one in installation.store.entries(wanted, None, MOST_SETTINGS):
        payload = one.payload or {}
        figures = (payload.get("effect") or {}).get("figures") or {}
        if not isinstance(figures, dict) or not isinstance(figures.get("replaced_share"), int | float):
            continue
        yield Move(
            "setting",
            one.header.time,
            _setting(str(payload.get("name")), payload.get("before"), payload.get("after")),
            one.actor_name or one.header.actor,
            int(figures.get("listed_before") or 0),
            None,
            None,
            float(figures["replaced_share"]),
            in_hours=installation.settings.hours.hold(one.header.time) and not payload.get("begins"),
            reason=payload.get("override"),
            is_exempt=payload.get("undoes") is not None,
        )


def _setting(name: str, before: Any, after: Any) -> str:
    called = MANAGED[name].label if name in MANAGED else name
    return f"{called}: {said(name, before)}, now {said(name, after)}"


# --- measuring ---------------------------------------------------------------------------------------


def _between(
    installation: Installation, before: moved.Place, after: moved.Place
) -> tuple[int, float, float, float] | None:
    """Compare kept scores: customers, largest move and 95th percentile in points, share of the list replaced.

    None where scores of one are not kept, or nobody is in both.
    """
    try:
        then, now = moved.both(installation.warehouse, before, after)
    except LookupError:
        return None
    if not len(then):
        return None
    return (
        len(then),
        100 * float(np.max(np.abs(now - then))),
        100 * drift.quantile_of_moves(then, now),
        drift.replaced_share(then, now, installation.settings.at_risk_share),
    )
