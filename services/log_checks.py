"""Walks along the log and samples of replays, whose results are kept, so that no page waits for one."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from data.store import Head, KeptCheck, Verification
from services import replay
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

CHAIN, REPLAYS = "chain of the log", "sample of replays"

FRESH = timedelta(days=1)
"""How long a result stands before it is found out anew."""

SAMPLED = 20
SAMPLED_SECONDS = 8.0
"""A sample ends after so long, however few it has: one scenario over a million customers takes seconds."""


def keep_chain(installation: Installation, found: Verification, head: Head, seconds: float) -> KeptCheck:
    """Keep what a walk along the log found, by whoever asked for it; ``head`` was its end as it began."""
    number = installation.store.begin_check(CHAIN)
    installation.store.end_check(
        number,
        passed=found.ok,
        result={
            "entries": found.entries, "purged": found.purged, "seconds": round(seconds, 2),
            "first_bad": found.first_bad, "reason": found.reason, "what": found.what,
            "head": [head.seq, head.hash],
        },
    )  # fmt: skip
    return _last(installation, CHAIN)


def chain(installation: Installation) -> KeptCheck:
    """Give what the last walk along the log found; the log is walked where that is older than a day.

    That the entry at which it ended is still as it was is looked at each time: a log that was cut off or
    sealed anew shows at once, and is walked again.
    """
    kept = installation.store.last_check(CHAIN, over=True)
    if kept is not None and kept.passed and _is_fresh(installation, kept) and _has(installation, _head(kept)):
        return kept
    if kept is not None and not kept.passed and _is_fresh(installation, kept):
        return kept
    heads = [_head(kept)] if kept is not None and kept.passed else []
    began, head = time.monotonic(), installation.store.head()
    found = installation.store.verify(*heads)
    return keep_chain(installation, found, head, time.monotonic() - began)


def replays(installation: Installation) -> KeptCheck:
    """Give what the last sample of replays found; a new one is drawn where that is older than a day."""
    kept = installation.store.last_check(REPLAYS, over=True)
    if kept is not None and _is_fresh(installation, kept):
        return kept
    number, began = installation.store.begin_check(REPLAYS), time.monotonic()
    seed = int(installation.store.clock().timestamp())
    found = replay.sample(installation, SYSTEM, SAMPLED, seed=seed, within_seconds=SAMPLED_SECONDS)
    result: dict[str, Any] = {
        "same": found.same,
        "different": [one.seq for one in found.different],
        "not_replayable": [[one.seq, one.why_not] for one in found.not_replayable],
        "seconds": round(time.monotonic() - began, 2),
        "seed": seed,
    }
    installation.store.end_check(number, passed=not found.different, result=result, entry=found.entry)
    return _last(installation, REPLAYS)


def _is_fresh(installation: Installation, kept: KeptCheck) -> bool:
    return kept.ended is not None and installation.store.clock() - kept.ended < FRESH


def _head(kept: KeptCheck) -> Head:
    seq, hash = kept.result["head"]
    return Head(int(seq), str(hash))


def _has(installation: Installation, head: Head) -> bool:
    entry = installation.store.entry(head.seq) if head.seq else None
    return head.seq == 0 or (entry is not None and entry.header.hash == head.hash)


def _last(installation: Installation, what: str) -> KeptCheck:
    found = installation.store.last_check(what, over=True)
    assert found is not None  # it was kept just now
    return found
