"""All evidence worked out: each kept with its state, faults told in words, one at a time, when it is due."""

import logging
import sys
import time
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from data.store import EntryFilter, StoreBusy
from services import log
from services.guidelines import background, history, index, page, rules, working_out
from services.guidelines.evidence import Evidence, Line, Rows
from services.guidelines.rules import IDS
from services.installation import NothingLoaded
from services.roles import SYSTEM, Actor, NotPermitted
from tests.services.guidelines.standing_in import changed, stand_in, value_that_turns

MAX, VERA = Actor("u-1", "Max", "manager"), Actor("u-2", "Vera", "viewer")


@pytest.fixture
def found(monkeypatch):
    """Give what each guideline's evidence is, good at first: a test changes it; a fault is raised."""
    return stand_in(monkeypatch)


@pytest.fixture
def at(installation):
    """Give a function that moves the clock on by so many hours."""
    clock = installation.store.clock
    ahead = [timedelta()]
    installation.store.clock = lambda: clock() + ahead[0]

    def moved(hours):
        ahead[0] += timedelta(hours=hours)

    return moved


def states(installation, actor=VERA):
    return {card.rule.id: card.state for card in index.gather(installation, actor).cards}


def kinds(installation):
    entries = log.page(installation, SYSTEM, EntryFilter(kinds=("guidelines",))).entries
    return [(one.actor, one.payload["step"]) for one in reversed(entries)]


def test_before_anything_was_worked_out_nothing_is_met(installation):
    assert set(states(installation).values()) == {"not measured"}
    found = index.gather(installation, VERA)
    assert found.oldest is None and found.cards[0].why == index.NEVER and not found.may_refresh


def test_everything_is_worked_out_kept_and_on_record(installation, found):
    done = working_out.refresh(installation, MAX)
    assert [row.guideline for row in done.rows] == list(IDS)
    assert "11 met, 0 at risk" in done.words
    assert set(states(installation).values()) == {"met"}
    assert kinds(installation) == [("u-1", "asked"), ("u-1", "done")]
    assert installation.store.guidelines_work() is None
    assert index.gather(installation, MAX).oldest is not None


@pytest.mark.parametrize("name", IDS)
def test_the_state_shown_follows_evidence_that_turns_bad_and_back(installation, found, name):
    good, rule = found[name], rules.load()[name]
    working_out.work_out(installation, name)
    for condition in rule.not_met + rule.at_risk:
        found[name] = changed(good, **{condition.value: value_that_turns(condition)})
        working_out.work_out(installation, name)
        assert states(installation)[name] in ("at risk", "not met"), condition
    found[name] = good
    working_out.work_out(installation, name)
    assert states(installation)[name] == "met"
    assert len(page.gather(installation, VERA, name).rows) >= 3


@pytest.mark.parametrize("name", IDS)
def test_missing_evidence_is_not_measured_with_its_reason(installation, found, name):
    needed = rules.load()[name].needs[0]
    found[name] = Evidence("", {**found[name].values, needed: None}, {needed: "nobody has counted it"})
    working_out.work_out(installation, name)
    shown = page.gather(installation, VERA, name)
    assert shown.card.state == "not measured" and "nobody has counted it" in shown.card.why
    assert "not measured: nobody has counted it" in dict(shown.needs).values()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (NothingLoaded(), "There are no customers here yet."),
        (StoreBusy("The store is busy. Try again."), "The store is busy."),
        (KeyError("secret internals"), "This is our fault"),
        (ZeroDivisionError("division by zero"), "This is our fault"),
    ],
)
def test_a_fault_makes_one_guideline_not_measured_in_words_and_stands_in_the_log(
    installation, found, caplog, fault, words
):
    found["G3"] = fault
    with caplog.at_level(logging.ERROR, "keepsight"):
        working_out.refresh(installation, SYSTEM)
    shown = page.gather(installation, VERA, "G3")
    assert shown.card.state == "not measured" and words in shown.card.why
    assert "secret" not in shown.card.why and "zero" not in shown.card.why
    assert "G3" in caplog.text and type(fault).__name__ in caplog.text
    assert {name for name, state in states(installation).items() if state != "met"} == {"G3"}


