"""S45: workers, and the whole server, are killed while people ask; no answer they got is missing after it."""

import http.client
import json
import os
import random
import signal
import sqlite3
import threading
import time
from urllib.parse import urlsplit

import psutil
import pytest

from bench.asking import QUESTION
from bench.serving import served
from config.settings import Settings
from services.installation import Installation
from tests.services.trial_town import settle_signed

CUSTOMER = "K001"
CLIENTS = 4
KILLS = 4
PATIENCE_SECONDS = 60


class Client(threading.Thread):
    """Asks again and again, over a new connection where one broke; remembers each answer it got."""

    def __init__(self, app):
        super().__init__(daemon=True)
        self.got, self.broken, self.refused = [], 0, []
        self._app, self._over = app, threading.Event()
        question = {"customer": CUSTOMER, "changes": {}, "claimed": None, "number": 1}
        parts = [{"id": "what-if-question", "property": "data", "value": question}]
        self._body = json.dumps({**QUESTION, "inputs": parts})

    def run(self):
        while not self._over.is_set():
            connection = http.client.HTTPConnection(urlsplit(self._app.address).netloc, timeout=30)
            try:
                while not self._over.is_set():
                    self._ask(connection)
            except (OSError, http.client.HTTPException):
                self.broken += 1
                time.sleep(0.02)
            finally:
                connection.close()

    def _ask(self, connection):
        connection.request("POST", "/_dash-update-component", self._body, self._app.headers)
        response = connection.getresponse()
        content = response.read()
        if response.status == 200:
            self.got.append(json.loads(content)["response"]["what-if-answer"]["data"])
        else:
            self.refused.append(response.status)

    def stop(self):
        self._over.set()
        self.join()


def wait_until(is_so):
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Kill workers at random moments, then all at once; give what clients got, and the installation."""
    settled, _ = settle_signed(tmp_path_factory.mktemp("killed"))
    var = settled.settings.var
    settled.reset_after_fork()
    chance = random.Random(45)
    with served(var=var, workers=2) as app:
        master = psutil.Process(app.pid)
        clients = [Client(app) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for _ in range(KILLS):
            told = sum(len(client.got) for client in clients)
            wait_until(lambda told=told: sum(len(client.got) for client in clients) > told + 20)
            time.sleep(chance.random() / 5)
            os.kill(chance.choice(master.children()).pid, signal.SIGKILL)
        told = sum(len(client.got) for client in clients)
        wait_until(lambda: sum(len(client.got) for client in clients) > told + 20)
        workers = master.children()
        master.kill()
        for worker in workers:
            worker.kill()
        for client in clients:
            client.stop()
    return clients, Installation(Settings(var=var, database_url=None))


def test_people_were_cut_off_and_went_on(killed):
    clients, _ = killed
    assert sum(client.broken for client in clients) >= KILLS
    assert all(len(client.got) > 20 for client in clients)
    assert [status for client in clients for status in client.refused] == []


def test_each_answer_that_somebody_got_is_in_the_log(killed):
    clients, installation = killed
    got = [answer for client in clients for answer in client.got]
    assert len({answer["entry"] for answer in got}) == len(got)
    for answer in got:
        logged = installation.store.entry(answer["entry"])
        assert (logged.header.kind, logged.subject) == ("what-if", CUSTOMER)
        assert logged.header.version == answer["version"]


def test_the_log_and_the_database_are_whole(killed):
    installation = killed[1]
    assert installation.store.verify().ok
    with sqlite3.connect(installation.settings.var / "keepsight.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
