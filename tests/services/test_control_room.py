"""The room around the switch: what is shown and foreseen, drills, requests, what one hides, notices."""

from dataclasses import replace
from datetime import timedelta

import pytest

from data.store import EntryFilter
from services import (
    control,
    control_drill,
    control_notices,
    control_people,
    control_probes,
    control_room,
    log,
    stamp,
)
from services.control import ControlRefused
from services.control_states import MASTER
from services.roles import Actor, NotPermitted
from tests.services.trial_town import ADA, EVENING, MAX, VERA, settle, settle_signed

EVA = Actor("u-eva", "Eva", "administrator")
WHY = "It is a test."


@pytest.fixture
def town(tmp_path):
    installation, named = settle_signed(tmp_path, now=EVENING)
    installation.store.promote(named["near"], actor=MAX.id, began="sign-off", reason="")
    return installation, named


def logged(installation, step):
    found = installation.store.entries(EntryFilter(kinds=("control",)), None, 100)
    return [one for one in found if one.payload["step"] == step]


def line(installation, subsystem):
    return next(one for one in control_room.lines(installation) if one.subsystem == subsystem)


# --- what is shown -----------------------------------------------------------------------------------


def test_everybody_sees_how_it_stands_and_only_managers_what_they_may_do(town):
    installation, named = town
    for actor in (VERA, ADA):
        room = control_room.gather(installation, actor)
        assert len(room.lines) == 5 and not room.may_control
    room = control_room.gather(installation, MAX)
    assert room.may_control and (room.serving, room.way_back) == (named["near"], named["base"])


def test_the_version_that_would_serve_in_fail_safe_is_named_and_does(town):
    installation, named = town
    assert control_room.steady(installation).version == named["base"]
    control_room.switch(installation, MAX, "churn-model", "fail-safe", WHY)
    assert control_room.steady(installation).version == named["base"]
    assert stamp.standing(installation, VERA).version == named["base"]


def test_where_the_former_version_is_damaged_averages_are_what_would_stand(town):
    installation, named = town
    (installation.shelf.folder / named["base"] / "scorecard.json").write_text("{}")
    found = control_room.steady(installation)
    assert found.version is None and "averages of groups by contract would stand" in found.words
    assert "450 customers" in found.words


def test_what_cannot_act_is_unavailable_with_why_and_is_not_switched(town):
    installation, _ = town
    for subsystem in ("recommender", "delegation"):
        assert "There is no catalogue for the data 'trials'" in line(installation, subsystem).why_not
        with pytest.raises(ControlRefused, match="is unavailable"):
            control_room.switch(installation, MAX, subsystem, "off", WHY)
        assert control.state(installation, subsystem).state == "on"
    assert line(installation, "churn-model").why_not == ""


def test_a_subsystem_that_stands_on_a_stricter_one_shows_the_stricter_state(town):
    installation, _ = town
    control_room.switch(installation, MAX, MASTER, "off", WHY)
    assert {one.holds for one in control_room.lines(installation)} == {"off"}
    assert line(installation, "churn-model").own.state == "on"


# --- what is foreseen --------------------------------------------------------------------------------


def test_a_preview_says_what_people_will_see_with_figures_and_changes_nothing(town):
    installation, named = town
    paused = control_room.preview(installation, MAX, "churn-model", "paused")
    assert "The scores of 04 March 2026 would stay for 400 active customers." in paused
    safe = control_room.preview(installation, MAX, "churn-model", "fail-safe")
    assert any(f"Version {named['base'][:8]} would serve now" in one for one in safe)
    off = control_room.preview(installation, MAX, "churn-model", "off")
    assert any(one.startswith("Churn model: Facts only") for one in off)
    assert any(one.startswith("Batch scoring: Customers loaded from now on have no scores") for one in off)
    assert control.state(installation, "churn-model").state == "on"


def test_a_preview_says_where_a_stricter_switch_holds_anyway(town):
    installation, _ = town
    control_room.switch(installation, MAX, MASTER, "off", WHY)
    found = control_room.preview(installation, MAX, "churn-model", "paused")
    assert found[0].startswith("Churn model: Facts only")
    assert "Everything is off, which is stricter" in found[0]


