"""Clients that ask a served app without end, each on a connection of its own to a worker that is known."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil

from bench.measure import Unavailable
from bench.serving import Served

TRIES = 400

QUESTION = {
    "output": "what-if-answer.data",
    "outputs": {"id": "what-if-answer", "property": "data"},
    "state": [],
    "changedPropIds": ["what-if-question.data"],
}


@dataclass(frozen=True)
class Told:
    """One answer: when it was asked for and when it was there (seconds, monotonic), and what it stands on.

    ``version`` is None where the answer names none, as when facts alone are shown.
    """

    asked: float
    answered: float
    status: int
    version: str | None


class Line(threading.Thread):
    """A client that asks what-if after what-if on one kept connection, so always the same worker.

    ``told`` grows while it runs; ``fault`` is what ended it early.
    """

    def __init__(self, app: Served, connection: HTTPConnection, worker: int, customer: str) -> None:
        super().__init__(daemon=True)
        self.worker, self.told, self.fault = worker, [], None  # type: int, list[Told], Exception | None
        self._app, self._connection, self._over = app, connection, threading.Event()
        question = {"customer": customer, "changes": {}, "claimed": None, "number": 1}
        parts = [{"id": "what-if-question", "property": "data", "value": question}]
        self._body = json.dumps({**QUESTION, "inputs": parts})

    def run(self) -> None:
        """Ask until stopped."""
        try:
            while not self._over.is_set():
                self.told.append(self._ask())
        except Exception as fault:
            self.fault = fault

    def stop(self) -> None:
        """Let the question under way be answered, and ask no more."""
        self._over.set()
        self.join()
        self._connection.close()

    def _ask(self) -> Told:
        asked = time.monotonic()
        self._connection.request("POST", "/_dash-update-component", self._body, self._app.headers)
        response = self._connection.getresponse()
        content = response.read()
        answered = time.monotonic()
        answer = json.loads(content) if response.status == 200 else {}
        data = answer.get("response", {}).get("what-if-answer", {}).get("data", {})
        return Told(asked, answered, response.status, data.get("version"))


@contextmanager
def asking(app: Served, customer: str, per_worker: int = 2) -> Iterator[list[Line]]:
    """Let so many clients a worker ask at once, until the block ends; Unavailable where a worker hides."""
    lines = [Line(app, connection, worker, customer) for worker, connection in _connections(app, per_worker)]
    for line in lines:
        line.start()
    try:
        yield lines
    finally:
        for line in lines:
            line.stop()


def _connections(app: Served, per_worker: int) -> list[tuple[int, HTTPConnection]]:
    """Open connections until each worker holds as many as asked for; the rest are closed again."""
    workers = [process.pid for process in psutil.Process(app.pid).children()]
    if not workers:
        raise Unavailable("the app has no workers")
    held: dict[int, list[HTTPConnection]] = {worker: [] for worker in workers}
    for _ in range(TRIES):
        connection = HTTPConnection(urlsplit(app.address).netloc, timeout=60)
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        worker = _worker_of(connection, workers)
        if worker is None or len(held[worker]) == per_worker:
            connection.close()
        else:
            held[worker].append(connection)
        if all(len(found) == per_worker for found in held.values()):
            return [(worker, one) for worker, found in held.items() for one in found]
    raise Unavailable(f"after {TRIES} connections a worker still had answered fewer than {per_worker}")


def _worker_of(connection: HTTPConnection, workers: list[int]) -> int | None:
    port = connection.sock.getsockname()[1]
    for worker in workers:
        for one in psutil.Process(worker).net_connections("tcp"):
            if one.raddr and one.raddr.port == port:
                return worker
    return None


def wait_for(version: str | None, lines: Sequence[Line], since: float) -> float:
    """Wait until every client was answered by a version (None: by none); give the last one's first moment.

    ``since`` is the moment (seconds, monotonic) after which answers count. TimeoutError after a minute.
    """
    until = time.monotonic() + 60
    while time.monotonic() < until:
        first = [_first(version, line, since) for line in lines]
        found = [one for one in first if one is not None]
        if len(found) == len(lines):
            return max(found)
        time.sleep(0.005)
    named = f"version {version[:8]}" if version else "no version"
    raise TimeoutError(f"after a minute not every worker had answered by {named}")


def _first(version: str | None, line: Line, since: float) -> float | None:
    told = (one.answered for one in list(line.told) if one.answered > since and one.version == version)
    return next(told, None)
