"""Managers' work on feedback: take it on, set when it is due, answer, link what changed, close."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from data.store import FeedbackItem, Transaction
from services import feedback_changes
from services.feedback import FeedbackRefused, NoSuchFeedback, note, plain
from services.feedback_words import shortened, title
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST_DUE = timedelta(days=365)
MOST_OFFERED = 50
_NUMBER = re.compile(r"(?:feedback |complaint |#)?(\d{1,9})", re.IGNORECASE)


class Overtaken(FeedbackRefused):
    """Somebody else took a step first; the message says which, and nothing of ours was kept."""


def work(installation: Installation, actor: Actor, limit: int | None = None) -> list[FeedbackItem]:
    """Give what waits for an answer, what is due first at the top, so overdue items come first."""
    require(actor, "answer-feedback")
    return installation.store.feedback_work(limit=limit)


def people(installation: Installation, actor: Actor) -> list[tuple[str, str]]:
    """Name who may answer, as pairs of id and name."""
    require(actor, "answer-feedback")
    users = [user for user in installation.store.users() if user.disabled is None]
    may = [user for user in users if permitted(Actor(user.id, user.name, user.role), "answer-feedback")]
    return [(user.id, user.name) for user in may]


def look(installation: Installation, actor: Actor, number: int) -> None:
    """Note that somebody who may answer has seen a new item; who sent it sees that."""
    item = installation.store.feedback_item(number)
    if item is None or item.state != "new" or not permitted(actor, "answer-feedback"):
        return
    if item.person != actor.id:
        _step(installation, actor, item, "seen", state="seen", patiently=True)


def take(
    installation: Installation, actor: Actor, number: int, *, seen: int, owner: str | None = None
) -> FeedbackItem:
    """Take an item on, or hand it to ``owner`` (an id): from then on that person answers for it.

    Raises
    ------
    NoSuchFeedback
        If there is none of this number.
    FeedbackRefused
        If the owner may not answer, or it is answered already.
    Overtaken
        If somebody took another step in between.
    """
    require(actor, "answer-feedback")
    item = _seen(installation, number, seen)
    who = owner or actor.id
    names = dict(people(installation, actor))
    if who not in names and owner is not None:
        raise FeedbackRefused("Nobody of that id may answer feedback: choose a manager or an administrator.")
    if not item.is_open:
        raise FeedbackRefused(f"It is {item.state} already: there is nothing to take on.")
    return _step(
        installation, actor, item, "taken", state="in work", owner=who, owner_name=names.get(who, actor.name),
        payload={"owner": names.get(who, actor.name), "due": f"{item.due:%d %B %Y}"},
    )  # fmt: skip


def set_due(
    installation: Installation, actor: Actor, number: int, day: str, reason: str, *, seen: int
) -> FeedbackItem:
    """Set the day (ISO) an answer is due; it holds until the end of that day's working hours.

    Raises
    ------
    FeedbackRefused
        If the day is none, past or over a year away, or no reason is given.
    """
    require(actor, "answer-feedback")
    item, words = _seen(installation, number, seen), _sentence(reason, "why another day is set")
    if not item.is_open:
        raise FeedbackRefused(f"It is {item.state} already, so nothing is due.")
    due = _end_of(installation, day)
    told = f"{due:%d %B %Y}"
    return _step(installation, actor, item, "due", words, due=due, payload={"due": told, "text": words})


def answer(
    installation: Installation,
    actor: Actor,
    number: int,
    text: str,
    led_to: Sequence[tuple[str, str]] = (),
    *,
    seen: int,
) -> FeedbackItem:
    """Answer an item; who sent it reads the answer and what changed because of it.

    Parameters
    ----------
    led_to : sequence of (str, str)
        Kind and reference of what changed (``services.feedback_changes``), added to what was linked before.

    Raises
    ------
    FeedbackRefused
        If the answer says nothing, or what is said to have changed did not, or did before the item came.
    Overtaken
        If somebody took a step in between; the message gives their answer.
    """
    require(actor, "answer-feedback")
    words = _sentence(text, "what was done, or why not")
    item = _seen(installation, number, seen)
    changes = _joined(installation, item, led_to)
    return _step(
        installation, actor, item, "answered", words,
        state="answered", answer=words, answered=installation.store.clock(), answered_by=actor.name,
        owner=item.owner or actor.id, owner_name=item.owner_name or actor.name, led_to=changes,
        payload={"text": words, "led_to": [list(pair) for pair in changes]},
    )  # fmt: skip


def link(
    installation: Installation, actor: Actor, number: int, led_to: Sequence[tuple[str, str]], *, seen: int
) -> FeedbackItem:
    """Note what changed because of an item, without answering it (anew)."""
    require(actor, "answer-feedback")
    item = _seen(installation, number, seen)
    changes = _joined(installation, item, led_to)
    if changes == item.led_to:
        raise FeedbackRefused("Choose what changed: nothing new was chosen.")
    told = {"led_to": [list(pair) for pair in changes]}
    return _step(installation, actor, item, "linked", led_to=changes, payload=told)


def close(installation: Installation, actor: Actor, number: int, text: str, *, seen: int) -> FeedbackItem:
    """Close an item. One without an answer is closed with a word that is its answer, never silently."""
    require(actor, "answer-feedback")
    item = _seen(installation, number, seen)
    if item.state == "closed":
        raise FeedbackRefused("It is closed already.")
    values: dict[str, Any] = {"state": "closed"}
    words = plain(text)
    if item.answer is None:
        words = _sentence(text, "why it is closed; it is the answer its sender reads")
        values |= {"answer": words, "answered": installation.store.clock(), "answered_by": actor.name}
    return _step(installation, actor, item, "closed", words, payload={"text": words}, **values)


def cite(
    installation: Installation, together: Transaction, actor: Actor, complaint: str | None, setting: str
) -> None:
    """Link a change of a setting (its number) to the item it cites, in the transaction that makes it.

    A citation that is no number of an item is plain words, and links nothing.

    Raises
    ------
    NoSuchFeedback
        If it is a number, and there is no such item.
    """
    number = cited(complaint)
    if number is None:
        return
    item = together.feedback_item(number)
    if item is None:
        raise NoSuchFeedback(f"There is no feedback {number}: choose one of the list, or write words.")
    values: dict[str, Any] = {"led_to": (*item.led_to, ("setting", setting))}
    if item.is_open:
        values |= {"state": "in work", "owner": item.owner or actor.id}
        values |= {"owner_name": item.owner_name or actor.name}
    made = together.change_feedback(
        number, seen=item.revision, what="linked", who=actor.name, text="", **values
    )
    if made is not None:
        note(installation, together, actor, made, "linked", led_to=[list(pair) for pair in made.led_to])


def cited(complaint: str | None) -> int | None:
    """Read the number of the item that a change of a setting cites; None where it cites none."""
    found = _NUMBER.fullmatch((complaint or "").strip())
    return int(found[1]) if found else None


def citable(installation: Installation, actor: Actor) -> list[tuple[str, str]]:
    """Offer the open items to a change of a setting: number and words, what is due first at the top."""
    rows = work(installation, actor, MOST_OFFERED)
    return [(str(one.number), f"{title(one)}: {shortened(one.text, 80)}") for one in rows]


def changes_of(installation: Installation, item: FeedbackItem) -> list[feedback_changes.Change]:
    """Give what changed because of an item, in words; what is on record no more is left out."""
    found = feedback_changes.found(installation, item.led_to)
    return [found[pair] for pair in item.led_to if pair in found]


def offered(installation: Installation, actor: Actor, number: int) -> list[feedback_changes.Change]:
    """Give what changed since an item came and is not linked to it yet, latest first."""
    require(actor, "answer-feedback")
    item = installation.store.feedback_item(number)
    if item is None:
        return []
    found = feedback_changes.recent(installation, item.time)
    return [one for one in found if (one.kind, one.reference) not in item.led_to]


# --- shared ------------------------------------------------------------------------------------------


def _seen(installation: Installation, number: int, seen: int) -> FeedbackItem:
    item = installation.store.feedback_item(number)
    if item is None:
        raise NoSuchFeedback(f"There is no feedback {number}: look it up in the list.")
    if item.revision != seen:
        raise _overtaken(installation, item)
    return item


def _overtaken(installation: Installation, item: FeedbackItem) -> Overtaken:
    """Say what somebody else did first, their answer first of all."""
    step = installation.store.feedback_steps(item.number)[-1]
    if item.answer is not None:
        done = f"{item.answered_by} answered it at {item.answered:%H:%M UTC on %d %B}: {item.answer}"
    else:
        words = f": {step.text}" if step.text else ""
        done = f"{step.who or 'Somebody'} took a step at {step.time:%H:%M UTC on %d %B} ({step.what}){words}"
    end = "" if done.endswith((".", "!", "?")) else "."
    return Overtaken(f"Nothing of yours was kept. {done}{end} Look again, then decide.")


def _step(
    installation: Installation,
    actor: Actor,
    item: FeedbackItem,
    what: str,
    text: str = "",
    *,
    payload: dict[str, Any] | None = None,
    patiently: bool = False,
    **values: Any,
) -> FeedbackItem:
    """Take a step and log it, both or neither; ``patiently`` lets somebody else's step stand instead."""
    with installation.store.transaction() as together:
        made = together.change_feedback(
            item.number, seen=item.revision, what=what, who=actor.name, text=text, **values
        )
        if made is not None:
            note(installation, together, actor, made, what, **(payload or {}))
    if made is None and not patiently:
        now = installation.store.feedback_item(item.number)
        raise _overtaken(installation, now or item)
    return made or item


