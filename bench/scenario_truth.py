"""Predicted against true effect of each lever on the demo, whose causes are known: docs/scenarios.md's table.

python -m bench.scenario_truth    trains on the demo and writes the table (a minute or two)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench import page_table
from bench.measure import ROOT
from config.settings import Settings
from data.demo_truth import true_probability
from models.scenario import Engine, Scenario, parse_scenario
from models.scenario.moving import Moving
from services import datasets, portfolio, scenario_words, training
from services.installation import Installation
from services.roles import SYSTEM

PAGE = ROOT / "docs" / "scenarios.md"

STEPS: tuple[dict[str, Any], ...] = (
    {"column": "contract", "operation": "move", "level": "Month to month", "value": "One year"},
    {"column": "contract", "operation": "move", "level": "One year", "value": "Two years"},
    {"column": "contract", "operation": "move", "level": "Two years", "value": "Month to month"},
    {"column": "sales_investment", "operation": "add", "value": 10},
    {"column": "sales_investment", "operation": "add", "value": -10},
    {"column": "sales_investment", "operation": "set", "value": 100},
    {"column": "discount", "operation": "add", "value": 5},
    {"column": "discount", "operation": "set", "value": 0},
    {"column": "support_response_hours", "operation": "add", "value": -6},
    {"column": "support_response_hours", "operation": "add", "value": 24},
    {"column": "competitor_offer", "operation": "add", "value": 2},
    {"column": "competitor_offer", "operation": "add", "value": -2},
)


HEAD = ("step", "predicted change", "model spread", "true change", "predicted / true", "same direction")


def main() -> int:
    """Train on the demo, work every step out both ways, and write the table."""
    with tempfile.TemporaryDirectory() as folder:
        installation = Installation(Settings(var=Path(folder) / "var", database_url=None))
        installation.store.migrate()
        datasets.load_demo(installation, SYSTEM)
        training.train(installation, SYSTEM)
        dataset, champion = installation.dataset(), installation.champion()
        assert champion is not None
        engine = portfolio.engine(installation, dataset, champion)
        table = installation.warehouse.current_table(dataset.snapshot)
        rows = compared(engine, table[table["_active"]].reset_index(drop=True))
    page_table.write(PAGE, "truth", page_table.table(HEAD, rows))
    return 0


def compared(engine: Engine, frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """Work each step out by the model and by the truth: a row each, as ``HEAD`` says."""
    rows = []
    for plain in STEPS:
        scenario = parse_scenario({"steps": [plain]})
        found = engine.run(scenario)
        predicted = found.after.leavers - found.before.leavers
        by_bag = found.after.leavers_by_bag - found.before.leavers_by_bag
        reach = engine.base.scorecard.document.spread * float(by_bag.std(ddof=1))
        true = true_change(engine, scenario, frame)
        rows.append(
            (
                scenario_words.step(scenario.steps[0], engine.base.spec),
                f"{predicted:+.1f}",
                f"{by_bag.mean() - reach:+.1f} to {by_bag.mean() + reach:+.1f}",
                f"{true:+.1f}",
                f"{predicted / true:.2f}" if true else "",
                "yes" if predicted * true > 0 else "**no**",
            )
        )
    return rows


def true_change(engine: Engine, scenario: Scenario, frame: pd.DataFrame) -> float:
    """Give the change of the sum of true chances of leaving within the horizon."""
    base = engine.base
    as_is = frame.iloc[np.asarray(base.arrays["row"])].reset_index(drop=True)
    moving = Moving(base, scenario, base.value_months)
    moving.choose()
    columns, _ = moving.carry_out(slice(0, base.rows))
    moved = as_is.copy()
    for column, values in columns.moved.items():
        if column in base.levels:
            moved[column] = np.array([None, *base.levels[column]], dtype=object)[values]
        else:
            moved[column] = values
    return float(true_probability(moved).sum() - true_probability(as_is).sum())


if __name__ == "__main__":
    sys.exit(main())
