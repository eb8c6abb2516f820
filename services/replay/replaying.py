"""Replay of an entry, or of a sample of them: the same to the last bit, or what differs."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data.store import EntryFilter
from services import log
from services.installation import Installation, as_of
from services.log import LogEntry
from services.replay import customers, everybody, recommender
from services.replay.comparing import Compared, compare
from services.replay.then import NotReplayable
from services.roles import Actor

Replayer = Callable[[Installation, LogEntry, Mapping[str, Any]], dict[str, Any]]

KINDS: dict[str, Replayer] = {
    "prediction": customers.prediction,
    "what-if": customers.what_if,
    "way-back": customers.way_back_of,
    "movement": customers.moved,
    "list": customers.listed,
    "overview": customers.overviewed,
    "scenario": everybody.scenario,
    "goal": everybody.planned,
    "recommendation": recommender.listed,
    "delegated-choice": recommender.drawn,
}
"""How each kind of answer is worked out again: the figures of its payload, by name."""

MOST_SAMPLED = 10_000


@dataclass(frozen=True)
class Replayed:
    """What came of a replay.

    Attributes
    ----------
    seq : int
        The entry that was replayed.
    compared : Compared or None
        None where it could not be replayed; ``why_not`` says why.
    """

    seq: int
    kind: str
    compared: Compared | None
    why_not: str = ""

    @property
    def is_same(self) -> bool | None:
        """Whether the same came out, to the last bit; None where it could not be replayed."""
        return None if self.compared is None else self.compared.is_same

    @property
    def words(self) -> str:
        """The same in a sentence."""
        if self.compared is None:
            return f"Entry {self.seq} cannot be replayed. {self.why_not}"
        if self.compared.is_same:
            return f"Entry {self.seq} replayed: the same, to the last bit."
        count = len(self.compared.differences)
        places = ", ".join(one.where for one in self.compared.differences[:3])
        which = "figure differs" if count == 1 else "figures differ"
        return f"Entry {self.seq} replayed: {count} {which} ({places})."


@dataclass(frozen=True)
class Sampled:
    """What came of replaying a sample: how many were the same, differed, could not be replayed."""

    same: int
    different: tuple[Replayed, ...]
    not_replayable: tuple[Replayed, ...]
    entry: int

    @property
    def asked(self) -> int:
        """How many entries were tried."""
        return self.same + len(self.different) + len(self.not_replayable)

    @property
    def share(self) -> float | None:
        """Share (0 to 1) of those tried that came out the same; None where there were none."""
        return self.same / self.asked if self.asked else None


def replay(installation: Installation, actor: Actor, seq: int) -> Replayed:
    """Work an entry out again; that it was asked for, and what came out, is on record when this returns.

    Raises
    ------
    services.log.NoSuchEntry
        If there is no such entry that this person may read.
    """
    found = replayed(installation, log.one(installation, actor, seq))
    compared = found.compared
    log.record(
        installation,
        actor,
        "replay",
        subject=str(seq),
        version=None,
        payload={
            "kind": found.kind,
            "same": found.is_same,
            "recorded": compared.recorded_hash if compared else None,
            "replayed": compared.replayed_hash if compared else None,
            "why_not": found.why_not,
        },
    )
    return found


def sample(
    installation: Installation,
    actor: Actor,
    count: int,
    *,
    seed: int = 0,
    within_seconds: float | None = None,
) -> Sampled:
    """Replay entries drawn at random from those this person may read; one entry on record tells of all.

    Parameters
    ----------
    within_seconds : float, optional
        No further one is begun after so long; the sample is then smaller, and as random.

    Raises
    ------
    ValueError
        For a count that is none.
    """
    if isinstance(count, bool) or not 1 <= count <= MOST_SAMPLED:
        raise ValueError(f"A sample of {count} entries cannot be drawn: give 1 to {MOST_SAMPLED:,}.")
    drawn, began = random.Random(seed), time.monotonic()
    of_kinds = log.numbers(installation, actor, EntryFilter(kinds=tuple(KINDS)))
    found = []
    for seq in drawn.sample(of_kinds, min(count, len(of_kinds))):
        if within_seconds is not None and time.monotonic() - began > within_seconds:
            break
        found.append(replayed(installation, log.one(installation, actor, seq)))
    found.sort(key=lambda one: one.seq)
    different = tuple(one for one in found if one.is_same is False)
    missing = tuple(one for one in found if one.is_same is None)
    same = len(found) - len(different) - len(missing)
    header = log.record(
        installation,
        actor,
        "replay",
        payload={
            "sample": len(found), "of": len(of_kinds), "seed": seed, "same_of_them": same,
            "different": [one.seq for one in different], "not_replayable": len(missing),
        },
    )  # fmt: skip
    return Sampled(same, different, missing, header.seq)


def replayed(installation: Installation, entry: LogEntry) -> Replayed:
    """Work an entry out again, on record nowhere."""
    if entry.payload is None:
        return Replayed(entry.seq, entry.kind, None, "Its details were removed since.")
    again = KINDS.get(entry.kind)
    if again is None:
        return Replayed(
            entry.seq, entry.kind, None, "It is an act, not an answer: there is nothing to work out."
        )
    try:
        with as_of(int(entry.payload.get("objections") or 0)):  # who objected since was asked about then
            again_now = again(installation, entry, entry.payload)
        return Replayed(entry.seq, entry.kind, compare(entry.payload, again_now))
    except NotReplayable as fault:
        return Replayed(entry.seq, entry.kind, None, str(fault))
    except (KeyError, TypeError, ValueError) as fault:
        return Replayed(
            entry.seq,
            entry.kind,
            None,
            f"Its details are not as this version of Keepsight writes them ({fault}).",
        )
