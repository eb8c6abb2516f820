"""Parting choices into those to learn from and those to be found again, three in four of each person's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SHARE = 0.75
SEED = 42

Bools = npt.NDArray[np.bool_]


def at_random(person: npt.NDArray[np.integer], share: float = SHARE, seed: int = SEED) -> Bools:
    """Say of each choice, in the order given, whether to learn from it: drawn within each person.

    One draw a choice decides the order within a person; the first ``round(share * n)`` of n (half to even)
    are learnt from, as in the splitters of Microsoft's ``recommenders``, so that figures can be compared.
    """
    return _first(person, np.random.RandomState(seed).rand(len(person)), share)


def by_time(person: npt.NDArray[np.integer], moment: npt.NDArray[np.floating], share: float = SHARE) -> Bools:
    """Say of each choice whether to learn from it: each person's oldest, those of one moment as they come."""
    return _first(person, moment, share)


def _first(person: npt.NDArray[np.integer], key: npt.NDArray[np.floating], share: float) -> Bools:
    if not 0 < share < 1:
        raise ValueError(
            f"share is {share}, but it is the part learnt from: give a number between 0 and 1, such as 0.75."
        )
    order = np.lexsort((key, person))
    ordered = person[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]][: len(ordered)])
    lengths = np.diff(np.r_[starts, len(ordered)])
    place = np.arange(len(ordered)) - np.repeat(starts, lengths)
    learnt = np.empty(len(ordered), dtype=bool)
    learnt[order] = place < np.repeat(np.round(share * lengths), lengths)
    return learnt
