"""Switches thrown, a file damaged, a rollback and fresh workers, while people ask without pause."""

import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import psutil
import pytest

from bench.asking import Line, asking
from bench.serving import served
from config.settings import Settings
from data.store import EntryFilter
from services import control, control_notices, control_people, control_room, signing
from services.installation import Installation
from tests.services.trial_town import MAX, settle_signed

PATIENCE_SECONDS = 120
WORKERS = 4
CUSTOMER = "K001"


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Let it happen; give the installation, the clients, the moments of each change, and what came."""
    settled, named = settle_signed(tmp_path_factory.mktemp("fault"))
    var = settled.settings.var
    settled.reset_after_fork()
    installation = Installation(Settings(var=var, database_url=None))
    changes = []

    def change(version, how):
        before = time.monotonic()
        how()
        changes.append((version, before, time.monotonic()))
        wait_for_all(lines, version, time.monotonic())

    def throw(to, version):
        change(version, lambda: control.throw(installation, MAX, "churn-model", to, "It is a drill."))

    def sign(name):
        report = installation.store.version(named[name]).report_sha256
        signing.sign(installation, MAX, named[name], report, "I read it.", override="It is a test.")

    with served(var=var, workers=WORKERS) as app:
        with asking(app, CUSTOMER, per_worker=1) as lines:
            wait_for_all(lines, named["base"], time.monotonic())
            change(named["near"], lambda: sign("near"))
            throw("off", None)
            throw("on", named["near"])
            file = installation.shelf.folder / named["near"] / "scorecard.json"
            content = file.read_bytes()
            change(named["base"], lambda: file.write_bytes(content[:100]))
            change(named["base"], lambda: signing.rollback(installation, MAX, "Its file was damaged."))
            throw("on", named["base"])
        before = workers(app.pid)
        control_notices.reload(installation, MAX, "To begin anew.")
        wait_until(lambda: len(workers(app.pid)) == WORKERS and not before & workers(app.pid))
        fresh = Line(app, HTTPConnection(urlsplit(app.address).netloc, timeout=60), 0, CUSTOMER)
        fresh.start()
        wait_for_all([fresh], named["base"], time.monotonic())
        fresh.stop()
    return installation, named, lines, fresh, changes


def workers(master):
    return {one.pid for one in psutil.Process(master).children()}


def wait_until(is_so):
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def wait_for_all(lines, version, moment, times=3):
    """Wait until each client was answered so often by a version (None: refused) since a moment."""

    def are_told():
        assert [line.fault for line in lines if line.fault] == []
        return all(
            sum(one.asked > moment and one.version == version for one in list(line.told)) >= times
            for line in lines
        )

    wait_until(are_told)


def test_nobody_meets_an_error(story):
    _, _, lines, fresh, _ = story
    assert len({line.worker for line in lines}) == WORKERS
    assert {one.status for line in (*lines, fresh) for one in line.told} == {200}


def test_what_was_asked_after_a_switch_was_thrown_obeys_it_in_every_worker(story):
    _, named, lines, _, changes = story
    ends = [before for _, before, _ in changes[1:]] + [float("inf")]
    for (version, _, after), end in zip(changes, ends, strict=True):
        for line in lines:
            told = [one.version for one in line.told if one.asked > after and one.answered < end]
            assert told and set(told) == {version}
    assert [version for version, *_ in changes] == [
        named["near"], None, named["near"], named["base"], named["base"], named["base"],
    ]  # fmt: skip


def test_one_entry_says_why_it_went_to_fail_safe_and_only_a_person_switched_on_again(story):
    installation, named, *_ = story
    (entry,) = installation.store.entries(EntryFilter(kinds=("contingency",)), None, 10)
    assert entry.header.version == named["near"] and entry.payload["instead"] == named["base"]
    assert entry.payload["control"] == "fail-safe" and "SHA-256" in entry.payload["reason"]
    by_people = installation.store.entries(EntryFilter(kinds=("control",)), None, 10)
    told = [one.payload.get("to") or one.payload["step"] for one in reversed(by_people)]
    assert told == ["off", "on", "on", "reload"]
    assert {one.header.actor for one in by_people} == {MAX.id}


def test_the_room_tells_what_happened_in_words(story):
    installation, *_ = story
    told = " ".join(one.text for one in control_room.history(installation, MAX))
    assert "switched the churn model to fail-safe, because" in told
    assert "Max went back to version" in told and "Max let the workers begin anew" in told
    assert control_people.open_requests(installation) == 0
