"""Feedback as its senders meet it: send something, follow it, read what others said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from config.feedback_places import guideline_of
from data.store import FeedbackFilter, FeedbackItem, FeedbackStep, Transaction
from services import feedback_form, log
from services.feedback_due import due
from services.feedback_form import LONGEST, FeedbackRefused, plain, receipt_of
from services.feedback_words import subject
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

__all__ = [
    "LONGEST", "FeedbackItem", "FeedbackRefused", "NoSuchFeedback", "Sent", "Told", "board", "follow", "mine",
    "note", "one", "plain", "receipt_of", "send", "without_names",
]  # fmt: skip

# Who sends without a name is logged as one of these, so that no entry leads to them
UNNAMED = Actor("unnamed", "Somebody signed in", "unnamed")
OUTSIDE = Actor("outside", "Somebody outside", "outside")

# More than people write in an hour; without names there is nobody to count by, so all count together
OWN_AN_HOUR = 30
UNNAMED_AN_HOUR = 200


class NoSuchFeedback(LookupError):
    """There is no item of this number or receipt for this person; show the message."""


@dataclass(frozen=True)
class Sent:
    """What was sent: its number; ``receipt`` opens it to who sent it without a name, else None."""

    number: int
    receipt: str | None


@dataclass(frozen=True)
class Told:
    """One item as a person may see it.

    Attributes
    ----------
    item : FeedbackItem
        Without names, request and, of complaints from outside, words, where it is not for this person.
    steps : tuple of FeedbackStep
        First things first.
    is_own, may_answer : bool
        Whether this person sent it, and whether they may work on it.
    """

    item: FeedbackItem
    steps: tuple[FeedbackStep, ...]
    is_own: bool = False
    may_answer: bool = False


# --- sending -----------------------------------------------------------------------------------------


def send(
    installation: Installation,
    actor: Actor | None,
    *,
    kind: str = "feedback",
    about: str = "page",
    about_id: str = "",
    guideline: str | None = None,
    page: str = "",
    verdict: str = "other",
    text: str,
    with_name: bool = True,
    once: str,
    request_id: str | None = None,
    response_ms: int | None = None,
) -> Sent:
    """Keep an item and its entry in the log, both or neither; a form sent twice is one item.

    Parameters
    ----------
    actor : Actor or None
        Who is signed in; None for somebody outside, where the public form is open.
    guideline : str, optional
        The one it concerns; where absent, that of what it is about or of its page (config/feedback.yaml).
    once : str
        Random key of the form, of 16 characters at least: the same key is the same item.
    request_id, response_ms
        Of the page it is about, as the browser met it.

    Raises
    ------
    FeedbackRefused
        If the text is missing or too long, or it is about nothing that there is.
    """
    sender = _sender(installation, actor, kind)
    named = sender if actor is not None and with_name else None
    key = feedback_form.key(once, named)
    receipt = None if named else receipt_of(once)
    words = plain(text)
    feedback_form.check(kind, about, about_id, guideline, verdict, words)
    before = installation.store.feedback_by_once(key)
    if before is not None:
        return Sent(before.number, receipt)
    _no_flood(installation, named, is_outside=actor is None)
    in_use, now, path = installation.store.in_use(), installation.store.clock(), feedback_form.path(page)
    item = FeedbackItem(
        number=0,
        time=now,
        kind=kind,
        about=about,
        about_id=about_id.strip(),
        guideline=guideline or guideline_of(about, about_id.strip(), path),
        page=path,
        text=words,
        verdict=verdict,
        state="new",
        owner=None,
        due=due(installation.settings, kind, now),
        answer=None,
        answered=None,
        led_to=(),
        person=named.id if named else None,
        # without a name: the access log tells whose request an id is, and exact times tell nearly as much
        request_id=feedback_form.request(request_id) if named else None,
        response_ms=feedback_form.took(response_ms, exactly=named is not None),
        version=in_use.version if in_use else None,
        snapshot=in_use.snapshot if in_use else None,
        person_name=named.name if named else None,
        is_outside=actor is None,
    )
    author = named or (OUTSIDE if actor is None else UNNAMED)
    with installation.store.transaction() as together:
        kept, is_new = together.record_feedback(item, once=key, receipt=receipt)
        if is_new:
            facts = {"about": about, "about_id": kept.about_id, "page": path, "guideline": kept.guideline}
            note(installation, together, author, kept, "sent", text=words, verdict=verdict, **facts)
    return Sent(kept.number, receipt)


def note(
    installation: Installation,
    together: Transaction,
    actor: Actor,
    item: FeedbackItem,
    step: str,
    **payload: object,
) -> None:
    """Put a step of an item in the log, in the transaction that takes it."""
    told = {"step": step, "number": item.number, "kind": item.kind, "state": item.state, **payload}
    log.record(
        installation, actor, "feedback", subject=subject(item.number), version=item.version,
        snapshot=item.snapshot, payload=told, transaction=together,
    )  # fmt: skip


def _sender(installation: Installation, actor: Actor | None, kind: str) -> Actor:
    if actor is not None:
        require(actor, "give-feedback")
        return actor
    if kind != "complaint" or not installation.settings.public_complaints:
        raise FeedbackRefused(
            f"There is no form for people outside here. Turn to {installation.settings.contact}."
        )
    return OUTSIDE


def _no_flood(installation: Installation, named: Actor | None, *, is_outside: bool) -> None:
    since = installation.store.clock() - timedelta(hours=1)
    wanted = FeedbackFilter(since=since, is_named=False, is_outside=is_outside)
    if named is not None:
        wanted = FeedbackFilter(since=since, person=named.id)
    if installation.store.count_feedback(wanted) >= (OWN_AN_HOUR if named else UNNAMED_AN_HOUR):
        raise FeedbackRefused("So much was sent within the hour that no more is kept now: send it later.")


# --- following and reading ---------------------------------------------------------------------------


def mine(installation: Installation, actor: Actor) -> list[FeedbackItem]:
    """Give what a person sent by name, latest first."""
    require(actor, "give-feedback")
    return installation.store.feedback_items(FeedbackFilter(person=actor.id))


def board(
    installation: Installation,
    actor: Actor,
    wanted: FeedbackFilter | None = None,
    *,
    limit: int | None = None,
) -> list[FeedbackItem]:
    """Give what everybody sent and what became of it, latest first, without names."""
    require(actor, "see-feedback")
    narrowed = replace(wanted or FeedbackFilter(), person=None)
    found = installation.store.feedback_items(narrowed, limit=limit)
    return [without_names(one) for one in found]


def one(installation: Installation, actor: Actor, number: int) -> Told:
    """Give one item as this person may see it; NoSuchFeedback where there is none."""
    require(actor, "see-feedback")
    found = installation.store.feedback_item(number)
    if found is None:
        raise NoSuchFeedback(f"There is no feedback {number}: look it up in the list.")
    steps = tuple(installation.store.feedback_steps(number))
    is_own, may = found.person == actor.id, permitted(actor, "answer-feedback")
    if not (is_own or may):
        return Told(without_names(found), tuple(_unsigned(step, found) for step in steps))
    return Told(found, steps, is_own, may)


def follow(installation: Installation, receipt: str) -> Told:
    """Give what a receipt opens, without names; NoSuchFeedback, in the same words, for every other one."""
    found = installation.store.feedback_by_receipt(feedback_form.typed_receipt(receipt))
    if found is None:
        raise NoSuchFeedback(
            "There is nothing under this receipt number. Check it: sixteen letters and digits in four groups."
        )
    steps = tuple(replace(step, who=None) for step in installation.store.feedback_steps(found.number))
    return Told(replace(found, owner=None, owner_name=None, answered_by=None), steps, is_own=True)


def without_names(item: FeedbackItem) -> FeedbackItem:
    """Take out who sent and who answers an item; of what came from outside its words as well."""
    bare = replace(item, person=None, person_name=None, owner=None, owner_name=None, answered_by=None,
                   request_id=None)  # fmt: skip
    if item.is_outside:
        return replace(bare, text="", about_id="", answer="" if item.answer else None)
    return bare


def _unsigned(step: FeedbackStep, item: FeedbackItem) -> FeedbackStep:
    return replace(step, who=None, text="" if item.is_outside else step.text)
