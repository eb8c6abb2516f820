"""Shift: how far one version's scores lie from another's for the same customers, and the limits to that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from config.settings import Settings
from models import drift

if TYPE_CHECKING:
    from services.installation import Installation

LEAST_CUSTOMERS = 100
"""Below this many, how scores lie says more of chance than of the version."""


@dataclass(frozen=True)
class Shift:
    """What was found when the same customers were scored by two versions.

    Attributes
    ----------
    psi : float or None
        Population stability index of the later version's scores against the former's; None under 100
        customers.
    over_before, over_after : float or None
        Share (0 to 1) of them over the former version's at-risk line, by the former and by the later.
    list_move : float or None
        By which share of itself that share moved; None under 100 customers, or where nobody was over it.
    moved_points : float or None
        95th percentile of the moves of their scores, in percentage points; None without customers.
    replaced_share : float or None
        Share (0 to 1) of their at-risk list that others take the place of; None without customers.
    """

    customers: int
    psi: float | None
    over_before: float | None
    over_after: float | None
    list_move: float | None
    moved_points: float | None
    replaced_share: float | None


def between(before: np.ndarray, after: np.ndarray, line: float, at_risk_share: float) -> Shift:
    """Measure the shift between two versions' scores (0 to 1), both of shape (n_customers,).

    ``line`` is the score of the last customer on the at-risk list by the former version.
    """
    enough, anybody = len(before) >= LEAST_CUSTOMERS, len(before) > 0
    over = (drift.share_over(before, line), drift.share_over(after, line)) if enough else (None, None)
    return Shift(
        customers=len(before),
        psi=drift.psi(before, after) if enough else None,
        over_before=over[0],
        over_after=over[1],
        list_move=drift.relative_move(over[0], over[1]) if over[0] and over[1] is not None else None,
        moved_points=100 * drift.quantile_of_moves(before, after) if anybody else None,
        replaced_share=drift.replaced_share(before, after, at_risk_share) if anybody else None,
    )


def line(scores: np.ndarray, at_risk_share: float) -> float:
    """Give the score of the last customer on the at-risk list, as the warehouse does; 0 without customers."""
    if not len(scores):
        return 0.0
    place = max(1, round(at_risk_share * len(scores))) - 1
    return float(np.sort(scores)[::-1][place])


def crossed(settings: Settings, found: Shift) -> list[str]:
    """Name the limits that a shift crosses, in words; none where it stays within all."""
    words = []
    if found.psi is not None and found.psi > settings.guard_psi:
        words.append(
            f"the scores drifted from the champion's (index {found.psi:.2f}, limit {settings.guard_psi:g})"
        )
    if found.list_move is not None and found.list_move > settings.guard_list_move:
        words.append(
            f"the share over the at-risk line went from {found.over_before:.1%} to {found.over_after:.1%} "
            f"(limit: a move by {settings.guard_list_move:.0%} of it)"
        )
    return words


def active_customers(installation: Installation, snapshot: str) -> pd.DataFrame:
    """Read the active customers of a snapshot, one row each."""
    table = installation.warehouse.current_table(snapshot)
    return table[table["_active"]].reset_index(drop=True)


def chances(installation: Installation, version: str, customers: pd.DataFrame) -> np.ndarray:
    """Score customers with a version, from 0 to 1; ArtifactError where its file does not verify."""
    row = installation.store.version(version)
    card = installation.load_scorecard(version, row.scorecard_sha256 if row else version)
    return np.asarray(card.probability(customers), dtype=float)
