"""Several processes choose the same at once; run as a program of its own by test_store_choices_race.py.

    python store_choosers.py URL FOLDER SEED

Each chooses everything of PAIRS, in an order of its own: once with the key that all of them use for a pair,
together with an entry in the log, and once with a key of its own. What was answered it notes in its own file
in FOLDER, and only then. One of them is killed on the way, and its successor sends all of it again. A reader
follows the events meanwhile.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data.store import Entry, Store

CHOOSERS = 4
PAIRS = [(f"user:{person}", f"item-{item}") for person in range(6) for item in range(5)]
EVENTS = len(PAIRS) * (1 + CHOOSERS)


def choose_everything(store: Store, folder: Path, chooser: int, seed: int) -> None:
    asked = [(person, item, f"{person}/{item}") for person, item in PAIRS]
    asked += [(person, item, f"{person}/{item} by {chooser}") for person, item in PAIRS]
    random.Random(seed + chooser).shuffle(asked)
    with open(folder / f"answers.{chooser}.{os.getpid()}", "ab", buffering=0) as answers:
        for person, item, key in asked:
            choice = {"key": key, "moment": datetime.now(UTC), "actor": f"c{chooser}"}
            if "by" in key:
                event = store.record_choice("films", person, item, **choice)
            else:
                with store.transaction() as together:
                    event = together.record_choice("films", person, item, **choice)
                    if not event.is_again:
                        together.append(Entry("choice", f"c{chooser}", payload={"seq": event.seq}))
            answers.write(json.dumps([key, event.seq, event.kind, event.is_again]).encode() + b"\n")


def follow(store: Store, folder: Path) -> None:
    """Read what is new until there is no more to come; note each event as it comes."""
    seen, parent = 0, os.getppid()
    with open(folder / "followed", "a") as followed:
        while seen < EVENTS and os.getppid() == parent:
            for event in store.events_since("films", seen):
                followed.write(f"{event.seq}\n")
                seen = event.seq


def fork(work, *arguments) -> int:
    child = os.fork()
    if child == 0:
        try:
            work(*arguments)
        except BaseException as fault:
            (Path(arguments[1]) / f"fault.{os.getpid()}").write_text(repr(fault))
            os._exit(1)
        os._exit(0)
    return child


def kill_and_replace(store: Store, folder: Path, victim: int, seed: int) -> int:
    """Kill a chooser when it has had some answers; give the one that sends everything again."""
    answers = 0
    while answers <= 5 and not list(folder.glob("fault.*")):
        answers = sum(path.read_bytes().count(b"\n") for path in folder.glob("answers.0.*"))
        time.sleep(0.005)
    os.kill(victim, signal.SIGKILL)
    os.waitpid(victim, 0)
    return fork(choose_everything, store, folder, 0, seed)


def main(url: str, folder: Path, seed: int) -> None:
    store = Store(url)
    store.ping()  # so that the children inherit a connection that they must not touch
    choosers = [fork(choose_everything, store, folder, chooser, seed) for chooser in range(CHOOSERS)]
    follower = fork(follow, store, folder)
    choosers[0] = kill_and_replace(store, folder, choosers[0], seed)
    statuses = [os.waitpid(chooser, 0)[1] for chooser in choosers]
    if any(statuses):
        os.kill(follower, signal.SIGKILL)  # it would wait for events that never come
    sys.exit(int(os.waitpid(follower, 0)[1] != 0))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
