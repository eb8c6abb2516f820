"""From the release of a slider to the explained answer that is on record, by HTTP to gunicorn."""

from __future__ import annotations

import http.client
import json
import random
import time
from typing import Any
from urllib.parse import urlsplit

import psutil

from bench.asking import asking
from bench.measure import Measure, percentile, shared_data
from bench.peers import explainerdashboard
from bench.serving import Served, served
from bench.start import TELCO

CUSTOMER = "7590-VHVEG"
WARM_UP, EDITS = 50, 400
TIMES_LESS = 20
SECONDS, PER_WORKER = 10, 4
TIMES_MORE = 20


def measures() -> list[Measure]:
    """Answer 400 releases one after the other; the peer's edits are replayed in the same run."""
    data = shared_data() / TELCO
    with served(data) as app:
        _answers(app, WARM_UP)
        before = _cpu_seconds(app.pid)
        times = _answers(app, EDITS)
        ours = (_cpu_seconds(app.pid) - before) / EDITS * 1000
        rate = _rate(app)
    found = explainerdashboard(data)
    peer, theirs_a_second = found["what_if_http_ms"], _their_rate(found)
    parts = peer["server_cpu_ms_per_callback"]
    alike = parts["prediction"] + parts["contributions_plot"]
    theirs = peer["server_cpu_ms_per_edit"]
    return [
        Measure("release to explained and committed answer, HTTP to gunicorn, p95",
                percentile(times, 0.95) * 1000, "ms", "at most", 20),
        Measure("the same, median", percentile(times, 0.5) * 1000, "ms", "at most"),
        Measure("server CPU of an edit, ours", ours, "ms", "at most"),
        Measure("server CPU of an edit, explainerdashboard (logistic regression)", theirs, "ms", "at most"),
        Measure("server CPU of an edit, explainerdashboard over ours",
                theirs / ours, "times", "at least", TIMES_LESS),
        Measure("the same, of its prediction and contributions plot only", alike / ours, "times", "at least"),
        Measure("explained and logged answers a second, 2 workers, 8 clients", rate, "1/s", "at least"),
        Measure("explainerdashboard: predictions with contributions a second, 8 clients",
                theirs_a_second, "1/s", "at least"),
        Measure("explained and logged answers a second, ours over explainerdashboard's",
                rate / theirs_a_second, "times", "at least", TIMES_MORE),
    ]  # fmt: skip


def _rate(app: Served) -> float:
    """Let eight clients on two workers ask without pause; give the answers a second, each on record."""
    with asking(app, CUSTOMER, per_worker=PER_WORKER) as lines:
        time.sleep(1)
        began = time.monotonic()
        time.sleep(SECONDS)
        ended = time.monotonic()
    told = [one for line in lines for one in line.told if one.answered > began and one.answered <= ended]
    if any(line.fault for line in lines) or any(one.status != 200 for one in told):
        raise RuntimeError("an answer failed while eight clients asked")
    return len(told) / (ended - began)


def _their_rate(found: dict[str, Any]) -> float:
    """Give the peer's updates a second of prediction and contributions, with as many clients."""
    runs = found["throughput"]["prediction_and_contributions"]
    return float(next(run["updates_per_s"] for run in runs if run["clients"] == 2 * PER_WORKER))


def _answers(app: Served, count: int) -> list[float]:
    """Ask what the page asks on release; give seconds of each. Every answer is checked to be on record."""
    place = urlsplit(app.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    chance, times, last = random.Random(1), [], 0
    for number in range(count):
        body = json.dumps(_question(number, round(chance.uniform(19, 118), 2)))
        began = time.perf_counter()
        connection.request("POST", "/_dash-update-component", body, app.headers)
        response = connection.getresponse()
        answer = response.read()
        times.append(time.perf_counter() - began)
        if response.status != 200:
            raise RuntimeError(f"the release was not answered: {response.status} {answer[:200]!r}")
        entry = json.loads(answer)["response"]["what-if-answer"]["data"]["entry"]
        assert entry > last, "each answer is an entry of its own"
        last = entry
    connection.close()
    return times


def _question(number: int, price: float) -> dict[str, object]:
    question = {"customer": CUSTOMER, "changes": {"MonthlyCharges": price}, "claimed": None, "number": number}
    return {
        "output": "what-if-answer.data",
        "outputs": {"id": "what-if-answer", "property": "data"},
        "inputs": [{"id": "what-if-question", "property": "data", "value": question}],
        "changedPropIds": ["what-if-question.data"],
    }


def _cpu_seconds(pid: int) -> float:
    """Sum user and system time of the server and its workers."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(one.cpu_times().user + one.cpu_times().system for one in family)