@pytest.mark.parametrize("actor", [VERA, ADA])
def test_what_is_for_managers_is_refused_to_others(town, actor):
    installation, _ = town
    soon = EVENING + timedelta(hours=1)
    for deed in (
        lambda: control_room.switch(installation, actor, "churn-model", "off", WHY),
        lambda: control_room.preview(installation, actor, "churn-model", "off"),
        lambda: control_drill.run(installation, actor, "churn-model", WHY),
        lambda: control_notices.announce(installation, actor, WHY, soon),
        lambda: control_notices.take_away(installation, actor),
        lambda: control_notices.reload(installation, actor, WHY),
        lambda: control_people.answer(installation, actor, 1, WHY),
    ):
        with pytest.raises(NotPermitted):
            deed()
    assert installation.store.entries(EntryFilter(kinds=("control",)), None, 10) == []


# --- drills ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subsystem", ["churn-model", "batch", MASTER])
def test_a_drill_shows_that_each_state_changes_what_comes_out_and_puts_all_back(town, subsystem):
    installation, named = town
    was = control.state(installation, subsystem)
    found = control_drill.run(installation, MAX, subsystem, "The monthly drill.")
    assert found.worked, found
    assert [one.state for one in found.steps] == ["on", "paused", "fail-safe", "off", "on"]
    now = control.state(installation, subsystem)
    assert (now.state, now.since, now.by, now.reason) == (was.state, was.since, was.by, was.reason)
    assert [one.payload["to"] for one in logged(installation, "drill")] == ["off", "fail-safe", "paused"]
    (over,) = logged(installation, "drill over")
    assert [one["differs"] for one in over.payload["steps"]] == [False, True, True, True]
    assert stamp.standing(installation, VERA).version == named["near"]


def test_a_drill_of_the_churn_model_names_who_answered(town):
    installation, named = town
    found = control_drill.run(installation, MAX, "churn-model", WHY)
    came = {one.state: one.came for one in found.steps[1:-1]}
    assert named["base"][:8] in came["fail-safe"]["Score of a customer"]
    assert "no reasons" in came["paused"]["Score of a customer"]
    assert came["off"] == {"Score of a customer": "no score, facts only", "What-if": "does not answer"}


def test_a_control_that_does_nothing_fails_its_drill(town, monkeypatch):
    real = control.passage
    monkeypatch.setattr(
        control, "passage", lambda found, name: real(type(found)(real_rows(found), None), name)
    )
    found = control_drill.run(town[0], MAX, "churn-model", WHY)
    assert not found.worked and "DID NOT CHANGE" in found.words


def real_rows(found):
    """Give the rows with every switch on: a gate that looks away."""
    return {name: replace(row, state="on") for name, row in found.rows.items()}


def test_a_drill_begins_from_on_only(town):
    installation, _ = town
    control_room.switch(installation, MAX, "churn-model", "off", WHY)
    with pytest.raises(ControlRefused, match="A drill begins from on"):
        control_drill.run(installation, MAX, "churn-model", WHY)
    assert control.state(installation, "churn-model").state == "off"


def test_what_a_manager_throws_during_a_drill_stands(town, monkeypatch):
    installation, _ = town
    real = control_probes.probe
    asked = []

    def probe(where, subsystem):
        asked.append(subsystem)
        if len(asked) == 3:
            control.throw(installation, EVA, "churn-model", "off", "It is wrong, really.")
        return real(where, subsystem)

    monkeypatch.setattr(control_probes, "probe", probe)
    with pytest.raises(ControlRefused, match="that stands"):
        control_drill.run(installation, MAX, "churn-model", WHY)
    now = control.state(installation, "churn-model")
    assert (now.state, now.by) == ("off", "Eva")


def test_where_the_probe_fails_the_switch_is_put_back(town, monkeypatch):
    installation, _ = town
    asked = []

    def probe(where, subsystem):
        asked.append(subsystem)
        if len(asked) == 2:
            raise OSError("the disk is gone")
        return {"it": "answers"}

    monkeypatch.setattr(control_probes, "probe", probe)
    with pytest.raises(OSError, match="disk"):
        control_drill.run(installation, MAX, "churn-model", WHY)
    assert control.state(installation, "churn-model").state == "on"


def test_without_a_model_there_is_nothing_to_drill(tmp_path):
    installation, _ = settle(tmp_path)
    for row in installation.store.versions():
        installation.store.set_state(row.version, "withdrawn")
    with pytest.raises(ControlRefused, match="There is nothing to drill"):
        control_drill.run(installation, MAX, "churn-model", WHY)


# --- people ------------------------------------------------------------------------------------------


