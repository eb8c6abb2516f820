"""Switch to effect: from the moment it is thrown to the first answer that obeys, in each of four workers."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from pathlib import Path

from bench.asking import Line, asking, wait_for
from bench.measure import Measure, percentile
from bench.rollback import customer, two_versions
from bench.serving import served
from config.settings import Settings
from services import control
from services.installation import Installation
from services.roles import Actor

WORKERS = 4
ROUNDS = 20
DAMAGES = 5
BAR_SECONDS = 1.0

PERSON = Actor("bench", "Benchmark", "manager")


def measures() -> list[Measure]:
    """Serve the demo with four workers, let a client ask each, throw the switch and damage a file."""
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as own:
        folder = Path(own) / "var"
        if named := os.environ.get("KEEPSIGHT_BENCH_VAR"):
            shutil.copytree(named, folder)  # a copy: what is switched here is none of the other benchmarks'
        with served(var=folder, workers=WORKERS) as app:
            installation = Installation(Settings(var=folder, database_url=None))
            first, second = two_versions(installation)
            installation.store.promote(second, actor=PERSON.id, began="sign-off", reason="")
            with asking(app, customer(installation), per_worker=1) as lines:
                wait_for(second, lines, time.monotonic())
                switched = [one for _ in range(ROUNDS) for one in _off_and_on(installation, second, lines)]
                damaged = [_damage(installation, first, second, lines) for _ in range(DAMAGES)]
            wrong = sum(one.status != 200 for line in lines for one in line.told)
            wrong += sum(line.fault is not None for line in lines)
    note = f"{len(lines)} clients asking what-if on {len({line.worker for line in lines})} workers"
    return [
        Measure(
            "switch thrown to all workers obeying, p95", percentile(switched, 0.95), "s", "at most",
            BAR_SECONDS, f"{len(switched)} switches, {note}",
        ),
        Measure(
            "champion's file damaged to fail-safe in all workers, worst", max(damaged), "s", "at most",
            BAR_SECONDS, f"{DAMAGES} times, {note}",
        ),
        Measure("switch: answers that failed meanwhile", wrong, "answers", "at most", 0, note),
    ]  # fmt: skip


def _off_and_on(installation: Installation, version: str, lines: list[Line]) -> tuple[float, float]:
    return (
        _throw(installation, "off", None, lines),
        _throw(installation, "on", version, lines),
    )


def _throw(installation: Installation, to: str, version: str | None, lines: list[Line]) -> float:
    """Throw the switch; give the seconds until the last worker's first answer that obeys."""
    began = time.monotonic()
    control.throw(installation, PERSON, "churn-model", to, "to be measured")
    return wait_for(version, lines, began) - began


def _damage(installation: Installation, first: str, second: str, lines: list[Line]) -> float:
    """Damage the champion's file, wait until the version before answers everywhere, and mend all again."""
    file = installation.shelf.folder / second / "scorecard.json"
    content = file.read_bytes()
    began = time.monotonic()
    file.write_bytes(content[:100])
    taken = wait_for(first, lines, began) - began
    file.write_bytes(content)
    _throw(installation, "on", second, lines)
    return taken
