"""Which columns tell most of a protected one, so that leaving that one out alone would change little."""

from __future__ import annotations

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec
from models.groups import Codes, groups_of

LEAST_STRENGTH = 0.10
"""Weaker ones tell next to nothing, and leaving them out would only cost quality."""


def telling_columns(
    frame: pd.DataFrame, spec: DatasetSpec, column: str, codes: Codes
) -> list[tuple[str, float]]:
    """Give the features that tell of a protected column, the strongest first, with how strongly.

    Parameters
    ----------
    codes : array of int of shape (n,)
        The group of each row by the protected column.

    Returns
    -------
    list of (column, strength)
        Strength in 0 to 1 (:func:`strength`), 0.1 or more.
    """
    found = [
        (feature.column, strength(groups_of(frame, spec, feature.column).codes, codes))
        for feature in spec.features
        if feature.column != column
    ]
    return sorted((one for one in found if one[1] >= LEAST_STRENGTH), key=lambda one: (-one[1], one[0]))


def strength(a: Codes, b: Codes) -> float:
    """Give how strongly two columns of codes go together: 0 not at all, 1 one names the other.

    References
    ----------
    Bergsma (2013), "A bias-correction for Cramer's V and Tschuprow's T", Journal of the Korean Statistical
    Society 42: V, here corrected for what chance alone brings.
    """
    n = len(a)
    counts = pd.crosstab(a, b).to_numpy(np.float64)
    rows, columns = counts.shape
    if min(rows, columns) < 2 or n < 2:
        return 0.0
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / n
    phi = float(((counts - expected) ** 2 / expected).sum()) / n
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    rows_, columns_ = rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)
    room = min(rows_ - 1, columns_ - 1)
    return float(np.sqrt(phi / room)) if room > 0 else 0.0
