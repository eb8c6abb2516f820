"""Somebody who keeps scenarios in a process of their own; run as a program by tests of faults.

    python keepers.py VAR NAME COUNT [WHERE]

Keeps COUNT scenarios and writes the id of each once it is kept. WHERE says at what the process is killed:
``run`` (the engine has begun), ``log`` (the scenario is written, its entry is not), ``arrays`` (some of them
are on disk), ``file`` (the first piece of a list has left).
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np

from config.settings import Settings
from data.store import Transaction
from models.scenario import Engine
from services import kept_scenarios, scenario_export
from services.installation import Installation
from services.roles import Actor


def die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(where: str) -> None:
    """Let the process be killed at a place."""
    if where == "run":
        Engine._part = die
    elif where == "log":
        Transaction.append = die
    elif where == "arrays":
        save, seen = np.save, []

        def second(*given: object, **named: object) -> None:
            if seen:
                die()
            seen.append(save(*given, **named))

        np.save = second


def main(var: Path, name: str, count: int, where: str) -> None:
    installation, actor = Installation(Settings(var=var, database_url=None)), Actor(name, name, "analyst")
    steps = {"steps": [{"column": "price", "operation": "multiply", "value": 1.1}]}
    if where == "file":
        scenario_export.CHUNK = 8
        next(scenario_export.export(installation, actor, "steps", steps).lines)
        die()
    arm(where)
    for number in range(count):
        kept = kept_scenarios.keep(installation, actor, steps, f"{name} {number}")
        sys.stdout.write(f"{kept.id}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), (sys.argv[4:] or [""])[0])
