"""Entries of the log about experiments, promotions held back and what guards see, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from services.log import LogEntry

KINDS = {"shadow": "shadow", "canary": "canary", "ab": "A/B comparison"}


def _experiment(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    trial = f"the {KINDS.get(str(payload.get('kind')), 'experiment')} {entry.subject}"
    step, against = payload.get("step"), payload.get("against")
    told = {
        "started": f"started {trial} of {_version(entry.version)} against {_version(against)}",
        "stopped": f"stopped {trial} of {_version(entry.version)}",
        "finished": f"finished {trial} of {_version(entry.version)}",
        "rolled back": f"rolled back {trial} of {_version(entry.version)}",
    }.get(str(step), f"changed {trial}")
    if step == "started":
        share, days = payload.get("share"), payload.get("days")
        much = f", for {share:.0%} of the customers affected" if isinstance(share, float) else ""
        return f"{who} {told}{much}{f', for {days} days' if days else ''}."
    outcome = str(payload.get("outcome") or "").rstrip(".")
    return f"{who} {told}{f': {outcome}' if outcome else ''}."


def _shadow(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    moved = payload.get("moved_points")
    far = f"; one in twenty lies {moved:.1f} points or more from the champion's" if _number(moved) else ""
    return (
        f"{who} scored {payload.get('customers')} customers in the shadow {entry.subject} with "
        f"{_version(entry.version)}, shown to nobody{far}."
    )


def _held(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    version, step = _version(entry.version), payload.get("step")
    reason = str(payload.get("reason") or "").rstrip(".")
    because = f", because: {reason}" if reason else ""
    if step == "passed":
        return f"{who} made {version} champion after it was held back{_effect(payload)}."
    if step == "cancelled":
        return f"{who} called off that {version} becomes champion{because}."
    if step == "dropped":
        return f"{who} did not make {version} champion, which was held back until then{because}."
    return f"{who} would have made {version} champion, but it was held back{_effect(payload)}."


def _override(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    reason = str(payload.get("reason") or "").rstrip(".")
    return (
        f"{who} did not let {_version(entry.version)} wait until after working hours{_effect(payload)}, "
        f"because: {reason}."
    )


def _failure(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    reason = str(payload.get("reason") or "").rstrip(".")
    return (
        f"{who} asked for customer {entry.subject or 'unknown'}, and {_version(entry.version)} could not "
        f"answer{f': {reason}' if reason else ''}; facts were shown."
    )


def _drift(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Callable[[str], str]) -> str:
    index, limit = payload.get("psi"), payload.get("limit")
    told = (
        f"{who} compared the scores of {_version(entry.version)} on these customers with those on the "
        "customers it learned from"
    )
    if not (_number(index) and _number(limit)):
        return f"{told}: too few to say how far they lie apart."
    proposed = ", so training again is proposed" if index > limit else ""
    return f"{told}: an index of {index:.2f} (limit {limit:g}){proposed}."


def _effect(payload: Mapping[str, Any]) -> str:
    moved, replaced = payload.get("moved_points"), payload.get("replaced_share")
    if not (_number(moved) and _number(replaced)):
        return ""
    return (
        f" (one score in twenty moves by {moved:.1f} points or more, "
        f"{replaced:.0%} of the at-risk list changes)"
    )


def _version(version: Any) -> str:
    return f"version {str(version)[:8]}" if version else "a version"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


SENTENCES = {
    "experiment": _experiment,
    "shadow": _shadow,
    "held": _held,
    "override": _override,
    "failure": _failure,
    "drift": _drift,
}
