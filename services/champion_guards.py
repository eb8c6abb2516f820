"""Guards of the champion: after a promotion it is watched as a trial is, and the way back needs nobody.

Two things roll a promotion back. Too many failing answers: whatever was wanted, it was not that. And scores
that lie further from the former champion's, on the same customers, than anybody agreed to: at the promotion
``services.holding`` saw to that, so it can only be customers loaded since who show it. Where somebody stood
by the change, it stays. Customers that differ from those the champion learned from are no fault of the
champion: an older version learned from older ones still. They are a reason to train again, nothing else.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import EntryFilter, VersionRow
from models import drift
from services import contingency, control_rules, guards, holding, log, shift, signing
from services.control_rules import ANSWERS
from services.installation import Champion, Dataset
from services.roles import SYSTEM, Actor
from services.shift import Shift

if TYPE_CHECKING:
    from services.installation import Installation

_log = logging.getLogger("keepsight")


@dataclass(frozen=True)
class Watched:
    """What is measured of the champion now.

    Attributes
    ----------
    since : datetime
        Since when it answers.
    until : datetime
        Until when it is watched against the version it replaced.
    is_promotion : bool
        Whether a signature put it there; only then a guard takes it away again.
    answers, errors : int
        What it was asked in the last days, at most as many as the watch lasts, and what of it failed.
    former : str or None
        The version a rollback would bring back.
    shift : Shift or None
        Of its scores against the former's, on the current customers; None where there is nothing to compare,
        and once it is watched no more.
    is_wanted : bool
        Whether somebody stood by that shift.
    """

    version: str
    since: datetime
    until: datetime
    is_promotion: bool
    answers: int
    errors: int
    former: str | None = None
    shift: Shift | None = None
    is_wanted: bool = False


@dataclass(frozen=True)
class Came:
    """What came of a watch: why the champion was rolled back, why training is proposed; "" where not."""

    rolled_back: str = ""
    proposal: str = ""


def measure(installation: Installation, *, with_scores: bool = True) -> Watched | None:
    """Measure the champion of the current data; None where nothing signed answers.

    Without ``with_scores`` only its answers are counted, which takes a moment whatever the customers.
    """
    in_use = installation.in_use()
    champion = installation.store.serving_version(in_use.spec_name)
    if champion is None or champion.state != "champion":
        return None
    stretch = installation.store.serving_history(in_use.spec_name)[-1]
    days = timedelta(days=installation.settings.promotion_watch_days)
    recent = max(stretch.since, installation.store.clock() - days)
    errors = _count(installation, champion, ("failure",), recent)
    former = next(iter(installation.store.former_champions(in_use.spec_name)), None)
    is_promotion, until = stretch.began == "sign-off", stretch.since + days
    compares = with_scores and is_promotion and installation.store.clock() < until
    return Watched(
        version=champion.version,
        since=stretch.since,
        until=until,
        is_promotion=is_promotion,
        answers=errors + _count(installation, champion, ANSWERS, recent),
        errors=errors,
        former=former.version if former else None,
        shift=_shift(installation, installation.dataset(in_use), former, champion)
        if former and compares
        else None,
        is_wanted=former is not None
        and holding.was_wanted(installation.store, in_use.spec_name, champion.version, former.version),
    )


def crossed(installation: Installation, found: Watched) -> list[str]:
    """Name the guards for which the champion would be taken back, in words."""
    settings = installation.settings
    failing = guards.error_words(settings, found.answers, found.errors)
    moved = shift.crossed(settings, found.shift) if found.shift and not found.is_wanted else []
    return [*([failing] if failing else []), *moved]


def watch(installation: Installation) -> Came:
    """Look after the champion: go back to the version before it where a guard is crossed.

    It goes the way of ``services.signing.rollback``: to the version signed before that verifies, at once, on
    record. A champion that somebody went back to is not taken away again by this.
    """
    reason = _take_back(installation, measure(installation))
    return Came(reason, "" if reason else _compare_with_learned(installation))


def proposal(installation: Installation, version: str, snapshot: str) -> str:
    """Say that training again is proposed, since the customers are others; "" where it is not."""
    wanted = EntryFilter(kinds=("drift",), version=version, snapshot=snapshot)
    index = next(
        (one.payload.get("psi") for one in installation.store.entries(wanted, None, 1) if one.payload), None
    )
    limit = installation.settings.guard_psi
    if index is None or index <= limit:
        return ""
    return (
        f"The customers have changed since version {version[:8]} learned from them (its scores drifted by an "
        f"index of {index:.2f}, limit {limit:g}). Train again: `flask model train`."
    )


def fault_of(champion: Champion, values: Mapping[str, Any]) -> str:
    """Say why a version cannot answer for a customer's row; "" where it can."""
    try:
        return (
            ""
            if math.isfinite(champion.scorecard.score(values).log_odds)
            else "The score is no finite number."
        )
    except (ArithmeticError, LookupError, TypeError, ValueError) as failure:
        return f"{type(failure).__name__}: {failure}"


