"""What the recommender learns from: every choice but those of customers who object to profiling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from data.store import ChoiceArrays, Store
from data.warehouse import LeftOut
from services.recommender.names import of_customer


def is_left_out(person: str, out: LeftOut) -> bool:
    """Say whether choices are kept under a customer who objects."""
    prefix = of_customer("")
    return person.startswith(prefix) and person.removeprefix(prefix) in out.keys


def choices_of(store: Store, name: str, out: LeftOut) -> ChoiceArrays:
    """Read the choices of a catalogue to learn from."""
    found = store.all_choices(name)
    stays = np.array([not is_left_out(person, out) for person in found.people], dtype=bool)
    if stays.all():
        return found
    numbers = np.cumsum(stays) - 1  # those who stay, numbered again without gaps
    kept = stays[found.person]
    return replace(
        found,
        people=[person for person, own in zip(found.people, stays, strict=True) if own],
        person=numbers[found.person[kept]].astype(found.person.dtype),
        item=found.item[kept],
        moment=found.moment[kept],
    )
