"""The ids of the Settings page."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Ids(StrEnum):
    """Every id of this page; the buttons of the lists have patterned ones."""

    DONE = "settings-done"
    SEEN = "settings-seen"
    CHANGE_DIALOG = "settings-change-dialog"
    NAME = "settings-name"
    ABOUT = "settings-about"
    VALUE = "settings-value"
    EFFECT = "settings-effect"
    SHOWN = "settings-shown"
    REASON = "settings-reason"
    COMPLAINT = "settings-complaint"
    OVERRIDE = "settings-override"
    CHANGE_NOW = "settings-change-now"
    CHANGE_SAID = "settings-change-said"
    UNDO_DIALOG = "settings-undo-dialog"
    UNDO_NAME = "settings-undo-name"
    UNDO_ABOUT = "settings-undo-about"
    UNDO_REASON = "settings-undo-reason"
    UNDO_NOW = "settings-undo-now"
    UNDO_SAID = "settings-undo-said"


def change_id(name: str | Any) -> dict[str, Any]:
    """Give the id of the button that changes one setting."""
    return {"type": "settings-change", "name": name}


def undo_id(name: str | Any) -> dict[str, Any]:
    """Give the id of the button that takes the last change of one setting back."""
    return {"type": "settings-undo", "name": name}
