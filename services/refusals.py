"""What somebody tried that their role may not: refused, and put on record."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from services import log
from services.readiness import Unavailable
from services.roles import Actor

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST = 200

_log = logging.getLogger("keepsight")


def refused(installation: Installation, actor: Actor, what: str, needs: str | None) -> None:
    """Put a refusal on record; never fails, since it is refused with or without a store.

    Parameters
    ----------
    what : str
        What was asked for: a part of a page, or an address.
    needs : str or None
        The permission it needs; None where that is not known here.
    """
    payload = {"what": what[:LONGEST], "needs": needs, "role": actor.role}
    try:
        log.record(installation, actor, "refusal", payload=payload)
    except Unavailable as fault:
        _log.error("a refusal to %s is not on record: %s", actor.id, fault)
