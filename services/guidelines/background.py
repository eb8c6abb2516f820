"""Evidence worked out beside the server, in a process of its own that gives way to everybody's answers."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from weakref import ReferenceType, ref

from services.guidelines import working_out
from services.roles import SYSTEM

if TYPE_CHECKING:
    from services.installation import Installation

ROOT = Path(__file__).resolve().parents[2]

FIRST_LOOK_SECONDS = 60.0
"""After a start nothing else is done at first but answer."""

LOOK_SECONDS = 600.0

_log = logging.getLogger("keepsight")


def start(installation: Installation, holder: str) -> Thread:
    """Go on in the background with a lease that was taken; the thread ends with the process it waits for."""
    waits = Thread(target=_run, args=(installation, holder), name="guidelines", daemon=True)
    waits.start()
    return waits


def watch(installation: Installation) -> None:
    """Look from time to time whether the evidence is due, in this worker, until it ends."""
    Thread(target=_watch, args=(ref(installation),), name="guidelines-due", daemon=True).start()


def work_out_when_due(installation: Installation) -> bool:
    """Work the evidence out where it is due and no other worker is at it; say whether it was."""
    if not working_out.is_due(installation):
        return False
    try:
        holder = working_out.begin(installation, SYSTEM)
    except working_out.AtIt:
        return False
    _run(installation, holder)
    return True


def _watch(of: ReferenceType[Installation]) -> None:
    pause = FIRST_LOOK_SECONDS
    while True:
        time.sleep(pause)
        pause = LOOK_SECONDS
        installation = of()  # held while it looks alone, so that it can end with its process
        if installation is None:
            return
        try:
            work_out_when_due(installation)
        except Exception:
            _log.exception("it could not be seen whether the guidelines are due; it is tried again")
        del installation


def _run(installation: Installation, holder: str) -> None:
    """Run the command that works out, and wait for it; where it fails, the lease is given up."""
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "app:server",
        "guidelines",
        "refresh",
        "--holder",
        holder,
    ]
    try:
        # what it tells on standard error, faults with their whole story, goes to the log of the server
        done = subprocess.run(
            command, cwd=ROOT, env=_environment(installation), stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            _log.error("the guidelines were not worked out: the command ended with %d", done.returncode)
    finally:
        installation.store.end_guidelines_work(holder)


def _environment(installation: Installation) -> dict[str, str]:
    """Give the environment of this process, with the place of this installation."""
    set_up = installation.set_up
    place = {"KEEPSIGHT_VAR": str(set_up.var.resolve()), "OMP_NUM_THREADS": "1"}
    if set_up.database_url is not None:
        place["KEEPSIGHT_DATABASE_URL"] = set_up.database_url
    return os.environ | place
