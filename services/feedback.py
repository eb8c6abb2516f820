"""Feedback as its senders meet it: send something, follow it, read what others said."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from config.feedback_places import GUIDELINES, guideline_of, things, verdicts
from data.store import FeedbackFilter, FeedbackItem, FeedbackStep, Transaction
from services import log
from services.feedback_due import due
from services.feedback_words import subject
from services.roles import Actor, permitted, require

if TYPE_CHECKING:
    from services.installation import Installation

LONGEST = 4000
LONGEST_ID = 200
SHORTEST_ONCE = 16
KINDS = ("feedback", "complaint")

# Who sends without a name is logged as one of these, so that no entry leads to them
UNNAMED = Actor("unnamed", "Somebody signed in", "unnamed")
OUTSIDE = Actor("outside", "Somebody outside", "outside")

# More than people write in an hour; without names there is nobody to count by, so all count together
OWN_AN_HOUR = 30
UNNAMED_AN_HOUR = 200


class FeedbackRefused(ValueError):
    """Feedback was not kept; the message says why, and how to mend it."""


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
    key = _key(once, named)
    receipt = None if named else receipt_of(once)
    words = plain(text)
    _check(kind, about, about_id, guideline, verdict, words)
    before = installation.store.feedback_by_once(key)
    if before is not None:
        return Sent(before.number, receipt)
    _no_flood(installation, named, is_outside=actor is None)
    in_use, now, path = installation.store.in_use(), installation.store.clock(), _path(page)
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
        request_id=_request(request_id) if named else None,
        response_ms=_took(response_ms, exactly=named is not None),
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


def receipt_of(once: str) -> str:
    """Give the receipt number of a form: 80 bits of a hash of its key, so that sending it again tells it.

    Neither the key nor the receipt is kept, only other hashes of them.
    """
    digest = hashlib.sha256(b"receipt:" + once.encode("utf-8", "surrogatepass")).digest()[:10]
    letters = base64.b32encode(digest).decode().translate(_EASY).lower()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


# no i, l, o, u: it can be read aloud and typed
_EASY = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_TYPED = str.maketrans("ilou", "110v")


def plain(text: object) -> str:
    """Keep a text as it was written, but for signs that nobody sees and no database keeps.

    Raises
    ------
    FeedbackRefused
        If it is longer than is kept; nothing is cut off unseen.
    """
    words = text if isinstance(text, str) else ""
    words = words.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    words = "".join(sign for sign in words if sign in "\n\t" or unicodedata.category(sign) != "Cc").strip()
    if len(words) > LONGEST:
        raise FeedbackRefused(
            f"Your text has {len(words):,} characters, and {LONGEST:,} are kept. Nothing was sent: shorten "
            "it, or send the rest as a second one."
        )
    return words


def _sender(installation: Installation, actor: Actor | None, kind: str) -> Actor:
    if actor is not None:
        require(actor, "give-feedback")
        return actor
    if kind != "complaint" or not installation.settings.public_complaints:
        raise FeedbackRefused(
            f"There is no form for people outside here. Turn to {installation.settings.contact}."
        )
    return OUTSIDE


def _key(once: str, named: Actor | None) -> str:
    """Give the key that makes a form one item; a person's own where there is one, so that none is guessed."""
    if not isinstance(once, str) or not SHORTEST_ONCE <= len(once) <= LONGEST_ID:
        raise FeedbackRefused("The form has no key that tells it from others: open it again, then send.")
    return f"{named.id}:{once}" if named else once


def _check(kind: str, about: str, about_id: str, guideline: str | None, verdict: str, words: str) -> None:
    for value, known, what in (
        (kind, KINDS, "kind"), (about, things(), "thing"), (verdict, verdicts(), "verdict"),
    ):  # fmt: skip
        if value not in known:
            raise FeedbackRefused(f"{value!r} is no {what} of feedback: give one of {', '.join(known)}.")
    if guideline is not None and guideline not in GUIDELINES:
        raise FeedbackRefused(f"{guideline!r} is no guideline: give one of {', '.join(GUIDELINES)}.")
    if len(about_id) > LONGEST_ID or not about_id.isprintable():
        raise FeedbackRefused(f"What it is about is named in one line of up to {LONGEST_ID} characters.")
    if not words and verdict != "useful":
        raise FeedbackRefused("Write what is wrong or what you would like: a sentence is enough.")


def _no_flood(installation: Installation, named: Actor | None, *, is_outside: bool) -> None:
    since = installation.store.clock() - timedelta(hours=1)
    wanted = FeedbackFilter(since=since, is_named=False, is_outside=is_outside)
    if named is not None:
        wanted = FeedbackFilter(since=since, person=named.id)
    if installation.store.count_feedback(wanted) >= (OWN_AN_HOUR if named else UNNAMED_AN_HOUR):
        raise FeedbackRefused("So much was sent within the hour that no more is kept now: send it later.")


def _path(page: str) -> str:
    """Keep the path of a page without what follows it: a query may tell who asked."""
    path = page.partition("?")[0].partition("#")[0] if isinstance(page, str) else ""
    return path if path.startswith("/") and len(path) <= LONGEST_ID and path.isprintable() else ""


def _request(request_id: str | None) -> str | None:
    is_one = isinstance(request_id, str) and re.fullmatch(r"[0-9a-f]{8}", request_id)
    return request_id if is_one else None


def _took(milliseconds: object, *, exactly: bool) -> int | None:
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    if not 0 <= milliseconds <= 3_600_000:
        return None
    return round(milliseconds) if exactly else round(milliseconds, -2)


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
    found = installation.store.feedback_by_receipt(_receipt(receipt))
    if found is None:
        raise NoSuchFeedback(
            "There is nothing under this receipt number. Check it: sixteen letters and digits in four groups."
        )
    steps = tuple(replace(step, who=None) for step in installation.store.feedback_steps(found.number))
    return Told(replace(found, owner=None, owner_name=None, answered_by=None), steps, is_own=True)


def _receipt(text: object) -> str:
    """Read a receipt as people type it: capitals, spaces, and letters that look alike."""
    letters = re.sub(r"[^0-9a-z]", "", text.lower() if isinstance(text, str) else "")[:40].translate(_TYPED)
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def without_names(item: FeedbackItem) -> FeedbackItem:
    """Take out who sent and who answers an item; of what came from outside its words as well."""
    bare = replace(item, person=None, person_name=None, owner=None, owner_name=None, answered_by=None,
                   request_id=None)  # fmt: skip
    if item.is_outside:
        return replace(bare, text="", about_id="", answer="" if item.answer else None)
    return bare


def _unsigned(step: FeedbackStep, item: FeedbackItem) -> FeedbackStep:
    return replace(step, who=None, text="" if item.is_outside else step.text)
