"""What can be in the way of keeping a scenario, the work of others first of all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from data.store import ScenarioRow


class NoSuchScenario(LookupError):
    """There is no kept scenario with this id; the message says where to look."""


class KeepRefused(ValueError):
    """What was asked cannot be kept; the message says why, and nothing changed."""


@dataclass(frozen=True)
class Difference:
    """What is not the same: a name, a note or a step; "" where one of the two has none."""

    what: str
    theirs: str
    yours: str


class ChangedMeanwhile(ValueError):
    """Somebody else changed the scenario first; nothing was overwritten.

    Attributes
    ----------
    current : ScenarioRow
        As it stands now.
    differences : tuple of Difference
        Between it and what was to be saved.
    """

    def __init__(self, current: ScenarioRow, seen: int, yours: ScenarioRow) -> None:
        super().__init__(
            f"{current.changed_by_name} changed {current.name} ({current.id}) on "
            f"{current.changed:%d %B %Y, %H:%M} UTC: you saw revision {seen}, it has revision "
            f"{current.revision} now, and yours was not saved. Look at what differs, then save yours as a "
            "branch or open it anew."
        )
        self.current, self.differences = current, differences(current, yours)


def differences(theirs: ScenarioRow, yours: ScenarioRow) -> tuple[Difference, ...]:
    """Give what is not the same in two revisions."""
    steps = zip_longest(theirs.basis["steps"], yours.basis["steps"], fillvalue="")
    pairs = [
        ("Name", theirs.name, yours.name),
        ("Note", theirs.note, yours.note),
        *((f"Step {place}", *pair) for place, pair in enumerate(steps, start=1)),
    ]
    return tuple(Difference(*one) for one in pairs if one[1] != one[2])