def count_failure(
    installation: Installation, actor: Actor, dataset: Dataset, champion: Champion, subject: str, fault: str
) -> None:
    """Put an answer that failed on record, then look after the champion."""
    log.record(
        installation,
        actor,
        "failure",
        subject=subject,
        version=champion.version,
        snapshot=dataset.snapshot,
        payload={"reason": fault},
    )
    try:
        if not _take_back(installation, measure(installation, with_scores=False)):
            control_rules.too_many_errors(installation)
    except Exception:
        # facts are shown whatever comes of this, and the next watch sees the same
        _log.exception("the champion could not be looked after; 'flask experiment watch' does it again")


def _take_back(installation: Installation, found: Watched | None) -> str:
    """Roll the champion back where it crosses a guard, and say why; "" where it stays."""
    words = crossed(installation, found) if found is not None and found.is_promotion else []
    if found is None or not words:
        return ""
    reason = f"A guard was crossed: {'; '.join(words)}."
    try:
        signing.rollback(installation, SYSTEM, reason, of=found.version)
    except signing.NoWayBack as nothing:
        _log.warning("version %s crosses a guard and stays: %s %s", found.version[:8], reason, nothing)
        return ""
    return reason


def _count(installation: Installation, champion: VersionRow, kinds: tuple[str, ...], since: datetime) -> int:
    return installation.store.count_entries(EntryFilter(kinds=kinds, version=champion.version, since=since))


def _shift(
    installation: Installation, dataset: Dataset, former: VersionRow, champion: VersionRow
) -> Shift | None:
    try:
        for row in (former, champion):
            contingency.fits(installation, row, dataset)
    except ArtifactError:
        return None  # services.contingency sees to the champion; nobody goes back to a damaged former
    active = shift.active_customers(installation, dataset.snapshot)
    before, after = (shift.chances(installation, row.version, active) for row in (former, champion))
    share = installation.settings.at_risk_share
    return shift.between(before, after, shift.line(before, share), share)


def _compare_with_learned(installation: Installation) -> str:
    """Compare the champion's scores of now with those it learned from, once a snapshot, on record."""
    in_use = installation.in_use()
    champion = installation.store.serving_version(in_use.spec_name)
    dataset = installation.dataset(in_use)
    if champion is None or champion.snapshot == dataset.snapshot:
        return ""
    known = EntryFilter(kinds=("drift",), version=champion.version, snapshot=dataset.snapshot)
    if not installation.store.count_entries(known):
        try:
            contingency.fits(installation, champion, dataset)
            then, now = (
                shift.chances(installation, champion.version, shift.active_customers(installation, snapshot))
                for snapshot in (champion.snapshot, dataset.snapshot)
            )
        except (ArtifactError, LookupError):
            return ""  # without its file or the customers of then there is nothing to compare
        enough = min(len(then), len(now)) >= shift.LEAST_CUSTOMERS
        log.record(
            installation,
            SYSTEM,
            "drift",
            subject=dataset.spec.name,
            version=champion.version,
            snapshot=dataset.snapshot,
            payload={
                "psi": drift.psi(then, now) if enough else None,
                "limit": installation.settings.guard_psi,
                "learned_from": champion.snapshot,
                "customers": [len(then), len(now)],
            },
        )
    return proposal(installation, champion.version, dataset.snapshot)
