"""Whether an installation can answer at all, and what it says when it cannot."""

from __future__ import annotations

from data.store import StoreError as Unavailable
from data.store import StoreNotPrepared as NotPrepared
from services.installation import Installation

__all__ = ["NotPrepared", "Unavailable", "check"]


def check(installation: Installation) -> None:
    """Pass when the store answers and has this version's tables.

    Raises
    ------
    Unavailable
        Where it does not, in words for operators; NotPrepared (one of them) where it was never set up.
    """
    installation.store.check()
