"""What moved a challenger's score, by SHAP or LIME: approximate, its error measured, or not shown at all.

Scorecards explain themselves exactly (:mod:`models.reasons`). These methods are for challengers that have
no scorecard, in the process that trains, never in one that serves. Both libraries are optional.

SHAP values must add up to the model's own answer. They do not always: for gradient boosting with
integer-coded categories shap 0.51 is wrong by several log-odds and says nothing. So the sum is compared
with what the model itself answers on the raw rows, and a failing explanation is refused.

References
----------
Lundberg and Lee (2017), "A unified approach to interpreting model predictions", NeurIPS.
Ribeiro, Singh and Guestrin (2016), "Why should I trust you?", KDD.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from config.dataset import DatasetSpec
from models.scorecard import Floats, logistic

if TYPE_CHECKING:
    from models.challengers import Challenger

Method = Literal["shap", "lime"]
Scale = Literal["log-odds", "probability"]

TOLERANCE = 1e-6
"""How far SHAP values may miss the model's own answer, in its scale."""

LIME_TOLERANCE = 0.1
"""LIME fits a line near a customer and need not meet the answer: farther off than this, it is not shown."""

ROWS_EXPLAINED = 1_000
ROWS_OF_A_FOREST = 50
"""Deep trees take a tenth of a second a row."""
ROWS_PERMUTED = 20
"""Asking a model about inputs in several orders is slow, so that fewer rows are explained."""
BACKGROUND = 30
ORDERS = 3
ROWS_PROBED = 20_000


CODED = "Give the model columns of 0 and 1 instead of coded categories, or compare it without an explanation."


class NotInstalled(RuntimeError):
    """The library is not there; the message says how to install it."""


class NotAdditive(ArithmeticError):
    """An explanation whose parts do not add up to the model's answer; show none of it."""


@dataclass(frozen=True)
class Attribution:
    """What each input added to each of n answers, approximately.

    Attributes
    ----------
    columns : tuple of str
        Inputs of the model, m of them.
    start : array of shape (n,)
        Where each explanation starts from.
    values : array of shape (n, m)
        In ``scale``; above 0 where the chance of leaving rises.
    scale : {'log-odds', 'probability'}
        What is explained.
    method : str
        In words.
    error : float
        The farthest that ``start`` and a row's values together are from the model's own answer.
    spread : float or None
        Mean difference between two runs with other random numbers; None where there is no chance in it.
    """

    columns: tuple[str, ...]
    start: Floats
    values: Floats
    scale: Scale
    method: str
    error: float
    spread: float | None = None

    @property
    def mark(self) -> str:
        """Say that it is approximate, and how far off it was measured to be."""
        unit = "log-odds" if self.scale == "log-odds" else "points"
        size = self.error if unit == "log-odds" else self.error * 100
        text = f"Approximate ({self.method}): adds up to the model's own answers within {size:.2g} {unit}"
        if self.spread is None:
            return f"{text}."
        moved = self.spread if unit == "log-odds" else self.spread * 100
        return f"{text}; another run differs by {moved:.2g} {unit} on average."


