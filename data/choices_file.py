"""Choices as a file: read, checked, and what cannot be used set aside with its reason.

A moment without a time zone is taken as UTC; how many there were is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from data.catalogue_file import REFUSED_SHARE, Fault, need_columns, set_aside
from data.cells import arrow, has_unseen, mask, numbers, shown, trimmed
from data.files import Limits, read_table
from data.store.choices import AHEAD

COLUMNS = ("user", "item", "time")
EPOCH = pd.Timestamp(0, unit="s", tz="UTC")

USER_LIMIT = 160  # signs; the store keeps what they are put in front of in 200
FIRST_NUMBER = 100_000_000  # seconds since 1970; a number below is a year or a day, such as 2026 or 20260301
MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
)
ZONE = r"(Z|[+-][0-9]{2}:?[0-9]{2})$"


@dataclass(frozen=True)
class ChoicesFile:
    """Choices as a file gave them, in its order.

    Attributes
    ----------
    users, items : list of str
    moments : list of float
        Seconds since 1970, UTC.
    without_zone : int
        Moments that named no time zone, and were taken as UTC.
    rows : int
        Rows of the file; ``refused`` tells of those set aside: row, column, value, reason.
    manner : dict
        How the file was written, as plain values.
    """

    users: list[str] = field(repr=False)
    items: list[str] = field(repr=False)
    moments: list[float] = field(repr=False)
    without_zone: int
    rows: int
    refused: pd.DataFrame = field(repr=False)
    manner: dict[str, Any]

    def __iter__(self) -> Iterator[tuple[str, str, float]]:
        """Give user, item and moment of each choice."""
        return zip(self.users, self.items, self.moments, strict=True)


def read_choices(
    path: Path,
    limits: Limits,
    *,
    items: Collection[str],
    now: datetime,
    refused_share: float = REFUSED_SHARE,
) -> ChoicesFile:
    """Read choices: user, item, time (ISO 8601, without a zone as UTC; or seconds since 1970).

    Parameters
    ----------
    items : collection of str
        Ids of the catalogue.
    now : datetime
        Choices of more than five minutes later are refused.

    Raises
    ------
    FileError
        When the file is no table, lacks a column, or more than ``refused_share`` (0 to 1) of it is refused.
    """
    table = read_table(path, limits)
    need_columns(table, COLUMNS, path, "Choices have a user, an item and a time each")
    user, item, time = (trimmed(table.frame[column]) for column in COLUMNS)
    moment, has_zone = _moments(time)
    is_bad = np.zeros(len(user), dtype=bool)
    faults: list[Fault] = []
    for name, cells, is_wrong, reason in (
        ("user", user, ~_are_keys(user), f"is no user's key; give 1 to {USER_LIMIT} visible characters"),
        ("item", item, ~item.isin(set(items)).to_numpy(), "is not in the catalogue; load it there first"),
        ("time", time, np.isnan(moment), "is no moment; give one such as 2026-03-01T18:30:00Z"),
        (
            "time",
            time,
            moment > (now + AHEAD).timestamp(),
            "is not yet; check the unit (seconds) and the zone",
        ),
    ):
        told = cells[is_wrong & ~is_bad]  # the first thing wrong in a row is the one told
        faults += [
            (row, name, None if pd.isna(cell) else shown(cell), reason)
            for row, cell in zip(told.index.tolist(), told.tolist(), strict=True)
        ]
        is_bad |= is_wrong
    refused = set_aside(table, faults, path, refused_share)
    return ChoicesFile(
        user[~is_bad].tolist(),
        item[~is_bad].tolist(),
        moment[~is_bad].tolist(),
        int((~has_zone & ~is_bad).sum()),
        table.rows,
        refused,
        table.manner,
    )


def _are_keys(user: pd.Series[Any]) -> np.ndarray:
    """Say which users can be kept and read, of shape (n,)."""
    codes, different = pd.factorize(user)
    good = [len(one) <= USER_LIMIT and not has_unseen(one) for one in different]
    return np.array([*good, False])[codes]  # a missing one has the code -1


def _moments(time: pd.Series[Any]) -> tuple[np.ndarray, np.ndarray]:
    """Read moments as seconds since 1970, NaN where there is none; and say which named a time zone."""
    text, number = arrow(time), numbers(time)
    is_dated = mask(pc.match_substring_regex(text, MOMENT))
    dated = pd.to_datetime(time.where(is_dated), format="ISO8601", utc=True, errors="coerce")
    seconds = ((dated - EPOCH) / pd.Timedelta(seconds=1)).to_numpy(dtype=np.float64, na_value=np.nan)
    is_number = ~is_dated & (number >= FIRST_NUMBER)
    has_zone = is_number | (is_dated & mask(pc.match_substring_regex(text, ZONE)))
    return np.where(is_number, number, seconds), has_zone
