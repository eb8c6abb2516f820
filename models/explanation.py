"""What a scorecard says as a whole: its shapes, how much each term weighs, and who differs why.

Everything is read out of the card itself and is plain values (None where a number would be infinite or
unknown), ready for the report that is signed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec
from models.attribution import explained
from models.familiarity import unlike_share
from models.scorecard import Codes, Floats, Scorecard, logistic
from models.shapes import shapes, term_labels
from models.values import level

if TYPE_CHECKING:
    from models.challengers import Challenger

FEWEST = 30
"""Smaller segments are named, but nothing is said of them."""

SEGMENT_REASONS = 3


def explanation(
    scorecard: Scorecard,
    frame: pd.DataFrame,
    spec: DatasetSpec,
    *,
    challengers: Sequence[Challenger] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """Write the section "explanation" of a report.

    Parameters
    ----------
    frame : DataFrame
        The rows that importance and segments are taken over: canonical, with known outcomes or not.
    challengers : sequence of Challenger
        Explained approximately beside it (:func:`models.attribution.explained`).

    Returns
    -------
    dict
        ``exact`` (True), ``start`` (chance at the intercept alone), ``shapes``, ``importance``,
        ``segments``, ``unlike_share`` of the rows (0-1) that would get no firm score, ``challengers``.
    """
    codes = scorecard.encode(frame)
    return {
        "exact": True,
        "start": scorecard.start,
        "shapes": shapes(scorecard, spec, codes),
        "importance": importance(scorecard, codes, spec),
        "segments": segment_reasons(scorecard, frame, spec, codes=codes),
        "unlike_share": unlike_share(scorecard, frame),
        "challengers": explained(challengers, spec, seed=seed),
    }


def importance(
    scorecard: Scorecard, rows: pd.DataFrame | Codes, spec: DatasetSpec | None = None
) -> list[dict[str, Any]]:
    """Weigh each term over many rows, the weightiest first.

    Returns
    -------
    list of dict
        ``columns``, ``label``, ``mean`` (mean size of the contribution, in log-odds) and ``share`` of all
        terms' means (in 0-1; None where no term contributes anything).
    """
    codes = rows if isinstance(rows, Codes) else scorecard.encode(rows)
    labels = [", ".join(c) for c in scorecard.term_columns] if spec is None else term_labels(scorecard, spec)
    sizes = [
        float(np.abs(scorecard.contribution(place, codes)).mean()) if codes.rows else 0.0
        for place in range(len(scorecard.terms))
    ]
    total = math.fsum(sizes)
    found = [
        {"columns": list(columns), "label": label, "mean": size, "share": size / total if total else None}
        for columns, label, size in zip(scorecard.term_columns, labels, sizes, strict=True)
    ]
    return sorted(found, key=lambda one: -one["mean"])


def segment_reasons(
    scorecard: Scorecard, frame: pd.DataFrame, spec: DatasetSpec, *, codes: Codes | None = None
) -> list[dict[str, Any]]:
    """Say of each level of each segment column why its customers differ from all of them.

    Returns
    -------
    list of dict
        Per column ``column``, ``label`` and ``levels``, a row per level, largest first: ``level``,
        ``label``, ``n``, ``mean_chance``, ``difference`` (of mean log-odds from all rows), ``reasons``
        (every term: ``label``, ``columns``, ``difference``; they add up to it, up to rounding of 1e-9;
        weightiest first) and ``words``. A level with fewer than 30 rows has ``too_few`` True and no figures.
    """
    codes = codes or scorecard.encode(frame)
    rows = _Explained(
        scorecard.contributions(codes),
        logistic(scorecard.log_odds(codes)),
        scorecard.term_columns,
        term_labels(scorecard, spec),
    )
    found = []
    for column in dict.fromkeys(spec.segments):
        if column not in frame.columns:
            continue
        texts = frame[column].map(level)
        names = texts.dropna().value_counts().index
        levels = [
            {"level": name, "label": spec.level_label(column, name), **rows.segment(texts == name)}
            for name in names
        ]
        found.append({"column": column, "label": spec.label(column), "levels": levels})
    return found


@dataclass(frozen=True)
class _Explained:
    """Rows with what each term gives to them, to be cut into segments."""

    parts: Floats
    chances: Floats
    columns: tuple[tuple[str, ...], ...]
    labels: list[str]

    def segment(self, chosen: Any) -> dict[str, Any]:
        """Say how the mean of some rows differs from that of all of them, and by which terms."""
        rows = np.flatnonzero(chosen)
        if len(rows) < FEWEST:
            return {"n": len(rows), "too_few": True}
        differences = self.parts[rows].mean(axis=0) - self.parts.mean(axis=0)
        found = [
            {
                "label": self.labels[place],
                "columns": list(self.columns[place]),
                "difference": float(differences[place]),
            }
            for place in np.argsort(-np.abs(differences), kind="stable")
        ]
        average, of_all = float(self.chances[rows].mean()), float(self.chances.mean())
        total = math.fsum(differences.tolist())
        return {
            "n": len(rows),
            "too_few": False,
            "mean_chance": average,
            "difference": total,
            "reasons": found,
            "words": _segment_words(average, of_all, total, found),
        }


def _segment_words(average: float, of_all: float, total: float, found: list[dict[str, Any]]) -> str:
    same = f"{average:.1%}" == f"{of_all:.1%}"
    side = (
        "as all customers"
        if same
        else f"{'above' if average > of_all else 'below'} the {of_all:.1%} of all customers"
    )
    weighing = [one["label"] for one in found if one["difference"] * total > 0][:SEGMENT_REASONS]
    if same or not weighing:
        return f"{average:.1%} on average, {side}."
    return f"{average:.1%} on average, {side}, mostly because of: {', '.join(weighing)}."