def attribute(
    estimator: Any, inputs: pd.DataFrame, rows: pd.DataFrame, *, method: Method = "shap", seed: int = 0
) -> Attribution:
    """Explain a fitted classifier's answers on some rows.

    Parameters
    ----------
    estimator : classifier or Pipeline
        Takes frames like ``inputs``; a pipeline's last step is the model, what is before makes its design.
    inputs : DataFrame
        What it was fitted on.
    rows : DataFrame
        The rows to explain, one at least; by permutation only the first 20 of them are.

    Raises
    ------
    NotInstalled
        If the library of the method is not there.
    NotAdditive
        If the parts miss the model's own answers by more than the tolerance of the method.
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1):  # small tables: threads wait for each other longer than they work
        if method == "lime":
            return _checked(_lime(estimator, inputs, rows, seed), LIME_TOLERANCE)
        found = _by_trees(estimator, inputs, rows) or _by_permutation(estimator, inputs, rows, seed)
        return _checked(found, TOLERANCE)


def explained(challengers: Sequence[Challenger], spec: DatasetSpec, *, seed: int = 0) -> list[dict[str, Any]]:
    """Explain challengers by SHAP for a report: what weighs in each, marked approximate, or why not shown.

    Returns
    -------
    list of dict
        ``name``, ``approximate`` (True), ``words`` and ``importance`` (by input ``column``, ``label`` and
        ``mean`` size, weightiest first; [] where refused), and, unless refused, ``method``, ``scale``,
        ``error``, ``spread`` and ``rows``.
    """
    found = []
    for one in challengers:
        told: dict[str, Any] = {"name": one.name, "approximate": True}
        try:
            told |= _explained(one, spec, seed)
        except (NotInstalled, NotAdditive) as refused:
            told |= {"words": str(refused), "importance": []}
        except Exception as fault:  # of a library we do not need: no reason to lose a training
            told |= {"words": f"Not explained: {type(fault).__name__} in SHAP, {fault}", "importance": []}
        found.append(told)
    return found


def _explained(challenger: Challenger, spec: DatasetSpec, seed: int) -> dict[str, Any]:
    from models.challengers import readable

    inputs = readable(challenger.inputs)
    model = _parts_of(challenger.estimator)[1]
    most = ROWS_OF_A_FOREST if hasattr(model, "estimators_") else ROWS_EXPLAINED
    found = attribute(challenger.estimator, inputs, _sample(inputs, most, seed), seed=seed)
    sizes = np.abs(found.values).mean(axis=0)
    return {
        "words": found.mark,
        "method": found.method,
        "scale": found.scale,
        "error": found.error,
        "spread": found.spread,
        "rows": len(found.values),
        "importance": [
            {
                "column": found.columns[place],
                "label": spec.label(found.columns[place]),
                "mean": float(sizes[place]),
            }
            for place in np.argsort(-sizes, kind="stable")
        ],
    }


def _checked(found: tuple[Attribution, Floats], tolerance: float) -> Attribution:
    """Give an explanation with its error, measured against the model's own answers."""
    parts, own = found
    error = float(np.abs(parts.start + parts.values.sum(axis=1) - own).max())
    remedy = "Explain it by SHAP." if parts.method == "LIME" else CODED
    if not error <= tolerance:
        raise NotAdditive(
            f"The explanation by {parts.method} is not shown: it misses the model's own answers by up to "
            f"{error:.2g} ({parts.scale}), where {tolerance:g} is allowed. {remedy}"
        )
    return Attribution(
        parts.columns, parts.start, parts.values, parts.scale, parts.method, error, parts.spread
    )


def _own(estimator: Any, rows: pd.DataFrame, scale: Scale) -> Floats:
    """Ask the model itself."""
    if scale == "log-odds":
        return np.asarray(estimator.decision_function(rows), dtype=np.float64)
    return np.asarray(estimator.predict_proba(rows), dtype=np.float64)[:, 1]


def _scale(estimator: Any, rows: pd.DataFrame) -> Scale:
    """Take log-odds where the model's decision function gives them, else its probability."""
    if not hasattr(estimator, "decision_function"):
        return "probability"
    decision, chance = _own(estimator, rows, "log-odds"), _own(estimator, rows, "probability")
    is_log_odds = decision.shape == chance.shape and np.allclose(logistic(decision), chance, atol=1e-9)
    return "log-odds" if is_log_odds else "probability"


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as absent:
        raise NotInstalled(
            f"Not explained: {name.split('.')[0]} is not installed ({absent}). "
            "Install it with `pip install -r requirements-explain.txt`."
        ) from absent


# --- trees -------------------------------------------------------------------------------------------


def _by_trees(estimator: Any, inputs: pd.DataFrame, rows: pd.DataFrame) -> tuple[Attribution, Floats] | None:
    """Explain trees by the paths of their splits; None where the model is no tree that shap can read."""
    shap = _library("shap")
    encode, model = _parts_of(estimator)
    unreadable = (shap.utils._exceptions.InvalidModelError, ValueError, TypeError, NotImplementedError)
    try:
        explainer = shap.TreeExplainer(model)
    except unreadable:
        return None
    owners = _owners(encode, _sample(inputs, ROWS_PROBED, 0))
    if owners is None:
        return None
    try:
        given = explainer.shap_values(_design(encode, rows), check_additivity=False)
    except unreadable:
        return None
    values = np.asarray(given, dtype=np.float64)
    values = values[:, :, -1] if values.ndim == 3 else values
    start = float(np.ravel(explainer.expected_value)[-1])
    summed = np.zeros((len(rows), len(inputs.columns)))
    for place, owner in enumerate(owners):
        if owner >= 0:
            summed[:, owner] += values[:, place]
    scale, columns = _scale(estimator, rows), tuple(map(str, inputs.columns))
    made = Attribution(columns, np.full(len(rows), start), summed, scale, "SHAP of trees", np.nan)
    return made, _own(estimator, rows, scale)


def _parts_of(estimator: Any) -> tuple[Any, Any]:
    """Part a pipeline into what makes its design and its model."""
    return (estimator[:-1], estimator[-1]) if hasattr(estimator, "steps") else (None, estimator)


def _design(encode: Any, rows: pd.DataFrame) -> Floats:
    made: Any = rows if encode is None else encode.transform(rows)
    made = made.toarray() if hasattr(made, "toarray") else made
    return np.asarray(made, dtype=np.float64)


