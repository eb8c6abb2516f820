"""The ids of the page of user tests."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Ids(StrEnum):
    """Every id of this page; fields of participants and buttons of the list have patterned ones."""

    DONE = "user-tests-done"
    ABOUT = "user-tests-about"
    ADD = "user-tests-add"
    DIALOG = "user-tests-dialog"
    DAY = "user-tests-day"
    TASK = "user-tests-task"
    PEOPLE = "user-tests-people"
    FINDINGS = "user-tests-findings"
    CHANGED = "user-tests-changed"
    WHY = "user-tests-why"
    REASON = "user-tests-reason"
    SAVE = "user-tests-save"
    SAID = "user-tests-said"
    WITHDRAW_DIALOG = "user-tests-withdraw-dialog"
    WITHDRAW_ABOUT = "user-tests-withdraw-about"
    WITHDRAW_WHAT = "user-tests-withdraw-what"
    WITHDRAW_REASON = "user-tests-withdraw-reason"
    WITHDRAW_NOW = "user-tests-withdraw-now"
    WITHDRAW_SAID = "user-tests-withdraw-said"


def people_id(gender: str | Any, band: str | Any) -> dict[str, Any]:
    """Give the id of the field of one gender and age band."""
    return {"type": "user-tests-people", "gender": gender, "band": band}


def correct_id(number: int | Any) -> dict[str, Any]:
    """Give the id of the button that corrects one test."""
    return {"type": "user-tests-correct", "number": number}


def withdraw_id(number: int | Any) -> dict[str, Any]:
    """Give the id of the button that withdraws one test."""
    return {"type": "user-tests-withdraw", "number": number}
