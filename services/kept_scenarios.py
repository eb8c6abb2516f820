"""Scenarios that people keep: saved, renamed, branched, archived, each change with its entry in the log.

A kept scenario is pinned to the version and snapshot its figures were worked out on. Nothing is overwritten:
each change is a revision of its own, and who did not see the latest one is told instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from data.store import ScenarioRow, Store, Transaction
from services import log
from services.kept_faults import ChangedMeanwhile, Difference, KeepRefused, NoSuchScenario
from services.roles import Actor, NotPermitted, permitted, require
from services.scenario_pins import pin, pin_of

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "ChangedMeanwhile",
    "Difference",
    "KeepRefused",
    "NoSuchScenario",
    "ScenarioRow",
    "archive",
    "branch",
    "bring_back",
    "duplicate",
    "keep",
    "listing",
    "may_change",
    "one",
    "record",
    "rename",
    "save",
]

LONGEST_NAME = 120
LONGEST_NOTE = 2000


# --- reading -----------------------------------------------------------------------------------------


def one(
    installation: Installation, actor: Actor, scenario_id: str, revision: int | None = None
) -> ScenarioRow:
    """Give a kept scenario as it stands, or an earlier revision; NoSuchScenario where there is none."""
    require(actor, "explore")
    return _found(installation.store, scenario_id, revision)


def listing(
    installation: Installation,
    actor: Actor,
    search: str = "",
    *,
    author: str | None = None,
    archived: bool = False,
    spec_name: str | None = None,
) -> list[ScenarioRow]:
    """Give kept scenarios, last changed first: those in which each word of ``search`` occurs.

    Parameters
    ----------
    author : str, optional
        Id of who kept them first.
    archived : bool
        Whether those in the archive are asked for, instead of the others.
    """
    require(actor, "explore")
    words = search.casefold().split()
    return [
        row
        for row in installation.store.scenarios(spec_name)
        if (row.archived is not None) == archived
        and author in (None, row.author)
        and all(word in _text(row) for word in words)
    ]


def may_change(actor: Actor, row: ScenarioRow) -> bool:
    """Say whether somebody may change a kept scenario: its author, or who may change everybody's."""
    return permitted(actor, "explore") and (actor.id == row.author or permitted(actor, "change-scenarios"))


# --- writing -----------------------------------------------------------------------------------------


def keep(
    installation: Installation, actor: Actor, plain: Mapping[str, Any], name: str, note: str = ""
) -> ScenarioRow:
    """Keep a scenario under a name, pinned to what answers now, with the figures it has there.

    Raises
    ------
    KeepRefused
        For a name that is none, or a text that is too long.
    services.scenarios.ScenarioError, services.scenarios.NoModel
        If it cannot be answered.
    """
    named = _named(name, note)
    return _begin(installation, actor, "kept", named | pin(installation, actor, plain))


def save(
    installation: Installation,
    actor: Actor,
    scenario_id: str,
    plain: Mapping[str, Any],
    *,
    seen: int,
    name: str | None = None,
    note: str | None = None,
) -> ScenarioRow:
    """Save a scenario again, pinned to what answers now.

    Parameters
    ----------
    seen : int
        The revision that the changes were made on.

    Raises
    ------
    ChangedMeanwhile
        If there is a later revision: nothing is overwritten, and the difference can be looked at.
    NoSuchScenario, KeepRefused, NotPermitted
        If there is none, it is in the archive, or it is somebody else's.
    """
    require(actor, "explore")
    named = _named(name, note)
    _found(installation.store, scenario_id)
    changes = named | pin(installation, actor, plain)
    return _change(installation, actor, scenario_id, seen, "saved", changes)


def rename(
    installation: Installation,
    actor: Actor,
    scenario_id: str,
    *,
    seen: int,
    name: str | None = None,
    note: str | None = None,
) -> ScenarioRow:
    """Give another name or note; steps, figures and what it is pinned to stay. Faults as in :func:`save`."""
    require(actor, "explore")
    return _change(installation, actor, scenario_id, seen, "renamed", _named(name, note))


def archive(installation: Installation, actor: Actor, scenario_id: str, *, seen: int) -> ScenarioRow:
    """Put a scenario out of the way; its link still opens it. Faults as in :func:`save`."""
    require(actor, "explore")
    return _change(
        installation, actor, scenario_id, seen, "archived", {"archived": installation.store.clock()}
    )


def bring_back(installation: Installation, actor: Actor, scenario_id: str, *, seen: int) -> ScenarioRow:
    """Bring a scenario back from the archive. Faults as in :func:`save`."""
    require(actor, "explore")
    return _change(installation, actor, scenario_id, seen, "brought back", {"archived": None})


