"""The sections of the report that need a finished model: from fairness to explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.challengers import Challenger
from models.scorecard import Scorecard


@dataclass(frozen=True)
class Evidence:
    """What the sections are made from.

    Attributes
    ----------
    spec : DatasetSpec
    rows : DataFrame
        All canonical rows with a known outcome, that ``scorecard`` was fitted on.
    held_rows : DataFrame
        Those set aside, that ``held_card`` has not seen.
    held_card : Scorecard
        The choice fitted without them.
    unseen_rows : DataFrame
        Every row that has a score by a fit that has not seen it, with ``unseen_outcome`` and
        ``unseen_chance`` of the same length.
    threshold : float
        From this score on a customer is called at risk.
    scorecard : Scorecard
        What serves.
    challengers : list of Challenger
        Batch models fitted on all rows.
    seed : int
    """

    spec: DatasetSpec
    rows: pd.DataFrame
    held_rows: pd.DataFrame
    held_card: Scorecard
    unseen_rows: pd.DataFrame
    unseen_outcome: npt.NDArray[np.bool_]
    unseen_chance: npt.NDArray[np.float64]
    threshold: float
    scorecard: Scorecard
    challengers: list[Challenger]
    seed: int


def sections(evidence: Evidence) -> dict[str, Any]:
    """Make every section, as plain values by name."""
    from models.coverage import coverage
    from models.fairness import audit

    return {
        "fairness": audit(
            evidence.unseen_rows,
            evidence.spec,
            evidence.unseen_outcome,
            evidence.unseen_chance,
            evidence.threshold,
            seed=evidence.seed,
        ),
        "coverage": coverage(evidence.held_card, evidence.held_rows, evidence.spec),
    }
