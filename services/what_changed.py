"""What changed for people: another model, other data, a setting or a switch, with the size of it.

What everybody sees is looked at as a whole, and compared with how it was at the last look; where it differs,
that is worked out once and kept. Each person sees what came since they last took note.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from data.store.changes import ChangeRow
from services import control, log, log_kinds
from services.control_states import BATCH, MASTER, SUBSYSTEMS
from services.installation import NothingLoaded
from services.recommender import settings as recommender_settings
from services.roles import SYSTEM, Actor, permitted, require
from services.stamp import standing
from services.what_changed_size import NOTHING, Size, size
from services.what_changed_words import sentences, size_words

if TYPE_CHECKING:
    from services.installation import Installation

_log = logging.getLogger("keepsight")

SHOWN = 3
LISTED = 30
NEWCOMERS_DAYS = 14
"""Who never took note is told of what changed within these days."""

BEGIN = "begin"


@dataclass(frozen=True)
class Line:
    """One change: when, what in sentences, its size in one, and what kinds of it there are."""

    entry: int
    time: datetime
    kinds: tuple[str, ...]
    words: tuple[str, ...]
    size: str

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join((*self.words, *filter(None, [self.size])))


@dataclass(frozen=True)
class Notice:
    """What changed since somebody last took note, latest first.

    Attributes
    ----------
    since : datetime
        When they took note; for who never did, the time of the first change told.
    more : bool
        Whether there are more than are told.
    up_to : int
        What they take note of when they put this away.
    """

    since: datetime
    lines: tuple[Line, ...]
    more: bool
    up_to: int


def view(installation: Installation) -> dict[str, Any] | None:
    """Say what everybody sees stands on now; None where there are no customers."""
    try:
        on = standing(installation, SYSTEM)
    except NothingLoaded:
        return None
    settings, switches = installation.settings, installation.store.control()
    champion = on.champion
    return {
        "spec": on.dataset.spec.name,
        "snapshot": on.dataset.snapshot,
        "version": champion.version if champion else None,
        "signed": champion is not None and not champion.is_draft,
        "share": settings.at_risk_share,
        "months": settings.value_months,
        "rules": _rules(installation),
        "control": {
            name: control.own(switches, name).state for name in (MASTER, *SUBSYSTEMS) if name != BATCH
        },
    }


def _rules(installation: Installation) -> int | None:
    """Give the revision of the rules by which titles are recommended; None where there are no titles."""
    try:
        return recommender_settings.current(installation)[1]
    except LookupError:
        return None


def note(installation: Installation, now: dict[str, Any] | None = None) -> Line | None:
    """Look whether what people see changed since the last look; keep it with its size, and give it.

    ``now`` is what it is, where that was found out before.
    """
    now = now or view(installation)
    if now is None:
        return None
    store = installation.store
    last = store.last_change()
    if last is None:
        store.record_change(ChangeRow(store.head().seq, store.clock(), BEGIN, {"view": now}), after=None)
        return None
    before = last.what["view"]
    if before == now:
        return None
    entry, told = max(store.head().seq, last.entry + 1), sentences(installation, before, now)
    if not told:  # nothing that people see; looked at from here on
        store.record_change(ChangeRow(entry, store.clock(), BEGIN, {"view": now}), after=last.entry)
        return None
    row = ChangeRow(
        entry=entry,
        time=store.clock(),
        kind=" ".join(dict.fromkeys(kind for kind, _ in told)),
        what={
            "view": now,
            "said": [words for _, words in told],
            "size": _sized(installation, before, now).plain(),
            "signed": bool(before["signed"] and now["signed"]),
        },
    )
    return _line(row, figures=True) if store.record_change(row, after=last.entry) else None


_looking = threading.Lock()


def note_beside(installation: Installation, now: dict[str, Any]) -> threading.Thread | None:
    """Look in a thread of its own, so that nobody's answer waits for it; None where one is at it already."""
    if not _looking.acquire(blocking=False):
        return None

    def look() -> None:
        try:
            note(installation, now)
        except Exception:
            _log.exception("it could not be worked out what changed; it is tried again with the next page")
        finally:
            _looking.release()

    thread = threading.Thread(target=look, name="what-changed", daemon=True)
    thread.start()
    return thread


def due(installation: Installation) -> dict[str, Any] | None:
    """Give what everybody sees stands on where it is no longer as it was at the last look, else None."""
    now, last = view(installation), installation.store.last_change()
    return now if last is None or last.what["view"] != now else None


def notice(installation: Installation, actor: Actor) -> Notice | None:
    """Give what changed since somebody last took note; None where nothing did."""
    require(actor, "own-matters")
    seen = installation.store.noted(actor.id)
    if seen is not None:
        rows = installation.store.changes(after=seen.entry, limit=SHOWN + 1)
    else:
        rows = installation.store.changes(since=_first_day(installation, actor), limit=SHOWN + 1)
    if not rows:
        return None
    lines = tuple(_line(row, figures=_may_see(installation, actor, row)) for row in rows[:SHOWN])
    since = seen.time if seen else lines[-1].time
    return Notice(since, lines, len(rows) > SHOWN, rows[0].entry)


def listing(installation: Installation, actor: Actor) -> list[Line]:
    """Give what changed lately, latest first, whether somebody took note of it or not."""
    require(actor, "own-matters")
    rows = installation.store.changes(limit=LISTED)
    return [_line(row, figures=_may_see(installation, actor, row)) for row in rows]


def take_note(installation: Installation, actor: Actor, up_to: int) -> bool:
    """Put away what changed up to an entry, on record; False where that was done before, or there is none."""
    require(actor, "own-matters")
    last = installation.store.last_change()
    if last is None or not isinstance(up_to, int) or not 0 <= up_to <= last.entry:
        return False
    with installation.store.transaction() as together:
        changed = together.take_note(actor.id, up_to)
        if changed:
            payload = {"step": "seen", "up_to": up_to}
            log.record(installation, actor, log_kinds.READER, payload=payload, transaction=together)
    return changed


def _first_day(installation: Installation, actor: Actor) -> datetime:
    """Say from when on somebody is told who never took note: from when they came, but not for long."""
    user = installation.store.user(actor.id)
    lately = installation.store.clock() - timedelta(days=NEWCOMERS_DAYS)
    return lately if user is None else max(lately, user.created)


def _sized(installation: Installation, before: Mapping[str, Any], now: Mapping[str, Any]) -> Size:
    """Work the size out; where that cannot be, what changed is told without it."""
    if all(before[name] == now[name] for name in ("spec", "snapshot", "version", "share")):
        return NOTHING
    try:
        return size(installation, before, now)
    except Exception:
        _log.exception("the size of a change could not be worked out")
        return NOTHING


def _may_see(installation: Installation, actor: Actor, row: ChangeRow) -> bool:
    """Say whether somebody sees the size, which is a figure of the model."""
    signed = row.what.get("signed") or permitted(actor, "see-drafts")
    return bool(signed) and installation.store.control(actor.id).hidden is None


def _line(row: ChangeRow, *, figures: bool) -> Line:
    words = tuple(str(one) for one in row.what.get("said", ()))
    told = size_words(Size(**row.what["size"])) if figures and row.what.get("size") else ""
    return Line(row.entry, row.time, tuple(row.kind.split()), words, told)
