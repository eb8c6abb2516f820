"""The two-minute drill: real controls on one's own account, in order, timed, and nobody else concerned."""

from datetime import timedelta

import pytest

from data.store import EntryFilter
from services import access, control, control_people, log, own_drill
from services.own_drill import DrillRefused
from services.roles import SYSTEM, Actor
from services.stamp import standing
from tests.services.trial_town import EVENING, MAX, VERA, settle, settle_signed

OTHER = Actor("u-other", "Otto", "viewer")


class Clock:
    def __init__(self):
        self.now = EVENING

    def __call__(self):
        self.now += timedelta(seconds=5)
        return self.now


@pytest.fixture
def town(tmp_path):
    installation, _ = settle_signed(tmp_path, now=EVENING)
    installation.store.clock = Clock()
    return installation


def all_of_it(town, actor):
    own_drill.begin(town, actor)
    own_drill.hide(town, actor)
    own_drill.show(town, actor)
    own_drill.say_who(town, actor, "managers")
    done = own_drill.ask(town, actor)
    return own_drill.preview(town, actor) if actor.role == "manager" else done


def steps(town):
    found = town.store.entries(EntryFilter(kinds=("own-drill",)), None, 20)
    return [one.payload["step"] for one in reversed(found)]


def test_hiding_hides_for_who_drills_and_for_nobody_else(town):
    begun = own_drill.begin(town, VERA)
    assert "chance of leaving" in begun.steps["begin"]["seen"] and begun.next == "hide"
    assert own_drill.hide(town, VERA).next == "show"
    assert standing(town, VERA).version is None and standing(town, OTHER).version is not None
    shown = own_drill.show(town, VERA)
    assert shown.steps["show"]["seen"] == begun.steps["begin"]["seen"]
    assert standing(town, VERA).version is not None


@pytest.mark.parametrize("actor", [VERA, MAX])
def test_a_drill_is_done_timed_and_on_record(town, actor):
    done = all_of_it(town, actor)
    assert (done.passed, done.next, done.todo) == (True, None, ())
    assert 0 < done.seconds < 600 and done.steps["ask"]["seconds"] > done.steps["hide"]["seconds"]
    assert steps(town) == ["begun", "done"]
    text = log.page(town, SYSTEM, EntryFilter(kinds=("own-drill",))).entries[0].text
    assert (
        text
        == f"{actor.name} did the two-minute drill in {round(done.steps[last(actor)]['seconds'])} seconds."
    )


def last(actor):
    return "preview" if actor.role == "manager" else "ask"


def test_managers_see_besides_what_a_switch_would_do_and_throw_none(town):
    own_drill.begin(town, MAX)
    for step in (own_drill.hide, own_drill.show):
        step(town, MAX)
    own_drill.say_who(town, MAX, "managers")
    assert own_drill.ask(town, MAX).next == "preview"
    done = own_drill.preview(town, MAX)
    assert any("Facts only" in one for one in done.steps["preview"]["seen"])
    assert {one.state for one in control.states(town).values()} == {"on"}


def test_the_request_goes_where_requests_go_marked_and_answered_at_once(town):
    all_of_it(town, VERA)
    (row,) = control_people.requests(town, MAX)
    assert row.is_drill and row.name == "Vera" and row.answered_by == "Keepsight"
    assert control_people.open_requests(town) == 0
    entry = log.page(town, SYSTEM, EntryFilter(kinds=("control",))).entries[0]
    assert entry.text.startswith("Vera tried in a drill how to ask to stop the churn model")


@pytest.mark.parametrize("answer", ["everybody", "analysts", "nobody", "whoever", None])
def test_a_wrong_answer_passes_nothing_and_can_be_mended(town, answer):
    own_drill.begin(town, VERA)
    own_drill.hide(town, VERA)
    own_drill.show(town, VERA)
    with pytest.raises(DrillRefused):
        own_drill.say_who(town, VERA, answer)
    assert own_drill.look(town, VERA).drill.next == "who"
    tries = 1 if answer in (None, "whoever") else 2
    assert own_drill.say_who(town, VERA, "managers").steps["who"]["tries"] == tries


def test_steps_are_done_in_order_and_once(town):
    for step in (own_drill.hide, own_drill.show, own_drill.ask, own_drill.preview):
        with pytest.raises(DrillRefused, match="begin one"):
            step(town, VERA)
    own_drill.begin(town, VERA)
    with pytest.raises(DrillRefused, match="not due yet"):
        own_drill.show(town, VERA)
    own_drill.hide(town, VERA)
    with pytest.raises(DrillRefused, match="is done"):
        own_drill.hide(town, VERA)
    assert town.store.stop_requests() == []


def test_a_drill_that_is_left_shows_everything_again_and_counts_for_nothing(town):
    own_drill.begin(town, VERA)
    own_drill.hide(town, VERA)
    own_drill.leave(town, VERA)
    assert standing(town, VERA).version is not None
    assert own_drill.look(town, VERA).drill.passed is False
    assert steps(town) == ["begun", "left"]
    own_drill.leave(town, VERA)
    assert steps(town) == ["begun", "left"]


def test_hiding_that_does_not_hide_is_told_and_passes_nothing(town, monkeypatch):
    own_drill.begin(town, VERA)
    monkeypatch.setattr(control_people, "hide", lambda *args: True)
    with pytest.raises(DrillRefused, match="still this was shown"):
        own_drill.hide(town, VERA)
    assert own_drill.look(town, VERA).drill.next == "hide"


def test_who_sees_no_figure_cannot_drill_and_is_told_why(town, tmp_path):
    control_people.hide(town, VERA)
    with pytest.raises(DrillRefused, match="hide model output for yourself already"):
        own_drill.begin(town, VERA)
    control_people.show(town, VERA)
    control.throw(town, MAX, "churn-model", "off", "It is a test.")
    with pytest.raises(DrillRefused, match=r"nothing to hide\. Churn model was switched off"):
        own_drill.begin(town, VERA)
    draft, _ = settle(tmp_path / "draft", now=EVENING)
    assert "draft that nobody has signed" in own_drill.look(draft, VERA).why_not
    assert own_drill.look(draft, MAX).why_not == ""


def test_without_customers_there_is_nothing_to_drill(installation):
    assert "There are no customers here yet" in own_drill.look(installation, VERA).why_not


def test_who_did_it_is_counted_among_open_accounts_within_a_year(town):
    users = [access.add_user(town, SYSTEM, name, role) for name, role in
             (("vic", "viewer"), ("ada", "analyst"), ("max", "manager"), ("mia", "manager"))]  # fmt: skip
    vic, _, max_, mia = (Actor(user.id, user.name, user.role) for user in users)
    assert own_drill.shares(town) == {"managers": (0, 2), "users": (0, 2)}
    for actor in (vic, max_, mia):
        all_of_it(town, actor)
    town.store.disable_user(mia.id, town.store.clock())
    assert own_drill.shares(town) == {"managers": (1, 1), "users": (1, 2)}
    assert own_drill.stoppers(town) == ("max",)
    town.store.clock.now += timedelta(days=366)
    assert own_drill.shares(town) == {"managers": (0, 1), "users": (0, 2)}
