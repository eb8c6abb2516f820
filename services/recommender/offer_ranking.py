"""Which offers a customer is likely to take: those that go with the customer's choices, then popular ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.recommender import lists, words
from services.recommender.asking import Asked, category_numbers, item_numbers
from services.recommender.memory import Remembered

if TYPE_CHECKING:
    import numpy as np

    from models.cooccurrence.evidence import PairEvidence


@dataclass(frozen=True)
class Likely:
    """An offer with how likely it is taken.

    Attributes
    ----------
    score : float
        0 where no choice of the customer speaks for it.
    is_clear : bool
        Whether one of the choices goes with it more often than chance, its whole range above 1.
    taken : str
        When it was taken already; "" where it was not.
    """

    item: str
    title: str
    because: str
    score: float
    is_clear: bool
    taken: str


def chosen(held: Remembered, asked: Asked) -> int:
    """Count the customer's choices."""
    return len(held.memory.histories.of(asked.person))


def rank(held: Remembered, asked: Asked) -> list[Likely]:
    """Rank the offers of a catalogue for a customer.

    By the score of the second ranker, over all choices of the customer; among equals those that more people
    took, then by title. What the customer hides is left out.
    """
    from models.cooccurrence.scoring import scores  # late: brings scipy along

    memory, hidden = held.memory, _hidden(held, asked)
    history = memory.histories.of(asked.person).astype(int)
    offers = [number for number in _offers(held) if number not in hidden]
    found = scores(memory, history, lists.weights(asked.setting), now=asked.now)
    popularity, titles = memory.histories.popularity, memory.catalogue.titles
    order = sorted(offers, key=lambda one: (-found[one], -popularity[one], titles[one]))
    taken = {one: _when(held, asked, one) for one in set(history.tolist()).intersection(offers)}
    ranked = []
    for one in order:
        because, low = _because(held, history, one)
        score = 0.0 if one in taken else float(found[one])
        name = memory.catalogue.items[one]
        ranked.append(Likely(name, titles[one], because, score, score > 0 and low > 1, taken.get(one, "")))
    return ranked


def _offers(held: Remembered) -> list[int]:
    number = held.memory.catalogue.number
    return [number(one.id) for one in held.row.items if one.offer is not None]


def _hidden(held: Remembered, asked: Asked) -> set[int]:
    categories = category_numbers(held, asked.hidden_categories)
    membership = held.memory.catalogue.membership
    of_them = {number for number, own in enumerate(membership) if categories.intersection(own)}
    return set(item_numbers(held, asked.hidden_items)) | of_them


def _because(held: Remembered, history: np.ndarray, offer: int) -> tuple[str, float]:
    """Name the choice that says most for an offer, whose lift is surely highest; give its lower end too."""
    from models.cooccurrence.evidence import evidence

    memory = held.memory
    met = memory.pairs.row(offer)
    pairs = {int(one): evidence(memory, int(one), offer) for one in history if one != offer and met[one]}
    if not pairs:
        took, people = int(memory.histories.popularity[offer]), memory.histories.people
        of = f"{took:,} of {words.people(people)} who chose anything took it"
        return of if took else "Nobody took it yet", 0.0
    picked = max(pairs, key=lambda one: (_surely(pairs[one]), -one))
    found = pairs[picked]
    told = words.because_of_titles(
        memory.catalogue.titles[picked],
        memory.catalogue.titles[offer],
        together=found.together,
        of=found.of,
        lift=found.lift or 0.0,
        low=_surely(found),
        high=found.high or 0.0,
    )
    return told, _surely(found)


def _surely(found: PairEvidence) -> float:
    return found.low or 0.0


def _when(held: Remembered, asked: Asked, item: int) -> str:
    histories = held.memory.histories
    place = histories.of(asked.person).tolist().index(item)
    day = datetime.fromtimestamp(float(histories.moments(asked.person)[place]), UTC)
    return f"Taken already, on {day:%d %B %Y}."
