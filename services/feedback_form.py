"""A form of feedback as it comes in: its text, key, receipt, and what its page brought along."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata

from config.feedback_places import GUIDELINES, things, verdicts
from services.roles import Actor

LONGEST = 4000
LONGEST_ID = 200
SHORTEST_ONCE = 16
KINDS = ("feedback", "complaint")


class FeedbackRefused(ValueError):
    """Feedback was not kept; the message says why, and how to mend it."""


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


def key(once: str, named: Actor | None) -> str:
    """Give the key that makes a form one item; a person's own where there is one, so that none is guessed."""
    if not isinstance(once, str) or not SHORTEST_ONCE <= len(once) <= LONGEST_ID:
        raise FeedbackRefused("The form has no key that tells it from others: open it again, then send.")
    return f"{named.id}:{once}" if named else once


def check(kind: str, about: str, about_id: str, guideline: str | None, verdict: str, words: str) -> None:
    """Refuse what is about nothing that there is, or says nothing."""
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


def path(page: str) -> str:
    """Keep the path of a page without what follows it: a query may tell who asked."""
    path = page.partition("?")[0].partition("#")[0] if isinstance(page, str) else ""
    return path if path.startswith("/") and len(path) <= LONGEST_ID and path.isprintable() else ""


def request(request_id: str | None) -> str | None:
    """Keep a request's id where it looks like one of ours."""
    is_one = isinstance(request_id, str) and re.fullmatch(r"[0-9a-f]{8}", request_id)
    return request_id if is_one else None


def took(milliseconds: object, *, exactly: bool) -> int | None:
    """Keep how long a page took, in milliseconds, ``exactly`` or to a tenth of a second."""
    if not isinstance(milliseconds, int | float) or isinstance(milliseconds, bool):
        return None
    if not 0 <= milliseconds <= 3_600_000:
        return None
    return round(milliseconds) if exactly else round(milliseconds, -2)


def typed_receipt(text: object) -> str:
    """Read a receipt as people type it: capitals, spaces, and letters that look alike."""
    letters = re.sub(r"[^0-9a-z]", "", text.lower() if isinstance(text, str) else "")[:40].translate(_TYPED)
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
