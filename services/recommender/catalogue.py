"""The catalogue of what can be chosen: loaded, with choices; its categories renamed and merged."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from data.files import Limits
from data.store import CatalogueRow, LoadCount
from data.warehouse.snapshots import write_quarantine
from services import log
from services.recommender.names import NoCatalogue, name_of, of_customer
from services.roles import Actor, require

if TYPE_CHECKING:
    from data.catalogue_file import CatalogueFile
    from data.choices_file import ChoicesFile
    from services.installation import Installation

__all__ = ["Loaded", "NoCatalogue", "load", "merge", "rename"]


@dataclass(frozen=True)
class Loaded:
    """What a load brought.

    Attributes
    ----------
    items, categories : int
        Of the whole catalogue now; ``without_category`` of the file's items are in none.
    fresh, repeats : int
        Choices that are new; those that were there before, or came twice.
    refused_items, refused_choices : int
        Rows set aside in ``quarantine`` with row, column, value and reason.
    without_zone : int
        Moments that named no time zone, and were taken as UTC.
    """

    name: str
    items: int
    categories: int
    without_category: int
    refused_items: int
    fresh: int
    repeats: int
    refused_choices: int
    without_zone: int
    quarantine: tuple[Path, ...]


def load(
    installation: Installation,
    actor: Actor,
    catalogue_file: Path | None = None,
    choices_file: Path | None = None,
) -> Loaded:
    """Load a catalogue, choices of it, or both, for the data in use; the same files again change nothing.

    Items are added and changed by their id, none is dropped. The users of choices are customers.

    Raises
    ------
    ValueError
        Where no file is given.
    data.files.FileError, data.store.UnknownCategory, data.store.FutureChoice
        With what to do; nothing has changed then.
    NoCatalogue
        For choices without a catalogue.
    """
    require(actor, "load-data")
    if catalogue_file is None and choices_file is None:
        raise ValueError("There is nothing to load: give a catalogue, a file of choices, or both.")
    name = name_of(installation)
    given = _catalogue(installation, catalogue_file) if catalogue_file is not None else None
    chosen = _choices(installation, name, given, choices_file) if choices_file is not None else None
    aside = [(path, one.refused) for path, one in ((catalogue_file, given), (choices_file, chosen)) if one]
    kept = tuple(_set_aside(installation, path, refused) for path, refused in aside if path and len(refused))
    with installation.store.transaction() as together:
        if given is not None:
            together.put_catalogue(name, given.categories, given.items)
        count = LoadCount(0, 0)
        if chosen is not None:
            rows = ((of_customer(user), item, moment) for user, item, moment in chosen)
            count = together.load_choices(name, rows)
        row = together.catalogue(name)
        assert row is not None
        done = _loaded(row, given, chosen, count, kept)
        log.record(
            installation,
            actor,
            "catalogue",
            subject=name,
            payload={
                "source": catalogue_file.name if catalogue_file else None,
                "choices_source": choices_file.name if choices_file else None,
                "items": done.items,
                "categories": done.categories,
                "fresh": done.fresh,
                "repeats": done.repeats,
                "refused_items": done.refused_items,
                "refused_choices": done.refused_choices,
            },
            transaction=together,
        )
    return done


def rename(installation: Installation, actor: Actor, old: str, new: str) -> None:
    """Give a category another name; what has the old one still finds it.

    Raises
    ------
    data.store.UnknownCategory, data.store.NameTaken, ValueError
        If there is none, another has the name, or the name is none.
    """
    _change_categories(installation, actor, old, new, is_merge=False)


def merge(installation: Installation, actor: Actor, source: str, into: str) -> None:
    """Put all titles of a category into another one; the table is as if it had always been one.

    Raises
    ------
    data.store.UnknownCategory, ValueError
        If one of them is none, or both are the same.
    """
    _change_categories(installation, actor, source, into, is_merge=True)


def _change_categories(
    installation: Installation, actor: Actor, old: str, new: str, *, is_merge: bool
) -> None:
    require(actor, "load-data")
    name = name_of(installation)
    with installation.store.transaction() as together:
        change = together.merge_category if is_merge else together.rename_category
        change(name, old, new)
        log.record(
            installation,
            actor,
            "setting",
            subject=name,
            payload={"about": "categories", "old": old, "new": new, "is_merge": is_merge},
            transaction=together,
        )


def _catalogue(installation: Installation, path: Path) -> CatalogueFile:
    from data.catalogue_file import read_catalogue

    return read_catalogue(path, _limits(installation), refused_share=installation.settings.refused_share)


def _choices(installation: Installation, name: str, given: CatalogueFile | None, path: Path) -> ChoicesFile:
    from data.choices_file import read_choices

    before = installation.store.catalogue(name)
    if before is None and given is None:
        raise NoCatalogue(name)
    items = {one.id for one in (*(before.items if before else ()), *(given.items if given else ()))}
    return read_choices(
        path,
        _limits(installation),
        items=items,
        now=installation.store.clock(),
        refused_share=installation.settings.refused_share,
    )


def _limits(installation: Installation) -> Limits:
    settings = installation.settings
    return Limits(settings.file_limit_mb, settings.cell_limit_kb, settings.column_limit)


def _set_aside(installation: Installation, path: Path, refused: pd.DataFrame) -> Path:
    """Keep the rows refused beside the installation's data, under a name made of the file's content."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    folder = installation.settings.var / "recommender"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = folder / f"{digest}-refused.csv"
    write_quarantine(kept, refused)
    return kept


def _loaded(
    row: CatalogueRow,
    given: CatalogueFile | None,
    chosen: ChoicesFile | None,
    count: LoadCount,
    kept: tuple[Path, ...],
) -> Loaded:
    def refused(file: Any) -> int:
        return 0 if file is None else int(file.refused["row"].nunique())

    return Loaded(
        name=row.name,
        items=len(row.items),
        categories=len(row.categories),
        without_category=given.without_category if given else 0,
        refused_items=refused(given),
        fresh=count.fresh,
        repeats=count.repeats,
        refused_choices=refused(chosen),
        without_zone=chosen.without_zone if chosen else 0,
        quarantine=kept,
    )
