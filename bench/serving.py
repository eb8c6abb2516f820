"""The real app for a benchmark: prepared in its own folder, served by gunicorn, somebody signed in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from bench.measure import ROOT, Unavailable

PASSWORD = "violet kettle march"
START_SECONDS = 900
READY = re.compile(r"Keepsight is at (http://\S+)")


@dataclass
class Served:
    """A running app: where it is, which process it is, and the cookies of the one signed in."""

    address: str
    pid: int
    cookies: dict[str, str]
    token_cookie: str

    @property
    def headers(self) -> dict[str, str]:
        """What a request of a page carries: session, token, and that it comes from the same site."""
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-CSRFToken": self.cookies[self.token_cookie],
            "Sec-Fetch-Site": "same-origin",
            "Content-Type": "application/json",
        }


@contextmanager
def served(
    data: Path | None = None, *, var: Path | None = None, workers: int | None = None
) -> Iterator[Served]:
    """Prepare the demo, or a file of customers, serve it by ``python app.py`` and sign in by a link.

    Parameters
    ----------
    data : Path, optional
        The file of customers; the demo without it.
    var : Path, optional
        A folder prepared before; a temporary one otherwise, which is thrown away. ``KEEPSIGHT_BENCH_VAR``
        names one for every benchmark of a run, so that the demo is made and trained only once.
    workers : int, optional
        Processes that answer; as the settings have it by default.
    """
    named = var or (Path(os.environ["KEEPSIGHT_BENCH_VAR"]) if "KEEPSIGHT_BENCH_VAR" in os.environ else None)
    with tempfile.TemporaryDirectory(prefix="keepsight-bench-") as own:
        folder, said = named or Path(own) / "var", Path(own) / "said.txt"
        command = [sys.executable, "app.py", *(["--data", str(data)] if data else [])]
        with _process(command, folder, said, workers) as process:
            address = _address(process, said)
            _wait_until_it_answers(address)
            yield sign_in(address, process.pid, _link(address, folder))


@contextmanager
def _process(
    command: list[str], var: Path, said: Path, workers: int | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the app until the benchmark is done; what it says goes to a file, since a pipe would fill up."""
    with said.open("wb") as file:
        process = subprocess.Popen(
            command, cwd=ROOT, env=_environment(var, workers), stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(var: Path, workers: int | None = None) -> dict[str, str]:
    """Keep what the machine needs; settings of another installation do not reach this one."""
    foreign = ("KEEPSIGHT_", "DATABASE_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    chosen = {} if workers is None else {"KEEPSIGHT_WORKERS": str(workers)}
    # what is measured is answers, not what the server works out beside them twice a day
    return kept | {"KEEPSIGHT_VAR": str(var), "KEEPSIGHT_GUIDELINES_HOURS": "0", "PORT": "0", **chosen}


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Wait until the app says where it is; Unavailable with its last lines where it ends before that."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        ended = process.poll() is not None
        text = said.read_text(encoding="utf-8", errors="replace")
        if found := READY.search(text):
            return found[1]
        if ended:
            break
        time.sleep(0.05)
    raise Unavailable(f"the app did not start: {' / '.join(text.splitlines()[-5:])}")


def _link(address: str, var: Path) -> str:
    """Make a one-time link for the administrator, who may have a password already."""
    made = subprocess.run(
        [sys.executable, "-m", "flask", "user", "link", "admin"],
        cwd=ROOT, env=_environment(var), capture_output=True, text=True, check=True,
    )  # fmt: skip
    return address + made.stdout[made.stdout.index("/link/") :].strip()


def sign_in(address: str, pid: int, link: str) -> Served:
    """Sign in at an app by a one-time link, as somebody who chooses a password."""
    jar = CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    form = urlencode({"password": PASSWORD, "again": PASSWORD}).encode()
    opener.open(Request(link, data=form, headers={"Sec-Fetch-Site": "same-origin"})).read()
    cookies = {cookie.name: cookie.value or "" for cookie in jar}
    token = next(name for name in cookies if name.startswith("_csrf_token"))
    return Served(address, pid, cookies, token)


def _wait_until_it_answers(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            build_opener().open(f"{address}/healthz").read()
            return
        except OSError as fault:
            if time.monotonic() > until:
                raise Unavailable(f"{address} does not answer") from fault
            time.sleep(0.1)