def branch(
    installation: Installation,
    actor: Actor,
    scenario_id: str,
    *,
    name: str | None = None,
    note: str | None = None,
    plain: Mapping[str, Any] | None = None,
) -> ScenarioRow:
    """Make a scenario of one's own out of anybody's; it remembers what it is a branch of.

    Parameters
    ----------
    plain : mapping, optional
        Other steps than those kept: the branch is pinned to what answers now. Without, it is a copy, pinned
        and with figures like the other.
    """
    require(actor, "explore")
    row = _found(installation.store, scenario_id)
    named = _named(name if name is not None else _short(f"Branch of {row.name}"), note or "")
    pinned = pin_of(row) if plain is None else pin(installation, actor, plain)
    return _begin(installation, actor, "branched", named | pinned | {"parent": row.id})


def duplicate(
    installation: Installation, actor: Actor, scenario_id: str, *, name: str | None = None
) -> ScenarioRow:
    """Make a copy that stands alone, pinned and with figures like the other."""
    require(actor, "explore")
    row = _found(installation.store, scenario_id)
    named = _named(name if name is not None else _short(f"Copy of {row.name}"), row.note)
    return _begin(installation, actor, "duplicated", named | pin_of(row), source=row.id)


# --- what both stand on ------------------------------------------------------------------------------


def _found(store: Store | Transaction, scenario_id: str, revision: int | None = None) -> ScenarioRow:
    row = store.scenario(scenario_id, revision)
    if row is None:
        which = f"revision {revision} of scenario" if revision is not None else "scenario"
        raise NoSuchScenario(
            f"There is no {which} {scenario_id!r}: check the id, or look for it in the list of scenarios "
            "('flask scenario list')."
        )
    return row


def _begin(
    installation: Installation, actor: Actor, step: str, changes: Mapping[str, Any], source: str | None = None
) -> ScenarioRow:
    now = installation.store.clock()
    with installation.store.transaction() as together:
        made = ScenarioRow(
            id=together.new_scenario_id(), revision=1, author=actor.id, author_name=actor.name, created=now,
            changed=now, changed_by=actor.id, changed_by_name=actor.name, **changes,
        )  # fmt: skip
        together.record_scenario(made)
        record(installation, actor, step, made, together, {"source": source} if source else {})
    return made


def _change(
    installation: Installation,
    actor: Actor,
    scenario_id: str,
    seen: int,
    step: str,
    changes: Mapping[str, Any],
) -> ScenarioRow:
    with installation.store.transaction() as together:
        row = _found(together, scenario_id)
        made = replace(
            row, revision=row.revision + 1, changed=installation.store.clock(), changed_by=actor.id,
            changed_by_name=actor.name, **changes,
        )  # fmt: skip
        _check_change(actor, row, seen, made, may_be_archived="archived" in changes)
        together.record_scenario(made)
        record(installation, actor, step, made, together)
    return made


def _check_change(
    actor: Actor, row: ScenarioRow, seen: int, yours: ScenarioRow, *, may_be_archived: bool
) -> None:
    if not may_change(actor, row):
        raise NotPermitted(
            f"{row.name} ({row.id}) was kept by {row.author_name}, so only they or a manager may change it: "
            "save yours as a branch."
        )
    if row.revision != seen:
        raise ChangedMeanwhile(row, seen, yours)
    if row.archived is not None and not may_be_archived:
        raise KeepRefused(
            f"{row.name} ({row.id}) is in the archive since {row.archived:%d %B %Y}: bring it back first, or "
            "make a branch."
        )


def _named(name: str | None, note: str | None) -> dict[str, Any]:
    """Give name and note as they are kept, those that are given; KeepRefused where one cannot be."""
    found = {}
    if name is not None:
        found["name"] = called = " ".join(name.split())
        if not called or len(called) > LONGEST_NAME or not called.isprintable():
            raise KeepRefused(
                f"Give a name of 1 to {LONGEST_NAME} visible characters, by which others find it."
            )
    if note is not None:
        found["note"] = said = note.strip()
        if len(said) > LONGEST_NOTE:
            raise KeepRefused(f"The note has {len(said):,} characters: {LONGEST_NOTE:,} are kept at most.")
    return found


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def record(
    installation: Installation,
    actor: Actor,
    step: str,
    row: ScenarioRow,
    together: Transaction | None = None,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Put on record what was done with a kept scenario (see ``services.kept_words``)."""
    log.record(
        installation,
        actor,
        "scenario-kept",
        subject=row.id,
        version=row.version,
        snapshot=row.snapshot,
        payload={
            "step": step,
            "name": row.name,
            "note": row.note,
            "revision": row.revision,
            "parent": row.parent,
            "scenario": row.scenario,
            "words": row.basis["steps"],
            "answer": row.figures,
            **(more or {}),
        },
        transaction=together,
    )


def _text(row: ScenarioRow) -> str:
    parts = (row.id, row.name, row.note, row.author_name, row.spec_name, row.version, *row.basis["steps"])
    return " ".join(parts).casefold()
