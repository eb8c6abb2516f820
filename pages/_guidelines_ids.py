"""The ids that the pages of the guidelines share."""

from __future__ import annotations

from enum import StrEnum


class Ids(StrEnum):
    """Every id of working out."""

    HERE = "guidelines-here"
    NOW = "guidelines-now"
    END = "guidelines-end"
    PROGRESS = "guidelines-progress"
    TICK = "guidelines-tick"
    SAID = "guidelines-said"
    DONE = "guidelines-done"
