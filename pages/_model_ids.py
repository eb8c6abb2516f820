"""Every id of the Model page."""

from __future__ import annotations

from enum import StrEnum


class Ids(StrEnum):
    """Every id of the Model page, by what it is for."""

    SHOWN = "model-shown"
    DONE = "model-done"
    PRINT = "model-print"
    FEATURE = "model-feature"
    SHAPE = "model-shape"

    SIGN = "model-sign"
    SIGN_DIALOG = "model-sign-dialog"
    STATEMENT = "model-statement"
    OVERRIDE = "model-override"
    SIGN_NOW = "model-sign-now"
    QUESTIONS = "model-questions"
    SIGN_SAID = "model-sign-said"

    BACK = "model-back"
    BACK_DIALOG = "model-back-dialog"
    REASON = "model-reason"
    BACK_NOW = "model-back-now"
    BACK_SAID = "model-back-said"

    WITHDRAW = "model-withdraw"
    WITHDRAW_DIALOG = "model-withdraw-dialog"
    WITHDRAW_REASON = "model-withdraw-reason"
    WITHDRAW_NOW = "model-withdraw-now"
    WITHDRAW_SAID = "model-withdraw-said"

    PLAN = "model-plan"
    PLAN_DIALOG = "model-plan-dialog"
    PLAN_WITHDRAWAL = "model-plan-withdrawal"
    PLAN_DELETION = "model-plan-deletion"
    PLAN_NOW = "model-plan-now"
    PLAN_SAID = "model-plan-said"

    NOTE = "model-note"
    NOTE_DIALOG = "model-note-dialog"
    NOTE_KIND = "model-note-kind"
    NOTE_TEXT = "model-note-text"
    NOTE_NOW = "model-note-now"
    NOTE_SAID = "model-note-said"

    DAY = "model-day"
    DAY_SAID = "model-day-said"
