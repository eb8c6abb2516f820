"""All evidence worked out, one guideline after the other, each timed, judged and kept in the store.

One at a time does it, under a lease that whoever dies at it loses. What cannot be worked out is kept as "not
measured" with the reason, and the others go on.
"""

from __future__ import annotations

import logging
import math
import secrets
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from data.artifacts import ArtifactError
from data.store import GuidelineRow, GuidelinesWork, StoreError
from data.store.guidelines import APART
from services import log
from services.guidelines.evidence import Evidence
from services.guidelines.rules import IDS, Judged, RulesError, judge, load
from services.installation import NothingLoaded, one_answer
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

LASTS = timedelta(minutes=5)
"""How long one guideline may take before somebody else may begin anew."""

IN_WORDS = (NothingLoaded, StoreError, ArtifactError, RulesError)
"""Faults whose message is meant for people."""

_log = logging.getLogger("keepsight")


class AtIt(ValueError):
    """The guidelines are being worked out already; the message says by whom and how far."""


class Ended(RuntimeError):
    """Somebody ended the working out, or it took too long and was lost; what was kept stays."""


@dataclass(frozen=True)
class Refreshed:
    """All guidelines worked out: how each came out, and how long it took in all."""

    rows: tuple[GuidelineRow, ...]
    seconds: float

    @property
    def words(self) -> str:
        """Say how many came out how."""
        return f"{tally(row.state for row in self.rows)}, in {self.seconds:.1f} s."


def tally(states: Any) -> str:
    """Count states in words: "7 met, 1 at risk, 0 not met, 3 not measured"."""
    found = list(states)
    return ", ".join(f"{found.count(one)} {one}" for one in ("met", "at risk", "not met", "not measured"))


# --- beginning and ending ----------------------------------------------------------------------------


def begin(installation: Installation, actor: Actor) -> str:
    """Take the lease, with an entry of who asked; give its holder's name, which ``refresh`` goes on with.

    Raises
    ------
    AtIt
        If somebody is at it.
    """
    require(actor, "refresh-guidelines")
    holder = secrets.token_hex(8)
    with installation.store.transaction() as together:
        took = together.take_guidelines_work(holder, actor.name, LASTS)
        if took:
            log.record(installation, actor, "guidelines", payload={"step": "asked"}, transaction=together)
    if not took:
        raise AtIt(_who_is_at_it(installation.store.guidelines_work()))
    return holder


def refresh(installation: Installation, actor: Actor, holder: str | None = None) -> Refreshed:
    """Work all guidelines out and keep what came of each.

    Parameters
    ----------
    holder : str, optional
        Of the lease that ``begin`` took; a lease of its own is taken without.

    Raises
    ------
    AtIt
        If somebody else is at it.
    Ended
        If it was ended on the way.
    """
    require(actor, "refresh-guidelines")
    holder, began = holder or begin(installation, actor), time.monotonic()
    try:
        rows = []
        for done, guideline in enumerate(IDS):
            if not installation.store.note_guidelines_work(holder, guideline, done, LASTS):
                raise Ended(f"It was ended before {guideline}; the guidelines before it are worked out anew.")
            rows.append(work_out(installation, guideline))
        found = Refreshed(tuple(rows), time.monotonic() - began)
        payload = {"step": "done", "states": {row.guideline: row.state for row in rows}}
        log.record(installation, actor, "guidelines", payload={**payload, "seconds": round(found.seconds, 2)})
        return found
    finally:
        installation.store.end_guidelines_work(holder)


def end(installation: Installation, actor: Actor) -> bool:
    """End the working out that is under way after the guideline it is at; False where there is none."""
    require(actor, "refresh-guidelines")
    found = installation.store.guidelines_work()
    if found is None:
        return False
    with installation.store.transaction() as together:
        ended = together.end_guidelines_work(found.holder)
        if ended:
            payload = {"step": "ended", "at": found.doing}
            log.record(installation, actor, "guidelines", payload=payload, transaction=together)
    return ended


def is_due(installation: Installation) -> bool:
    """Say whether what is kept is older than the setting, or lacks a guideline, and nobody is at it."""
    hours = installation.settings.guidelines_hours
    if not hours or installation.store.guidelines_work() is not None:
        return False
    kept = installation.store.guideline_states()
    now = installation.store.clock()
    due = timedelta(hours=hours)
    return any(name not in kept or not -APART <= now - kept[name].time < due for name in IDS)


def _who_is_at_it(found: GuidelinesWork | None) -> str:
    if found is None:
        return "Somebody worked the guidelines out in this moment. Look again."
    return (
        f"{found.actor_name} is at it since {found.began:%H:%M} UTC: {found.done} of {len(IDS)} are done. "
        "Wait until it is over, or end it."
    )


# --- one guideline -----------------------------------------------------------------------------------


def work_out(installation: Installation, guideline: str) -> GuidelineRow:
    """Work one guideline out and keep what came of it, whatever happens."""
    began = time.monotonic()
    with one_answer():
        evidence, judged = _judged(installation, guideline)
    return installation.store.keep_guideline(
        guideline,
        state=judged.state,
        why=judged.why,
        headline=evidence.headline,
        measured={"values": dict(evidence.values), "missing": dict(evidence.missing)},
        shown={
            "lines": [asdict(one) for one in evidence.lines],
            "tables": [asdict(one) for one in evidence.tables],
        },
        seconds=time.monotonic() - began,
    )


def gather(installation: Installation, guideline: str) -> Evidence:
    """Give the evidence of one guideline, with values that are plain numbers."""
    module = import_module(f"services.guidelines.g{int(guideline[1:]):02d}")
    return tidied(module.evidence(installation))


def tidied(evidence: Evidence) -> Evidence:
    """Make values plain numbers; one that is no finite number is missing."""
    values = {name: _plain(value) for name, value in evidence.values.items()}
    lost = {
        name: "it came out as no number"
        for name, value in values.items()
        if value is None and name not in evidence.missing
    }
    return replace(evidence, values=values, missing={**lost, **evidence.missing})


def _judged(installation: Installation, guideline: str) -> tuple[Evidence, Judged]:
    try:
        evidence = gather(installation, guideline)
        return evidence, judge(load()[guideline], evidence, installation.settings)
    except Exception as fault:
        return Evidence("Not measured", {}), Judged("not measured", told(fault, guideline))


def told(fault: Exception, guideline: str) -> str:
    """Say in words why evidence could not be worked out; the whole of it goes to the server's log."""
    _log.error("the evidence of %s could not be worked out", guideline, exc_info=fault)
    return str(fault) if isinstance(fault, IN_WORDS) else _OUR_FAULT


_OUR_FAULT = (
    "Its evidence could not be worked out. This is our fault, not yours: what happened stands in the log of "
    "the server. The other guidelines are not concerned."
)


def _plain(value: Any) -> float | int | bool | None:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and not math.isfinite(value) else value
