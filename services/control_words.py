"""Entries of the control room in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from services.control_states import MASTER, NAMES

if TYPE_CHECKING:
    from services.log import LogEntry

Label = Callable[[str], str]

STEPS = {
    "hide": "{who} hid all model output for themselves.",
    "show": "{who} shows model output to themselves again.",
    "request": "{who} asked to stop {what}{text}.",
    "request in a drill": "{who} tried in a drill how to ask to stop {what}{text}.",
    "fail-safe tried": "{who} tried in a sandbox what serves in fail-safe{result}.",
    "answer": "{who} answered the request of {name} to stop {what}{text}.",
    "notice": "{who} put a notice above every page{text}.",
    "notice over": "{who} took the notice above every page away.",
    "reload": "{who} let the workers begin anew{reason}.",
    "switch": "{who} switched {what} from {before} to {to}{reason}.",
    "drill": "{who} switched {what} from {before} to {to} for a drill{reason}.",
    "drill over": "{who} ended the drill of {what}, which is {to} again{result}.",
}


def _control(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    pattern = STEPS.get(str(payload.get("step")), "{who} made an entry of the control room.")
    subject = entry.subject or ""
    return pattern.format(
        who=who,
        what="everything" if subject == MASTER else f"the {NAMES.get(subject, 'system').lower()}",
        before=payload.get("from"),
        to=payload.get("to"),
        name=payload.get("name"),
        reason=_because(payload.get("reason")),
        text=_colon(payload.get("text")),
        result=_colon(payload.get("result")),
    )


def _kept_score(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    answer = payload.get("answer")
    chance = answer.get("probability") if isinstance(answer, dict) else None
    told = f" of {chance:.1%}" if isinstance(chance, float) else ""
    when = f" from {str(payload['made'])[:10]}" if payload.get("made") else ""
    return (
        f"{who} looked at customer {entry.subject or 'unknown'} while the model was paused; the last chance "
        f"of leaving{told}{when} was shown."
    )


def _because(text: Any) -> str:
    words = str(text or "").rstrip(".")
    return f", because: {words}" if words else ""


def _colon(text: Any) -> str:
    words = str(text or "").rstrip(".")
    return f": {words}" if words else ""


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "control": _control,
    "kept-score": _kept_score,
}