def test_hiding_is_one_s_own_reversible_and_logged(town):
    installation, _ = town
    assert control_people.hide(installation, VERA) and not control_people.hide(installation, VERA)
    assert control_room.gather(installation, VERA).hidden is not None
    assert control_room.gather(installation, ADA).hidden is None
    assert control_people.show(installation, VERA)
    assert [one.header.actor for one in logged(installation, "hide")] == [VERA.id]
    assert [one.header.actor for one in logged(installation, "show")] == [VERA.id]


def test_a_request_to_stop_is_seen_by_managers_and_answered(town):
    installation, _ = town
    made = control_people.request_stop(installation, VERA, "churn-model", " It calls the wrong people. ")
    (seen,) = control_room.gather(installation, MAX).requests
    assert (seen.name, seen.text, seen.answered) == ("Vera", "It calls the wrong people.", None)
    assert control_room.gather(installation, ADA).requests == ()
    assert control_people.open_requests(installation) == 1
    control_people.answer(installation, MAX, made.number, "It is paused until Monday.")
    (own,) = control_people.requests(installation, VERA)
    assert (own.answered_by, own.answer) == ("Max", "It is paused until Monday.")
    with pytest.raises(ControlRefused, match="answered already, by Max"):
        control_people.answer(installation, EVA, made.number, "It is off.")
    told = [one.text for one in control_room.history(installation, MAX)]
    assert "Vera asked to stop the churn model: It calls the wrong people." in told
    assert "Max answered the request of Vera to stop the churn model: It is paused until Monday." in told


@pytest.mark.parametrize(
    ("subsystem", "text"), [("churn-model", " "), ("weather", "Stop."), ("all", "x" * 2001)]
)
def test_a_request_that_says_nothing_is_refused(town, subsystem, text):
    with pytest.raises(ControlRefused):
        control_people.request_stop(town[0], VERA, subsystem, text)
    assert control_people.requests(town[0], MAX) == []


def test_requests_that_wait_come_first(town):
    installation, _ = town
    first, second = (
        control_people.request_stop(installation, VERA, "all", text).number for text in ("One.", "Two.")
    )
    control_people.answer(installation, MAX, second, "No.")
    assert [one.number for one in control_people.requests(installation, MAX)] == [first, second]


# --- notices -----------------------------------------------------------------------------------------


def test_a_notice_stands_until_its_end_and_says_from_when_to_when(town):
    installation, _ = town
    ends = EVENING + timedelta(hours=2)
    made = control_notices.announce(installation, MAX, "New customers are loaded.", ends)
    assert control_notices.current(installation) == made
    assert (made.begins, made.ends) == (EVENING, ends)
    installation.store.clock = lambda: ends
    assert control_notices.current(installation) is None


def test_a_notice_is_taken_away_on_record(town):
    installation, _ = town
    control_notices.announce(installation, MAX, "New customers.", EVENING + timedelta(hours=2))
    control_notices.take_away(installation, EVA)
    assert control_notices.current(installation) is None
    assert logged(installation, "notice over")
    with pytest.raises(ControlRefused, match="no notice"):
        control_notices.take_away(installation, EVA)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [(" ", None, 1), ("x" * 301, None, 1), ("Work.", None, 0), ("Work.", None, -1), ("Work.", 3, 2)],
)
def test_a_notice_that_says_nothing_or_is_over_before_it_begins_is_refused(town, text, begins, ends):
    at = [None if one is None else EVENING + timedelta(hours=one) for one in (begins, ends)]
    with pytest.raises(ControlRefused):
        control_notices.announce(town[0], MAX, text, at[1], at[0])
    assert control_notices.current(town[0]) is None


def test_without_gunicorn_nothing_is_begun_anew_and_why_is_said(town):
    assert "under gunicorn" in control_room.gather(town[0], MAX).why_no_reload
    with pytest.raises(ControlRefused, match="make run"):
        control_notices.reload(town[0], MAX, WHY)
    assert logged(town[0], "reload") == []


def test_entries_of_the_room_are_told_in_words(town):
    installation, _ = town
    control_people.hide(installation, MAX)
    control_notices.announce(installation, MAX, "New customers are loaded.", EVENING + timedelta(hours=1))
    control_drill.run(installation, EVA, "batch", "The monthly drill.")
    told = [one.text for one in log.page(installation, MAX, EntryFilter(kinds=("control",))).entries]
    assert "Max hid all model output for themselves." in told
    assert "Max put a notice above every page: New customers are loaded." in told
    assert "Eva switched the batch scoring from on to paused for a drill, because: The monthly drill." in told
    changed = "paused changed it, fail-safe changed it, off changed it."
    assert f"Eva ended the drill of the batch scoring, which is on again: {changed}" in told