def _joined(
    installation: Installation, item: FeedbackItem, led_to: Sequence[tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """Add what is said to have changed to what was linked before; refuse what did not change since."""
    found = list(item.led_to)
    for kind, reference in led_to:
        if (kind, reference) in found:
            continue
        change = feedback_changes.find(installation, kind, reference)
        if change is None:
            raise FeedbackRefused(
                f"There is no {kind} {reference!r} on record: choose what changed from the list."
            )
        if change.time < item.time:
            raise FeedbackRefused(
                f"{change.words}: that was before this came in, so it did not come of it. Say so in words."
            )
        found.append((kind, reference))
    return tuple(found)


def _end_of(installation: Installation, day: str) -> datetime:
    hours = installation.settings.hours
    try:
        wanted = date.fromisoformat(day)
    except (TypeError, ValueError) as fault:
        raise FeedbackRefused(f"{day!r} is no day: write one such as 2026-03-31.") from fault
    end = datetime.combine(wanted, time(), hours.zone) + timedelta(minutes=hours.end)
    now = installation.store.clock()
    if not now < end <= now + LONGEST_DUE:
        raise FeedbackRefused("Choose a day from today on, within a year.")
    return end.astimezone(UTC)


def _sentence(text: str, what: str) -> str:
    words = plain(text)
    if not words:
        raise FeedbackRefused(f"Write a sentence: {what}.")
    return words
