"""Scenarios for a million customers: the server against models scored anew, the browser, the memory.

Telco's customers drawn a million times; the model is the additive one without pairs. Peers get their fastest
form: columns of category type, the change already made, and gradient boosting its matrix ready encoded too.
"""

from __future__ import annotations

import base64
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.drag import chromium
from bench.measure import ROOT, Measure, interleaved, percentile
from bench.rescore import _fitted
from bench.tables import Case, case
from data.arrays import Arrays
from models.compilation import compile_ebm
from models.scenario import Base, Engine, Scenario, build_base, parse_scenario
from models.scenario.sample import ROWS as SAMPLED
from models.scenario.sample import draw, pack

CUSTOMERS = 1_000_000
RUNS = 15
PEER_RUNS = 3
DEARER = {"column": "MonthlyCharges", "operation": "multiply", "value": 1.05}
YEARLY = {"column": "Contract", "operation": "move", "level": "Month-to-month", "value": "One year"}
SECURED = {"column": "OnlineSecurity", "operation": "set", "value": "Yes", "coverage": 0.5}
ONE = parse_scenario({"steps": [DEARER]})
LEVELS = parse_scenario({"steps": [YEARLY]})
THREE = parse_scenario({"steps": [DEARER, YEARLY, SECURED]})
AGREEMENT = 1e-9


def measures() -> list[Measure]:
    """Give the milliseconds of answers, the factors over peers, and the megabytes of two workers."""
    telco = case("telco")
    frame, card, ebm, boosting = _fitted_models(telco)
    rows = np.random.default_rng(0).integers(0, len(frame), CUSTOMERS)
    many = telco.table.iloc[rows].reset_index(drop=True)
    many[telco.spec.id] = [f"C{number:07d}" for number in range(CUSTOMERS)]
    base = build_base(card, telco.spec, many)
    engine = Engine(base, base.line(0.1))
    moved = _moved(engine, many, frame)
    found = _against_peers(engine, moved, ebm, boosting)
    found += [
        Measure(
            f"{told}, with ranges of 8 bags, 1,000,000 customers",
            _median(engine, one, True),
            "ms",
            "at most",
            bar,
        )
        for told, one, bar in (
            ("scenario: one lever with what follows it", ONE, 100),
            ("scenario: three levers with what follows", THREE, 250),
        )
    ]
    found += _in_the_browser(base)
    found.append(_memory(base))
    return found


def _fitted_models(telco: Case) -> tuple[pd.DataFrame, Any, Any, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    names = [feature.column for feature in telco.spec.features]
    texts = [name for name in names if name not in telco.spec.numeric_columns]
    frame = telco.table[names].astype(dict.fromkeys(texts, "category"))
    left = (telco.table[telco.spec.outcome.column] == telco.spec.outcome.positive).to_numpy()
    ebm = _fitted(telco.table[names], left, telco.spec, 0)
    boosting = HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=0).fit(
        frame, left
    )
    return frame, compile_ebm(ebm, telco.table[names], telco.spec), ebm, boosting


