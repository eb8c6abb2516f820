"""What is asked for: a way of mitigation, the protected column it is for, and what it is to make equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec
from models.fairness import LEAST
from models.group_rates import Bools
from models.groups import Codes, Groups

LEAVE_OUT, REWEIGHT, CONSTRAIN, LINES = "leave-out", "reweight", "constrain", "lines"

AIMS: Mapping[str, tuple[str, ...]] = {
    LEAVE_OUT: ("parity",),
    REWEIGHT: ("parity",),
    CONSTRAIN: ("odds", "parity"),
    LINES: ("opportunity", "parity"),
}
"""By way, what it can make equal; the first where nothing is said."""

STATED = {
    "parity": "statistical_parity_difference",
    "opportunity": "equal_opportunity_difference",
    "odds": "average_odds_difference",
}
"""The measure of fairness that an aim is about."""


class MitigationError(ValueError):
    """What was asked for cannot be tried, and nothing has changed; the message says why and what can."""


@dataclass(frozen=True)
class Asked:
    """A mitigation to try.

    Attributes
    ----------
    kind : {'leave-out', 'reweight', 'constrain', 'lines'}
    column : str
        A protected column of the spec.
    aim : {'parity', 'opportunity', 'odds'}
        What is to be alike: the share on the list, the share of leavers found, or that and the share of
        stayers called at risk wrongly.
    proxies : int
        How many columns that tell most of the protected one are left out with it.
    """

    kind: str
    column: str
    aim: str
    proxies: int = 0


def asked(kind: str, column: str, aim: str | None = None, proxies: int = 0) -> Asked:
    """Read what is asked for; MitigationError where the words do not fit each other."""
    if kind not in AIMS:
        raise MitigationError(f"{kind!r} is no way of mitigation: take one of {', '.join(AIMS)}.")
    aim = aim or AIMS[kind][0]
    if aim not in AIMS[kind]:
        raise MitigationError(f"{kind} cannot aim at {aim!r}: take {' or '.join(AIMS[kind])}.")
    if proxies < 0 or (proxies and kind != LEAVE_OUT):
        raise MitigationError(
            f"{proxies} columns cannot be left out by {kind}: give a whole number from 0 on, with leave-out."
        )
    return Asked(kind, column, aim, proxies)


def check_column(frame: pd.DataFrame, spec: DatasetSpec, one: Asked) -> None:
    """Pass where the column asked for is a protected one of the table; else MitigationError."""
    if one.column in spec.protected and one.column in frame.columns:
        return
    offered = ", ".join(column for column in spec.protected if column in frame.columns)
    raise MitigationError(
        f"{one.column!r} is no protected column of the spec {spec.name!r}, so its groups are not compared: "
        + (f"take {offered}." if offered else "name it under 'protected' first, and load the data again.")
    )


def enough_people(groups: Groups, codes: Codes, left: Bools, one: Asked) -> Bools:
    """Say of each group, of shape (groups,), whether it has people enough to be acted on.

    It takes 30 people, or 30 leavers or as many of both outcomes where the aim counts those; a mitigation
    leaves a smaller group as it is.

    Raises
    ------
    MitigationError
        If fewer than two groups have enough.
    """
    size = len(groups.names)
    people, leavers = np.bincount(codes, minlength=size), np.bincount(codes[left], minlength=size)
    stands_on = {"parity": people, "opportunity": leavers, "odds": np.minimum(leavers, people - leavers)}
    enough: Bools = stands_on[one.aim] >= LEAST
    if size < 2:
        raise MitigationError(
            f"Everybody has the same {groups.label} in these data, so there is no difference to mitigate."
        )
    if enough.sum() < 2:
        needs = {"parity": "people", "opportunity": "leavers", "odds": "leavers and as many stayers"}[one.aim]
        raise MitigationError(
            f"{groups.label}: two groups with {LEAST} {needs} are needed, and {int(enough.sum())} has as "
            "many, so a difference would be chance: load more customers, or take another column."
        )
    return enough
