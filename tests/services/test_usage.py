"""What is used and how fast: counted without names, beside the answers, and lost only with a kill."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from data.store import StoreBusy
from services import log, retention, usage
from services.roles import SYSTEM, Actor, NotPermitted

ROOT = Path(__file__).resolve().parents[2]
ADA = Actor("u-ada", "Ada", "analyst")
BEN = Actor("u-ben", "Ben", "viewer")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def house(installation, monkeypatch):
    """Stand still in time, and count only when asked to."""
    monkeypatch.setattr(usage, "PAUSE_SECONDS", 3600)
    installation.store.clock = lambda: NOON
    return installation


def test_visits_and_times_are_told_by_page_the_most_opened_first(house):
    for page, times in {"/log": (20, 90, 90, 1500), "/": (400, 400, 9000)}.items():
        for took in times:
            usage.note_answer(house, ADA.id, page, took)
    for page in ("/", "/log", "/"):
        usage.note_visit(house, ADA.id, page)
    usage.count(house)
    found = usage.summary(house)
    assert [(one.page, one.visits, one.answers, one.half_ms, one.most_ms) for one in found.pages] == [
        ("/", 2, 3, 500, None),
        ("/log", 1, 4, 100, 2000),
    ]
    assert (found.all.visits, found.all.answers, found.all.half_ms) == (3, 7, 500)
    assert found.visits_by_day[NOON.date()] == 3 and sum(found.visits_by_day.values()) == 3
    assert len(found.visits_by_day) == usage.SHOWN_DAYS and found.since == NOON.date() - timedelta(days=27)


def test_no_name_gets_into_the_store(house):
    usage.note_visit(house, ADA.id, "/")
    usage.count(house)
    with house.store.reading() as connection:
        rows = [str(tuple(row)) for row in connection.execute(text("SELECT * FROM usage"))]
    assert len(rows) == 1 and ADA.id not in rows[0]


def test_who_is_left_out_is_not_counted_even_of_what_just_happened(house):
    usage.note_visit(house, ADA.id, "/")
    usage.note_visit(house, BEN.id, "/")
    assert usage.leave_out(house, ADA) and not usage.leave_out(house, ADA)
    usage.count(house)
    assert usage.summary(house).all.visits == 1 and usage.summary(house).left_out == 1
    assert usage.is_left_out(house, ADA) and not usage.is_left_out(house, BEN)
    assert usage.count_in(house, ADA)
    usage.note_visit(house, ADA.id, "/")
    usage.count(house)
    assert usage.summary(house).all.visits == 2
    told = [one.text for one in log.page(house, ADA).entries]
    assert told == [
        "Ada is counted among what is used again.",
        "Ada is left out of the counts of what is used.",
    ]
    with pytest.raises(NotPermitted):
        usage.leave_out(house, Actor("u-x", "Eve", "nobody"))


def test_where_the_installation_counts_nothing_nothing_is_counted(house):
    house.store.record_setting(
        name="count_usage", value={"value": "no"}, reason="The council asked for it.", complaint=None,
        actor="u", actor_name="Max", seen_revision=0,
    )  # fmt: skip
    usage.note_visit(house, ADA.id, "/")
    usage.count(house)
    assert (usage.summary(house).all.visits, usage.summary(house).is_on) == (0, False)


def test_own_entries_that_people_open_are_counted_and_those_of_others_are_not(house):
    log.record(house, ADA, "prediction", subject="K1", payload={})
    entry = log.one(house, ADA, 1)
    usage.note_entry(house, ADA, entry)
    usage.note_entry(house, BEN, entry)
    usage.count(house)
    found = usage.summary(house)
    assert (found.own_entries_read, found.all.visits, found.pages) == (1, 0, ())


def test_while_the_store_cannot_be_written_what_is_noted_is_kept(house, monkeypatch):
    def busy(*asked, **how):
        raise StoreBusy("locked")

    usage.note_visit(house, ADA.id, "/")
    with monkeypatch.context() as locked:
        locked.setattr(type(house.store), "add_usage", busy)
        assert not usage.count(house)
        usage.note_visit(house, ADA.id, "/")
        assert not usage.count(house)
    assert usage.count(house)
    assert usage.summary(house).all.visits == 2
    assert usage.count(house) and usage.summary(house).all.visits == 2


def test_a_process_that_ends_in_good_order_counts_what_it_noted(house):
    code = (
        "from config.settings import Settings\n"
        "from services import usage\n"
        "from services.installation import Installation\n"
        f"made = Installation(Settings(var={str(house.set_up.var)!r}, database_url=None))\n"
        "for _ in range(7): usage.note_visit(made, 'u-ada', '/')\n"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, timeout=60)
    house.store.clock = lambda: datetime.now(UTC)
    assert usage.summary(house).all.visits == 7


def test_old_counts_are_forgotten(house):
    usage.note_visit(house, ADA.id, "/")
    usage.count(house)
    house.store.clock = lambda: NOON + timedelta(days=usage.KEPT_DAYS + 1)
    retention.purge_due(house, SYSTEM)
    assert house.store.usage(NOON.date()) == {}
