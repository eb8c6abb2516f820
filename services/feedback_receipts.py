"""Following by receipt, with guesses counted in the store as tries to sign in are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services import feedback
from services.feedback import FeedbackRefused, NoSuchFeedback, Told

if TYPE_CHECKING:
    from services.installation import Installation

# A slip or two in typing, from a whole office; 80 bits are not guessed in any number of tries
FREE_GUESSES = 20


class TooManyTries(FeedbackRefused):
    """Receipts were guessed, or complaints sent, too often; wait ``seconds`` before the next try."""

    def __init__(self, what: str, seconds: float) -> None:
        self.seconds = max(1, round(seconds))
        plural = "" if self.seconds == 1 else "s"
        super().__init__(f"{what} too often from here. Wait {self.seconds} second{plural}, then try again.")


def follow(installation: Installation, who: str, receipt: object) -> Told:
    """Give what a receipt opens; one that opens nothing counts against who tried.

    Parameters
    ----------
    who : str
        Address or person; kept as a hash, for a day.

    Raises
    ------
    NoSuchFeedback
        If it opens nothing, whatever is wrong with it.
    TooManyTries
        If too many opened nothing lately.
    """
    now, key = installation.store.clock(), f"receipt:{who}"
    wait = installation.store.wait_seconds(key, now)
    if wait:
        raise TooManyTries("Receipt numbers were tried", wait)
    try:
        return feedback.follow(installation, receipt if isinstance(receipt, str) else "")
    except NoSuchFeedback:
        installation.store.failure(key, now, free=FREE_GUESSES)
        raise
