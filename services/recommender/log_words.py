"""Entries of the log about titles recommended, chosen, hidden and drawn, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from services.recommender.settings_words import LABELS, said

if TYPE_CHECKING:
    from services.log import Label, LogEntry

STEPS = {
    "chose": "chose {it}{whose}",
    "repeated": "chose {it}{whose} again, which counts nothing",
    "kept": "kept {it}, which Keepsight had drawn for them",
    "took back": "took the choice of {it}{whose} back",
    "again": "sent the choice of {it}{whose} a second time: nothing was counted",
}


def _recommendation(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    if isinstance(payload.get("offers"), list):
        return _offers(who, payload)
    picked, whose = payload.get("title") or entry.subject, _whose(payload)
    if payload.get("cold_start"):
        return f"{who} looked at the titles that most people chose{whose}."
    if payload.get("why_not"):
        return f"{who} asked why {payload['why_not']} does not go with {picked}{whose}."
    asked = f"{who} asked what goes with {picked}{whose}"
    titles = payload.get("titles")
    if isinstance(titles, list) and titles:
        return f"{asked}; the answer was {_and([str(one) for one in titles])}."
    return f"{asked}; nothing has evidence yet."


def _offers(who: str, payload: Mapping[str, Any]) -> str:
    offers = [one for one in payload["offers"] if isinstance(one, Mapping)]
    helping = [str(one.get("title")) for one in offers if one.get("after") is not None]
    told = (
        f"of {len(offers)}, {_and(helping)} would lower"
        if helping
        else f"none of {len(offers)} is said to lower"
    )
    return f"{who} looked at the offers{_whose(payload)}; {told} the chance of leaving in the model."


def _choice(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    step = STEPS.get(str(payload.get("step")), "changed the choice of {it}{whose}")
    return f"{who} {step.format(it=payload.get('title') or entry.subject, whose=_whose(payload))}."


def _hidden(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    what = f"the category {payload.get('category')}" if payload.get("category") else str(payload.get("title"))
    return f"{who} {'hid' if payload.get('is_hidden') else 'no longer hides'} {what}{_whose(payload)}."


def _delegation(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    if payload.get("step") == "undone":
        return f"{who} refused {payload.get('title')}, which Keepsight had drawn for them."
    return f"{who} {'lets Keepsight choose' if payload.get('is_on') else 'chooses alone again'}."


def _delegated(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    offered = payload.get("offered")
    of = len(offered) if isinstance(offered, list) else 0
    among = f"{of} titles that go" if of != 1 else "the 1 title that goes"
    return (
        f"{who} drew {payload.get('drawn_title')} for {payload.get('for_name') or 'somebody'}, by lot among "
        f"{among} with {payload.get('title')}; it counts for nothing until they keep it."
    )


def _setting(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    if payload.get("about") == "categories":
        done = (
            "merged the category {old} into {new}"
            if payload.get("is_merge")
            else "renamed the category {old} to {new}"
        )
        return f"{who} {done.format(old=payload.get('old'), new=payload.get('new'))}."
    before, after = payload.get("before"), payload.get("after")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return f"{who} changed a setting."
    moved = [
        f"{LABELS.get(one, one)}: {said(before.get(one))}, now {said(value)}" for one, value in after.items()
    ]
    return f"{who} changed how titles are recommended. {'; '.join(moved)}."


def _catalogue(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    items, categories, fresh = (payload.get(name) for name in ("items", "categories", "fresh"))
    told = f"{who} loaded the catalogue of {entry.subject or 'some data'!r}"
    if not isinstance(items, int) or not isinstance(categories, int):
        return f"{told}."
    brought = f"; {fresh:,} new choices came with it" if isinstance(fresh, int) and fresh else ""
    return f"{told}: it has {items:,} titles in {categories:,} categories now{brought}."


def _evaluation(who: str, entry: LogEntry, payload: Mapping[str, Any], label: Label) -> str:
    people = payload.get("people")
    much = f" on {people:,} people" if isinstance(people, int) else ""
    return f"{who} measured the recommender{much}."


def _whose(payload: Mapping[str, Any]) -> str:
    return f" for customer {payload['customer']}" if payload.get("customer") else ""


def _and(words: list[str]) -> str:
    """Join words: "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


SENTENCES: dict[str, Callable[[str, LogEntry, Mapping[str, Any], Label], str]] = {
    "recommendation": _recommendation,
    "choice": _choice,
    "hidden": _hidden,
    "delegation": _delegation,
    "delegated-choice": _delegated,
    "setting": _setting,
    "catalogue": _catalogue,
    "evaluation": _evaluation,
}