def test_evidence_that_is_no_module_yet_is_not_measured(installation, found, monkeypatch):
    monkeypatch.setitem(sys.modules, "services.guidelines.g05", None)
    working_out.work_out(installation, "G5")
    assert states(installation)["G5"] == "not measured"


def test_numbers_of_other_sorts_are_read_and_what_is_no_number_is_missing(installation, found):
    found["G7"] = Evidence("", {**found["G7"].values, "overdue": np.int64(2)})
    assert working_out.work_out(installation, "G7").state == "not met"
    found["G10"] = Evidence("", {**found["G10"].values, "steady_loads": np.bool_(False)})
    assert working_out.work_out(installation, "G10").state == "not met"
    found["G11"] = Evidence("", {**found["G11"].values, rules.load()["G11"].needs[0]: float("nan")})
    row = working_out.work_out(installation, "G11")
    assert row.state == "not measured" and "no number" in row.why


def test_lines_and_tables_come_back_as_they_were(installation, found):
    lines = (Line("Open", "3 of 12", "/feedback", "as of today"), Line("<script>", "=1+1"))
    tables = (Rows("By month", ("Month", "Items"), (("March", "3"), ("April", "4"))),)
    found["G7"] = Evidence("3 open", found["G7"].values, {}, lines, tables)
    working_out.work_out(installation, "G7")
    shown = page.gather(installation, VERA, "G7")
    assert (shown.lines, shown.tables, shown.card.headline) == (lines, tables, "3 open")


def test_what_is_older_than_a_day_is_not_measured_and_never_green(installation, found, at):
    working_out.refresh(installation, SYSTEM)
    at(24.1)
    shown = index.gather(installation, VERA)
    assert {card.state for card in shown.cards} == {"not measured"}
    assert shown.cards[0].why == "Older than a day: it was met when it was worked out last."
    assert page.gather(installation, VERA, "G1").card.state == "not measured"


def test_a_clock_put_back_leaves_nothing_green_and_nothing_stuck(installation, found, at):
    at(48)
    working_out.refresh(installation, SYSTEM)
    working_out.begin(installation, SYSTEM)
    at(-48)
    assert set(states(installation).values()) == {"not measured"}
    assert "clock was put back" in index.gather(installation, VERA).cards[0].why
    assert working_out.is_due(installation)
    working_out.refresh(installation, SYSTEM)
    assert set(states(installation).values()) == {"met"}


def test_only_who_may_works_it_out_or_ends_it(installation, found):
    for act in (working_out.begin, working_out.refresh, working_out.end):
        with pytest.raises(NotPermitted):
            act(installation, VERA)
    assert kinds(installation) == []


def test_one_at_a_time_works_it_out(installation, found):
    working_out.begin(installation, MAX)
    with pytest.raises(working_out.AtIt, match=r"Max is at it since .* 0 of 11 are done"):
        working_out.refresh(installation, SYSTEM)
    assert kinds(installation) == [("u-1", "asked")]


def test_it_can_be_ended_and_keeps_what_was_done(installation, found):
    holder = working_out.begin(installation, MAX)
    working_out.work_out(installation, "G1")
    assert working_out.end(installation, MAX)
    with pytest.raises(working_out.Ended, match="before G1"):
        working_out.refresh(installation, SYSTEM, holder)
    assert states(installation)["G1"] == "met" and states(installation)["G2"] == "not measured"
    assert not working_out.end(installation, MAX)
    assert kinds(installation)[-1] == ("u-1", "ended")


def test_it_is_due_where_a_guideline_is_old_or_lacks_and_nobody_is_at_it(installation, found, at):
    assert working_out.is_due(installation)
    working_out.refresh(installation, SYSTEM)
    assert not working_out.is_due(installation)
    at(12.1)
    assert working_out.is_due(installation)
    working_out.begin(installation, SYSTEM)
    assert not working_out.is_due(installation)


