"""The ids of the Control room."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Ids(StrEnum):
    """Every id of this page; the buttons of the lists have patterned ones."""

    DONE = "control-done"
    SEEN = "control-seen"
    SET_DIALOG = "control-set-dialog"
    WHAT = "control-what"
    STATE = "control-state"
    PREVIEW = "control-preview"
    REASON = "control-reason"
    SET_NOW = "control-set-now"
    SET_SAID = "control-set-said"
    HIDE = "control-hide"
    ASK = "control-ask"
    ASK_DIALOG = "control-ask-dialog"
    ASK_WHAT = "control-ask-what"
    ASK_TEXT = "control-ask-text"
    ASK_NOW = "control-ask-now"
    ASK_SAID = "control-ask-said"
    ANSWER_DIALOG = "control-answer-dialog"
    ANSWERED = "control-answered"
    ANSWER_TEXT = "control-answer-text"
    ANSWER_NOW = "control-answer-now"
    ANSWER_SAID = "control-answer-said"
    BACK = "control-back"
    BACK_DIALOG = "control-back-dialog"
    BACK_REASON = "control-back-reason"
    BACK_FROM = "control-back-from"
    BACK_NOW = "control-back-now"
    BACK_SAID = "control-back-said"
    RELOAD = "control-reload"
    RELOAD_DIALOG = "control-reload-dialog"
    RELOAD_REASON = "control-reload-reason"
    RELOAD_NOW = "control-reload-now"
    RELOAD_SAID = "control-reload-said"
    NOTICE = "control-notice"
    NOTICE_DIALOG = "control-notice-dialog"
    NOTICE_TEXT = "control-notice-text"
    NOTICE_IN = "control-notice-in"
    NOTICE_FOR = "control-notice-for"
    NOTICE_NOW = "control-notice-now"
    NOTICE_OVER = "control-notice-over"
    NOTICE_SAID = "control-notice-said"
    DRILL = "control-drill"
    DRILL_DIALOG = "control-drill-dialog"
    DRILL_WHAT = "control-drill-what"
    DRILL_REASON = "control-drill-reason"
    DRILL_NOW = "control-drill-now"
    DRILL_SAID = "control-drill-said"
    DRILLED = "control-drilled"


def change_id(subsystem: str | Any) -> dict[str, Any]:
    """Give the id of the button that changes one switch."""
    return {"type": "control-change", "subsystem": subsystem}


def answer_id(number: int | Any) -> dict[str, Any]:
    """Give the id of the button that answers one request."""
    return {"type": "control-answer", "number": number}