def _owners(encode: Any, inputs: pd.DataFrame) -> npt.NDArray[np.intp] | None:
    """Find which input each design column comes from, -1 if none; None where one comes from several.

    By trial and not by name, since "a_b_c" may be of a column "a" or "a_b": each input is shifted by a
    row, and what moves is its own.
    """
    if encode is None:
        return np.arange(len(inputs.columns))
    before = _design(encode, inputs)
    owners = np.full(before.shape[1], -1, dtype=np.intp)
    shifted = np.roll(np.arange(len(inputs)), 1)
    for place, column in enumerate(inputs.columns):
        values: Any = inputs[column].iloc[shifted].set_axis(inputs.index)
        other: Any = inputs.copy()
        other[column] = values
        after = _design(encode, other)
        moved = ~np.all((before == after) | (np.isnan(before) & np.isnan(after)), axis=0)
        if (owners[moved] >= 0).any():
            return None
        owners[moved] = place
    return owners


# --- any model ---------------------------------------------------------------------------------------


class _Coder:
    """A frame as numbers and back: levels by their place, numbers as they are."""

    def __init__(self, inputs: pd.DataFrame) -> None:
        self.columns = list(inputs.columns)
        self.levels = {
            column: pd.Index(inputs[column].unique())
            for column in self.columns
            if not pd.api.types.is_numeric_dtype(inputs[column].dtype)
        }

    def code(self, frame: pd.DataFrame) -> Floats:
        """Give a matrix of shape (n, m)."""
        return np.column_stack(
            [
                self.levels[column].get_indexer(frame[column]) if column in self.levels else frame[column]
                for column in self.columns
            ]
        ).astype(np.float64)

    def decode(self, matrix: Any) -> pd.DataFrame:
        """Give the frame of a matrix."""
        return pd.DataFrame(
            {
                column: self.levels[column].take(matrix[:, place].astype(np.intp)).to_numpy()
                if column in self.levels
                else matrix[:, place]
                for place, column in enumerate(self.columns)
            }
        )


def _by_permutation(
    estimator: Any, inputs: pd.DataFrame, rows: pd.DataFrame, seed: int
) -> tuple[Attribution, Floats]:
    """Explain any model by asking it about inputs put in one after the other, in several orders."""
    shap = _library("shap")
    rows, coder = rows.iloc[:ROWS_PERMUTED], _Coder(inputs)
    scale = _scale(estimator, rows)
    background, coded = coder.code(_sample(inputs, BACKGROUND, seed)), coder.code(rows)

    def run(seed: int) -> tuple[Floats, Floats]:
        masker = shap.maskers.Independent(background, max_samples=BACKGROUND)
        explainer = shap.PermutationExplainer(
            lambda matrix: _own(estimator, coder.decode(matrix), scale), masker, seed=seed
        )
        made = explainer(coded, max_evals=ORDERS * (2 * coded.shape[1] + 1), silent=True)
        return np.broadcast_to(made.base_values, len(rows)), np.asarray(made.values)

    (start, values), (_, again) = run(seed), run(seed + 1)
    spread, columns = float(np.abs(values - again).mean()), tuple(map(str, inputs.columns))
    made = Attribution(columns, start, values, scale, "SHAP by permutation", np.nan, spread)
    return made, _own(estimator, rows, scale)


def _lime(estimator: Any, inputs: pd.DataFrame, rows: pd.DataFrame, seed: int) -> tuple[Attribution, Floats]:
    """Explain by a line fitted to answers near each row; a number not known is taken as the median."""
    tabular = _library("lime.lime_tabular")
    coder = _Coder(inputs)
    seen, coded = coder.code(inputs), coder.code(rows)
    usual = np.nan_to_num(np.nanmedian(seen, axis=0))
    seen, coded = (np.where(np.isnan(each), usual, each) for each in (seen, coded))
    explainer = tabular.LimeTabularExplainer(
        seen,
        categorical_features=[place for place, c in enumerate(coder.columns) if c in coder.levels],
        random_state=seed,
    )
    start, values = np.empty(len(rows)), np.zeros(coded.shape)
    for nth, row in enumerate(coded):
        made = explainer.explain_instance(
            row, lambda matrix: estimator.predict_proba(coder.decode(matrix)), num_features=coded.shape[1]
        )
        start[nth] = made.intercept[1]
        for place, weight in made.as_map()[1]:
            values[nth, place] = weight
    columns = tuple(map(str, inputs.columns))
    made = Attribution(columns, start, values, "probability", "LIME", np.nan)
    return made, _own(estimator, rows, "probability")


def _sample(frame: pd.DataFrame, most: int, seed: int) -> pd.DataFrame:
    return frame if len(frame) <= most else frame.sample(most, random_state=seed)
