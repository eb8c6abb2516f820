"""The decision log: the one way in, the pages of it a person may read, and each entry in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeGuard

from data.store import Entry, EntryFilter, Header, Logged, Reader, Verification
from services import (
    access_words,
    action_words,
    control_words,
    drill_words,
    feedback_words,
    goal_words,
    governance_words,
    guideline_words,
    kept_words,
    log_kinds,
    managers_settings_words,
    mitigation_words,
    movement_words,
    objection_words,
    readers_words,
    registry_words,
    replay_words,
    scenario_words,
    signing_words,
    travel_words,
    trial_words,
)
from services.guidelines import log_words as guidelines_words
from services.recommender import log_words as recommender_words
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = ["EntryFilter", "LogEntry", "LogPage", "NoSuchEntry", "one", "page", "record", "tell", "verify"]

PAGE = 50
LONGEST_PAGE = 500

# What never belongs in a log, whatever the entry: a slip here would last for ever
SECRET = frozenset({"password", "password_hash", "token", "secret", "secret_key", "cookie", "csrf_token"})


class NoSuchEntry(LookupError):
    """There is no entry of that number that this person may read; show the message."""


class _Appends(Protocol):
    def append(self, entry: Entry) -> Header: ...


@dataclass(frozen=True)
class LogEntry:
    """One entry, ready to be shown.

    Attributes
    ----------
    seq : int
        Number of the entry; the order of the log is this.
    time : datetime
        Aware, UTC.
    kind, actor, who : str
        What sort; by whom: id, and the name as it was then ("" once purged).
    subject : str or None
        Whom or what it is about.
    version, snapshot : str or None
        Model version and data it stands on.
    payload : dict or None
        Input, output, reasons ...; None once purged.
    previous, hash : str
        SHA-256 of the entry before, and the one that seals this one, hex.
    text : str
        The entry in words.
    """

    seq: int
    time: datetime
    kind: str
    actor: str
    who: str
    subject: str | None
    version: str | None
    snapshot: str | None
    payload: dict[str, Any] | None
    hash: str
    text: str = ""
    previous: str = ""


@dataclass(frozen=True)
class LogPage:
    """Entries, latest first; ``before`` fetches the next page, None where this is the last."""

    entries: tuple[LogEntry, ...]
    before: int | None


def record(
    installation: Installation,
    actor: Actor,
    kind: str,
    *,
    subject: str | None = None,
    version: str | None = None,
    snapshot: str | None = None,
    payload: Mapping[str, Any],
    transaction: _Appends | None = None,
) -> Header:
    """Put one entry in the log; it is on disk when this returns, before any answer leaves.

    Parameters
    ----------
    transaction : Transaction, optional
        Of the store, so that a change and its entry are both kept or neither (S42).

    Raises
    ------
    EntryRefused
        If the payload holds what cannot be written down exactly (NaN, arrays ...).
    ValueError
        If the payload has a field named like a secret.
    StoreError
        If the store cannot write: give no answer then.
    """
    if slipped := SECRET & payload.keys():
        raise ValueError(
            f"The entry has a field {min(slipped)!r}: secrets do not go into the log; leave it out."
        )
    is_answer = transaction is None and (version is not None or kind == "recommendation")
    if is_answer and (revision := installation.objections_revision()):
        payload = {**payload, "objections": revision}  # who objected then, so that it replays
    entry = Entry(kind, actor.id, version, snapshot, subject, dict(payload), actor_name=actor.name)
    return (transaction or installation.store).append(entry)


def page(
    installation: Installation,
    actor: Actor,
    filters: EntryFilter | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> LogPage:
    """Give a page of the log, latest first: everybody's for who may read all, else those of ``_readable``."""
    wanted = _readable(installation, actor, filters or EntryFilter())
    limit = min(max(limit, 1), LONGEST_PAGE)
    if before is not None and not isinstance(before, int):
        raise ValueError(f"{before!r} is no entry's number: give a whole number to read on from.")
    found = installation.store.entries(wanted, before, limit + 1)
    shown = tuple(_entry(installation, logged) for logged in found[:limit])
    return LogPage(shown, shown[-1].seq if len(found) > limit else None)


def numbers(installation: Installation, actor: Actor, filters: EntryFilter) -> list[int]:
    """Give the numbers of the entries this person may read, of those a filter lets through, in order."""
    return installation.store.numbers(_readable(installation, actor, filters))


def count(installation: Installation, actor: Actor, filters: EntryFilter) -> int:
    """Count the entries this person may read, of those a filter lets through."""
    return installation.store.count_entries(_readable(installation, actor, filters))


