"""Compiling fitted estimators to scorecards: what serves is the table, never the estimator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from config.dataset import DatasetSpec
from models.scorecard import Scorecard, on_grid
from models.scorecard_format import ScorecardError, check_document

if TYPE_CHECKING:
    from interpret.glassbox import ExplainableBoostingClassifier

CONFIDENCE = 0.95


def compile_ebm(ebm: ExplainableBoostingClassifier, frame: pd.DataFrame, spec: DatasetSpec) -> Scorecard:
    """Compile a fitted, binary Explainable Boosting Machine.

    Parameters
    ----------
    ebm : ExplainableBoostingClassifier
        Fitted on columns of the frame by name, features 'continuous' or 'nominal', with two
        outer bags or more.
    frame : DataFrame
        The canonical table it was fitted on: training ranges and counts are taken from it.
    spec : DatasetSpec
        Its hash is written into the card.

    Returns
    -------
    Scorecard
        Its probabilities agree with ``predict_proba`` to 1e-9 on every row.

    Raises
    ------
    ScorecardError
        If the estimator is of another form, or its bags are gone (after ``monotonize``).
    """
    _check(ebm)
    names = list(ebm.feature_names_in_)
    features = [
        _numeric(name, bins, frame[name])
        if kind == "continuous"
        else _categorical(name, bins[0], frame[name])
        for name, kind, bins in zip(names, ebm.feature_types_in_, ebm.bins_, strict=True)
    ]
    terms = []
    for places, scores, bags in zip(ebm.term_features_, ebm.term_scores_, ebm.bagged_scores_, strict=True):
        axes, takes = zip(
            *(_axis(place, features[place], ebm.bins_[place], len(places)) for place in places), strict=True
        )
        cells = np.ix_(*takes)
        terms.append(
            {
                "type": "table",
                "axes": list(axes),
                "scores": on_grid(scores[cells]).ravel().tolist(),
                "bags": [on_grid(bag[cells]).ravel().tolist() for bag in bags],
            }
        )
    card = Scorecard(
        check_document(
            {
                "format": 1,
                "spec": spec.hash,
                "intercept": float(on_grid(np.ravel(ebm.intercept_)[0])),
                "bag_intercepts": on_grid(np.ravel(ebm.bagged_intercept_)).tolist(),
                "spread": student_factor(len(ebm.bagged_intercept_)),
                "features": features,
                "terms": terms,
            }
        )
    )
    return _count(card, frame)


def student_factor(bags: int, confidence: float = CONFIDENCE) -> float:
    """Give the two-sided quantile of Student's t with one degree of freedom less than bags."""
    from scipy.stats import t

    return float(t.ppf(0.5 + confidence / 2, bags - 1))


def _check(ebm: Any) -> None:
    kinds = set(ebm.feature_types_in_)
    if ebm.link_ != "logit" or not kinds <= {"continuous", "nominal"} or len(ebm.classes_) != 2:
        raise ScorecardError(
            f"An estimator of link {ebm.link_!r} with {len(ebm.classes_)} classes on features that are "
            f"{', '.join(sorted(kinds))} does not compile: fit a binary one, its features given as "
            "'continuous' or 'nominal'."
        )
    if (
        ebm.bagged_intercept_ is None
        or len(ebm.bagged_intercept_) < 2
        or any(b is None for b in ebm.bagged_scores_)
    ):
        raise ScorecardError(
            "The estimator has no outer bags to take ranges from: fit it with outer_bags of 2 or more, "
            "and give monotone limits to the fit instead of calling monotonize."
        )


def _numeric(column: str, bins: list[Any], values: pd.Series) -> dict[str, Any]:
    seen = values.to_numpy(dtype=np.float64)
    seen = seen[np.isfinite(seen)]
    edges = np.unique(np.concatenate(bins)) + 0.0
    return {
        "column": column,
        "kind": "numeric",
        "minimum": float(seen.min()) if len(seen) else None,
        "maximum": float(seen.max()) if len(seen) else None,
        "edges": edges.tolist(),
        "counts": [0] * (len(edges) + 2),
    }


def _categorical(column: str, codes: dict[str, int], values: pd.Series) -> dict[str, Any]:
    levels = sorted(codes, key=lambda text: (codes[text], text))
    return {"column": column, "kind": "categorical", "levels": levels, "counts": [0] * (len(levels) + 2)}


def _axis(
    place: int, feature: dict[str, Any], resolutions: list[Any], dimensions: int
) -> tuple[dict[str, Any], list[int]]:
    """Give an axis of the card and, per bin of it, the estimator's own bin."""
    bins = resolutions[min(len(resolutions), dimensions) - 1]
    if feature["kind"] == "numeric":
        return {"feature": place, "edges": (bins + 0.0).tolist()}, list(range(len(bins) + 2))
    # the estimator's last bin is of unknown levels; a level that a pair did not learn is one of them
    takes = [0, *(bins.get(text, -1) for text in feature["levels"]), -1]
    return {"feature": place, "levels": feature["levels"]}, takes


def _count(card: Scorecard, frame: pd.DataFrame) -> Scorecard:
    """Write into a card how many rows of the table lie in each bin of each feature."""
    bins = card.encode(frame).bins
    features = [
        feature.model_copy(update={"counts": np.bincount(one, minlength=feature.bins).tolist()})
        for feature, one in zip(card.features, bins, strict=True)
    ]
    return Scorecard(card.document.model_copy(update={"features": features}))
