"""Somebody who chooses in a process of their own, as a worker would; run as a program by tests of faults.

    python choosers.py VAR PERSON [DATABASE]

Reads a line a deed, ``choose ITEM KEY``, ``undo ITEM KEY``, ``recommend ITEM`` or ``die PLACE``, and answers
each with a line of JSON once it is durable. PLACE says at what the process is killed from then on: ``record``
(nothing is written), ``log`` (the event is written, its entry is not), ``commit`` (both are, and not
committed), ``answer`` (all is committed, nobody was told).
"""

import json
import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from config.settings import Settings
from data.store import Store, Transaction
from services.installation import Installation
from services.recommender import answers, choosing
from services.roles import Actor


def die(*_given: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(place: str) -> None:
    """Let the process be killed at a place."""
    if place == "record":
        Transaction.record_choice = die
    elif place == "log":
        Transaction.append = die
    elif place == "commit":
        transaction = Store.transaction

        @contextmanager
        def killed(store):
            with transaction(store) as together:
                yield together
                die()

        Store.transaction = killed
    elif place == "answer":
        choosing.told = die


def deed(installation: Installation, actor: Actor, what: str, item: str, key: str = "") -> dict[str, object]:
    if what == "die":
        arm(item)
        return {}
    if what == "recommend":
        answer = answers.recommend(installation, actor, item)
        return {"items": [one.item for one in answer.items], "because": [one.because for one in answer.items]}
    do = choosing.choose if what == "choose" else choosing.undo
    done = do(installation, actor, item, key=key)
    return {
        "again": done.is_again,
        "repeat": done.is_repeat,
        "cells": [list(vars(one).values()) for one in done.cells],
    }


def main(var: Path, person: str, database: str | None = None) -> None:
    installation = Installation(Settings(var=var, database_url=database))
    actor = Actor(person, person, "viewer")
    for line in sys.stdin:
        try:
            answer = deed(installation, actor, *line.split())
        except (LookupError, ValueError) as fault:
            answer = {"fault": type(fault).__name__}
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
