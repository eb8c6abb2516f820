"""Who left of those an action is about: from a file somebody loads, or from customers loaded later.

A word of a day counts for each action whose days it tells of: that somebody left on it, or was still there
when the action was due. The last word counts; what it corrects is on record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from config.dataset import DatasetSpec
from data.cells import shown
from data.checks import NO_DATE, NO_KEY, NO_OUTCOME, OPPOSITES
from data.files import Limits, RawTable, read_table, refused_frame
from data.store import ActionRow
from data.warehouse.snapshots import write_quarantine
from services import log, outcomes
from services.roles import SYSTEM, Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

NAMES = {
    "customer": ("customer", "customer_id", "customerid", "id", "key"),
    "left": ("left", "has_left", "churned", "churn", "outcome"),
    "date": ("date", "day", "left_on", "told_on", "as_of"),
}
IN_FUTURE = "is a day that has not come yet"
CORRECTIONS_LOGGED = 100

Word = tuple[str, bool, date]


class OutcomesRefused(ValueError):
    """A file of outcomes that cannot be used as a whole; the message says why and how to mend it."""


@dataclass(frozen=True)
class Loaded:
    """What a file of outcomes brought.

    Attributes
    ----------
    rows, refused : int
        Of the file, and those of them set aside in ``quarantine`` with row, column, value and reason.
    strangers : int
        Rows of customers who are in no action.
    fresh, corrected, unchanged : int
        Outcomes that were not known, that replaced others, that were known as they are.
    early : int
        Words that somebody was still there, before the last day that counts: they tell nothing yet.
    actions : tuple of str
        Ids of the actions that changed.
    """

    rows: int
    refused: int
    strangers: int
    fresh: int
    corrected: int
    unchanged: int
    early: int
    actions: tuple[str, ...]
    quarantine: Path | None


def load(
    installation: Installation, actor: Actor, path: Path, *, columns: Mapping[str, str] | None = None
) -> Loaded:
    """Load who left, a row a customer: key, left (yes or no), and the day on which that is so.

    Loading a file again changes nothing.

    Parameters
    ----------
    columns : mapping, optional
        ``customer``, ``left`` and ``date`` to the names they have in the file, where those are unusual.

    Raises
    ------
    data.files.FileError, OutcomesRefused
        With what to do; nothing has changed then.
    """
    require(actor, "load-outcomes")
    settings, spec = installation.settings, installation.dataset().spec
    limits = Limits(settings.file_limit_mb, settings.cell_limit_kb, settings.column_limit)
    table = read_table(path, limits)
    named = _named(table, spec, columns or {}, path)
    words, refused = _read(table, named, spec, installation.store.clock().date())
    count = int(refused["row"].nunique())
    quarantine = _set_aside(installation, path, refused) if count else None
    if count > settings.refused_share * table.rows:
        first = refused.iloc[0]
        raise OutcomesRefused(
            f"{count:,} of {table.rows:,} rows cannot be used, more than {settings.refused_share:.0%}; they "
            f"stand in {quarantine}. First: row {first['row']}, {first['column']} {first['value']!r} "
            f"{first['reason']}. Mend the file and load it again; nothing was changed."
        )
    merged, strangers = _merge(installation, actor, spec.name, words, path.name)
    if words and strangers == len(words):
        raise OutcomesRefused(
            f"None of the {len(words):,} customers in {path.name} is in an action, so nothing was changed: "
            f"check that {named['customer']!r} is the column of their ids."
        )
    return Loaded(table.rows, count, strangers, quarantine=quarantine, **merged)


def from_snapshots(installation: Installation) -> int:
    """Fill in what is not known yet of actions that are over, from customers loaded since; say of how many.

    Files come first: they hold the day. Of each action the first customers loaded after its due day count.
    """
    spec_name, now = installation.dataset().spec.name, installation.store.clock()
    filled = 0
    for row in installation.store.actions(spec_name):
        is_known = all(arm.known == arm.customers for arm in (row.contacted, row.held))
        over = datetime.combine(row.due + timedelta(days=1), time(), UTC)
        if row.called_off is not None or is_known or now < over:
            continue
        later = outcomes.first_loaded(installation, spec_name, over)
        if later is None or not installation.warehouse.has_snapshot(row.snapshot):
            continue
        period = installation.warehouse.last_period(row.snapshot)
        left = installation.warehouse.outcomes_since(later.id, period)
        filled += _fill(installation, row, left, later.created.date(), later.id)
    return filled


def _fill(
    installation: Installation, row: ActionRow, left: Mapping[str, bool], day: date, snapshot: str
) -> int:
    with installation.store.transaction() as together:
        known = together.action_outcomes(row.id)
        fresh = {key: (left[key], day) for key, was in known.items() if was is None and key in left}
        if fresh:
            together.record_outcomes(row.id, fresh)
            log.record(
                installation, SYSTEM, "outcomes", subject=row.id, version=row.version, snapshot=snapshot,
                payload={"source": f"customers loaded on {day:%d %B %Y}", "fresh": len(fresh), "corrected": 0,
                         "actions": [row.id]},
                transaction=together,
            )  # fmt: skip
    return len(fresh)


# --- reading -----------------------------------------------------------------------------------------


def _named(table: RawTable, spec: DatasetSpec, given: Mapping[str, str], path: Path) -> dict[str, str]:
    """Find the three columns, by the names given, those of the spec, or usual ones."""
    there = {str(column).casefold(): str(column) for column in table.frame.columns}
    own = {"customer": (spec.id,), "left": (spec.outcome.column,), "date": ()}
    found = {}
    for part, usual in NAMES.items():
        wanted = (given[part],) if part in given else (*own[part], *usual)
        name = next((there[one.casefold()] for one in wanted if one.casefold() in there), None)
        if name is None:
            raise OutcomesRefused(
                f"{path.name} has no column {' or '.join(map(repr, wanted))}; it has "
                f"{', '.join(map(repr, there.values()))}. Name it with --{part} COLUMN."
            )
        found[part] = name
    return found


def _read(
    table: RawTable, named: Mapping[str, str], spec: DatasetSpec, today: date
) -> tuple[list[Word], pd.DataFrame]:
    """Read every row that can be used; give the others as a quarantine."""
    spoken = _outcome_words(spec)
    cells, seen, words = [], {}, []
    frame = table.frame[[named[part] for part in NAMES]]
    for number, *raw in frame.itertuples(name=None):
        key, left, told = ("" if value is None or value != value else _text(value) for value in raw)
        day = _day(told)
        fault = None
        if not key:
            fault = ("customer", key, NO_KEY)
        elif left.casefold() not in spoken:
            fault = ("left", left, f"{NO_OUTCOME}; write yes or no")
        elif day is None:
            fault = ("date", told, NO_DATE)
        elif day > today:
            fault = ("date", told, IN_FUTURE)
        else:
            gone = spoken[left.casefold()]
            earlier = seen.setdefault((key, day), (number, gone))
            if earlier[1] != gone:
                fault = ("customer", key, f"stands already in row {earlier[0]}, with the other outcome")
            elif earlier[0] == number:
                words.append((key, gone, day))
        if fault is not None:
            cells.append((int(number), named[fault[0]], shown(fault[1]), fault[2]))
    words.sort(key=lambda word: word[2])
    return words, pd.concat([table.refused, refused_frame(cells)], ignore_index=True)


def _outcome_words(spec: DatasetSpec) -> dict[str, bool]:
    """Say what each word for an outcome means."""
    positive = str(spec.outcome.positive).casefold()
    words = dict.fromkeys(OPPOSITES, True) | dict.fromkeys(OPPOSITES.values(), False)
    words[positive] = True
    if positive in OPPOSITES:
        words[OPPOSITES[positive]] = False
    return words


def _text(value: Any) -> str:
    text = str(value).strip()
    return text.removesuffix(".0") if isinstance(value, float) else text


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _set_aside(installation: Installation, path: Path, refused: pd.DataFrame) -> Path:
    """Keep the rows refused beside the installation's data, under a name made of the file's content."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    folder = installation.settings.var / "outcomes"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / f"{digest}-refused.csv"
    write_quarantine(kept, refused)
    return kept


