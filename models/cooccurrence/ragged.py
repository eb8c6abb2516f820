"""Rows of different lengths, kept one after the other: ``values[starts[n]:starts[n + 1]]`` is row n."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Array = npt.NDArray[Any]


def grouped(keys: npt.NDArray[np.int32], groups: int) -> tuple[Array, Array]:
    """Order places by their key, those with the same key as they came: a counting sort, in linear time.

    Returns
    -------
    starts, places : array of int
        The places with key n are ``places[starts[n]:starts[n + 1]]``.
    """
    one_each = np.arange(len(keys) + 1)
    by_place = sp.csc_array((np.empty(len(keys), dtype=bool), keys, one_each), shape=(groups, len(keys)))
    by_key = by_place.tocsr()
    return by_key.indptr, by_key.indices


def gathered(starts: Array, values: Array, rows: Array) -> Array:
    """Put some of the rows one after the other."""
    first = starts[rows]
    lengths = starts[rows + 1] - first
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return values[np.arange(total) + np.repeat(first - ends + lengths, lengths)]