def _readable(installation: Installation, actor: Actor, wanted: EntryFilter) -> EntryFilter:
    """Narrow a filter to what this person may read: the one rule, by which everything here goes.

    Who may not read all reads what they did, what Keepsight did for them, and answers about the customers of
    their own area, or about all of it (``services.own_area``).
    """
    require(actor, "read-log")
    if permitted(actor, "read-all-log"):
        return wanted
    area = installation.store.own_area(actor.id)
    kinds = (*log_kinds.ABOUT_A_CUSTOMER, *log_kinds.ABOUT_A_GROUP)
    drafts = permitted(actor, "see-drafts")
    return replace(wanted, reader=Reader(actor.id, area.number if area else None, kinds, drafts))


def one(installation: Installation, actor: Actor, seq: int) -> LogEntry:
    """Give one entry; NoSuchEntry where there is none, and just so where it is somebody else's (S17)."""
    reader = _readable(installation, actor, EntryFilter()).reader
    logged = installation.store.entry(seq)
    if logged is None or not (reader is None or installation.store.reads(reader, seq)):
        raise NoSuchEntry(
            f"There is no entry {seq} that you may read. Check the number; you read your own entries and "
            "those about your own area, managers and administrators everybody's."
        )
    return _entry(installation, logged)


def verify(installation: Installation) -> Verification:
    """Walk the chain of the log and say whether every entry is as it was written."""
    return installation.store.verify()


def as_entry(installation: Installation, logged: Logged) -> LogEntry:
    """Tell an entry as it was read; who asks has seen to who may read it."""
    return _entry(installation, logged)


def _entry(installation: Installation, logged: Logged) -> LogEntry:
    header = logged.header
    entry = LogEntry(
        seq=header.seq,
        time=header.time,
        kind=header.kind,
        actor=header.actor,
        who=logged.actor_name,
        subject=logged.subject,
        version=header.version,
        snapshot=header.snapshot,
        payload=logged.payload,
        hash=header.hash,
        previous=header.previous,
    )
    return replace(entry, text=tell(entry, partial(_label, installation, header.snapshot)))


def _label(installation: Installation, snapshot: str | None, column: str) -> str:
    """Call a column as the spec of that time did; by its own name where spec or column are gone."""
    if snapshot is None:
        return column
    try:
        return installation.warehouse.spec_of(snapshot).feature(column).label
    except LookupError:
        return column


# --- in words ----------------------------------------------------------------------------------------

Label = Callable[[str], str]


def tell(entry: LogEntry, label: Label = str) -> str:
    """Say an entry in one sentence.

    Parameters
    ----------
    label : callable
        Names a column as people read it.
    """
    who = entry.who or f"Somebody ({entry.actor})"
    if entry.payload is None:
        return f"{who} made an entry of kind {entry.kind!r} whose details were removed since."
    say = SENTENCES.get(entry.kind, _anything)
    return say(who, entry, entry.payload, label)


