"""The history of serving: which version answered when, kept in step with the states of versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from data.store.tables import serving_history, versions

# A champion serves before a draft; a challenger serves not at all
SERVING = ("champion", "draft")

NOTHING = "none"
"""The state of a stretch of time in which no version answered."""

BACK = ("rollback", "withdrawal")
"""How a stretch begins that goes back to a version signed before."""


@dataclass(frozen=True)
class ServingRow:
    """A stretch of time in which one version answered, or none.

    Attributes
    ----------
    number : int
        The order is this, never the time.
    version : str or None
        None where nothing answered.
    state : str
        ``champion``, ``draft`` or ``none``.
    since, until : datetime
        ``since`` is in it, ``until`` is not; None while it lasts.
    began : str
        How: ``trained``, ``sign-off``, ``rollback``, ``withdrawal`` ...
    actor, reason : str
        By whom (id), and why.
    """

    number: int
    spec_name: str
    version: str | None
    state: str
    since: datetime
    until: datetime | None
    began: str
    actor: str
    reason: str


def note_serving(
    connection: Connection, spec_name: str, now: datetime, *, actor: str, began: str, reason: str = ""
) -> bool:
    """Compare what answers with the open stretch; close it and open another where they differ.

    The caller holds the turn. Says whether anything changed. A clock that went back makes no stretch that
    ends before it begins.
    """
    version, state = _serving(connection, spec_name)
    latest = open_stretch(connection, spec_name)
    if (latest is None and version is None) or (
        latest is not None and (latest.version, latest.state) == (version, state)
    ):
        return False
    if latest is not None:
        now = max(now, latest.since)
        connection.execute(
            update(serving_history).where(serving_history.c.number == latest.number).values(until=now)
        )
    number = connection.execute(select(func.coalesce(func.max(serving_history.c.number), 0))).scalar_one()
    connection.execute(
        insert(serving_history),
        {
            "number": int(number) + 1,
            "spec_name": spec_name,
            "version": version,
            "state": state,
            "since": now,
            "until": None,
            "began": began,
            "actor": actor,
            "reason": reason,
        },
    )
    return True


def open_stretch(connection: Connection, spec_name: str) -> ServingRow | None:
    """Give the stretch that lasts; None where nothing ever answered for the spec."""
    query = select(serving_history).where(
        serving_history.c.spec_name == spec_name, serving_history.c.until.is_(None)
    )
    row = connection.execute(query).first()
    return None if row is None else as_stretch(row)


def signed_below(history: Iterable[ServingRow]) -> tuple[str | None, list[str]]:
    """Find the champion and, latest first, those it was put over, by replaying a history from its start.

    Signing lays a version on top, going back takes away what lay above. So a version from which people
    went back is never gone back *to*, until somebody signs it anew.
    """
    pile: list[str] = []
    standing: str | None = None
    for stretch in history:
        standing = stretch.version if stretch.state == "champion" else None
        if stretch.began in BACK:
            pile = pile[: pile.index(standing) + 1] if standing in pile else pile[:-1]
        elif standing is not None:
            pile = [version for version in pile if version != standing] + [standing]
    below = pile[:-1] if standing is not None else pile
    return standing, below[::-1]


def as_stretch(row: Row[Any]) -> ServingRow:
    """Make a stretch of its row in the table."""
    return ServingRow(
        row.number,
        row.spec_name,
        row.version,
        row.state,
        row.since,
        row.until,
        row.began,
        row.actor,
        row.reason,
    )


def _serving(connection: Connection, spec_name: str) -> tuple[str | None, str]:
    """Say which version answers for a spec by the states of its versions, and in which state."""
    query = (
        select(versions.c.version, versions.c.state)
        .where(versions.c.spec_name == spec_name, versions.c.state.in_(SERVING))
        .order_by(versions.c.state == "draft", versions.c.number.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (None, NOTHING) if row is None else (row.version, row.state)