def test_with_zero_hours_nothing_is_ever_due(installation, found):
    object.__setattr__(installation, "_in_force", SimpleNamespace(
        read=lambda store: installation.set_up.model_copy(update={"guidelines_hours": 0.0})
    ))  # fmt: skip
    assert not working_out.is_due(installation)


def test_of_workers_that_look_at_once_one_does_it(installation, found, monkeypatch):
    runs = []
    monkeypatch.setattr(background, "_run", lambda here, holder: runs.append(holder))
    assert background.work_out_when_due(installation)
    assert not background.work_out_when_due(installation)
    assert len(runs) == 1


def test_a_process_that_fails_gives_the_lease_up_and_says_so_in_the_log(
    installation, found, monkeypatch, caplog
):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    holder = working_out.begin(installation, MAX)
    with caplog.at_level(logging.ERROR, "keepsight"):
        background.start(installation, holder).join(20)
    assert installation.store.guidelines_work() is None
    assert "were not worked out" in caplog.text


def test_a_watch_looks_again_after_a_fault(installation, monkeypatch):
    looked = []

    def look(here):
        looked.append(here)
        raise RuntimeError("the disk is away")

    monkeypatch.setattr(background, "work_out_when_due", look)
    monkeypatch.setattr(background, "FIRST_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(background, "LOOK_SECONDS", 0.01)
    background.watch(installation)
    for _ in range(200):
        if len(looked) > 1:
            break
        time.sleep(0.02)
    assert len(looked) > 1
    monkeypatch.setattr(background, "LOOK_SECONDS", 3600.0)


def test_the_history_has_a_point_a_day_and_is_broken_where_nobody_looked(installation, found, at):
    good = found["G7"]
    working_out.work_out(installation, "G7")
    at(1)
    found["G7"] = changed(good, overdue=2)
    working_out.work_out(installation, "G7")
    at(72)
    working_out.work_out(installation, "G7")
    points = history.points(history.rows(installation, "G7"))
    assert [one.state for one in points] == ["met", "not met", "not met", None, "not met"]
    assert points[3].time - points[1].time == history.HOLDS


def test_a_guideline_that_is_none_is_told_in_words(installation):
    with pytest.raises(page.NoSuchGuideline, match="There are G1 to G11"):
        page.gather(installation, VERA, "G12")
    assert page.named("g7").id == "G7"


def test_the_reader_sees_their_own_area_and_why_there_is_none(installation, found, monkeypatch):
    assert page.gather(installation, VERA, "G4").own.headline == "Own area"
    assert page.gather(installation, VERA, "G5").own is None

    def nothing(here, actor):
        raise NothingLoaded

    def broken(here, actor):
        raise AttributeError("secret internals")

    for raises, words in ((nothing, "no customers here yet"), (broken, "This is our fault")):
        module = sys.modules["services.guidelines.g04"]
        monkeypatch.setattr(module, "for_reader", raises)
        shown = page.gather(installation, VERA, "G4")
        assert shown.own is None and words in shown.own_missing


def test_figures_of_a_draft_are_for_who_may_see_drafts(installation, found, monkeypatch):
    lines = (Line("Telling leavers from stayers", "in 78 of 100 pairs"),)
    for name in ("G2", "G7"):
        found[name] = Evidence("", found[name].values, {}, lines)
        working_out.work_out(installation, name)
    in_use = SimpleNamespace(version="v1", state="draft")
    monkeypatch.setattr(type(installation.store), "in_use", lambda self: in_use)
    assert page.gather(installation, MAX, "G2").lines == lines
    shown = page.gather(installation, VERA, "G2")
    assert shown.lines == () and "is a draft" in shown.withheld
    assert page.gather(installation, VERA, "G7").lines == lines
    in_use.state = "champion"
    assert page.gather(installation, VERA, "G2").lines == lines


def test_entries_are_told_in_words(installation, found):
    working_out.refresh(installation, MAX)
    said = [one.text for one in log.page(installation, MAX, EntryFilter(kinds=("guidelines",))).entries]
    assert "Max worked out the evidence of the guidelines in" in said[0] and "11 met." in said[0]
    assert said[1] == "Max asked to work out the evidence of the guidelines."
