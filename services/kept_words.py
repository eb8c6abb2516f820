"""Entries of the log about scenarios kept, compared and exported, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import Label, LogEntry

DONE = {
    "kept": "kept the scenario {it}",
    "saved": "saved the scenario {it} again",
    "renamed": "renamed the scenario {it}, or changed its note",
    "branched": "made the scenario {it}, a branch of {parent}",
    "duplicated": "made the scenario {it}, a copy of {source}",
    "archived": "put the scenario {it} into the archive",
    "brought back": "brought the scenario {it} back from the archive",
    "opened": "looked at the figures kept of the scenario {it}",
}

LISTS = {
    "steps": "who gets what",
    "crossing": "who crosses the at-risk line",
    "goal": "who gets which offer of a plan",
}


def _kept(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    step = str(payload.get("step"))
    told = DONE.get(step, "changed the scenario {it}").format(
        it=_name(payload.get("name"), entry.subject),
        parent=payload.get("parent") or "another",
        source=payload.get("source") or "another",
    )
    words = payload.get("words")
    steps = [str(one) for one in words] if isinstance(words, list) else []
    return f"{who} {told}{': ' + '; '.join(steps) if steps and step in ('kept', 'saved') else ''}."


def _compared(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    ids = payload.get("scenarios")
    which = " and ".join(map(str, ids)) if isinstance(ids, list) and ids else "some"
    return f"{who} compared the scenarios {which}."


def _export(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    if payload.get("what") == "log":
        rows = payload.get("rows")
        return f"{who} took {rows if isinstance(rows, int) else 'some'} entries of this log out as a file."
    if payload.get("what") == "feedback":
        return f"{who} took {payload.get('rows')} items of feedback out as a file."
    rows = payload.get("rows")
    much = f"{rows:,} customers" if isinstance(rows, int) else "customers"
    what = LISTS.get(str(payload.get("what")))
    of = f" of the scenario {_name(payload.get('name'), entry.subject)}" if payload.get("name") else ""
    return f"{who} exported a list of {much}{f' ({what})' if what else ''}{of}."


def _name(name: Any, scenario_id: str | None) -> str:
    return f"{name!s} ({scenario_id})" if name else str(scenario_id)


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "scenario-kept": _kept,
    "scenario-compared": _compared,
    "export": _export,
}
