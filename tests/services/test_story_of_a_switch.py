"""A bad day on four workers: a file is damaged, fail-safe comes, and in a year all of it is told."""

import time

import pytest
from sqlalchemy import text

from bench.asking import asking
from bench.serving import served
from config.settings import Settings
from data.store import EntryFilter
from services import control, log, signing
from services.installation import Installation
from services.replay import sample
from tests.services.trial_town import MAX, settle_signed

PATIENCE_SECONDS = 60
SAMPLED = 1000
CUSTOMER = "K001"


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """Let it happen; give the installation as it stands then, the clients and the versions by name."""
    settled, named = settle_signed(tmp_path_factory.mktemp("day"))
    var = settled.settings.var
    settled.reset_after_fork()
    installation = Installation(Settings(var=var, database_url=None))
    first, champion = named["base"], named["near"]
    with served(var=var, workers=4) as app, asking(app, CUSTOMER, per_worker=1) as lines:
        wait_for(lines, first)
        report = installation.store.version(champion).report_sha256
        signing.sign(installation, MAX, champion, report, "I read it.", override="It is a test.")
        wait_for(lines, champion)
        file = installation.shelf.folder / champion / "scorecard.json"
        whole = file.read_bytes()
        file.write_bytes(whole[:100])
        wait_for(lines, first)
        signing.rollback(installation, MAX, "Its file was damaged.", of=champion)
        control.throw(installation, MAX, "churn-model", "on", "The version before is whole.")
        wait_for(lines, first)
        wait_until(lambda: answers(installation) >= SAMPLED)
    file.write_bytes(whole)  # from a backup, so that what it answered can be told
    return installation, lines, first, champion


def answers(installation):
    return installation.store.count_entries(EntryFilter(kinds=("what-if",)))


def wait_for(lines, version, enough=3):
    """Wait until each client was answered by a version, and goes on being."""
    since = time.monotonic()
    wait_until(
        lambda: all(
            sum(one.asked > since and one.version == version for one in list(line.told)) >= enough
            for line in lines
        )
    )


def wait_until(is_so):
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.02)


def test_nobody_met_an_error_on_any_of_the_four_workers(day):
    lines = day[1]
    assert len({line.worker for line in lines}) == 4
    assert [line.fault for line in lines] == [None] * 4
    assert {one.status for line in lines for one in line.told} == {200}


def test_one_entry_says_why_fail_safe_came(day):
    installation, _, first, champion = day
    (entry,) = installation.store.entries(EntryFilter(kinds=("contingency",)))
    assert (entry.header.version, entry.payload["instead"]) == (champion, first)
    assert entry.payload["control"] == "fail-safe"
    assert "scorecard" in entry.payload["reason"]


def test_who_stopped_it_and_who_went_back_is_on_record(day):
    installation, _, first, _ = day
    assert installation.store.serving_version("trials").version == first
    back = log.page(installation, MAX, EntryFilter(kinds=("rollback",))).entries
    assert "Its file was damaged." in back[0].payload["reason"]
    thrown = log.page(installation, MAX, EntryFilter(kinds=("control",))).entries
    assert any(one.payload["reason"] == "The version before is whole." for one in thrown)
    assert control.state(installation, "churn-model").state == "on"


def test_a_thousand_answers_across_versions_come_out_again_to_the_last_bit(day):
    installation, _, first, champion = day
    found = sample(installation, MAX, SAMPLED)
    assert (found.same, found.different, found.not_replayable) == (SAMPLED, (), ())
    versions = {one.header.version for one in installation.store.entries(EntryFilter(), None, 100_000)}
    assert {first, champion} <= versions


def test_the_log_is_whole_until_one_row_is_edited_by_hand_which_is_named(day):
    """S40; last, since nothing is whole after it."""
    installation = day[0]
    assert log.verify(installation).ok
    victim = installation.store.numbers(EntryFilter(kinds=("what-if",)))[7]
    with installation.store.writing() as connection:
        connection.execute(
            text("UPDATE log_payload SET body = replace(body, 'log_odds', 'log_0dds') WHERE seq = :seq"),
            {"seq": victim},
        )
    found = log.verify(installation)
    assert (found.ok, found.first_bad) == (False, victim)
