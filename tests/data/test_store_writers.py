"""Many writers at once, some of them killed: nothing acknowledged is lost, and there is one chain."""

import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data.store import Entry, Store

PROGRAM = Path(__file__).with_name("store_writers.py")
KILLS = 10


@pytest.fixture
def acknowledged(store: Store, tmp_path: Path) -> list[dict]:
    """Let four writers work and die on the store; give what was acknowledged to them."""
    folder = tmp_path / "acknowledged"
    folder.mkdir()
    url = store._engines.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, str(PROGRAM), url, str(folder), str(KILLS), "7"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, [path.read_text() for path in folder.glob("fault.*")] or done.stderr
    found = []
    for path in folder.iterdir():
        lines = path.read_bytes().split(b"\n")
        found += [json.loads(line) for line in lines[:-1]]  # the last may have been cut by the kill
    return found


def test_no_acknowledged_entry_is_lost_when_writers_are_killed(store, acknowledged):
    """S41, S45: checked against what was noted outside the database."""
    assert len(acknowledged) >= 2 * KILLS
    stored = {entry.header.seq: entry for entry in store.entries(limit=1_000_000)}
    for noted in acknowledged:
        entry = stored[noted["seq"]]
        assert (entry.header.hash, entry.payload) == (noted["hash"], noted["payload"])
    assert len({noted["seq"] for noted in acknowledged}) == len(acknowledged)
    assert sorted(stored) == list(range(1, len(stored) + 1))
    assert store.verify(store.head()).ok
    latest = next(entry for entry in store.entries(limit=1_000_000) if entry.header.kind == "load")
    assert store.current_spec() == latest.payload["spec"]  # S42: neither without the other
    store.append(Entry("start", "system"))  # nobody dead holds a lock
    if (path := store._engines.url.database) and store._engines.url.get_backend_name() == "sqlite":
        with sqlite3.connect(path) as direct:
            assert direct.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        direct.close()


def test_threads_share_a_store(store):
    """S41, within a process: gunicorn's threads."""
    faults = []

    def write(number: int) -> None:
        try:
            for _ in range(10):
                store.append(Entry("what-if", f"w{number}"))
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    found = store.verify()
    assert (found.ok, found.entries) == (True, 80)
