"""Who is left out of whatever is worked out about customers: those who objected to profiling.

The warehouse asks at each question, so that whoever reads scores, or rows to score or to learn from, is given
none of a customer who objects, in every process at once. Facts (a customer's row, counts, outcomes) stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class LeftOut:
    """The keys of who is left out; ``mark`` names the set by its content, "" where it is empty."""

    keys: frozenset[str] = frozenset()
    mark: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        text = "\0".join(sorted(self.keys))
        object.__setattr__(self, "mark", hashlib.sha256(text.encode()).hexdigest()[:16] if self.keys else "")


NOBODY = LeftOut()


class Asks(Protocol):
    """Says who is left out of the customers of a spec, by its name.

    One answer is made of one mind; ``anew`` asks as of this moment.
    """

    def __call__(self, spec_name: str, *, anew: bool = False) -> LeftOut:
        """Give who is left out."""


def nobody(spec_name: str, *, anew: bool = False) -> LeftOut:
    """Leave nobody out."""
    return NOBODY


def places(keys: pa.ChunkedArray, out: LeftOut) -> npt.NDArray[np.bool_]:
    """Mark the rows of those who are left out, of shape (n,)."""
    wanted = pa.array(sorted(out.keys), type=keys.type)
    return np.asarray(pc.is_in(keys, value_set=wanted).combine_chunks().to_numpy(zero_copy_only=False))


def without_scores(table: pa.Table, columns: Sequence[str], out: npt.NDArray[np.bool_]) -> pa.Table:
    """Take the scores of some rows out of a table; all else of them stays."""
    gone = pa.array(out)
    for name in columns:
        place = table.schema.get_field_index(name)
        kept = pc.if_else(gone, pa.scalar(None, type=table[name].type), table[name])
        table = table.set_column(place, name, kept)
    return table
