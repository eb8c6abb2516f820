"""Drills: a switch thrown for real through its states, what came out in each, and put back as it was.

For a moment everybody is answered so. Each step is on record before it is taken; where the drill is cut off
(a process killed), the switch stays as it was thrown last, which is stricter than on. That it began, how long
each state took to be reached and what came of it is kept, so that a drill that was cut off is seen too.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services import control, control_probes, log
from services.control import ControlRefused, State, sentence
from services.control_probes import Came
from services.control_states import MASTER, NAMES, STATES, SUBSYSTEMS
from services.roles import Actor, require

if TYPE_CHECKING:
    from data.store import Transaction
    from services.installation import Installation


@dataclass(frozen=True)
class Step:
    """What came out in one state, whether it is something else than while it was on, and how long it took."""

    state: str
    came: dict[str, str]
    differs: bool
    seconds: float = 0.0


@dataclass(frozen=True)
class Drilled:
    """A drill that was done.

    Attributes
    ----------
    steps : tuple of Step
        Before, in each state, and once it was on again.
    worked : bool
        Whether each state changed what came out, and all was as before at the end.
    entry : int or None
        Number of the log entry that tells how it ended; None where somebody's switch ended it.
    """

    subsystem: str
    steps: tuple[Step, ...]
    worked: bool
    entry: int | None = None

    @property
    def words(self) -> str:
        """What came of it, in a sentence."""
        parts = [
            f"{one.state} {'changed' if one.differs else 'DID NOT CHANGE'} it" for one in self.steps[1:-1]
        ]
        end = "on again it is as before" if not self.steps[-1].differs else "on again it is NOT as before"
        return f"{NAMES[self.subsystem]}: {', '.join(parts)}; {end}."

    @property
    def kept(self) -> dict[str, Any]:
        """What is kept of it."""
        seconds = {one.state: round(one.seconds, 3) for one in self.steps[1:-1]}
        return {"subsystem": self.subsystem, "seconds": seconds, "words": self.words}


def kept_as(subsystem: str) -> str:
    """Name the check that a drill of a subsystem is kept as."""
    return f"drill of {subsystem}"


def run(installation: Installation, actor: Actor, subsystem: str, reason: str) -> Drilled:
    """Throw a switch through its states and back, and say what came out in each; all of it on record.

    Raises
    ------
    services.control.ControlRefused
        Without a reason, for a subsystem that is unavailable, where it is not on, or where somebody threw
        the switch meanwhile, which then stays.
    """
    require(actor, "control-system")
    words = sentence(reason, "why it is drilled")
    was = control.state(installation, subsystem)
    probed = [one for one in SUBSYSTEMS if subsystem in (one, MASTER)]
    probed = [one for one in probed if not control_probes.why_not(installation, one)]
    if not probed:
        why = control_probes.why_not(installation, SUBSYSTEMS[0] if subsystem == MASTER else subsystem)
        raise ControlRefused(f"There is nothing to drill: {NAMES[subsystem]} is unavailable. {why}")
    if any(not control.passes(installation, actor, one).holds.state == "on" for one in probed):
        raise ControlRefused(f"A drill begins from on. {NAMES[subsystem]}: {was.words}")
    number = installation.store.begin_check(kept_as(subsystem))
    try:
        found = _through(installation, actor, was, words, probed)
    except Exception as fault:
        installation.store.end_check(
            number, passed=False, result={"subsystem": subsystem, "words": f"It was ended: {fault}"}
        )
        raise
    installation.store.end_check(number, passed=found.worked, result=found.kept, entry=found.entry)
    return found


def _through(installation: Installation, actor: Actor, was: State, reason: str, probed: list[str]) -> Drilled:
    steps = [Step("on", _come(installation, probed), False)]
    now, entry = was, None
    try:
        for state in STATES[1:]:
            began = time.monotonic()
            now = _throw(installation, actor, now, state, reason)
            came = _come(installation, probed)
            differs = _all_differ(came, steps[0].came)
            steps.append(Step(state, came, differs, time.monotonic() - began))
    finally:
        entry = _put_back(installation, actor, was, now, steps)
    came = _come(installation, probed)
    steps.append(Step("on", came, came != steps[0].came))
    worked = all(one.differs for one in steps[1:-1]) and not steps[-1].differs
    return Drilled(was.subsystem, tuple(steps), worked, entry)


def _come(installation: Installation, probed: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in probed:
        came: Came = control_probes.probe(installation, one)
        found |= came
    return found


def _all_differ(came: dict[str, str], before: dict[str, str]) -> bool:
    return all(came[name] != told for name, told in before.items())


def _throw(installation: Installation, actor: Actor, now: State, to: str, reason: str) -> State:
    with installation.store.transaction() as together:
        if control.put(together, actor, now.subsystem, to, reason, now=now) is None:
            raise ControlRefused(
                f"The drill was ended: somebody threw {NAMES[now.subsystem]} meanwhile, and that stands."
            )
        _log(installation, actor, together, now.subsystem, {
            "step": "drill", "from": now.state, "to": to, "reason": reason,
        })  # fmt: skip
    return control.state(installation, now.subsystem)


def _put_back(
    installation: Installation, actor: Actor, was: State, now: State, steps: list[Step]
) -> int | None:
    with installation.store.transaction() as together:
        if now is was or not control.restore(together, was, now=now):
            return None  # nothing was thrown, or what somebody threw meanwhile stands
        came = [{"state": one.state, "came": one.came, "differs": one.differs} for one in steps]
        told = ", ".join(f"{one.state} {'changed it' if one.differs else 'did not'}" for one in steps[1:])
        return _log(installation, actor, together, was.subsystem, {
            "step": "drill over", "to": was.state, "result": told, "steps": came,
        })  # fmt: skip


def _log(
    installation: Installation, actor: Actor, together: Transaction, subsystem: str, payload: dict[str, Any]
) -> int:
    header = log.record(
        installation, actor, "control", subject=subsystem, payload=payload, transaction=together
    )
    return header.seq
