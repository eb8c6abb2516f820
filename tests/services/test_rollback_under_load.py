"""Versions changed while people ask: two workers, four clients without pause, and lists beside them (S38)."""

import threading
import time

import pytest

from bench.asking import asking
from bench.serving import served
from config.settings import Settings
from data.store import EntryFilter
from data.warehouse import Filters
from services import customers, log, signing
from services.installation import Installation
from tests.services.trial_town import MAX, VERA, settle_signed

PATIENCE_SECONDS = 60
CUSTOMER = "K001"
FLICKERS = 99


class Lists(threading.Thread):
    """Somebody who leafs through the list of customers without pause."""

    def __init__(self, installation):
        super().__init__(daemon=True)
        self.installation, self.pages, self.over = installation, [], threading.Event()

    def run(self):
        while not self.over.is_set():
            self.pages.append(customers.page(self.installation, VERA, Filters(), stop=40))


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Sign, go back, withdraw while people ask; give the clients, the lists and the changes.

    A change is the version that answers from then on, and the moments before and after (seconds).
    """
    settled, named = settle_signed(tmp_path_factory.mktemp("load"))
    var = settled.settings.var
    settled.reset_after_fork()
    installation, lists = here(var), Lists(here(var))
    changes = [(named["base"], 0.0, 0.0)]

    def note(version, how, *given, **more):
        before = time.monotonic()
        how(*given, **more)
        changes.append((version, before, time.monotonic()))

    def change(version, how, *given, **more):
        note(version, how, installation, MAX, *given, **more)
        wait_for_all(lines, time.monotonic())

    def sign(name):
        report = installation.store.version(named[name]).report_sha256
        change(named[name], signing.sign, named[name], report, "I read it.", override="It is a test.")

    with served(var=var) as app, asking(app, CUSTOMER) as lines:
        wait_for_all(lines, time.monotonic())
        lists.start()
        for _ in range(3):
            sign("near")
            change(named["base"], signing.rollback, "It is a test.")
        for number in range(FLICKERS):  # faster than anybody is answered
            version = named[("near", "higher", "base")[number % 3]]
            note(version, installation.store.promote, version, actor=MAX.id, began="sign-off", reason="")
        wait_for_all(lines, time.monotonic())
        sign("higher")
        change(named["base"], signing.withdraw, named["higher"], "It is a test.")
        sign("near")
        change(named["base"], signing.withdraw, named["near"], "It is a test.")
        change(None, signing.withdraw, named["base"], "It is a test.")
        lists.over.set()
        lists.join()
    return installation, lines, lists.pages, changes


def here(var):
    return Installation(Settings(var=var, database_url=None))


def wait_for_all(lines, moment, answers=3):
    """Wait until each client has asked and was answered so often since a moment."""
    until = time.monotonic() + PATIENCE_SECONDS
    while any(sum(one.asked > moment for one in list(line.told)) < answers for line in lines):
        assert [line.fault for line in lines if line.fault] == []
        assert time.monotonic() < until, "a worker stopped answering"
        time.sleep(0.01)


def test_nobody_meets_an_error_while_versions_change(asked):
    lines = asked[1]
    assert len({line.worker for line in lines}) == 2
    assert {one.status for line in lines for one in line.told} == {200}
    assert [line.fault for line in lines] == [None] * 4


def test_each_answer_names_the_version_that_stood_at_that_moment_and_none_switches_back(asked):
    """At once in every worker: what was asked after a change had returned is never of the version before."""
    _, lines, _, changes = asked
    ends = [after for _, _, after in changes[1:]] + [float("inf")]
    for line in lines:
        at = 0
        for one in line.told:
            possible = [
                number
                for number, ((version, begin, _), end) in enumerate(zip(changes, ends, strict=True))
                if number >= at and version == one.version and begin <= one.answered and one.asked <= end
            ]
            assert possible, f"{one} stands on no version signed then, or switched back: {changes}"
            at = possible[0]
        assert at == len(changes) - 1


def test_each_answer_in_the_log_is_that_of_its_version_to_the_last_bit(asked):
    installation, lines, _, changes = asked
    cards = {version: installation.load_scorecard(version, version) for version, *_ in changes if version}
    row = customers.find(installation, installation.dataset(), CUSTOMER)
    expected = {version: card.score(row).log_odds for version, card in cards.items()}
    assert len(set(expected.values())) == len(cards) == 3
    entries = installation.store.entries(EntryFilter(kinds=("what-if",)), None, 1_000_000)
    assert len(entries) == sum(one.version is not None for line in lines for one in line.told)
    for entry in entries:
        assert entry.payload["answer"]["log_odds"] == expected[entry.header.version]
    assert log.verify(installation).ok


def test_no_list_is_of_two_versions(asked):
    installation, _, pages, _ = asked
    table = installation.warehouse.current_table(installation.dataset().snapshot).set_index("key")
    versions = {page.stamp.version for page in pages} - {None}
    assert len(versions) >= 2
    for version in versions:
        card = installation.load_scorecard(version, version)
        expected = dict(zip(table.index, card.log_odds(table.reset_index()), strict=True))
        for page in pages:
            if page.stamp.version == version:
                assert len(page.rows) == 40
                assert all(row["log_odds"] == expected[row["id"]] for row in page.rows)


def test_the_history_tells_every_change(asked):
    installation, _, _, changes = asked
    history = installation.store.serving_history("trials")
    assert [one.version for one in history][-len(changes) :] == [version for version, *_ in changes]
