"""G7: an overdue complaint turns it red, an answer in time turns it back, and silence is not measured."""

import pytest

from services import feedback, feedback_work
from services.roles import Actor
from tests.services.guidelines.evidence_town import judged, settled
from tests.services.trial_town import MAX, VERA


@pytest.fixture
def town(tmp_path):
    installation, _, clock = settled(tmp_path)
    named = installation.set_up.model_copy(update={"contact": "Petra, extension 12"})
    installation.set_up, installation._in_force = named, type(installation._in_force)(named)
    return installation, clock


def complain(installation, kind="complaint", actor=VERA):
    return feedback.send(
        installation, actor, kind=kind, text="It is wrong.", once=f"once-{kind}-{'x' * 16}"
    ).number


def test_nothing_said_yet_is_not_measured(town):
    found, how = judged(town[0], "G7")
    assert how.state == "not measured" and "nobody has complained" in how.why
    assert found.headline == "Nobody has complained or said anything yet"


def test_a_complaint_within_its_time_is_well_and_the_way_is_told(town):
    complain(town[0])
    found, how = judged(town[0], "G7")
    assert how.state == "met", how.why
    told = {one.label: one.text for one in found.lines}
    assert told["Whom to contact"].startswith("Petra, extension 12")
    assert "a complaint within 3 working days" in told["By when"]
    assert found.tables[0].rows[0] == ("Complaints", "1", "1", "0", "0", "0")


def test_an_overdue_complaint_turns_it_and_its_answer_turns_it_back(town):
    installation, clock = town
    number = complain(installation)
    clock.later(days=8)
    found, how = judged(installation, "G7")
    assert how.state == "not met" and how.why == "Complaints that are overdue: 1."
    assert found.headline.startswith("1 complaint open, 1 overdue")
    item = installation.store.feedback_item(number)
    feedback_work.answer(installation, MAX, number, "It is mended.", (), seen=item.revision)
    found, how = judged(installation, "G7")
    assert how.state == "met" and found.tables[0].rows[0] == ("Complaints", "1", "0", "0", "1", "0")


def test_other_feedback_that_is_overdue_is_a_risk(town):
    installation, clock = town
    complain(installation, "feedback")
    clock.later(days=9)
    assert judged(installation, "G7")[1].state == "at risk"


def test_without_a_named_contact_it_is_at_risk(tmp_path):
    installation, _, _ = settled(tmp_path)
    complain(installation, actor=Actor("u-1", "Una", "viewer"))
    found, how = judged(installation, "G7")
    assert how.state == "at risk" and "No person or address is named" in how.why
    assert found.values["contact_named"] is False
