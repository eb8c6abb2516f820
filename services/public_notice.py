"""What customers and other people outside may read: that a model advises, on what, and that people decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.installation import NothingLoaded
from services.roles import SYSTEM
from services.stamp import stamp, standing

if TYPE_CHECKING:
    from services.installation import Installation


@dataclass(frozen=True)
class PublicNotice:
    """The notice for people outside; nothing in it is about anybody in particular.

    Attributes
    ----------
    version, signed : str or None, bool
        The version that answers now, and whether a person signed it; None where none does.
    data_date : str or None
        Last month of the data it advises on (ISO), or the day they were loaded; None where there are none.
    reads : tuple of str
        What it reads about a customer, by its label.
    left_out : tuple of str
        What it does not read, because people are to be treated alike.
    contact : str
        Whom to turn to.
    """

    version: str | None
    signed: bool
    data_date: str | None
    reads: tuple[str, ...]
    left_out: tuple[str, ...]
    contact: str


def public_notice(installation: Installation) -> PublicNotice:
    """Give the notice as it stands now. No setting and no role takes it away."""
    contact = installation.settings.contact
    try:
        on = standing(installation, SYSTEM)
    except NothingLoaded:
        return PublicNotice(None, False, None, (), (), contact)
    spec, told = on.dataset.spec, stamp(installation, on)
    read = on.champion.scorecard.columns if on.champion else ()
    return PublicNotice(
        version=told.version,
        signed=not told.is_draft,
        data_date=told.data_date,
        reads=tuple(spec.label(column) for column in read),
        left_out=tuple(spec.label(column) for column in spec.protected if column not in read),
        contact=contact,
    )
