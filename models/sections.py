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
    share : float
        Share of customers on the list.
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
    share: float
    seed: int


def sections(evidence: Evidence) -> dict[str, Any]:
    """Make every section, as plain values by name."""
    from models.coverage import coverage
    from models.explanation import explanation
    from models.fairness import audit
    from models.robustness import stress

    spec, held = evidence.spec, evidence.held_rows
    return {
        "fairness": audit(
            evidence.unseen_rows,
            spec,
            evidence.unseen_outcome,
            evidence.unseen_chance,
            evidence.threshold,
            seed=evidence.seed,
        ),
        "robustness": stress(evidence.scorecard, held, spec, seed=evidence.seed, share=evidence.share),
        "cases": _cases(evidence),
        "coverage": coverage(evidence.held_card, held, spec),
        "explanation": explanation(
            evidence.scorecard, evidence.rows, spec, challengers=evidence.challengers, seed=evidence.seed
        ),
    }


def _cases(evidence: Evidence) -> dict[str, Any]:
    """Put the cases to what serves; how good it is on a slice is asked of the fit that has not seen it."""
    from config.cases import Quality, cases_for
    from models.cases import run_cases, section

    cases = cases_for(evidence.spec)
    results = []
    for case in cases.cases:
        card = evidence.held_card if isinstance(case, Quality) else evidence.scorecard
        one = cases.model_copy(update={"cases": (case,)})
        results += run_cases(card, one, evidence.held_rows, evidence.spec)
    return section(results)
