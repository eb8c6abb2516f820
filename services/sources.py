"""Where the customers in use come from: what for, by which right, and how long they are kept, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.dataset import NOT_RECORDED, Source, SpecError
from services import datasets

if TYPE_CHECKING:
    from services.installation import Dataset, Installation


@dataclass(frozen=True)
class SourceTold:
    """A source as people read it; what nobody recorded says so."""

    name: str
    purpose: str = NOT_RECORDED
    legal_basis: str = NOT_RECORDED
    retention: str = NOT_RECORDED

    @property
    def is_complete(self) -> bool:
        """Whether all of it is recorded."""
        return NOT_RECORDED not in (self.purpose, self.legal_basis, self.retention)


NONE = SourceTold("Not recorded")


def told(installation: Installation, dataset: Dataset) -> tuple[SourceTold, ...]:
    """Give the sources of customers, as the spec they were loaded with says, else the spec's file of today.

    So who writes down a purpose afterwards need not load and train again. There is always one, be it
    :data:`NONE`.
    """
    loaded = dataset.spec.sources
    today = {one.name: one for one in _of_today(installation, dataset.spec.name)}
    found = [_told(one, today.get(one.name)) for one in loaded or today.values()]
    return tuple(found) or (NONE,)


def _told(source: Source, today: Source | None) -> SourceTold:
    def said(field: str) -> str:
        return getattr(source, field) or getattr(today, field, None) or NOT_RECORDED

    return SourceTold(source.name, said("purpose"), said("legal_basis"), said("retention"))


def _of_today(installation: Installation, name: str) -> tuple[Source, ...]:
    try:
        known = datasets.known_specs(installation)
    except SpecError:
        return ()  # being written at this moment, or spoilt: what was loaded says it
    return known[name].sources if name in known else ()
