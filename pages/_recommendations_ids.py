"""Every id of the Recommendations page; assets/recommendations.js knows those it writes to by name."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Ids(StrEnum):
    """Ids that stand once."""

    PICKED = "recommendations-picked"
    CUSTOMER = "recommendations-customer"
    SEARCH = "recommendations-search"
    FOUND = "recommendations-found"
    DEED = "recommendations-deed"
    DONE = "recommendations-done"
    SAID = "recommendations-said"
    LIST = "recommendations-list"
    USED = "recommendations-used"
    WHY = "recommendations-why"
    WHY_FOUND = "recommendations-why-found"
    ASKED = "recommendations-asked"
    REASON = "recommendations-reason"
    MAP = "recommendations-map"
    CELL = "recommendations-cell"
    READING = "recommendations-reading"
    OWN = "recommendations-own"
    HIDDEN = "recommendations-hidden"
    DRAW = "recommendations-draw"
    WAITING = "recommendations-waiting"
    RULES = "recommendations-rules"
    SEEN = "recommendations-seen"
    SAVE = "recommendations-save"
    SAVE_SAID = "recommendations-save-said"


def field_id(name: Any) -> dict[str, Any]:
    """Give the id of a setting's field, by its name."""
    return {"type": "recommendations-field", "name": name}
