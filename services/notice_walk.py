"""Which pages, files and answers carry the notice that a model advises and people decide: looked at for real.

Who serves them hands in a walker at its start, since services know no pages. It goes through everything that
people can reach, in the name of Keepsight itself, and without a session that anybody could take.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

from data.store import EntryFilter
from services import log
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

Kind = Literal["page", "file", "answer", "public page"]

STANDS_SECONDS = 600.0
"""How long what a walk found is taken for what is there now, by what only looks at it besides."""

MOST_NAMED = 20

ASKED = (
    "overview", "scenario", "list", "action", "export", "what-if", "prediction", "subject", "way-back",
    "movement", "recommendation",
)  # fmt: skip
"""Kinds of entries that a walk leaves behind; its own entry names them."""

SAYS = re.compile(r"\b(people|person) decides?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """One thing that was looked at.

    Attributes
    ----------
    carries : bool or None
        Whether the notice stands there; None where there was nothing to look at, which ``why`` explains.
    """

    kind: Kind
    name: str
    path: str
    carries: bool | None
    why: str = ""


@dataclass(frozen=True)
class Shown:
    """A headline figure as a page really shows it; a line that is not there is ""."""

    name: str
    figure: str
    earlier: str
    tangible: str


@dataclass(frozen=True)
class Walk:
    """What a walk found.

    Attributes
    ----------
    public : bool
        Whether people outside reach the public notice without an account, and it says so.
    watched : bool
        Whether every page brings the script that takes model figures away where the notice is taken away.
    headlines : tuple of Shown
        The headline figures of the Overview.
    """

    places: tuple[Place, ...]
    public: bool
    watched: bool
    headlines: tuple[Shown, ...] = ()

    @property
    def without(self) -> tuple[Place, ...]:
        """What lacks the notice."""
        return tuple(one for one in self.places if one.carries is False)

    @property
    def looked_at(self) -> tuple[Place, ...]:
        """What was there to look at."""
        return tuple(one for one in self.places if one.carries is not None)


Walker = Callable[[], Walk]

_walkers: WeakKeyDictionary[Installation, Walker] = WeakKeyDictionary()
_found: WeakKeyDictionary[Installation, tuple[float, Walk]] = WeakKeyDictionary()

NO_WALKER = "no pages are served where this was worked out, so there was nothing to walk"


def hand_in(installation: Installation, walker: Walker) -> None:
    """Let the pages of an installation be walked from now on; whoever serves them calls this."""
    _walkers[installation] = walker


def says(text: str) -> bool:
    """Say whether a text tells that people decide."""
    return SAYS.search(text) is not None


def walk(installation: Installation) -> Walk | None:
    """Walk everything now, on record as what it is; None where nothing is served here."""
    walker = _walkers.get(installation)
    if walker is None:
        return None
    before = installation.store.head().seq
    found = walker()
    made = installation.store.entries(EntryFilter(actor=SYSTEM.id), None, MOST_NAMED)
    log.record(
        installation,
        SYSTEM,
        "notice-walk",
        payload={
            "looked_at": len(found.looked_at),
            "without": [one.name for one in found.without][:MOST_NAMED],
            "public": found.public,
            "entries": sorted(
                one.header.seq for one in made if one.header.seq > before and one.header.kind in ASKED
            ),
        },
    )
    _found[installation] = (time.monotonic(), found)
    return found


def lately(installation: Installation) -> Walk | None:
    """Give what was found in the last minutes, else walk now."""
    at, found = _found.get(installation, (0.0, None))
    fresh = found is not None and time.monotonic() - at < STANDS_SECONDS
    return found if fresh else walk(installation)