def _what_if(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    changes = payload.get("changes")
    moved = [f"{label(c)} were {_value(v)}" for c, v in changes.items()] if isinstance(changes, dict) else []
    asked = f"{who} asked what would happen"
    if entry.subject:
        asked += f" with customer {entry.subject}"
    asked += f" if {_and(moved)}" if moved else " with nothing changed"
    before, after = _chance(payload, "before"), _chance(payload, "answer")
    if after is None:
        return f"{asked}."
    since = f" instead of {before}" if before is not None and before != after else ""
    return f"{asked}; the answer was a chance of leaving of {after}{since}."


def _prediction(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    chance = _chance(payload, "answer")
    answer = f"; the answer was a chance of leaving of {chance}" if chance else ""
    return f"{who} looked at customer {entry.subject or 'unknown'}{answer}{_mostly(payload)}."


def _mostly(payload: Mapping[str, Any]) -> str:
    """Name the two strongest reasons, where reasons are ``[label, contribution]`` pairs."""
    try:
        pairs = [(str(name), float(weight)) for name, weight in payload.get("reasons") or ()]
    except (TypeError, ValueError):
        return ""
    strongest = sorted(pairs, key=lambda pair: -abs(pair[1]))[:2]
    return f", mostly because of {_and([name for name, _ in strongest])}" if strongest else ""


def _list(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    query = payload.get("query")
    query = query if isinstance(query, dict) else {}
    rows = payload.get("rows")
    much = f"{rows} customers" if isinstance(rows, int) else "customers"
    search = f" matching {query['search']!r}" if query.get("search") else ""
    return f"{who} listed {much} with their scores{search}{_filtered(query.get('filters'), label)}."


def _overview(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    answer = payload.get("answer")
    leavers = answer.get("expected_leavers") if isinstance(answer, dict) else None
    seen = f"; it showed {leavers:,.0f} expected leavers" if _is_number(leavers) else ""
    part = f" ({entry.subject})" if entry.subject else ""
    return f"{who} looked at the overview{part}{_filtered(payload.get('query'), label)}{seen}."


def _filtered(filters: Any, label: Label) -> str:
    """Name what a view was narrowed to, ``{"levels": {column: [level]}, "period": [from, to]}``."""
    if not isinstance(filters, dict):
        return ""
    levels, period = filters.get("levels"), filters.get("period")
    parts = [
        f"{label(column)} {_and([_value(level) for level in wanted], 'or')}"
        for column, wanted in (levels.items() if isinstance(levels, dict) else ())
        if isinstance(wanted, list) and wanted
    ]
    narrowed = f", filtered to {_and(parts)}" if parts else ""
    if isinstance(period, list):
        narrowed += "".join(
            f" {word} {end}" for word, end in zip(("from", "to"), period, strict=False) if end is not None
        )
    return narrowed


def _load(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    name = entry.subject or "customers"
    if payload.get("switched"):
        return f"{who} switched to the data {name!r}."
    rows, refused = payload.get("rows"), payload.get("refused")
    much = f": {rows:,} rows accepted" if isinstance(rows, int) else ""
    much += f", {refused:,} refused" if much and isinstance(refused, int) else ""
    source = f" from {payload['source']}" if payload.get("source") else ""
    return f"{who} loaded the data {name!r}{source}{much}."


def _train(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    auc = payload.get("auc")
    auc = auc.get("mean") if isinstance(auc, dict) else auc
    quality = f"; its AUC is {auc:.3f}" if _is_number(auc) else ""
    rows = payload.get("rows")
    much = f" on {rows:,} customers" if isinstance(rows, int) else ""
    version = f" version {entry.version[:12]}" if entry.version else " a version"
    return f"{who} trained{version}{much}{quality}."


def _start(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    return f"{who} started."


def _purge(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    ranges = payload.get("entries")
    parts = [
        str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} to {pair[1]}"
        for pair in (ranges if isinstance(ranges, list) else ())
        if isinstance(pair, list) and len(pair) == 2
    ]
    which = f"of entries {_and(_shortened(parts))}" if parts else "of some entries"
    because = f", because: {payload['reason']}" if payload.get("reason") else ""
    return f"{who} removed the details {which}{because}."


def _shortened(parts: list[str]) -> list[str]:
    """Leave the middle of many parts out: who wants them all opens the entry."""
    return parts if len(parts) <= 6 else [*parts[:5], f"{len(parts) - 5:,} other spans"]


def _anything(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    about = f" about {entry.subject}" if entry.subject else ""
    return f"{who} made an entry of kind {entry.kind!r}{about}."


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "what-if": _what_if,
    "prediction": _prediction,
    "list": _list,
    "overview": _overview,
    "load": _load,
    "train": _train,
    "start": _start,
    "purge": _purge,
    **access_words.SENTENCES,
    **movement_words.SENTENCES,
    **objection_words.SENTENCES,
    **registry_words.SENTENCES,
    **travel_words.SENTENCES,
    **trial_words.SENTENCES,
    **scenario_words.SENTENCES,
    **kept_words.SENTENCES,
    **goal_words.SENTENCES,
    **governance_words.SENTENCES,
    **signing_words.SENTENCES,
    **mitigation_words.SENTENCES,
    **action_words.SENTENCES,
    **control_words.SENTENCES,
    **drill_words.SENTENCES,
    **recommender_words.SENTENCES,
    **guidelines_words.SENTENCES,
    **managers_settings_words.SENTENCES,
    **feedback_words.SENTENCES,
    **replay_words.SENTENCES,
    **readers_words.SENTENCES,
    **guideline_words.SENTENCES,
}


def _chance(payload: Mapping[str, Any], field: str) -> str | None:
    """Read a probability and write it as people do, "23.4%"; None where there is none."""
    held = payload.get(field)
    chance = held.get("probability") if isinstance(held, dict) else held
    if not _is_number(chance) or not 0 <= chance <= 1:
        return None
    return f"{chance:.1%}"


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    return str(value)


def _and(words: list[str], word: str = "and") -> str:
    """Join words: "a", "a and b", "a, b and c"."""
    return f" {word} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
