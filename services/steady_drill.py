"""What serves in fail-safe, tried in a sandbox: switched and asked for real, while nobody else notices.

The sandbox reads this installation's store, customers and files with eyes of its own, nothing remembered, and
finds its churn model switched to fail-safe. So the way there is gone from its beginning, and its time is that
of a worker that has just begun.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from data.store import KeptCheck, Store, Switches
from services import control, control_drill, control_probes, log
from services.control import ControlRefused
from services.control_states import CHURN, MASTER
from services.installation import Installation
from services.roles import SYSTEM, Actor, require
from services.stamp import standing

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT_AS = "fail-safe in a sandbox"
ALL_KEPT_AS = (KEPT_AS, control_drill.kept_as(CHURN), control_drill.kept_as(MASTER))
"""The checks that show what serves in fail-safe: the sandbox, and drills that everybody meets."""


@dataclass(frozen=True)
class Tried:
    """What came of it.

    Attributes
    ----------
    version : str or None
        The version that answered; None where averages or facts stood.
    came, before : mapping
        What came out in fail-safe, and what does as it is switched now.
    seconds : float
        From the switch to the answer.
    passed : bool
        Whether another than the version in use answered, or none did, and nothing came out as it does now.
    """

    version: str | None
    came: Mapping[str, str]
    before: Mapping[str, str]
    seconds: float
    passed: bool
    entry: int | None = None

    @property
    def words(self) -> str:
        """The same in a sentence."""
        what = (
            f"version {self.version[:8]}, signed before, answered" if self.version else "no version answered"
        )
        verdict = "In" if self.passed else "It does NOT work: in"
        how = "; ".join(f"{name.lower()}: {told}" for name, told in self.came.items())
        return f"{verdict} fail-safe {what}, after {self.seconds:.1f} s ({how})."


class _SwitchedStore(Store):
    """The installation's own store, but for the churn model's switch, which reads as fail-safe."""

    def control(self, person: str = "") -> Switches:
        """Give the switches as they are, the churn model's thrown, the others on."""
        found, in_use = super().control(person), self.in_use()
        rows = {
            name: replace(row, state="on", version=None) if name == MASTER else row
            for name, row in found.rows.items()
        }
        if CHURN in rows:
            thrown = {"state": "fail-safe", "version": in_use.version if in_use else None}
            rows[CHURN] = replace(rows[CHURN], since=self.clock(), reason="It is tried out.", **thrown)
        return Switches(rows, found.hidden)


def run(installation: Installation, actor: Actor) -> Tried:
    """Try what serves in fail-safe, and keep what came of it; nobody is answered otherwise meanwhile.

    Raises
    ------
    services.control.ControlRefused
        Where there is no model that could fail.
    """
    require(actor, "control-system")
    if why := control_probes.why_not(installation, CHURN):
        raise ControlRefused(f"There is nothing to try out: the churn model is unavailable. {why}")
    number = installation.store.begin_check(KEPT_AS)
    try:
        found = _tried(installation)
    except Exception as fault:
        installation.store.end_check(number, passed=False, result={"words": f"It was ended: {fault}"})
        raise
    with installation.store.transaction() as together:
        header = log.record(
            installation, actor, "control", subject=CHURN, version=found.version, transaction=together,
            payload={"step": "fail-safe tried", "result": found.words, "came": dict(found.came),
                     "seconds": round(found.seconds, 3), "passed": found.passed},
        )  # fmt: skip
        together.end_check(number, passed=found.passed, result=_kept(found), entry=header.seq)
    return replace(found, entry=header.seq)


def last(installation: Installation) -> KeptCheck | None:
    """Give the last time that fail-safe was tried, in the sandbox or by a drill; None where it never was."""
    return installation.store.last_check(*ALL_KEPT_AS)


def _tried(installation: Installation) -> Tried:
    in_use = installation.in_use()
    before = control_probes.probe(installation, CHURN)
    sandbox = _sandbox(installation)
    try:
        began = time.monotonic()
        came = control_probes.probe(sandbox, CHURN)
        seconds = time.monotonic() - began
        version = standing(sandbox, SYSTEM).version
    finally:
        sandbox.store.dispose()
    # what must never come out is the version in use; while it answers, nothing may come out as it does now
    is_on = control.passes(installation, SYSTEM, CHURN).is_open
    differs = all(came[name] != told for name, told in before.items())
    passed = version != in_use.version and (differs or not is_on)
    return Tried(version, dict(came), dict(before), seconds, passed)


def _sandbox(installation: Installation) -> Installation:
    made = Installation(installation.set_up)
    store = _SwitchedStore(installation.set_up.store_url)
    store.clock = installation.store.clock
    made.__dict__["store"] = store  # in place of the one that it would open at first use
    return made


def _kept(found: Tried) -> dict[str, Any]:
    return {
        "seconds": {"fail-safe": round(found.seconds, 3)}, "version": found.version, "words": found.words,
    }  # fmt: skip