def _moved(engine: Engine, many: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Make the table that peers are given: the price raised, what follows moved along, typed for them."""
    from models.scenario.moving import Moving

    moving = Moving(engine.base, ONE, engine.base.value_months)
    columns, _ = moving.carry_out(slice(0, engine.base.rows))
    order = np.asarray(engine.base.arrays["row"])
    after = many.iloc[order].reset_index(drop=True).assign(**columns.moved)
    return after[list(frame.columns)].astype(frame.dtypes)


def _against_peers(engine: Engine, moved: pd.DataFrame, ebm: Any, boosting: Any) -> list[Measure]:
    apart = float(np.abs(engine.probability(ONE) - ebm.predict_proba(moved)[:, 1]).max())
    if apart > AGREEMENT:
        raise RuntimeError(f"The answers are {apart:g} apart; no time of a wrong answer counts.")
    point = _median(engine, ONE, False)
    answer = partial(engine.run, ONE, whole=False)
    _, _, over_ebm = interleaved(answer, lambda: ebm.predict_proba(moved), PEER_RUNS)
    _, seconds, over_boosting = interleaved(answer, lambda: boosting.predict_proba(moved), PEER_RUNS)
    name = "scenario: one lever moved, leavers, revenue, who crosses, by group, 1,000,000 customers"
    return [
        Measure(name, point, "ms", "at most", 25),
        Measure(f"{name}; levels moved", _median(engine, LEVELS, False), "ms", "at most", 25),
        Measure("the same against scoring gradient boosting anew", over_boosting, "times", "at least", 200,
                note=f"gradient boosting takes {seconds:.2f} s, on columns of category type"),
        Measure("the same against predict_proba of the additive model", over_ebm, "times", "at least", 1),
    ]  # fmt: skip


def _median(engine: Engine, scenario: Scenario, whole: bool) -> float:
    engine.run(scenario, whole=whole)
    return 1000 * statistics.median(_seconds(lambda: engine.run(scenario, whole=whole)) for _ in range(RUNS))


def _seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


PREVIEW = """
const { scorecard, scenario } = window.keepsight;
const bytes = Uint8Array.from(atob(arguments[0]), (sign) => sign.charCodeAt(0));
const base = scenario.open(bytes.buffer, scorecard.prepare(arguments[1]));
const took = [];
for (let move = 0; move < 240; move++) {
  const step = { column: "MonthlyCharges", operation: "multiply", value: 1 + move / 1000 };
  const began = performance.now();
  scenario.run(base, { steps: [step] });
  took.push(performance.now() - began);
}
return took.slice(40);
"""


def _in_the_browser(base: Base) -> list[Measure]:
    packed = base64.b64encode(pack(base, draw(base), {"line": base.line(0.1)})).decode()
    with chromium() as browser:
        browser.get("about:blank")
        for name in ("scorecard.js", "scenario.js"):
            browser.execute_script((ROOT / "assets" / name).read_text(encoding="utf-8"))
        took = browser.execute_script(PREVIEW, packed, base.scorecard.to_json())
    name = f"scenario in the browser: a price moved for a sample of {SAMPLED:,}, p95 of 200"
    return [Measure(name, percentile(took, 0.95), "ms", "at most", 16)]


WORKER = """
import sys
from config.dataset import shipped_specs
from data.arrays import Arrays
from pathlib import Path
from models.scorecard import Scorecard
from models.scenario import Base, Engine
import bench.scenarios
folder, name = Path(sys.argv[1]), sys.argv[2]
card = Scorecard.from_json((folder / "card.json").read_text())
meta, arrays = Arrays(folder).open(name)
base = Base.of(card, shipped_specs()["telco"], meta, arrays)
engine = Engine(base, base.line(0.1))
if base.rows > 1:
    from bench.scenarios import LEVELS, ONE, THREE
    for scenario in (ONE, LEVELS, THREE):
        engine.run(scenario)
print("ready", flush=True)
sys.stdin.readline()
"""


def _memory(base: Base) -> Measure:
    """Sum the proportional set size of two workers that have answered, less that of two with one customer."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "card.json").write_text(base.scorecard.to_json())
        Arrays(folder).put("many", base.meta(), base.arrays)
        first = {name: one[:1] for name, one in base.arrays.items()}
        Arrays(folder).put("one", base.meta() | {"cells": base.cells[:1]}, first)
        with_many, with_one = (_two_workers(folder, name) for name in ("many", "one"))
    name = "memory of two workers that answer for 1,000,000 customers, less with one customer (PSS)"
    return Measure(name, with_many - with_one, "MB", "at most", 300)


def _two_workers(folder: Path, name: str) -> float:
    workers = [
        subprocess.Popen([sys.executable, "-c", WORKER, str(folder), name], cwd=ROOT, text=True,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]  # fmt: skip
    try:
        for worker in workers:
            assert worker.stdout is not None
            if worker.stdout.readline().strip() != "ready":
                raise RuntimeError("a worker did not get ready")
        return sum(_pss_mb(worker.pid) for worker in workers)
    finally:
        for worker in workers:
            worker.communicate("\n")


def _pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
