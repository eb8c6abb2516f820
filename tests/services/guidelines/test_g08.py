"""G8: a drill that failed, was cut off or is old, a request left lying, nobody who can stop it."""

import pytest

from services import control, control_drill, control_people, own_drill
from services.control_states import SUBSYSTEMS
from services.guidelines import g08
from tests.services.guidelines.evidence_town import judged, person, settled
from tests.services.trial_town import MAX

DRILL = control_drill.kept_as("churn-model")


@pytest.fixture
def town(tmp_path):
    installation, _, clock = settled(tmp_path)
    people = [person(installation, name, role) for name, role in (("mia", "manager"), ("vic", "viewer"))]
    return installation, clock, people


@pytest.fixture
def drilled(town):
    """Do all drills there are."""
    installation, clock, people = town
    control_drill.run(installation, MAX, "churn-model", "The monthly drill.")
    for actor in people:
        do(installation, actor)
    return installation, clock, people


def do(installation, actor):
    own_drill.begin(installation, actor)
    own_drill.hide(installation, actor)
    own_drill.show(installation, actor)
    own_drill.say_who(installation, actor, "managers")
    own_drill.ask(installation, actor)
    if actor.role == "manager":
        own_drill.preview(installation, actor)


def test_with_drills_done_it_is_met_and_says_what_people_see(drilled):
    found, how = judged(drilled[0], "G8")
    assert how.state == "met", how.why
    told = {one.label: one.text for one in found.lines}
    assert (
        told["The two-minute drill"] == "done by 1 of 1 managers (100%) and 1 of 1 users (100%) within a year"
    )
    assert "paused changed it, fail-safe changed it" in told["The last drill"]
    assert told["Requests to stop"] == "0 so far, 0 without an answer", "those of drills are not counted"
    assert found.tables[0].rows[0][:2] == ("Churn model", "paused")


def test_without_a_drill_it_is_not_measured(town):
    found, how = judged(town[0], "G8")
    assert how.state == "not measured" and "no switch was drilled yet" in how.why
    assert found.headline == "No switch was drilled yet; no request to stop waits"


def test_a_drill_that_failed_turns_it(drilled):
    installation, clock, _ = drilled
    clock.later(hours=1)
    installation.store.end_check(
        installation.store.begin_check(DRILL), passed=False, result={"words": "Off did not."}
    )
    found, how = judged(installation, "G8")
    assert how.state == "not met" and "did NOT work" in found.headline


def test_a_drill_that_really_fails_turns_it(drilled, monkeypatch):
    installation, _, _ = drilled
    monkeypatch.setattr(control_drill, "_all_differ", lambda *args: False)
    control_drill.run(installation, MAX, "churn-model", "The monthly drill.")
    assert judged(installation, "G8")[1].state == "not met"


def test_a_drill_that_was_cut_off_has_not_worked_and_one_under_way_says_nothing_yet(drilled):
    installation, clock, _ = drilled
    installation.store.begin_check(DRILL)
    assert judged(installation, "G8")[1].state == "met"
    clock.later(minutes=11)
    found, how = judged(installation, "G8")
    assert how.state == "not met" and any("It was cut off" in one.text for one in found.lines)


def test_an_old_drill_is_a_risk(drilled):
    installation, clock, _ = drilled
    clock.later(days=91)
    assert judged(installation, "G8")[1].state == "at risk"


def test_people_who_did_not_drill_are_a_risk_and_without_accounts_it_is_not_measured(town):
    installation, _, people = town
    control_drill.run(installation, MAX, "churn-model", "The monthly drill.")
    do(installation, people[0])
    found, how = judged(installation, "G8")
    assert how.state == "at risk" and "0% of the other users did" in how.why
    assert found.values["drilled_share"] == 0.5


def test_a_request_left_lying_turns_it_and_its_answer_turns_it_back(drilled):
    installation, clock, people = drilled
    row = control_people.request_stop(installation, people[1], "churn-model", "It is wrong.")
    assert judged(installation, "G8")[1].state == "met"
    clock.later(days=1, minutes=1)
    found, how = judged(installation, "G8")
    assert how.state == "not met" and found.values["waiting_long"] == 1
    control_people.answer(installation, MAX, row.number, "It is paused.")
    assert judged(installation, "G8")[1].state == "met"


def test_nobody_who_can_stop_it_turns_it(drilled):
    installation, clock, people = drilled
    installation.store.disable_user(people[0].id, clock())
    assert judged(installation, "G8")[1].state == "not met"


def test_what_is_hidden_is_counted(drilled):
    installation, _, people = drilled
    control_people.hide(installation, people[1])
    told = {one.label: one.text for one in judged(installation, "G8")[0].lines}
    assert told["Model output hidden for oneself"].startswith("1 person hides it now")


def test_a_drill_of_any_switch_counts(town):
    assert len(SUBSYSTEMS) == 4 and g08.LONG.days == 1
    control_drill.run(town[0], MAX, "batch", "The monthly drill.")
    assert judged(town[0], "G8")[0].values["drill_worked"] is True
    assert {one.state for one in control.states(town[0]).values()} == {"on"}
