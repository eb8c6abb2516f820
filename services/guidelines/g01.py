"""G1: where people are told that a model is at work, looked at for real; and who has read what it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from services import first_use, notice_walk
from services.guidelines.evidence import Evidence, Line, Rows, Value
from services.guidelines.words import counted
from services.notice_walk import NO_WALKER, Place, Walk

if TYPE_CHECKING:
    from services.first_use import Counted
    from services.installation import Installation

NOBODY = "nobody can sign in yet"
LONG = re.compile(r"[0-9a-f]{16,}")
YES, NO, NOTHING = "yes", "no", "nothing to look at"


def evidence(installation: Installation) -> Evidence:
    """Walk pages, files and answers for the notice, and count who has read the note of the first use."""
    found, read = notice_walk.walk(installation), first_use.counted(installation)
    values: dict[str, Value] = {"first_use_share": read.share}
    missing = {} if read.share is not None else {"first_use_share": NOBODY}
    if found is None:
        names = ("without_notice", "public_notice", "watched")
        return Evidence(
            "Where the notice stands: not looked at",
            values | dict.fromkeys(names),
            missing | dict.fromkeys(names, NO_WALKER),
            (_first_use(read),),
        )
    values |= {
        "without_notice": len(found.without),
        "public_notice": found.public,
        "watched": found.watched,
        "looked_at": len(found.looked_at),
    }
    lines = (*_kinds(found), _public(found), _watched(found), _first_use(read))
    return Evidence(_headline(found), values, missing, lines, (_table(found),))


def _headline(found: Walk) -> str:
    good = len(found.looked_at) - len(found.without)
    return f"{good} of {len(found.looked_at)} pages, files and answers carry the notice"


def _kinds(found: Walk) -> list[Line]:
    said = []
    for kind, label in (("page", "Pages"), ("public page", "Pages without sign-in"), ("file", "Files"),
                        ("answer", "Answers")):  # fmt: skip
        own = [one for one in found.places if one.kind == kind]
        looked = [one for one in own if one.carries is not None]
        lacking = [one.name for one in looked if not one.carries]
        words = f"{len(looked) - len(lacking)} of {len(looked)} carry the notice"
        absent = len(own) - len(looked)
        note = f"Without it: {', '.join(lacking)}." if lacking else ""
        note += f" There is nothing to look at yet of {absent} more." if absent else ""
        if own:
            said.append(Line(label, words, "/log?kind=notice-walk", note.strip()))
    return said


def _public(found: Walk) -> Line:
    words = "anybody reaches it without an account" if found.public else "it does not answer"
    return Line("Public notice", words, "/about", "It says what the model reads, and how to object.")


def _watched(found: Walk) -> Line:
    words = "figures of the model vanish from it" if found.watched else "nothing watches over it"
    return Line(
        "Where the notice is taken out of a page", words, None, "A script of every page sees to that."
    )


def _first_use(read: Counted) -> Line:
    words = f"{read.seen} of {counted(read.people, 'person', 'people')} who can sign in have read it"
    note = "It stands above the first page until it is read; the menu under one's name shows it again."
    return Line("Note of the first use", words, "/?note=1", note)


def _table(found: Walk) -> Rows:
    order = {False: 0, None: 2, True: 1}
    rows = sorted(found.places, key=lambda one: order[one.carries])
    heads = ("What", "Sort", "Address", "Carries the notice", "Why")
    return Rows("What was looked at", heads, tuple(map(_row, rows)))


def _row(one: Place) -> tuple[str, ...]:
    carries = NOTHING if one.carries is None else YES if one.carries else NO
    return one.name, one.kind, _short(one.path), carries, one.why


def _short(path: str) -> str:
    """Cut ids of versions short, as pages do."""
    return LONG.sub(lambda found: f"{found[0][:8]}\u2026", path)
