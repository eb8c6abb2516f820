"""Groups of people: the levels of the protected columns of a spec, and of pairs of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.scorecard import Floats, numbers
from models.values import level

BANDS = 4
MOST_NUMBERS = 10
"""A protected column of more different numbers than this (an age) is cut into bands."""

NOT_KNOWN = "not known"

_FLAGS = {"0": "no", "1": "yes", "no": "no", "yes": "yes", "false": "no", "true": "yes"}

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Groups:
    """The groups of one column or of a pair: the group of each row, of shape (n,), and the groups' names."""

    columns: tuple[str, ...]
    label: str
    names: tuple[str, ...]
    codes: Codes


def protected_groups(frame: pd.DataFrame, spec: DatasetSpec) -> list[Groups]:
    """Cut a table into the groups of each protected column, then of each pair of them."""
    absent = [column for column in spec.protected if column not in frame.columns]
    if absent:
        raise ValueError(
            f"The table lacks {', '.join(absent)}, which the spec {spec.name!r} protects: give rows with "
            "these columns, or take them out of 'protected'."
        )
    single = [groups_of(frame, spec, column) for column in dict.fromkeys(spec.protected)]
    return [*single, *(_pair(a, b) for a, b in combinations(single, 2))]


def groups_of(frame: pd.DataFrame, spec: DatasetSpec, column: str) -> Groups:
    """Cut a table into the groups of one column: its levels, bands of its numbers, and "not known"."""
    label = spec.label(column)
    read = numbers(frame[column])
    distinct = np.unique(read[np.isfinite(read)])
    texts = [level(value) for value in frame[column]]
    written = sum(text is not None for text in texts)
    if len(distinct) > MOST_NUMBERS and np.isfinite(read).sum() == written:
        return _bands((column,), label, read)
    present = sorted({text for text in texts if text is not None})
    named = [_named(spec, column, text, present) for text in present]
    place = {text: code for code, text in enumerate(present)}
    codes = np.array([place.get(text, len(present)) if text else len(present) for text in texts], np.intp)
    names = (*named, NOT_KNOWN) if (codes == len(present)).any() else tuple(named)
    return Groups((column,), label, names, codes)


def _named(spec: DatasetSpec, column: str, text: str, present: list[str]) -> str:
    """Name a level so that it can stand alone: "yes" alone would not say to what."""
    if {one.lower() for one in present} <= _FLAGS.keys():
        return f"{spec.label(column)}: {_FLAGS[text.lower()]}"
    return spec.level_label(column, text)


def _bands(columns: tuple[str, ...], label: str, read: Floats) -> Groups:
    known = read[np.isfinite(read)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BANDS + 1)[1:-1], method="nearest"))
    edges = edges[edges > known.min()]
    names = [f"under {edges[0]:g}"]
    names += [f"{a:g} to under {b:g}" for a, b in pairwise(edges)] + [f"{edges[-1]:g} up"]
    codes = np.searchsorted(edges, read, side="right").astype(np.intp)
    codes[np.isnan(read)] = len(names)
    return Groups(columns, label, (*names, NOT_KNOWN) if np.isnan(read).any() else tuple(names), codes)


def _pair(a: Groups, b: Groups) -> Groups:
    """Cross two columns; combinations that nobody has are no groups."""
    crossed = a.codes * len(b.names) + b.codes
    present, codes = np.unique(crossed, return_inverse=True)
    names = tuple(f"{a.names[one // len(b.names)]}, {b.names[one % len(b.names)]}" for one in present)
    return Groups((*a.columns, *b.columns), f"{a.label} and {b.label}", names, codes.astype(np.intp))