# --- writing -----------------------------------------------------------------------------------------


def _merge(
    installation: Installation, actor: Actor, spec_name: str, words: Sequence[Word], source: str
) -> tuple[dict[str, Any], int]:
    """Write what is new, in one transaction with its entry; give the counts, and rows of strangers."""
    counts: dict[str, Any] = dict.fromkeys(("fresh", "corrected", "unchanged", "early"), 0)
    changed, corrections, members = [], [], set()
    with installation.store.transaction() as together:
        for row in together.actions(spec_name):
            if row.called_off is not None:
                continue
            known = together.action_outcomes(row.id)
            members |= known.keys()
            told, counts["early"] = _told(row, known, words, counts["early"])
            fresh = {key: word for key, word in told.items() if known[key] is None}
            other = {key: word for key, word in told.items() if known[key] is (not word[0])}
            counts["fresh"] += len(fresh)
            counts["corrected"] += len(other)
            counts["unchanged"] += len(told) - len(fresh) - len(other)
            corrections += [[row.id, key, word[0], word[1].isoformat()] for key, word in other.items()]
            if fresh or other:
                together.record_outcomes(row.id, fresh | other)
                changed.append(row.id)
        if changed:
            log.record(
                installation, actor, "outcomes", subject=changed[0] if len(changed) == 1 else None,
                payload={"source": source, "actions": changed, **counts,
                         "corrections": corrections[:CORRECTIONS_LOGGED]},
                transaction=together,
            )  # fmt: skip
    strangers = sum(key not in members for key, _, _ in words)
    return counts | {"actions": tuple(changed)}, strangers


def _told(
    row: ActionRow, known: Mapping[str, bool | None], words: Sequence[Word], early: int
) -> tuple[dict[str, tuple[bool, date]], int]:
    """Say what words, in the order of their days, tell of an action's customers."""
    told: dict[str, tuple[bool, date]] = {}
    for key, gone, day in words:
        if key not in known or day < row.starts:
            continue
        was_gone = told[key][0] if key in told else known[key]
        if day < row.due and not gone:
            early += 1
        elif not (gone and day > row.due and was_gone):  # who is gone is told to be gone ever after
            told[key] = (gone and day <= row.due, day)
    return told, early
