"""Ports, gunicorn and the commands that start it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from config.settings import Settings
from web.serving import PORTS, PortTaken, choose_port, gunicorn_options

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_a_port_that_is_taken_is_one_clear_error(taken):
    with pytest.raises(PortTaken, match=f"Port {taken} is in use by another program"):
        choose_port(taken)


def test_port_zero_is_any_free_one():
    assert choose_port(0) > 1024


def test_without_a_port_the_next_free_one_is_taken():
    held = []
    for port in PORTS:
        try:
            one = socket.create_server(("127.0.0.1", port))
        except OSError:
            continue  # somebody else has it already
        held.append(one)
        break
    try:
        chosen = choose_port(None)
        assert chosen in PORTS
        assert chosen not in [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def test_gunicorn_runs_quietly_preloaded_and_without_its_control_socket():
    options = gunicorn_options(Settings(workers=3, threads=5), "127.0.0.1:0")
    assert (options["workers"], options["threads"], options["worker_class"]) == (3, 5, "gthread")
    assert options["preload_app"]
    assert options["control_socket_disable"]
    assert options["accesslog"] is None


def environment(house, **more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("KEEPSIGHT_") and k not in ("PORT",)}
    return kept | {"KEEPSIGHT_VAR": str(house.installation.settings.var), "PYTHONUNBUFFERED": "1"} | more


def lines_until(process, pattern, seconds=60):
    """Read what a process prints until a line matches; give the match."""
    seen, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        line = process.stdout.readline()
        if not line:
            break
        seen.append(line)
        if found := re.search(pattern, line):
            return found
    raise AssertionError("".join(seen))


def answered(address):
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.status, answer.read().decode()


def stop(process):
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(timeout=30)


def started(command, env):
    return subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def test_python_app_serves_what_is_prepared_and_prints_address_and_link(house):
    process = started([sys.executable, "app.py"], environment(house, PORT=str(choose_port(0))))
    try:
        address = lines_until(process, r"Keepsight is at (http://127\.0\.0\.1:\d+)").group(1)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                status, page = answered(f"{address}/sign-in")
                break
            except OSError:
                time.sleep(0.1)
        assert status == 200
        assert "Sign in" in page
    finally:
        stop(process)


def test_python_app_says_in_one_line_that_the_port_is_taken(house, taken):
    ended = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment(house, PORT=str(taken)),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        line for line in ended.stderr.splitlines() if line.startswith("Keepsight cannot start: Port")
    ]


def test_the_procfile_serves_with_gunicorn_and_refuses_a_missing_key(house):
    line = (ROOT / "Procfile").read_text().partition("web: ")[2].strip()
    command = line.replace("gunicorn", f"{sys.executable} -m gunicorn", 1)
    port = choose_port(0)
    refused = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment(house, PORT=str(port)),
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert refused.returncode != 0
    assert "KEEPSIGHT_SECRET_KEY" in refused.stderr

    key = {"KEEPSIGHT_SECRET_KEY": "k3Yb9ZtR-w8QmX2Lp7Vd_s5NcJ4hFgA6uE1oTi0"}
    process = started(["bash", "-c", f"exec env {command}"], environment(house, PORT=str(port), **key))
    try:
        end = time.monotonic() + 40
        while True:
            try:
                assert answered(f"http://127.0.0.1:{port}/readyz")[0] == 200
                break
            except OSError:
                assert time.monotonic() < end
                time.sleep(0.2)
    finally:
        stop(process)


def test_serving_imports_no_training_library(house):
    """They are heavy, and answering needs none of them."""
    script = (
        "import sys; from app import server; "
        "print([m for m in ('sklearn', 'interpret', 'pandera', 'joblib', 'scipy') if m in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(house),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.strip() == "[]"


def test_importing_the_app_makes_no_app(house):
    """Tests make their own; gunicorn asks for ``app:server``."""
    script = "import app; print('server' in vars(app)); app.server; print('server' in vars(app))"
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=environment(house),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.split() == ["False", "True"]
