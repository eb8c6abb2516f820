"""How long details of log entries are kept, as ``config/retention.yaml`` says, and removing those past it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services import feedback_retention, usage
from services.roles import Actor, require

if TYPE_CHECKING:
    from services.installation import Installation

FILE = Path(__file__).resolve().parent.parent / "config" / "retention.yaml"

# Entries removed in one transaction: short enough that nobody who is answered meanwhile has to wait
AT_ONCE = 2000


class RetentionError(ValueError):
    """The file of retention classes cannot be used; nothing is purged until it is mended."""


class RetentionClass(BaseModel):
    """One class, as in the file; ``days`` is None where the details are kept for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    days: int | None = Field(ge=1)
    purpose: str = Field(min_length=1)
    kinds: list[str] = Field(min_length=1)


@dataclass(frozen=True)
class Due:
    """Entries of one kind that are past their time: how many, of which class, and older than which moment."""

    kind: str
    of_class: str
    days: int
    before: datetime
    entries: int


@cache
def classes() -> dict[str, RetentionClass]:
    """Read the classes; RetentionError where the file cannot be used."""
    return read(FILE)


def read(file: Path) -> dict[str, RetentionClass]:
    """Read classes from a file; RetentionError, with the remedy, where it cannot be used."""
    try:
        found = _CLASSES.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as fault:
        raise RetentionError(
            f"{file.name} cannot be used ({fault}): give each class days (a whole number, or null), "
            "purpose and kinds."
        ) from fault
    kinds = [kind for one in found.values() for kind in one.kinds]
    if twice := sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        raise RetentionError(
            f"{file.name}: {', '.join(twice)} stands in more than one class, so nobody could say how long "
            "it is kept; leave it in one."
        )
    return found


_CLASSES = TypeAdapter(dict[str, RetentionClass])


def class_of(kind: str) -> tuple[str, RetentionClass] | None:
    """Give the class a kind belongs to, with its name; None where no class names it, and it is kept."""
    return next(((name, one) for name, one in classes().items() if kind in one.kinds), None)


def due(installation: Installation, actor: Actor) -> list[Due]:
    """Say which entries are past their time, without touching them; kinds without any are left out."""
    require(actor, "purge-log")
    return [one for one in _counted(installation) if one.entries]


def purge_due(installation: Installation, actor: Actor) -> list[Due]:
    """Remove the details of entries past their time, on record; say of how many.

    It is done in steps, each with an entry of its own; called again after a fault, it does the rest.
    """
    found = due(installation, actor)
    for one in found:
        reason = f"kept for {one.days} days ({one.of_class}), which are over"
        after = 0
        while seqs := installation.store.due_entries(one.kind, one.before, after, AT_ONCE):
            installation.store.purge(seqs, actor=actor.id, actor_name=actor.name, reason=reason)
            after = seqs[-1]
    usage.forget(installation)
    if days := classes()["voices"].days:
        feedback_retention.forget(installation, actor, days)
    return found


def _counted(installation: Installation) -> Iterator[Due]:
    now = installation.store.clock()
    for name, one in classes().items():
        if one.days is None:
            continue
        before = now - timedelta(days=one.days)
        for kind in one.kinds:
            entries = installation.store.count_due_entries(kind, before)
            yield Due(kind, name, one.days, before, entries)
