"""Several writers on one log, killed at random; run as a program of its own by test_store_writers.py.

    python store_writers.py URL FOLDER KILLS SEED

Each writer notes an entry in its own file in FOLDER only after append has returned: what stands there
was acknowledged. A writer is killed at random after every few acknowledgements, KILLS times in all.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from data.store import Entry, Store

WRITERS = 4


def write_for_ever(store: Store, folder: Path, writer: int) -> None:
    number = 0
    with open(folder / f"{writer}.{os.getpid()}", "ab", buffering=0) as acknowledged:
        while True:
            number += 1
            payload = {"writer": writer, "number": number}
            if number % 5:
                header = store.append(Entry("what-if", f"w{writer}", payload=payload))
            else:  # a change with its entry
                with store.transaction() as transaction:
                    transaction.set_current_spec(f"{os.getpid()}-{number}", f"w{writer}")
                    payload["spec"] = f"{os.getpid()}-{number}"
                    header = transaction.append(Entry("load", f"w{writer}", payload=payload))
            line = json.dumps({"seq": header.seq, "hash": header.hash, "payload": payload})
            acknowledged.write(line.encode() + b"\n")


def fork_writer(store: Store, folder: Path, writer: int) -> int:
    child = os.fork()
    if child == 0:
        try:
            write_for_ever(store, folder, writer)
        except BaseException as fault:
            (folder / f"fault.{os.getpid()}").write_text(repr(fault))
        os._exit(1)
    return child


def wait_for(folder: Path, acknowledgements: int) -> None:
    while sum(path.read_bytes().count(b"\n") for path in folder.iterdir()) < acknowledgements:
        if list(folder.glob("fault.*")):
            sys.exit("a writer failed")
        time.sleep(0.005)


def kill_now_and_then(
    store: Store, folder: Path, writers: dict[int, int], kills: int, chance: random.Random
) -> None:
    acknowledgements = 0
    for _ in range(kills):
        acknowledgements += chance.randint(2, 20)
        wait_for(folder, acknowledgements)
        time.sleep(chance.uniform(0, 0.02))
        victim = chance.choice(sorted(writers))
        os.kill(victim, signal.SIGKILL)
        os.waitpid(victim, 0)
        number = writers.pop(victim)
        writers[fork_writer(store, folder, number)] = number


def main(url: str, folder: Path, kills: int, seed: int) -> None:
    store = Store(url)
    store.ping()  # so that the children inherit a connection that they must not touch
    writers = {fork_writer(store, folder, number): number for number in range(WRITERS)}
    try:
        kill_now_and_then(store, folder, writers, kills, random.Random(seed))
    finally:
        for writer in writers:
            os.kill(writer, signal.SIGKILL)
            os.waitpid(writer, 0)
    store.ping()  # the parent's own connection outlives all that


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
