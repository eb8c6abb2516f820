"""Counterfactuals by dice-ml, run in an environment of its own (bench/peers.py); knows nothing of our search.

Reads a task from standard input and writes what was found to standard output, both JSON. A task holds the
scorecard, the table, for each row asked for the values permitted to each column that may vary, and of how
many rows each method is asked.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import dice_ml  # noqa: E402  (only its own environment has it)
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from models.scorecard import Scorecard  # noqa: E402

OUTCOME = "left"


class Model:
    """The scorecard as scikit-learn models are asked."""

    classes_ = np.array([0, 1])

    def __init__(self, card: Scorecard) -> None:
        self.card = card

    def predict_proba(self, inputs: pd.DataFrame) -> np.ndarray:
        """Give the chance of staying and of leaving, of shape (n, 2)."""
        chance = self.card.probability(pd.DataFrame(inputs).astype(object))
        return np.column_stack([1 - chance, chance])

    def predict(self, inputs: pd.DataFrame) -> np.ndarray:
        """Say who leaves, 0 or 1, of shape (n,)."""
        return (self.predict_proba(inputs)[:, 1] > 0.5).astype(int)


def main() -> None:
    """Answer the task."""
    warnings.simplefilter("ignore")
    task = json.load(sys.stdin)
    model = Model(Scorecard.from_json(task["card"]))
    frame = pd.DataFrame(task["table"])
    numeric = task["numeric"]
    for column in frame:
        frame[column] = frame[column].astype(float if column in numeric else object)
    data = dice_ml.Data(
        dataframe=frame.assign(**{OUTCOME: model.predict(frame)}),
        continuous_features=numeric,
        outcome_name=OUTCOME,
    )
    wrapped = dice_ml.Model(model=model, backend="sklearn")
    answers = {}
    for method, count in task["methods"].items():
        explainer = dice_ml.Dice(data, wrapped, method=method)
        answers[method] = [_answer(explainer, method, frame, task, one) for one in task["customers"][:count]]
    real.write(json.dumps(answers))


def _answer(explainer: object, method: str, frame: pd.DataFrame, task: dict, one: dict) -> dict:
    query = frame.iloc[[one["row"]]].reset_index(drop=True)
    more = {"random_seed": 0} if method == "random" else {}
    began = time.perf_counter()
    try:
        found = explainer.generate_counterfactuals(  # type: ignore[attr-defined]
            query,
            total_CFs=task["answers"],
            desired_class=0,
            features_to_vary=list(one["permitted"]),
            permitted_range=one["permitted"],
            verbose=False,
            **more,
        )
        table = found.cf_examples_list[0].final_cfs_df
        rows = [] if table is None else json.loads(table.drop(columns=OUTCOME).to_json(orient="records"))
        fault = ""
    except Exception as raised:  # whatever the peer raises is its answer
        rows, fault = [], f"{type(raised).__name__}: {raised}"[:200]
    return {"rows": rows, "seconds": time.perf_counter() - began, "fault": fault}


if __name__ == "__main__":
    real, sys.stdout = sys.stdout, sys.stderr  # the peer prints as it goes
    main()
