"""Every id of what keeps, opens and compares scenarios."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Kept(StrEnum):
    """Ids of the page; those of a row of the list come from the functions below."""

    SHOWN = "kept-shown"
    ON_SCREEN = "kept-on-screen"
    DONE = "kept-done"
    DIALOG = "kept-dialog"
    OPEN = "kept-open"
    NAME = "kept-name"
    NOTE = "kept-note"
    KEEP = "kept-keep"
    SAVE = "kept-save"
    RENAME = "kept-rename"
    BRANCH = "kept-branch"
    SAID = "kept-said"
    DIFFERENT = "kept-different"
    COPY = "kept-copy"
    UNSAVED = "kept-unsaved"
    TOLD = "kept-told"
    STEPS_CSV = "kept-steps-csv"
    CROSSING_CSV = "kept-crossing-csv"
    PICTURE = "kept-picture"
    PRINT = "kept-print"
    ACT = "kept-act"
    SEARCH = "kept-search"
    WHOSE = "kept-whose"
    ARCHIVED = "kept-archived"
    LIST = "kept-list"
    LIST_SAID = "kept-list-said"
    CHANGED = "kept-changed"
    COMPARE = "kept-compare"
    TICKED = "kept-ticked"
    BASIS = "kept-basis"
    COMPARED = "kept-compared"


def tick_id(scenario_id: Any) -> dict[str, Any]:
    """Give the id of the box that chooses a scenario to be compared."""
    return {"type": "kept-tick", "id": scenario_id}


def deed_id(deed: Any, scenario_id: Any, revision: Any) -> dict[str, Any]:
    """Give the id of a button of the list: ``duplicate``, ``branch``, ``archive`` or ``bring back``."""
    return {"type": "kept-deed", "deed": deed, "id": scenario_id, "revision": revision}
