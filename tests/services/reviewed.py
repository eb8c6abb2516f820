"""Versions whose ethics review is answered, for tests of what comes after it."""

from __future__ import annotations

from services import ethics
from services.installation import Installation

ANSWER = "Looked at for a test, with nothing left out."


def answer_all(installation: Installation, *versions: str) -> None:
    """Answer the ten questions for versions, straight in the store: no entry of the log stands for it."""
    rows = [
        {"question": one.id, "asked": one.asks, "text": ANSWER, "taken_from": None}
        for one in ethics.questions()
    ]
    for version in versions:
        known = installation.store.version(version)
        assert known is not None
        installation.store.record_ethics(known.version, rows, person="u-eva", name="Eva", role="manager")
