"""Complaints from people outside, who have no account: kept, counted by address, followed by receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import feedback
from services.feedback import FeedbackRefused, Sent, Told
from services.feedback_receipts import TooManyTries, follow

if TYPE_CHECKING:
    from services.installation import Installation

# A day's complaints of one address before each one more has to wait
FREE_OF_AN_ADDRESS = 5

# What a complaint may be about, in the words of people outside, and how it is kept
ABOUT = {
    "prediction": "What your model says about me",
    "page": "How I was treated, or something else",
}


def is_open(installation: Installation) -> bool:
    """Say whether people outside may complain here (the setting ``public_complaints``)."""
    return installation.settings.public_complaints


def send(
    installation: Installation, address: str, *, about: str, customer: str, text: str, once: str
) -> Sent:
    """Keep a complaint; a form sent twice is one, and gives the same receipt.

    Parameters
    ----------
    address : str
        Where it comes from; a hash of it is kept for a day, to count.
    about : str
        A key of ``ABOUT``.
    customer : str
        The sender's number as a customer, if they give one.

    Raises
    ------
    FeedbackRefused
        If the form is closed, or the text says nothing or too much.
    TooManyTries
        If too many came from there lately.
    """
    if about not in ABOUT:
        raise FeedbackRefused("Choose what it is about.")
    _count(installation, address, once)
    given = customer.strip()
    return feedback.send(
        installation,
        None,
        kind="complaint",
        about="prediction" if about == "prediction" and given else "page",
        about_id=given,
        guideline="G7",
        page="/complaint",
        verdict="wrong" if about == "prediction" else "other",
        text=text,
        with_name=False,
        once=once,
    )


def seen(installation: Installation, address: str, receipt: object) -> Told:
    """Give what a receipt opens to somebody outside.

    Raises
    ------
    services.feedback.NoSuchFeedback
        If it opens nothing, in the same words whatever is wrong with it.
    TooManyTries
        If too many that open nothing were tried from there.
    """
    return follow(installation, f"address:{address}", receipt)


def _count(installation: Installation, address: str, once: str) -> None:
    """Count a complaint against its address; one sent again counts once."""
    if not is_open(installation) or installation.store.feedback_by_once(once) is not None:
        return
    wait = installation.store.attempt(
        f"complaint:{address}", installation.store.clock(), free=FREE_OF_AN_ADDRESS
    )
    # less is the difference of two workers' clocks, of forms that come in the same moment
    if wait >= 1:
        raise TooManyTries("Complaints were sent", wait)
