"""The ids of the page of the drill."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Ids(StrEnum):
    """Every id of this page; only the controls of the step that is due are on it."""

    DONE = "drill-done"
    WHO = "drill-who"
    ANSWER = "drill-answer"
    TEXT = "drill-text"
    ASK = "drill-ask"
    SAID = "drill-said"
    TRY = "drill-try"
    TRIED = "drill-tried"
    TRY_SAID = "drill-try-said"


def do_id(step: str | Any) -> dict[str, Any]:
    """Give the id of the button that does one step: begin, hide, show, preview or leave."""
    return {"type": "drill-do", "step": step}
