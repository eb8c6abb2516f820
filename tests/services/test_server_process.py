"""Which process serves: the one that holds the lock, and no other that has its number by now."""

import os
import subprocess
import sys
from pathlib import Path

from services import server_process

ROOT = Path(__file__).resolve().parents[2]
HOLDER = """
import os, sys, time
from pathlib import Path
from services import server_process
server_process.hold(Path(sys.argv[1]))
if not os.fork():  # as gunicorn's worker
    print(server_process.master(Path(sys.argv[1])), flush=True)
    os._exit(0)
os.wait()
print("held", flush=True)
time.sleep(60)
"""


def holder(var):
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(var)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_the_process_that_holds_the_lock_is_named_also_to_its_workers_until_it_ends(tmp_path):
    with holder(tmp_path) as process:
        try:
            assert process.stdout.readline().strip() == str(process.pid), "asked by a worker"
            assert process.stdout.readline().strip() == "held"
            assert server_process.master(tmp_path) == process.pid
        finally:
            process.kill()
    assert server_process.master(tmp_path) is None


def test_a_number_without_its_lock_is_not_believed(tmp_path):
    (tmp_path / server_process.NAME).write_text(f"{os.getpid()}\n")
    assert server_process.master(tmp_path) is None


def test_where_nothing_serves_there_is_none(tmp_path):
    assert server_process.master(tmp_path) is None
    assert server_process.master(tmp_path / "nowhere") is None


def test_of_two_on_one_folder_the_first_stays(tmp_path):
    with holder(tmp_path) as first:
        try:
            assert [first.stdout.readline(), first.stdout.readline()][1].strip() == "held"
            with holder(tmp_path) as second:
                try:
                    assert second.stdout.readline().strip() == str(first.pid)
                finally:
                    second.kill()
            assert server_process.master(tmp_path) == first.pid
        finally:
            first.kill()
