"""Co-choices that fade with age: reckoned from the histories when asked, so that nothing kept goes stale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.cooccurrence.histories import Histories

DAY = 86_400.0

Floats = npt.NDArray[np.float64]


def decayed_rows(
    histories: Histories, items: npt.NDArray[np.integer], half_life_days: float, now: float
) -> Floats:
    """Count who chose both, a pair counting ``0.5 ** (age / half-life)``, of shape (items asked, items).

    A pair is as old as the later of its two choices: only then did it come about. What lies after ``now``
    has age 0, so that no pair ever counts more than one. The own place of each item is 0.

    Parameters
    ----------
    now : float
        Seconds since 1970 UTC.
    """
    return np.stack([_row(histories, int(item), half_life_days, now) for item in items])


def _row(histories: Histories, item: int, half_life_days: float, now: float) -> Floats:
    age_days = np.maximum(now - histories.met_when(item), 0) / DAY
    weight = np.exp2(-age_days / half_life_days)
    counted = np.bincount(histories.met(item), weight, minlength=histories.items)
    row = counted.astype(np.float64, copy=False)
    row[item] = 0
    return row
