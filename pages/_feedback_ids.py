"""The ids of the Feedback page."""

from __future__ import annotations

from enum import StrEnum

WHOLE = "everything"


class Ids(StrEnum):
    """Every id of this page; those of the sheet around every page are in ``components.feedback``."""

    DONE = "feedback-done"
    ONCE = "feedback-once"
    PLACE = "feedback-place"
    TEXT = "feedback-text"
    NAMED = "feedback-named"
    SEND = "feedback-send"
    SAID = "feedback-said"
    SENT = "feedback-sent"
    RECEIPT = "feedback-receipt"
    FOLLOW = "feedback-follow"
    FOLLOWED = "feedback-followed"
    ASKED = "feedback-asked"
    ASKED_SAID = "feedback-asked-said"
    NUMBER = "feedback-number"
    SEEN = "feedback-seen"
    TAKE = "feedback-take"
    TAKE_DIALOG = "feedback-take-dialog"
    TAKE_WHO = "feedback-take-who"
    TAKE_NOW = "feedback-take-now"
    TAKE_SAID = "feedback-take-said"
    DUE = "feedback-due"
    DUE_DIALOG = "feedback-due-dialog"
    DUE_DAY = "feedback-due-day"
    DUE_REASON = "feedback-due-reason"
    DUE_NOW = "feedback-due-now"
    DUE_SAID = "feedback-due-said"
    ANSWER = "feedback-answer"
    ANSWER_DIALOG = "feedback-answer-dialog"
    ANSWER_TEXT = "feedback-answer-text"
    ANSWER_CHANGES = "feedback-answer-changes"
    ANSWER_NOW = "feedback-answer-now"
    ANSWER_SAID = "feedback-answer-said"
    CLOSE = "feedback-close"
    CLOSE_DIALOG = "feedback-close-dialog"
    CLOSE_TEXT = "feedback-close-text"
    CLOSE_NOW = "feedback-close-now"
    CLOSE_SAID = "feedback-close-said"
