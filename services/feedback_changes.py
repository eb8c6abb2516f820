"""What may have changed because of feedback: chosen from what really happened, never written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from config.managed import MANAGED
from data.store import EntryFilter, Logged, SettingRow
from services import log_kinds
from services.managers_settings_words import said

if TYPE_CHECKING:
    from services.installation import Installation

KINDS = ("version", "setting", "load", "decision")
OFFERED = 20

# Entries of the log by which a version begins or ends to answer, and those that are decisions of their own
OF_VERSIONS = ("promotion", "rollback", "withdrawal", "train")
DECISIONS = (
    "control",
    "override",
    "mitigation-choice",
    "experiment",
    "plan",
    "catalogue",
    "objection",
    "hidden",
)


@dataclass(frozen=True)
class Change:
    """Something that changed: kind and reference, what it was in words, when, by whom, where to read it."""

    kind: str
    reference: str
    words: str
    time: datetime
    by: str
    link: str

    @property
    def key(self) -> str:
        """Kind and reference in one text, as a form sends it."""
        return f"{self.kind}:{self.reference}"


def recent(installation: Installation, since: datetime, limit: int = OFFERED) -> list[Change]:
    """Give what changed since a moment, latest first: settings, versions, loads and other decisions."""
    latest: dict[str, Change] = {}
    everything = [*_settings(installation), *_loads(installation), *_entries(installation, since, limit)]
    for one in sorted(everything, key=lambda change: change.time, reverse=True):
        if one.time >= since:
            latest.setdefault(one.key, one)
    return list(latest.values())[:limit]


def find(installation: Installation, kind: str, reference: str) -> Change | None:
    """Find a change by kind and reference; None where nothing of the kind happened."""
    return found(installation, [(kind, reference)]).get((kind, reference))


def found(installation: Installation, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Change]:
    """Find changes by kind and reference, read together; those that did not happen are left out."""
    wanted = set(pairs)
    kinds = {kind for kind, _ in wanted}
    read = [*(_settings(installation) if "setting" in kinds else ())]
    read += [*(_loads(installation) if "load" in kinds else ())]
    made = {(one.kind, one.reference): one for one in read}
    for kind, reference in wanted:
        if kind in ("version", "decision"):
            one = _of_the_log(installation, kind, reference)
            if one is not None:
                made[kind, reference] = one
    return {pair: made[pair] for pair in wanted if pair in made}


def _of_the_log(installation: Installation, kind: str, reference: str) -> Change | None:
    if kind == "version":
        wanted = EntryFilter(kinds=OF_VERSIONS, version=reference)
        return next(iter(_told(installation, wanted, 1)), None)
    if not reference.isdecimal() or len(reference) >= 16:
        return None
    return next(iter(_decision(installation, int(reference))), None)


def _settings(installation: Installation) -> Iterator[Change]:
    for row in installation.store.settings_history():
        if row.name in MANAGED:
            link = f"/log?kind=setting&about={row.name}"
            yield Change("setting", str(row.number), _setting(row), row.time, row.actor_name, link)


def _setting(row: SettingRow) -> str:
    label = MANAGED[row.name].label
    if row.undoes:
        return f"{label}: a change was taken back"
    return f"{label}: now {said(row.name, row.value['value'])}" if row.value else f"{label}: as set up"


def _loads(installation: Installation) -> Iterator[Change]:
    for row in installation.store.snapshots():
        words = f"{row.rows:,} rows of {row.spec_name} loaded"
        yield Change("load", row.id, words, row.created, "", "/log?kind=load")


def _entries(installation: Installation, since: datetime, limit: int) -> list[Change]:
    wanted = EntryFilter(kinds=(*OF_VERSIONS, *DECISIONS), since=since)
    return _told(installation, wanted, limit)


def _decision(installation: Installation, seq: int) -> list[Change]:
    logged = installation.store.entry(seq)
    if logged is None or logged.header.kind not in DECISIONS:
        return []
    return [_change(logged)]


def _told(installation: Installation, wanted: EntryFilter, limit: int) -> list[Change]:
    return [_change(one) for one in installation.store.entries(wanted, None, limit)]


def _change(logged: Logged) -> Change:
    header = logged.header
    name = log_kinds.name(header.kind).capitalize()
    link, by = f"/log?entry={header.seq}", logged.actor_name
    if header.kind in OF_VERSIONS and header.version:
        words = f"{name}: version {header.version[:8]}"
        return Change("version", header.version, words, header.time, by, link)
    about = f" ({logged.subject})" if logged.subject else ""
    return Change("decision", str(header.seq), f"{name}{about}", header.time, by, link)
