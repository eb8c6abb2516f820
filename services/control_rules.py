"""Rules that throw the churn model's switch to fail-safe by themselves: one entry, and never back.

Two rules. The scorecard of the signed version is missing or damaged: at the first answer that finds it. Too
many answers fail, and there was no promotion to take back: over ``fail_safe_error_share`` of at least 20
answers since the switch was thrown last. Counting begins anew with each switch, so that what failed before
somebody switched on again does not throw it a second time. Only a person switches on again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.store import EntryFilter, InUse
from services import control, log
from services.control_states import CHURN
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

LEAST_ANSWERS = 20
"""Below this many answers one error would be a share above any limit."""

ANSWERS = ("prediction", "what-if")
"""Kinds of log entries that hold an answer for one customer."""

WINDOW = timedelta(days=1)


def damaged(installation: Installation, in_use: InUse, instead: str | None, fault: str) -> datetime:
    """Switch to fail-safe since the version in use does not verify; give since when it is.

    Of many answers that find it at once, one throws the switch and writes the one entry and the one problem.
    """
    return _throw(installation, in_use, fault, {"instead": instead}) or installation.store.clock()


def too_many_errors(installation: Installation) -> str:
    """Switch to fail-safe where too many answers failed since the last switch; say so, "" where not."""
    in_use, now = installation.in_use(), control.state(installation, CHURN)
    if in_use.version is None or in_use.state != "champion" or now.state != "on" or now.since is None:
        return ""
    errors, answers = failing(installation, in_use.version, now.since)
    limit = installation.settings.fail_safe_error_share
    if answers < LEAST_ANSWERS or errors / answers <= limit:
        return ""
    reason = f"{errors} of {answers} answers of version {in_use.version[:8]} failed (limit {limit:.1%})."
    return reason if _throw(installation, in_use, reason, {}) else ""


def failing(installation: Installation, version: str, since: datetime) -> tuple[int, int]:
    """Count the answers of a version that failed since a moment, and all; of the last days at most."""
    moment = installation.store.clock()
    # a clock that went back since then must not make the rule blind
    since = max(since if since <= moment else moment - WINDOW, moment - WINDOW)
    errors, answers = (
        installation.store.count_entries(EntryFilter(kinds=kinds, version=version, since=since))
        for kinds in (("failure",), ("failure", *ANSWERS))
    )
    return errors, answers


def _throw(
    installation: Installation, in_use: InUse, reason: str, more: Mapping[str, str | None]
) -> datetime | None:
    """Throw the switch, note the problem with the version and write the one entry, all or nothing.

    Gives since when it is thrown; None where another version is in use by now.
    """
    with installation.store.transaction() as together:
        now, serving = control.own(together.control(), CHURN), together.in_use()
        if serving is None or serving.version != in_use.version:
            return None
        if now.state != "on":
            return now.since
        control.put(together, SYSTEM, CHURN, "fail-safe", reason, now=now)
        together.record_review(
            str(in_use.version), actor=SYSTEM.id, name=SYSTEM.name, kind="problem", text=reason
        )
        return log.record(
            installation,
            SYSTEM,
            "contingency",
            subject=in_use.spec_name,
            version=in_use.version,
            snapshot=in_use.snapshot,
            payload={"reason": reason, "control": "fail-safe", **more},
            transaction=together,
        ).time
