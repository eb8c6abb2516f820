"""The ids of the page about one customer as a person affected."""

from __future__ import annotations

from enum import StrEnum


class Ids(StrEnum):
    """Every id of this page."""

    KEY = "subject-key"
    DONE = "subject-done"
    PRINT = "subject-print"
    OBJECT = "subject-object"
    OBJECT_DIALOG = "subject-object-dialog"
    OBJECT_WORDS = "subject-object-words"
    OBJECT_NOW = "subject-object-now"
    OBJECT_SAID = "subject-object-said"
    LIFT = "subject-lift"
    LIFT_DIALOG = "subject-lift-dialog"
    LIFT_WORDS = "subject-lift-words"
    LIFT_NOW = "subject-lift-now"
    LIFT_SAID = "subject-lift-said"
