"""Many scenarios at once, in threads and processes, and workers killed: nothing lost, nothing half."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from data.store import EntryFilter
from services import kept_scenarios, portfolio, scenarios
from services.roles import Actor
from tests.services.scenario_town import settle

PROGRAM = Path(__file__).with_name("keepers.py")
ADA = Actor("u-1", "Ada", "analyst")
STEPS = {"steps": [{"column": "price", "operation": "multiply", "value": 1.1}]}


@pytest.fixture
def town(tmp_path):
    return settle(tmp_path, rows=200)


def keeper(town, *words):
    command = [sys.executable, str(PROGRAM), str(town.settings.var), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def entries(town, kind):
    return town.store.entries(EntryFilter(kinds=(kind,)), None, 1000)


def test_fifty_at_once_are_all_kept_alike_and_on_record(town):
    """20 threads here, two processes with 15 each; none of them has opened the customers before."""
    processes = [keeper(town, f"p{number}", 15) for number in range(2)]
    kept, faults = [], []

    def keep(number):
        try:
            kept.append(kept_scenarios.keep(town, ADA, STEPS, f"t {number}").id)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=keep, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        kept += out.split()
    assert faults == []
    rows = town.store.scenarios()
    assert len(set(kept)) == 50
    assert {row.id for row in rows} == set(kept)
    assert len({row.name for row in rows}) == 50
    assert all(row.figures == rows[0].figures for row in rows)  # to the last bit, wherever worked out
    assert {entry.subject for entry in entries(town, "scenario-kept")} == set(kept)
    assert town.store.verify().ok


@pytest.mark.parametrize("where", ["run", "log", "arrays"])
def test_a_worker_killed_on_the_way_leaves_nothing_half(town, where, monkeypatch):
    before = town.store.head()
    process = keeper(town, "Bea", 1, where)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (-9, ""), err
    assert town.store.scenarios() == []
    assert town.store.head() == before
    monkeypatch.setattr(portfolio, "_engines", type(portfolio._engines)())
    kept = kept_scenarios.keep(town, ADA, STEPS, "Prices")  # nobody dead is in the way
    assert kept.figures["leavers_after"] == scenarios.answer(town, ADA, STEPS).leavers.after
    assert town.store.verify().ok


def test_a_list_that_breaks_off_is_on_record_all_the_same(town):
    process = keeper(town, "Bea", 0, "file")
    _, err = process.communicate(timeout=120)
    assert process.returncode == -9, err
    [entry] = entries(town, "export")
    assert entry.payload["rows"] > 8
